//! Handshakes in steps: with the request in hand, or on a non-blocking stream.

use std::task::Poll;

use bytes::Bytes;
use ws_driver::{
    Error, Request, Response,
    ws_core::{
        ArgumentError, ClientConfig, HandshakeError, Negotiated, RecvBuf, ServerConfig,
        UpgradeResponse, Violation,
    },
};

use crate::{
    block_on::{block_on, poll_once},
    handshake::opened,
    runtime::Blocking,
    transport::Transport,
    web_socket::WebSocket,
};

/// A server's handshake with the request in hand: read it, decide in your own time, answer.
#[derive(Debug)]
pub struct Acceptor<T>(ws_driver::Acceptor<T, Blocking>);

impl<T: Transport> Acceptor<T> {
    /// Waits for requests on `stream`. The deadline counts from now, and again from every refusal.
    pub fn new(stream: T, config: &ServerConfig) -> Self {
        Self(ws_driver::Acceptor::new(stream, config))
    }

    /// The same, with bytes that were read from `stream` before it was known whose they are.
    pub fn with_buffered(stream: T, bytes: impl Into<RecvBuf>, config: &ServerConfig) -> Self {
        Self(ws_driver::Acceptor::with_buffered(stream, bytes, config))
    }

    /// Reads a request. One that breaks a rule of WebSocket is given out as well:
    /// [`UpgradeRequest::violation`] tells, and accepting answers it.
    ///
    /// # Errors
    ///
    /// [`Error::Handshake`] when there is no whole HTTP/1.1 head, after it has been answered:
    /// refused, truncated, timed out, or closed. [`Error::Io`] for the stream's own.
    pub fn next_request(self) -> Result<UpgradeRequest<T>, Error> {
        block_on(self.0.next_request()).map(UpgradeRequest)
    }

    /// Whether the last answer closed the connection; there will be no other request.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// Gives back the stream, and the bytes read from it that no request has used.
    pub fn into_inner(self) -> (T, Bytes) {
        self.0.into_inner()
    }
}

/// A request that has been read and not answered yet.
#[derive(Debug)]
#[must_use = "a request that is dropped is never answered"]
pub struct UpgradeRequest<T>(ws_driver::UpgradeRequest<T, Blocking>);

impl<T: Transport> UpgradeRequest<T> {
    /// The request.
    pub fn request(&self) -> &Request<()> {
        self.0.request()
    }

    /// Whether this is an attempt to open a WebSocket at all, rather than ordinary HTTP.
    pub fn is_upgrade(&self) -> bool {
        self.0.is_upgrade()
    }

    /// The first rule that the request breaks, if any. Accepting would answer it.
    pub fn violation(&self) -> Option<&Violation> {
        self.0.violation()
    }

    /// What accepting now would agree on.
    pub fn negotiated(&self) -> &Negotiated {
        self.0.negotiated()
    }

    /// The subprotocols that the client offers, most preferred first.
    pub fn offered_subprotocols(&self) -> impl Iterator<Item = &str> {
        self.0.offered_subprotocols()
    }

    /// Chooses the subprotocol, whatever the configuration says: one of those offered, or none.
    ///
    /// # Errors
    ///
    /// [`ArgumentError::Subprotocol`] for a name that the client did not offer.
    pub fn select_subprotocol(&mut self, name: Option<&str>) -> Result<(), ArgumentError> {
        self.0.select_subprotocol(name)
    }

    /// The stream, for what it knows of the peer.
    pub fn get_ref(&self) -> &T {
        self.0.get_ref()
    }

    /// Answers 101.
    ///
    /// # Errors
    ///
    /// [`Error::Handshake`] when the request breaks a rule, after it has been refused;
    /// [`Error::Io`] when the answer could not be written, and then there is no WebSocket.
    pub fn accept(self) -> Result<WebSocket<T>, Error> {
        block_on(self.0.accept()).map(WebSocket)
    }

    /// Answers 101, after `decorate` has seen it.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept); also when `decorate` makes it something else than a 101 that
    /// says what was negotiated.
    pub fn accept_with<F>(self, decorate: F) -> Result<WebSocket<T>, Error>
    where
        F: FnOnce(&mut Response<Bytes>),
    {
        block_on(self.0.accept_with(decorate)).map(WebSocket)
    }

    /// Answers with the refusal that the broken rule asks for; 403 when there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Unsent`] when the answer could not be written.
    pub fn reject(self) -> Result<Acceptor<T>, Error> {
        block_on(self.0.reject()).map(Acceptor)
    }

    /// Answers with a response of one's own: any status but 1xx, any fields, any body. The
    /// connection is then ready for the next request, unless [`is_closed`](Acceptor::is_closed).
    ///
    /// # Errors
    ///
    /// [`Error::Unsent`] when the answer could not be written, [`Error::Handshake`] when it is none
    /// that can be sent.
    pub fn reject_with<B: Into<Bytes>>(self, response: Response<B>) -> Result<Acceptor<T>, Error> {
        block_on(self.0.reject_with(response)).map(Acceptor)
    }
}

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
    /// As [`handshake`](crate::handshake).
    pub fn poll(&mut self) -> Poll<Result<(WebSocket<T>, UpgradeResponse), Error>> {
        poll_once(|cx| self.0.poll(cx)).map(opened)
    }
}

/// A server's handshake over a non-blocking stream. It accepts whatever may be accepted.
#[derive(Debug)]
pub struct Accepting<T>(ws_driver::Accepting<T, Blocking>);

impl<T: Transport> Accepting<T> {
    /// Waits for a request on `stream`. The deadline counts from now.
    pub fn new(stream: T, config: &ServerConfig) -> Self {
        Self(ws_driver::Accepting::new(stream, config))
    }

    /// The same, with bytes that were read from `stream` before it was known whose they are.
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
        poll_once(|cx| self.0.poll(cx)).map(|done| done.map(WebSocket))
    }
}
