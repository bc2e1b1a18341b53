//! Where to connect to, and how.

use std::time::Duration;

use ws_core::{ClientConfig, Url, WebSocketConfig};
use ws_driver::{DialConfig, Error};

use super::{mode::Mode, steps::Steps};
use crate::{args::ConnectOptions, runtimes::Opened};

/// Where to connect to, and how.
pub(super) struct Way<'a> {
    pub(super) url: &'a str,
    pub(super) config: ClientConfig,
    pub(super) dial: DialConfig,
    /// Whoever tells of the steps, if that is asked for.
    steps: Option<Steps>,
}

impl<'a> Way<'a> {
    /// The way for these options.
    ///
    /// # Errors
    ///
    /// Says what is wrong with a file.
    pub(super) fn of(options: &'a ConnectOptions, mode: Mode) -> Result<Self, Error> {
        let mut dial = options.dialling.config()?;
        let steps = options.verbose.then(Steps::start);
        if let Some(steps) = steps {
            dial = dial.on_event(move |event| steps.tell(event));
        }
        Ok(Self { url: &options.url, config: config(options, mode), dial, steps })
    }

    /// Whether each step is told.
    pub(super) fn has_steps(&self) -> bool {
        self.steps.is_some()
    }

    /// Tells what was agreed upon, if that is asked for.
    pub(super) fn tell_opened(&self, opened: &Opened) {
        if let Some(steps) = self.steps {
            steps.tell_opened(opened);
        }
    }

    /// Where it goes, without user name and password, and a colon.
    pub(super) fn destination(&self) -> String {
        Url::parse(self.url).map(|url| format!("{url}: ")).unwrap_or_default()
    }
}

fn config(options: &ConnectOptions, mode: Mode) -> ClientConfig {
    let mut config =
        ClientConfig::new().subprotocols(&options.subprotocols).lenient(options.lenient);
    for (name, value) in &options.headers {
        config = config.header(name, value);
    }
    if let Some(offer) = options.compression.offer() {
        config = config.deflate(offer);
    }
    if options.timeout.is_some() {
        config = config.timeout(options.timeout);
    }
    let mut web_socket = WebSocketConfig::new().fragment_len(options.fragment_len);
    options.compression.tune(&mut web_socket);
    if let Some(len) = options.max_message_len {
        web_socket.max_message_len = len;
        // Who allows a message of that size means one in a single frame as well.
        web_socket.max_frame_len = web_socket.max_frame_len.max(len);
    }
    if mode == Mode::LockStep {
        // No replies are outstanding then.
        web_socket.close_timeout = Duration::from_secs(1);
    }
    config.web_socket(web_socket)
}
