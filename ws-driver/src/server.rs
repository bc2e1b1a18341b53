//! The server's handshake over a stream.
//!
//! ```text
//! reading    look at the machine ---> a request, or a 101 to write
//!               ^        |      '---> none: see `rejecting.rs`
//!               |     nothing
//!               |        v
//!             read: bytes, the end of the stream, or the deadline
//! ```
//!
//! The machine is asked before the first read, since bytes may have been handed over with the stream.

use std::{
    fmt,
    future::poll_fn,
    task::{Context, Poll, ready},
    time::Instant,
};

use bytes::Bytes;
use http::{Request, Response};
use ws_core::{
    Accepted, ArgumentError, HandshakeError, HandshakeStep, Negotiated, ParsedRequest, Polled,
    RecvBuf, Rejected, Role, ServerConfig, ServerHandshake, Violation,
};

use crate::{
    Error, WebSocket,
    answer::{Unsent, poll_answer},
    bell::listen,
    client::deadline,
    hold::Own,
    pool,
    rejecting::{Ends, told},
    runtime::{Reads, Runtime, Writes},
    waiters::Does,
    watch::HandshakeWatch,
    wire::{Wire, sooner},
};

/// A server's handshake with the request in hand: read a request, decide, answer, and after a
/// rejection do it again.
#[derive(Debug)]
pub struct Acceptor<T, R: Runtime> {
    wire: Wire<Own<T>, R>,
    next: Next,
}

/// What an acceptor goes on with.
#[derive(Debug)]
enum Next {
    Request(ServerHandshake),
    /// There will be no other request. What came behind the last one.
    Nothing(Bytes),
}

impl<T, R: Reads<T> + Writes<T>> Acceptor<T, R> {
    /// Waits for requests on `io`. The deadline counts from now, and again from every rejection.
    pub fn new(io: T, config: &ServerConfig) -> Self {
        Self::with_buffered(io, RecvBuf::new(), config)
    }

    /// Like [`new`](Self::new), with bytes that have been read from `io` already.
    pub fn with_buffered(io: T, bytes: impl Into<RecvBuf>, config: &ServerConfig) -> Self {
        let handshake = begin(ServerHandshake::with_buffered(config, bytes));
        Self { wire: Wire::own(io), next: Next::Request(handshake) }
    }

    /// Reads a request. One that breaks a rule of WebSocket is given out as well:
    /// [`UpgradeRequest::violation`] says which, and accepting answers it.
    ///
    /// # Errors
    ///
    /// [`Error::Handshake`] when there is no whole HTTP/1 head, after it has been answered:
    /// rejected, truncated, timed out, or closed. [`Error::Io`] for the stream's own.
    pub async fn next_request(self) -> Result<UpgradeRequest<T, R>, Error> {
        let Self { mut wire, next } = self;
        let Next::Request(mut handshake) = next else { return Err(HandshakeError::Closed.into()) };
        let mut watch = watch(&mut handshake);
        loop {
            handshake = match handshake.poll() {
                Polled::Pending(handshake) => handshake,
                Polled::Ready(pending) => {
                    watch.step(HandshakeStep::Decide);
                    return Ok(UpgradeRequest { pending, wire, watch });
                }
                Polled::Failed(rejected) => {
                    watch.step(HandshakeStep::SendAnswer);
                    let mut ends = Ends::new(rejected);
                    let unsent = poll_fn(|cx| ends.poll(&mut wire, cx)).await;
                    let error = told(ends.rejected.error, unsent);
                    watch.failed_with(&error);
                    return Err(error);
                }
            };
            poll_fn(|cx| poll_read(&mut wire, &mut handshake, &mut watch, cx)).await?;
        }
    }

    /// Whether the last answer closed the connection; there will be no other request.
    pub fn is_closed(&self) -> bool {
        matches!(self.next, Next::Nothing(_))
    }

    /// Gives back the stream, and the bytes read from it that no request has used.
    pub fn into_inner(self) -> (T, Bytes) {
        let rest = match self.next {
            Next::Request(handshake) => handshake.into_buffers().0.into_bytes(),
            Next::Nothing(rest) => rest,
        };
        (self.wire.into_inner().0, rest)
    }
}

/// Watches for a request, of which something may be there.
fn watch(handshake: &mut ServerHandshake) -> HandshakeWatch {
    let is_there = !handshake.recv_buf().filled().is_empty();
    let step = if is_there { HandshakeStep::ReadRequest } else { HandshakeStep::AwaitRequest };
    HandshakeWatch::server(handshake.config(), step)
}

/// A handshake whose deadline counts from now.
fn begin(mut handshake: ServerHandshake) -> ServerHandshake {
    let timeout = handshake.config().handshake_timeout();
    handshake.set_deadline(deadline(timeout));
    handshake
}

/// Reads, until something has come that can be looked at, be it that nothing comes.
fn poll_read<T, R: Reads<T> + Writes<T>>(
    wire: &mut Wire<Own<T>, R>,
    handshake: &mut ServerHandshake,
    watch: &mut HandshakeWatch,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Error>> {
    if !handshake.recv_buf().is_empty() {
        // A client that trickles gets no more time than a silent one.
        let now = Instant::now();
        if handshake.poll_timeout(now).is_some_and(|until| until <= now) {
            handshake.handle_timeout(now);
            return Poll::Ready(Ok(()));
        }
    }
    let tracked = listen::<R>(handshake.tracked(), Does::Receive, cx);
    let until = |handshake: &mut ServerHandshake, wire: &mut Wire<Own<T>, R>| {
        sooner(handshake.poll_timeout(Instant::now()), wire.look_up(tracked))
    };
    let first = if R::BLOCKS { until(handshake, wire) } else { None };
    match wire.poll_read(cx, handshake.recv_buf(), first) {
        Poll::Ready(Ok(0)) => handshake.handle_eof(),
        Poll::Ready(Ok(_)) => watch.step(HandshakeStep::ReadRequest),
        Poll::Ready(Err(error)) => {
            wire.disarm();
            let error = Error::from(error);
            watch.failed_with(&error);
            return Poll::Ready(Err(error));
        }
        Poll::Pending => {
            let until = first.or_else(|| until(handshake, wire));
            let now = ready!(wire.poll_until(cx, until))?;
            handshake.handle_timeout(now);
        }
    }
    Poll::Ready(Ok(()))
}

/// A request that has been read and not answered yet.
#[must_use = "a request that is dropped is never answered"]
pub struct UpgradeRequest<T, R: Runtime> {
    pending: ws_core::UpgradeRequest,
    wire: Wire<Own<T>, R>,
    watch: HandshakeWatch,
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
    /// [`ArgumentError::UnofferedSubprotocol`] for a name that the client did not offer.
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
        self.finish(ws_core::UpgradeRequest::accept).await
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
        self.finish(|pending| pending.accept_with(decorate)).await
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
        F: FnOnce(ws_core::UpgradeRequest) -> Result<Accepted, Box<Rejected>>,
    {
        let mut accepting = self.answer(answer);
        poll_fn(|cx| accepting.poll(cx)).await
    }

    async fn decline<F>(self, answer: F) -> Result<Acceptor<T, R>, Error>
    where
        F: FnOnce(ws_core::UpgradeRequest) -> Box<Rejected>,
    {
        let Self { pending, mut wire, mut watch } = self;
        watch.step(HandshakeStep::SendAnswer);
        let mut ends = Ends::new(answer(pending));
        let unsent = poll_fn(|cx| ends.poll(&mut wire, cx)).await;
        let rejected = *ends.rejected;
        watch.failed(&rejected.error);
        let wanted = matches!(&rejected.error,
            HandshakeError::Rejected(rejection) if rejection.cause().is_none());
        if unsent.is_some() || !wanted {
            return Err(told(rejected.error, unsent));
        }
        let next = if rejected.is_closed() {
            Next::Nothing(rejected.into_buffers().0.into_bytes())
        } else {
            let Some(handshake) = rejected.next() else {
                return Err(HandshakeError::Closed.into());
            };
            Next::Request(begin(handshake))
        };
        Ok(Acceptor { wire, next })
    }

    fn answer<F>(self, answer: F) -> Accepting<T, R>
    where
        F: FnOnce(ws_core::UpgradeRequest) -> Result<Accepted, Box<Rejected>>,
    {
        let Self { pending, wire, mut watch } = self;
        watch.step(HandshakeStep::SendAnswer);
        let state = match answer(pending) {
            Ok(accepted) => State::Accepted(accepted),
            Err(rejected) => State::Rejected(Ends::new(rejected)),
        };
        Accepting { wire: Some(wire), state, watch }
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
    wire: Option<Wire<Own<T>, R>>,
    state: State,
    watch: HandshakeWatch,
}

/// How far it has come. It stays in its place while the stream is read and written: to move it takes a good part of a
/// handshake's time.
#[derive(Debug, Default)]
enum State {
    /// Whether something came that nobody has looked at.
    Reading(ServerHandshake, bool),
    Accepted(Accepted),
    Rejected(Ends),
    #[default]
    Over,
}

impl<T, R: Reads<T> + Writes<T>> Accepting<T, R> {
    /// Waits for a request on `io`. The deadline counts from now.
    pub fn new(io: T, config: &ServerConfig) -> Self {
        Self::with_buffered(io, RecvBuf::new(), config)
    }

    /// Like [`new`](Self::new), with bytes that have been read from `io` already.
    pub fn with_buffered(io: T, bytes: impl Into<RecvBuf>, config: &ServerConfig) -> Self {
        let mut handshake = begin(ServerHandshake::with_buffered(config, bytes));
        let watch = watch(&mut handshake);
        let came = !handshake.recv_buf().is_empty();
        Self { wire: Some(Wire::own(io)), state: State::Reading(handshake, came), watch }
    }

    /// Like [`new`](Self::new), for a request that was parsed already, and the bytes read behind it.
    pub fn with_request<'a>(
        io: T,
        request: impl Into<ParsedRequest<'a>>,
        leftover: impl Into<RecvBuf>,
        config: &ServerConfig,
    ) -> Self {
        let mut pending = ws_core::UpgradeRequest::from_request(config, request, leftover);
        pending.set_deadline(deadline(config.handshake_timeout()));
        let watch = HandshakeWatch::server(config, HandshakeStep::SendAnswer);
        let pending = UpgradeRequest { pending, wire: Wire::own(io), watch };
        pending.answer(ws_core::UpgradeRequest::accept)
    }

    /// Goes on with the handshake. Not to be called again once it is ready.
    ///
    /// # Errors
    ///
    /// [`Error::Handshake`] when the request was rejected, or did not become whole;
    /// [`Error::Unsent`] when it was rejected and the answer could not be written; [`Error::Io`] for
    /// the stream's own.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<WebSocket<T, R>, Error>> {
        loop {
            let Some(wire) = &mut self.wire else {
                return Poll::Ready(Err(HandshakeError::Done.into()));
            };
            match &mut self.state {
                State::Reading(handshake, came) => {
                    if !*came {
                        let read = ready!(poll_read(wire, handshake, &mut self.watch, cx));
                        if let Err(error) = read {
                            return Poll::Ready(Err(self.fail(error)));
                        }
                    }
                    if let Some(outcome) = self.look(cx) {
                        return Poll::Ready(outcome);
                    }
                }
                State::Accepted(accepted) => {
                    let written = ready!(poll_answer(accepted, wire, cx));
                    let State::Accepted(accepted) = std::mem::take(&mut self.state) else {
                        continue;
                    };
                    return Poll::Ready(self.open(accepted, written));
                }
                State::Rejected(ends) => {
                    let unsent = ready!(ends.poll(wire, cx));
                    let State::Rejected(ends) = std::mem::take(&mut self.state) else {
                        continue;
                    };
                    let error = told(ends.rejected.into_error(), unsent);
                    return Poll::Ready(Err(self.fail(error)));
                }
                State::Over => self.wire = None,
            }
        }
    }

    /// Looks at what has come. A request that is accepted is answered at once, if the stream takes the answer.
    fn look(&mut self, cx: &mut Context<'_>) -> Option<Result<WebSocket<T, R>, Error>> {
        let State::Reading(mut handshake, _) = std::mem::take(&mut self.state) else { return None };
        lend_memory(&mut handshake);
        match handshake.poll_accept() {
            Polled::Pending(mut handshake) => {
                take_memory_back(&mut handshake);
                self.state = State::Reading(handshake, false);
            }
            Polled::Ready(mut accepted) => {
                self.watch.step(HandshakeStep::SendAnswer);
                if let Poll::Ready(written) = poll_answer(&mut accepted, self.wire.as_mut()?, cx) {
                    return Some(self.open(accepted, written));
                }
                self.state = State::Accepted(accepted);
            }
            Polled::Failed(rejected) => {
                self.watch.step(HandshakeStep::SendAnswer);
                self.state = State::Rejected(Ends::new(rejected));
            }
        }
        None
    }

    /// Makes a WebSocket of it, if the 101 is on its way.
    fn open(
        &mut self,
        mut accepted: Accepted,
        written: Result<(), Unsent>,
    ) -> Result<WebSocket<T, R>, Error> {
        written.map_err(|unsent| self.fail(unsent.into()))?;
        let mut wire = self.wire.take().ok_or(HandshakeError::Done)?;
        wire.disarm();
        let request = accepted.take_request();
        let config = accepted.config().web_socket_config().clone();
        let connection = accepted.into_connection();
        let watch = std::mem::take(&mut self.watch).opened(&config, Role::Server);
        Ok(WebSocket::opened(wire, connection, &config, request, watch))
    }

    #[cold]
    fn fail(&mut self, error: Error) -> Error {
        self.state = State::Over;
        if let Some(mut wire) = self.wire.take() {
            wire.disarm();
        }
        self.watch.failed_with(&error);
        error
    }
}

/// Lends memory for the answer, which is written at once.
fn lend_memory(handshake: &mut ServerHandshake) {
    if !handshake.send_queue().has_buffer() {
        handshake.send_queue().attach_buffer(pool::take());
    }
}

fn take_memory_back(handshake: &mut ServerHandshake) {
    if let Some(memory) = handshake.send_queue().detach_buffer() {
        pool::put(memory);
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
pub async fn accept_request<'a, T, R: Reads<T> + Writes<T>>(
    io: T,
    request: impl Into<ParsedRequest<'a>>,
    leftover: impl Into<RecvBuf>,
    config: &ServerConfig,
) -> Result<WebSocket<T, R>, Error> {
    let mut accepting = Accepting::<T, R>::with_request(io, request, leftover, config);
    poll_fn(|cx| accepting.poll(cx)).await
}
