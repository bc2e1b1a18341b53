//! `ws-demo connect`: a client.

use std::{
    io::{self, BufReader, IsTerminal, Stdout, Write},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ws_core::{ClientConfig, Declined, HandshakeError, Url, WebSocketConfig};
use ws_driver::Error;

use crate::{
    args::ConnectOptions,
    complain::complain,
    runtimes::{Adapter, Channel, Opened},
};

mod head;
mod interrupt;
mod mode;
mod output;
mod progress;
mod sending;
mod session;
mod status;
mod steps;

use self::{
    mode::{Input, Mode, Timing},
    output::{Output, Style},
    sending::Source,
    session::Session,
    status::{conclude, described},
    steps::Steps,
};

/// Connects, sends and receives messages, and closes.
///
/// # Errors
///
/// When the runtime cannot be started, or nobody reads what is printed.
pub(crate) fn run(options: &ConnectOptions) -> io::Result<ExitCode> {
    let adapter = options.runtime.start()?;
    let mode = Mode::of(options, Input::of_process());
    let style = Style::of(options, io::stdout().is_terminal());
    let mut output = Output::new(io::stdout(), style);
    match open(adapter.as_ref(), options, mode) {
        Ok(Opened { channel, response, .. }) => {
            output.opened(response.as_response(), channel.negotiated(), channel.leftover_len())?;
            match mode {
                Mode::HandshakeOnly => Ok(ExitCode::SUCCESS),
                _ => exchange(channel, options, mode, output),
            }
        }
        Err(Error::Handshake(HandshakeError::Declined(declined))) => {
            report_declined(&declined, style, &mut output)
        }
        Err(error) => {
            match error {
                Error::Io(error) => {
                    complain(format_args!("io: {}{error}", destination(&options.url)));
                }
                error => complain(format_args!("{}", described(&error))),
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Opens the WebSocket, and tells of each step if that is asked for.
fn open(adapter: &dyn Adapter, options: &ConnectOptions, mode: Mode) -> Result<Opened, Error> {
    let mut dial = options.dialling.config()?;
    let steps = options.verbose.then(Steps::start);
    if let Some(steps) = steps {
        dial = dial.on_event(move |event| steps.tell(event));
    }
    let opened = adapter.connect(&options.url, &config(options, mode), &dial)?;
    if let Some(steps) = steps {
        steps.tell_opened(&opened);
    }
    Ok(opened)
}

/// Where it goes, without user name and password, and a colon.
fn destination(url: &str) -> String {
    Url::parse(url).map(|url| format!("{url}: ")).unwrap_or_default()
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

fn exchange(
    channel: Box<dyn Channel>,
    options: &ConnectOptions,
    mode: Mode,
    mut output: Output<Stdout>,
) -> io::Result<ExitCode> {
    if mode == Mode::Interactive && !options.binary {
        output.hint()?;
    }
    let source = match mode {
        Mode::Interactive | Mode::Piped if options.binary => {
            Source::Bytes(Box::new(io::stdin()), options.fragment_len)
        }
        Mode::Interactive | Mode::Piped => Source::Lines(Box::new(BufReader::new(io::stdin()))),
        _ => Source::Messages(options.messages.clone()),
    };
    let timing = Timing::of(options, mode);
    let session = Session::new(channel)?;
    interrupt::watch(session.closer());
    let output = Arc::new(Mutex::new(output));
    let ended = session.run(source, timing, &output)?;
    let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
    output.closed(ended.result.as_ref().ok().and_then(|info| info.received.as_ref()))?;
    Ok(conclude(&ended, &timing))
}

fn report_declined(
    declined: &Declined,
    style: Style,
    output: &mut Output<Stdout>,
) -> io::Result<ExitCode> {
    output.declined(declined)?;
    if style == Style::Quiet {
        complain(format_args!("declined: the server answered {}", declined.response().status()));
    }
    if !declined.body_complete() {
        let _ = writeln!(io::stderr().lock(), "body incomplete");
    }
    Ok(ExitCode::from(DECLINED))
}

/// The exit status for an answer that is not 101.
const DECLINED: u8 = 2;
