//! What all four adapters are asked for.

use std::{io, net::TcpStream, sync::Arc};

use rustls::ClientConnection;
use ws_core::{BackoffConfig, ClientConfig, ServerConfig, UpgradeResponse};
use ws_driver::{DialConfig, Error};

use super::channel::Channel;
use crate::serve::{Journal, Service};

/// An adapter crate together with its runtime, called from outside of it.
pub(crate) trait Adapter: Send + Sync {
    /// Attends to a server's connection beside all others: answers what is asked, then echoes what
    /// an open WebSocket brings until it is closed.
    ///
    /// # Errors
    ///
    /// When there is nothing to run it on.
    fn attend(&self, stream: TcpStream, service: Arc<Service>, journal: Journal) -> io::Result<()>;

    /// Accepts one WebSocket.
    ///
    /// # Errors
    ///
    /// Those of the adapter's `accept_with`.
    fn accept(&self, stream: TcpStream, config: &ServerConfig) -> Result<Box<dyn Channel>, Error>;

    /// Opens one WebSocket.
    ///
    /// # Errors
    ///
    /// Those of the adapter's `connect_with`.
    fn connect(&self, url: &str, config: &ClientConfig, dial: &DialConfig)
    -> Result<Opened, Error>;

    /// Opens one WebSocket after the other, one with each call.
    fn reconnect(
        &self,
        url: &str,
        config: &ClientConfig,
        dial: &DialConfig,
        backoff: BackoffConfig,
    ) -> Box<Reopen<'_>>;
}

/// Opens the next of several WebSockets. Gives it, and how many attempts it took.
///
/// # Errors
///
/// Those of the adapter's `Reconnect`.
pub(crate) type Reopen<'a> = dyn FnMut() -> Result<(Opened, u32), Error> + 'a;

/// A WebSocket that has been opened.
pub(crate) struct Opened {
    pub(crate) channel: Box<dyn Channel>,
    /// The server's 101.
    pub(crate) response: UpgradeResponse,
    /// What was agreed upon in TLS with the server, if there is any.
    pub(crate) tls: Option<String>,
}

/// What was agreed upon in TLS: the version, and the application protocol if there is one.
pub(super) fn agreed(session: &ClientConnection) -> String {
    let version = match session.protocol_version().and_then(|version| version.as_str()) {
        Some(version) => version.replace("TLSv1_", "TLS 1."),
        None => "TLS".to_owned(),
    };
    match session.alpn_protocol() {
        Some(protocol) => format!("{version}, {}", String::from_utf8_lossy(protocol)),
        None => version,
    }
}
