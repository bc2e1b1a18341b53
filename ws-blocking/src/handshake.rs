//! Handshakes in one call.

use std::{future::ready, net::TcpStream};

use ws_driver::{
    Error, Request,
    ws_core::{ClientConfig, RecvBuf, ServerConfig, UpgradeResponse},
};

use crate::{
    block_on::block_on, dial::dial, runtime::Blocking, transport::Transport, web_socket::WebSocket,
};

/// Connects to a `ws` URL and opens a WebSocket there. Gives the WebSocket and the server's 101.
/// One deadline covers connecting and the handshake; looking up the host counts, but is not cut
/// short.
///
/// For `wss`, connect and do TLS first, then [`handshake`] on the TLS stream.
///
/// # Errors
///
/// [`Error::Url`] for a URL that is none or has another scheme, [`Error::Io`] when nobody can be
/// connected to, otherwise as [`handshake`].
pub fn connect(url: &str) -> Result<(WebSocket<TcpStream>, UpgradeResponse), Error> {
    connect_with(url, &ClientConfig::new())
}

/// The same with subprotocols, fields, limits and a deadline of one's own.
///
/// # Errors
///
/// As [`connect`].
pub fn connect_with(
    url: &str,
    config: &ClientConfig,
) -> Result<(WebSocket<TcpStream>, UpgradeResponse), Error> {
    opened(block_on(ws_driver::connect(url, config, |host, port, deadline| {
        ready(dial(&host, port, deadline))
    })))
}

/// Opens a WebSocket over a connected stream, as a client. `host` is what goes into Host, `target`
/// is path and query. Gives the WebSocket and the server's 101.
///
/// # Errors
///
/// [`crate::HandshakeError::Declined`] with the whole response when the server answers anything but 101,
/// [`crate::HandshakeError::InvalidResponse`] when the 101 breaks a rule of RFC 6455 4.1,
/// [`crate::HandshakeError::Argument`] before anything is written, [`Error::Io`] for the stream's own.
pub fn handshake<T: Transport>(
    stream: T,
    host: &str,
    target: &str,
) -> Result<(WebSocket<T>, UpgradeResponse), Error> {
    handshake_with(stream, host, target, &ClientConfig::new())
}

/// The same with subprotocols, fields, limits and a deadline of one's own.
///
/// # Errors
///
/// As [`handshake`].
pub fn handshake_with<T: Transport>(
    stream: T,
    host: &str,
    target: &str,
    config: &ClientConfig,
) -> Result<(WebSocket<T>, UpgradeResponse), Error> {
    opened(block_on(ws_driver::handshake(stream, host, target, config)))
}

/// Reads an upgrade request from a connected stream and answers it: 101, or the refusal it
/// deserves.
///
/// # Errors
///
/// [`crate::HandshakeError::Rejected`] after the refusal has been written, with the rule that was broken;
/// [`crate::HandshakeError::Truncated`], [`crate::HandshakeError::Closed`] and
/// [`crate::HandshakeError::TimedOut`] when no request came; [`Error::Io`] for the stream's own.
pub fn accept<T: Transport>(stream: T) -> Result<WebSocket<T>, Error> {
    accept_with(stream, &ServerConfig::new())
}

/// The same with subprotocols, origins, hooks, limits and a deadline of one's own.
///
/// # Errors
///
/// As [`accept`].
pub fn accept_with<T: Transport>(stream: T, config: &ServerConfig) -> Result<WebSocket<T>, Error> {
    block_on(ws_driver::accept(stream, config)).map(WebSocket)
}

/// The same for a stream that something was read from already: a part of a head, a head, or a head
/// and the first frames.
///
/// # Errors
///
/// As [`accept`].
pub fn accept_buffered<T: Transport>(
    stream: T,
    already_read: impl Into<RecvBuf>,
    config: &ServerConfig,
) -> Result<WebSocket<T>, Error> {
    block_on(ws_driver::accept_buffered(stream, already_read, config)).map(WebSocket)
}

/// Answers a request that another HTTP stack has parsed; `leftover` are the bytes that were read
/// behind it. See [`ServerConfig::body_consumed`] for requests with a body.
///
/// # Errors
///
/// As [`accept`].
pub fn accept_request<T: Transport, B>(
    stream: T,
    request: &Request<B>,
    leftover: impl Into<RecvBuf>,
    config: &ServerConfig,
) -> Result<WebSocket<T>, Error> {
    block_on(ws_driver::accept_request(stream, request, leftover, config)).map(WebSocket)
}

pub(crate) fn opened<T>(
    opened: Result<(ws_driver::WebSocket<T, Blocking>, UpgradeResponse), Error>,
) -> Result<(WebSocket<T>, UpgradeResponse), Error> {
    opened.map(|(ws, response)| (WebSocket(ws), response))
}
