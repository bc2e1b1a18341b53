//! The server's handshake over a stream.
//!
//! ```text
//! poll_with   look at the machine ---> found: done
//!                ^        |      '---> error: poll_end
//!                |     nothing
//!                |        v
//!              read: bytes, the end of the stream, or the deadline
//!
//! poll_end    Send: write the answer --------> not written, or the connection stays open: done
//!                v
//!             Close: this direction ---------> no more of the request is on its way: done
//!                v
//!             Linger: read and drop bytes ---> the end, an error, or a limit: done
//! ```
//!
//! The machine is asked before the first read, since bytes may have been handed over with the stream.

use std::{
    fmt,
    future::poll_fn,
    io,
    task::{Context, Poll, ready},
    time::Instant,
};

use bytes::Bytes;
use http::{Request, Response};
use ws_core::{
    ArgumentError, HandshakeError, Negotiated, RecvBuf, Rejected, ServerConfig, ServerHandshake,
    Violation,
};

use crate::{
    Error, WebSocket,
    client::deadline,
    ending::Ending,
    hold::Own,
    pool,
    runtime::{Reads, Runtime, Writes},
    wire::Wire,
};

/// A server's handshake with the request in hand: read a request, decide, answer, and after a
/// rejection do it again.
#[derive(Debug)]
pub struct Acceptor<T, R: Runtime> {
    wire: Wire<Own<T>, R>,
    machine: ServerHandshake,
    deadline: Option<Instant>,
    failed: Option<Failed>,
}

/// A handshake that failed, and has something left to do before it returns its error.
#[derive(Debug)]
struct Failed {
    error: HandshakeError,
    /// `None` while the answer is being written.
    ending: Option<Ending>,
}

impl Failed {
    fn new(error: HandshakeError) -> Self {
        Self { error, ending: None }
    }
}

impl<T, R: Reads<T> + Writes<T>> Acceptor<T, R> {
    /// Waits for requests on `io`. The deadline counts from now, and again from every rejection.
    pub fn new(io: T, config: &ServerConfig) -> Self {
        Self::with_buffered(io, RecvBuf::new(), config)
    }

    /// Like [`new`](Self::new), with bytes that have been read from `io` already.
    pub fn with_buffered(io: T, bytes: impl Into<RecvBuf>, config: &ServerConfig) -> Self {
        Self::resume(Wire::own(io), ServerHandshake::with_buffered(config, bytes))
    }

    fn resume(wire: Wire<Own<T>, R>, mut machine: ServerHandshake) -> Self {
        let deadline = deadline(machine.config().handshake_timeout());
        machine.set_deadline(deadline);
        Self { wire, machine, deadline, failed: None }
    }

    /// Reads a request. One that breaks a rule of WebSocket is given out as well:
    /// [`UpgradeRequest::violation`] says which, and accepting answers it.
    ///
    /// # Errors
    ///
    /// [`Error::Handshake`] when there is no whole HTTP/1.1 head, after it has been answered:
    /// rejected, truncated, timed out, or closed. [`Error::Io`] for the stream's own.
    pub async fn next_request(mut self) -> Result<UpgradeRequest<T, R>, Error> {
        let pending = poll_fn(|cx| self.poll_with(cx, ServerHandshake::poll)).await?;
        Ok(UpgradeRequest { pending, wire: self.wire, deadline: self.deadline })
    }

    /// Whether the last answer closed the connection; there will be no other request.
    pub fn is_closed(&self) -> bool {
        self.machine.is_closed()
    }

    /// Gives back the stream, and the bytes read from it that no request has used.
    pub fn into_inner(self) -> (T, Bytes) {
        let (recv, _) = self.machine.into_buffers();
        (self.wire.into_inner().0, recv.into_bytes())
    }

    /// Reads until `look` finds what it looks for.
    fn poll_with<O>(
        &mut self,
        cx: &mut Context<'_>,
        look: impl Fn(&mut ServerHandshake) -> Result<Option<O>, HandshakeError>,
    ) -> Poll<Result<O, Error>> {
        let mut late = false;
        loop {
            if self.failed.is_some() {
                return self.poll_end(cx).map(Err);
            }
            match look(&mut self.machine) {
                Ok(Some(found)) => return Poll::Ready(Ok(found)),
                Ok(None) => {}
                Err(error) => {
                    self.failed = Some(Failed::new(error));
                    continue;
                }
            }
            let until = self.deadline;
            if late {
                self.machine.handle_timeout(Instant::now());
                late = false;
                continue;
            }
            match self.wire.poll_read(cx, self.machine.recv_buf(), until) {
                Poll::Ready(Ok(0)) => self.machine.handle_eof(),
                // A client that trickles gets no more time than a silent one; what has come is looked at first.
                Poll::Ready(Ok(_)) => late = until.is_some_and(|until| until <= Instant::now()),
                Poll::Ready(Err(error)) => {
                    self.wire.disarm();
                    return Poll::Ready(Err(error.into()));
                }
                Poll::Pending => {
                    let now = ready!(self.wire.poll_until(cx, until))?;
                    self.machine.handle_timeout(now);
                }
            }
        }
    }

    /// Accepts what may be accepted, and writes the 101.
    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let look = |machine: &mut ServerHandshake| {
            // Memory is lent for the answer, which is written at once, unless the queue has some.
            if !machine.send_queue().has_buffer() {
                machine.send_queue().attach_buffer(pool::take());
            }
            let accepted = machine.poll_accept();
            if let Some(memory) = machine.send_queue().detach_buffer() {
                pool::put(memory);
            }
            Ok(accepted?.then_some(()))
        };
        ready!(self.poll_with(cx, look))?;
        match self.wire.poll_send(cx, self.machine.send_queue(), self.deadline) {
            Poll::Ready(sent) => Poll::Ready(sent.map_err(Error::Io)),
            Poll::Pending => {
                ready!(self.wire.poll_until(cx, self.deadline))?;
                Poll::Ready(Err(HandshakeError::TimedOut.into()))
            }
        }
    }

    /// Writes the answer that goes with an error, and closes.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        const DONE: Error = Error::Handshake(HandshakeError::Closed);
        let Some(failed) = &mut self.failed else { return Poll::Ready(DONE) };
        let mut unsent = None;
        if failed.ending.is_none() {
            unsent = match self.wire.poll_send(cx, self.machine.send_queue(), self.deadline) {
                Poll::Ready(sent) => sent.err(),
                Poll::Pending => {
                    let waited = ready!(self.wire.poll_until(cx, self.deadline));
                    Some(waited.err().unwrap_or_else(|| io::ErrorKind::TimedOut.into()))
                }
            };
            if unsent.is_none() && self.machine.is_closed() {
                let listen = self.machine.must_linger();
                failed.ending = Some(Ending::of_request(listen, Instant::now(), self.deadline));
            }
        }
        if let Some(ending) = &mut failed.ending {
            ready!(ending.poll(&mut self.wire, self.machine.recv_buf(), cx, None));
        }
        self.wire.disarm();
        let Some(Failed { error, .. }) = self.failed.take() else { return Poll::Ready(DONE) };
        Poll::Ready(match unsent {
            Some(source) => Error::Unsent { error, source },
            None => Error::Handshake(error),
        })
    }
}

/// A request that has been read and not answered yet.
#[must_use = "a request that is dropped is never answered"]
pub struct UpgradeRequest<T, R: Runtime> {
    pending: ws_core::UpgradeRequest,
    wire: Wire<Own<T>, R>,
    deadline: Option<Instant>,
}

impl<T, R: Reads<T> + Writes<T>> UpgradeRequest<T, R> {
    /// The request.
    pub fn request(&self) -> &Request<()> {
        self.pending.request()
    }

    /// Whether this is an attempt to open a WebSocket at all, rather than ordinary HTTP.
    pub fn is_upgrade(&self) -> bool {
        self.pending.is_upgrade()
    }

    /// The first rule that the request breaks, if any. Accepting would answer it.
    pub fn violation(&self) -> Option<&Violation> {
        self.pending.violation()
    }

    /// What would be negotiated by accepting now.
    pub fn negotiated(&self) -> &Negotiated {
        self.pending.negotiated()
    }

    /// The subprotocols that the client offers, most preferred first.
    pub fn offered_subprotocols(&self) -> impl Iterator<Item = &str> {
        self.pending.offered_subprotocols()
    }

    /// Chooses the subprotocol, whatever the configuration says: one of those offered, or none.
    ///
    /// # Errors
    ///
    /// [`ArgumentError::Subprotocol`] for a name that the client did not offer.
    pub fn select_subprotocol(&mut self, name: Option<&str>) -> Result<(), ArgumentError> {
        self.pending.select_subprotocol(name)
    }

    /// The stream, for what it knows about the peer.
    pub fn get_ref(&self) -> &T {
        self.wire.get_ref()
    }

    /// Answers 101.
    ///
    /// # Errors
    ///
    /// [`Error::Handshake`] when the request breaks a rule, after it has been rejected;
    /// [`Error::Io`] when the answer could not be written, and then there is no WebSocket.
    pub async fn accept(self) -> Result<WebSocket<T, R>, Error> {
        self.finish(ws_core::UpgradeRequest::accepted).await
    }

    /// Answers 101, after `decorate` has seen it.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept); also when `decorate` turns it into anything but a 101 that says
    /// what was negotiated, see [`ws_core::UpgradeRequest::accept_with`].
    pub async fn accept_with<F>(self, decorate: F) -> Result<WebSocket<T, R>, Error>
    where
        F: FnOnce(&mut Response<Bytes>),
    {
        self.finish(|pending| pending.accepted_with(decorate)).await
    }

    /// Answers with the rejection that the broken rule asks for; 403 when no rule is broken.
    ///
    /// # Errors
    ///
    /// [`Error::Unsent`] when the answer could not be written.
    pub async fn reject(self) -> Result<Acceptor<T, R>, Error> {
        self.decline(ws_core::UpgradeRequest::reject).await
    }

    /// Answers with a custom response: any status but 1xx, any fields, any body. The
    /// connection is then ready for the next request, unless
    /// [`is_closed`](Acceptor::is_closed).
    ///
    /// # Errors
    ///
    /// [`Error::Unsent`] when the answer could not be written, [`Error::Handshake`] when it is one
    /// that cannot be sent.
    pub async fn reject_with<B: Into<Bytes>>(
        self,
        response: Response<B>,
    ) -> Result<Acceptor<T, R>, Error> {
        self.decline(|pending| pending.reject_with(response)).await
    }

    async fn finish<F>(self, answer: F) -> Result<WebSocket<T, R>, Error>
    where
        F: FnOnce(ws_core::UpgradeRequest) -> Result<ServerHandshake, Box<Rejected>>,
    {
        let mut accepting = self.answer(answer);
        poll_fn(|cx| accepting.poll(cx)).await
    }

    async fn decline<F>(self, answer: F) -> Result<Acceptor<T, R>, Error>
    where
        F: FnOnce(ws_core::UpgradeRequest) -> Box<Rejected>,
    {
        let Self { pending, wire, deadline } = self;
        let Rejected { error, handshake: machine } = *answer(pending);
        let failed = Some(Failed::new(error));
        let mut acceptor = Acceptor { wire, machine, deadline, failed };
        match poll_fn(|cx| acceptor.poll_end(cx)).await {
            Error::Handshake(HandshakeError::Rejected(rejection))
                if rejection.cause().is_none() =>
            {
                Ok(Acceptor::resume(acceptor.wire, acceptor.machine))
            }
            error => Err(error),
        }
    }

    fn answer<F>(self, answer: F) -> Accepting<T, R>
    where
        F: FnOnce(ws_core::UpgradeRequest) -> Result<ServerHandshake, Box<Rejected>>,
    {
        let Self { pending, wire, deadline } = self;
        let (machine, failed) = match answer(pending) {
            Ok(machine) => (machine, None),
            Err(refused) => {
                let Rejected { error, handshake } = *refused;
                (handshake, Some(Failed::new(error)))
            }
        };
        Accepting { acceptor: Some(Acceptor { wire, machine, deadline, failed }) }
    }
}

impl<T: fmt::Debug, R: Runtime> fmt::Debug for UpgradeRequest<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpgradeRequest").field("pending", &self.pending).finish_non_exhaustive()
    }
}

/// A server's handshake under way, which accepts every request that breaks no rule.
///
/// [`poll`](Self::poll) goes on where it stopped; [`accept`] is the same as a future.
#[must_use = "nothing is done unless it is polled"]
pub struct Accepting<T, R: Runtime> {
    /// `None` once done.
    acceptor: Option<Acceptor<T, R>>,
}

impl<T, R: Reads<T> + Writes<T>> Accepting<T, R> {
    /// Waits for a request on `io`. The deadline counts from now.
    pub fn new(io: T, config: &ServerConfig) -> Self {
        Self::with_buffered(io, RecvBuf::new(), config)
    }

    /// Like [`new`](Self::new), with bytes that have been read from `io` already.
    pub fn with_buffered(io: T, bytes: impl Into<RecvBuf>, config: &ServerConfig) -> Self {
        Self { acceptor: Some(Acceptor::with_buffered(io, bytes, config)) }
    }

    /// Like [`new`](Self::new), for a request that was parsed already, and the bytes read behind it.
    pub fn with_request<B>(
        io: T,
        request: &Request<B>,
        leftover: impl Into<RecvBuf>,
        config: &ServerConfig,
    ) -> Self {
        let pending = UpgradeRequest {
            pending: ws_core::UpgradeRequest::from_request(config, request, leftover),
            wire: Wire::own(io),
            deadline: deadline(config.handshake_timeout()),
        };
        pending.answer(ws_core::UpgradeRequest::accepted)
    }

    /// Goes on with the handshake. Not to be called again once it is ready.
    ///
    /// # Errors
    ///
    /// [`Error::Handshake`] when the request was rejected, or did not become whole;
    /// [`Error::Unsent`] when it was rejected and the answer could not be written; [`Error::Io`] for
    /// the stream's own.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<WebSocket<T, R>, Error>> {
        const DONE: Error = Error::Handshake(HandshakeError::Closed);
        let Some(acceptor) = &mut self.acceptor else { return Poll::Ready(Err(DONE)) };
        let accepted = ready!(acceptor.poll_accept(cx));
        let Some(acceptor) = self.acceptor.take() else { return Poll::Ready(Err(DONE)) };
        let Acceptor { mut wire, mut machine, .. } = acceptor;
        wire.disarm();
        match accepted {
            Ok(()) => {
                let request = machine.take_request();
                let Some(connection) = machine.take_connection() else {
                    return Poll::Ready(Err(DONE));
                };
                let config = machine.config().web_socket_config();
                Poll::Ready(Ok(WebSocket::opened(wire, connection, config, request)))
            }
            Err(Error::Handshake(error)) => {
                let rejected = Rejected { error, handshake: machine };
                Poll::Ready(Err(rejected.into_error().into()))
            }
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

impl<T, R: Runtime> fmt::Debug for Accepting<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accepting").finish_non_exhaustive()
    }
}

/// Reads an upgrade request from `io` and answers it: 101, or the rejection it deserves.
///
/// # Errors
///
/// See [`Accepting::poll`].
pub async fn accept<T, R: Reads<T> + Writes<T>>(
    io: T,
    config: &ServerConfig,
) -> Result<WebSocket<T, R>, Error> {
    let mut accepting = Accepting::<T, R>::new(io, config);
    poll_fn(|cx| accepting.poll(cx)).await
}

/// Like [`accept`], with bytes that have been read from `io` already.
///
/// # Errors
///
/// See [`Accepting::poll`].
pub async fn accept_buffered<T, R: Reads<T> + Writes<T>>(
    io: T,
    bytes: impl Into<RecvBuf>,
    config: &ServerConfig,
) -> Result<WebSocket<T, R>, Error> {
    let mut accepting = Accepting::<T, R>::with_buffered(io, bytes, config);
    poll_fn(|cx| accepting.poll(cx)).await
}

/// Answers a request that was parsed already; `leftover` are the bytes read behind it.
///
/// # Errors
///
/// See [`Accepting::poll`].
pub async fn accept_request<T, R: Reads<T> + Writes<T>, B>(
    io: T,
    request: &Request<B>,
    leftover: impl Into<RecvBuf>,
    config: &ServerConfig,
) -> Result<WebSocket<T, R>, Error> {
    let mut accepting = Accepting::<T, R>::with_request(io, request, leftover, config);
    poll_fn(|cx| accepting.poll(cx)).await
}
