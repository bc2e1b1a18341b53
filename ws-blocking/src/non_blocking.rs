//! Handshakes over non-blocking streams.

use std::task::Poll;

use ws_driver::ws_core::{ClientConfig, HandshakeError, RecvBuf, ServerConfig, UpgradeResponse};

use crate::{Error, WebSocket, block_on::poll_once, runtime::Blocking, transport::Transport};

/// A client's handshake over a non-blocking stream.
///
/// ```no_run
/// use std::{net::TcpStream, task::Poll};
/// use ws_blocking::{ClientConfig, Connecting};
///
/// let stream = TcpStream::connect("127.0.0.1:9001")?;
/// stream.set_nonblocking(true)?;
/// let mut connecting = Connecting::new(stream, "127.0.0.1:9001", "/", &ClientConfig::new())?;
/// let (ws, _response) = loop {
///     match connecting.poll() {
///         Poll::Ready(opened) => break opened?,
///         Poll::Pending => { /* wait until the socket is ready, then look again */ }
///     }
/// };
/// # drop(ws);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is done unless it is polled"]
pub struct Connecting<T>(ws_driver::Connecting<T, Blocking>);

impl<T: Transport> Connecting<T> {
    /// Begins a handshake; nothing is written before the first [`poll`](Self::poll). The deadline
    /// counts from now.
    ///
    /// # Errors
    ///
    /// [`HandshakeError::Argument`] for anything that must not be sent.
    pub fn new(
        stream: T,
        host: &str,
        target: &str,
        config: &ClientConfig,
    ) -> Result<Self, HandshakeError> {
        ws_driver::Connecting::new(stream, host, target, config).map(Self)
    }

    /// Goes on where the stream would have blocked. `Pending` means that it would again; look again
    /// when it is ready, and at the latest when the deadline may have passed.
    ///
    /// # Errors
    ///
    /// As [`handshake`](crate::handshake()).
    pub fn poll(&mut self) -> Poll<Result<(WebSocket<T>, UpgradeResponse), Error>> {
        poll_once(|cx| self.0.poll(cx)).map_ok(|(ws, response)| (WebSocket(ws), response))
    }
}

/// A server's handshake over a non-blocking stream. It accepts whatever may be accepted.
#[derive(Debug)]
#[must_use = "nothing is done unless it is polled"]
pub struct Accepting<T>(ws_driver::Accepting<T, Blocking>);

impl<T: Transport> Accepting<T> {
    /// Waits for a request on `stream`. The deadline counts from now.
    pub fn new(stream: T, config: &ServerConfig) -> Self {
        Self(ws_driver::Accepting::new(stream, config))
    }

    /// Like [`new`](Self::new), with bytes that were read from `stream` before it was known whose they are.
    pub fn with_buffered(stream: T, bytes: impl Into<RecvBuf>, config: &ServerConfig) -> Self {
        Self(ws_driver::Accepting::with_buffered(stream, bytes, config))
    }

    /// Goes on where the stream would have blocked. `Pending` means that it would again; look again
    /// when it is ready, and at the latest when the deadline may have passed.
    ///
    /// # Errors
    ///
    /// As [`accept`](crate::accept).
    pub fn poll(&mut self) -> Poll<Result<WebSocket<T>, Error>> {
        poll_once(|cx| self.0.poll(cx)).map_ok(WebSocket)
    }
}
