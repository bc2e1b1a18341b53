//! An open WebSocket over a stream.

use std::{
    fmt,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::Request;
use ws_core::{
    CloseFrame, CloseInfo, Connection, Incoming, Message, Negotiated, Outgoing, Role, SendError,
    Sender, WebSocketConfig,
};

use crate::{
    Error, Event, Part, Parts,
    bell::listen,
    hold::Own,
    inbound::Inbound,
    outbound::{Outbound, lend_memory, poll_feed, poll_write_out, sent_whole, watched},
    pool,
    runtime::{Reads, Runtime, Writes},
    waiters::{Does, Waiters},
    watch::{HandshakeWatch, Watch},
    wire::{Wire, sooner},
};

/// An open WebSocket.
///
/// `T` is the stream, `R` the runtime it is driven by; each adapter has a type of its own
/// around this one, with `R` filled in.
///
/// Pings and closes are answered while you receive: keep receiving, or
/// [`split`](Self::split). Every future may be dropped at any time: nothing that was received is
/// lost, and a message is either queued whole or not at all.
pub struct WebSocket<T, R: Runtime> {
    pub(crate) inbound: Inbound<Own<T>, R>,
    pub(crate) outbound: Outbound,
    pub(crate) waiters: Waiters,
    pub(crate) negotiated: Negotiated,
    pub(crate) request: Option<Box<Request<()>>>,
}

impl<T, R: Runtime> WebSocket<T, R> {
    pub(crate) fn new(
        wire: Wire<Own<T>, R>,
        mut connection: Connection,
        config: &WebSocketConfig,
        request: Option<Box<Request<()>>>,
        watch: Watch,
    ) -> Self {
        watch.attach(&mut connection);
        let (receiver, sender, clock, negotiated) = connection.split();
        Self {
            inbound: Inbound::new(wire, receiver, config, watch),
            outbound: Outbound { sender, clock },
            waiters: Waiters::default(),
            negotiated,
            request,
        }
    }

    /// Like [`new`](Self::new), right after a handshake: the memory that its buffers can spare goes
    /// back to the pool.
    pub(crate) fn opened(
        wire: Wire<Own<T>, R>,
        mut connection: Connection,
        config: &WebSocketConfig,
        request: Option<Box<Request<()>>>,
        watch: Watch,
    ) -> Self {
        if let Some(memory) = connection.receiver().recv_buf().detach_buffer() {
            pool::put_memory(memory);
        }
        if let Some(memory) = connection.sender().detach_buffer() {
            pool::put(memory);
        }
        Self::new(wire, connection, config, request, watch)
    }

    /// A WebSocket over a stream that another HTTP stack has upgraded, when nothing was read behind
    /// the head of the request or response.
    pub fn from_upgraded(
        io: T,
        role: Role,
        negotiated: Negotiated,
        config: &WebSocketConfig,
    ) -> Self {
        Self::from_parts(Parts::new(io, role, negotiated), config)
    }

    /// A WebSocket whose handshake was done elsewhere. `parts.leftover` is everything that was read
    /// from the stream behind the head of the request or response.
    pub fn from_parts(parts: Parts<T>, config: &WebSocketConfig) -> Self {
        let Parts { io, leftover, role, negotiated, request, watch } = parts;
        let watch = watch.opened(config, role);
        let connection = Connection::new(role, negotiated, leftover, config);
        Self::new(Wire::own(io), connection, config, request.map(Box::new), watch)
    }

    /// The negotiated subprotocol.
    pub fn subprotocol(&self) -> Option<&str> {
        self.negotiated().subprotocol()
    }

    /// The extensions in use, as the value of Sec-WebSocket-Extensions.
    pub fn extensions(&self) -> Option<String> {
        self.negotiated().extensions()
    }

    /// Everything that was negotiated.
    pub fn negotiated(&self) -> &Negotiated {
        &self.negotiated
    }

    /// Which end this is.
    pub fn role(&self) -> Role {
        self.inbound.receiver.role()
    }

    /// The request that opened it: on a server, if
    /// [`keep_request`](ws_core::ServerConfig::keep_request) is on.
    pub fn request(&self) -> Option<&Request<()>> {
        self.request.as_deref()
    }

    /// Bytes that came and have not been looked at; right after the handshake, the first frames.
    pub fn leftover(&self) -> &[u8] {
        self.inbound.receiver.leftover()
    }

    /// How it ended, or how far closing has come: who sent which close frame, and who was first.
    pub fn close_info(&self) -> CloseInfo {
        self.outbound.sender.close_info(self.inbound.receiver.close_frame())
    }

    /// How long the last ping of [`ping_interval`](WebSocketConfig::ping_interval) took to be
    /// answered.
    pub fn round_trip(&self) -> Option<Duration> {
        self.outbound.clock.round_trip()
    }

    /// The stream.
    pub fn get_ref(&self) -> &T {
        self.inbound.wire.get_ref()
    }

    /// The stream. Reading or writing frames past the WebSocket breaks it.
    pub fn get_mut(&mut self) -> &mut T {
        self.inbound.wire.get_mut()
    }

    /// Takes it apart, as it was right after the handshake.
    pub fn into_parts(self) -> Parts<T>
    where
        R: Writes<T>,
    {
        let Inbound { wire, receiver, watch, .. } = self.inbound;
        watch.taken_apart();
        Parts {
            io: wire.into_inner().0,
            role: receiver.role(),
            leftover: receiver.into_leftover(),
            negotiated: self.negotiated,
            request: self.request.map(|request| *request),
            watch: HandshakeWatch::default(),
        }
    }

    /// The same WebSocket over what `over` makes of its stream, which has to pass on whatever is read and
    /// written: for streams that become one of several kinds.
    #[doc(hidden)]
    pub fn map<U>(self, over: impl FnOnce(T) -> U) -> WebSocket<U, R> {
        let Self { inbound, outbound, waiters, negotiated, request } = self;
        let inbound = inbound.over(|wire| wire.map(over));
        WebSocket { inbound, outbound, waiters, negotiated, request }
    }

    /// Queues a message without waiting and without writing.
    ///
    /// # Errors
    ///
    /// [`SendError::Full`] when there is no room.
    pub fn try_feed(&mut self, message: &impl Outgoing) -> Result<(), SendError> {
        lend_memory(&mut self.outbound.sender);
        message.queue(&mut self.outbound.sender)
    }

    /// Queues a ping without waiting and without writing.
    ///
    /// # Errors
    ///
    /// As [`try_ping`](Self::try_ping).
    pub fn try_feed_ping(&mut self, payload: Bytes) -> Result<(), SendError> {
        lend_memory(&mut self.outbound.sender);
        self.outbound.sender.ping(payload)
    }

    /// Queues a pong without waiting and without writing.
    ///
    /// # Errors
    ///
    /// As [`try_pong`](Self::try_pong).
    pub fn try_feed_pong(&mut self, payload: Bytes) -> Result<(), SendError> {
        lend_memory(&mut self.outbound.sender);
        self.outbound.sender.pong(payload)
    }

    /// The length of what is queued and not written yet: see [`queue_len`](Self::queue_len).
    pub fn pending_len(&self) -> usize {
        self.outbound.sender.queue_len()
    }

    /// Whether messages that are sent from now on are compressed: see
    /// [`set_compression`](Self::set_compression).
    pub fn enable_compression(&mut self, on: bool) {
        self.outbound.sender.set_compression(on);
    }
}

impl<T, R: Reads<T> + Writes<T>> WebSocket<T, R> {
    crate::__receiving!(async [async]);
    crate::__sending!(async [async]);
    crate::__closing!(async [async]);
    crate::surface::polling::polling!();
    crate::surface::polling::receiving!();

    fn driven(&mut self) -> &mut Self {
        self
    }

    fn driving(&self) -> &Self {
        self
    }

    /// Polls until the stream is closed, and throws away what still comes.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_receiving(cx, Inbound::poll_closed)
    }

    /// Polls [`send`](Self::send): queues the message, unless it has been `queued`, and writes everything.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        message: &impl Outgoing,
        queued: &mut bool,
    ) -> Poll<Result<(), Error>> {
        self.poll_sending(cx, |wire, Outbound { sender, clock }, cx, limit| {
            let mut watch = |sender: &mut Sender| watched(clock, sender, limit);
            if !*queued {
                ready!(poll_feed(sender, wire, cx, |sender| message.queue(sender), &mut watch))?;
                *queued = true;
            }
            ready!(poll_write_out(sender, wire, cx, watch))?;
            Poll::Ready(sent_whole(sender))
        })
    }

    /// Polls [`flush`](Self::flush).
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush).
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_sending(cx, |wire, Outbound { sender, clock }, cx, limit| {
            let watch = |sender: &mut Sender| watched(clock, sender, limit);
            ready!(poll_write_out(sender, wire, cx, watch))?;
            Poll::Ready(sent_whole(sender))
        })
    }

    /// Queues a message however long it is: [`poll_ready`](Self::poll_ready) has found room for some.
    pub(crate) fn send_unbounded(&mut self, message: &Message) -> Result<(), SendError> {
        self.outbound.sender.send_unbounded(message)
    }

    /// Queues a close frame.
    ///
    /// # Errors
    ///
    /// As [`start_close_with`](Self::start_close_with).
    pub fn queue_close(&mut self, frame: CloseFrame) -> Result<(), SendError> {
        lend_memory(&mut self.outbound.sender);
        self.outbound.sender.close(frame)?;
        self.outbound.clock.handle_closing(Instant::now());
        Ok(())
    }

    /// Tries a command until there is room for it, and makes room by writing.
    fn poll_command(
        &mut self,
        cx: &mut Context<'_>,
        mut command: impl FnMut(&mut Sender) -> Result<(), SendError>,
    ) -> Poll<Result<(), Error>> {
        self.poll_sending(cx, |wire, Outbound { sender, clock }, cx, limit| {
            poll_feed(sender, wire, cx, &mut command, |sender| watched(clock, sender, limit))
        })
    }

    fn poll_incoming(&mut self, cx: &mut Context<'_>, parts: bool) -> Poll<Option<Incoming>> {
        self.poll_receiving(cx, |inbound, outbound, cx| inbound.poll_incoming(outbound, cx, parts))
    }

    fn poll_receiving<O>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Inbound<Own<T>, R>, &mut Outbound, &mut Context<'_>) -> Poll<O>,
    ) -> Poll<O> {
        let Self { inbound, outbound, waiters, .. } = self;
        let before = inbound.wire.moves();
        let both = waiters.both(Does::Receive, cx);
        let mut with = Context::from_waker(both.as_ref().unwrap_or_else(|| cx.waker()));
        let polled = poll(inbound, outbound, &mut with);
        waiters.polled(Does::Receive, cx, matches!(polled, Poll::Pending));
        if inbound.wire.moves() != before {
            // Who waits for room may find some, and who waits to flush may be done, or neither ever will be.
            waiters.wake_sender();
        }
        inbound.wire.rest();
        polled
    }

    /// Writes, and minds the time while the stream takes nothing. `poll` is told how long it may wait.
    fn poll_sending(
        &mut self,
        cx: &mut Context<'_>,
        mut poll: impl FnMut(
            &mut Wire<Own<T>, R>,
            &mut Outbound,
            &mut Context<'_>,
            Option<Instant>,
        ) -> Poll<Result<(), Error>>,
    ) -> Poll<Result<(), Error>> {
        let Self { inbound, outbound, waiters, .. } = self;
        let listens = waiters.is_receiving_elsewhere(cx);
        let both = waiters.both(Does::Send, cx);
        let mut with = Context::from_waker(both.as_ref().unwrap_or_else(|| cx.waker()));
        let mut send = |cx: &mut Context<'_>| {
            loop {
                let tracked = R::BLOCKS && outbound.clock.tracked().is_some();
                let look = inbound.wire.look_up_writing(tracked);
                match poll(&mut inbound.wire, outbound, cx, look) {
                    Poll::Ready(Ok(())) => return Poll::Ready(Ok(())),
                    Poll::Ready(Err(Error::Io(error))) => {
                        inbound.handle_unwritable(outbound, None);
                        return Poll::Ready(Err(error.into()));
                    }
                    Poll::Ready(Err(Error::Send(SendError::Closing))) => {
                        let tracked = outbound.clock.tracked();
                        if !listens && tracked.is_some_and(|it| it.is_shutting_down()) {
                            // Whoever is told this goes, and the end would be cut off.
                            let _ = ready!(inbound.poll_closed(outbound, cx));
                        }
                        return Poll::Ready(Err(SendError::Closing.into()));
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending if !outbound.clock.is_on() => return Poll::Pending,
                    Poll::Pending => {}
                }
                if !listens {
                    outbound.clock.handle_absent();
                }
                listen::<R>(outbound.clock.tracked(), Does::Send, cx);
                let until = sooner(outbound.clock.poll_timeout(Instant::now()), look);
                if let Err(error) = ready!(inbound.wire.poll_until(cx, until)) {
                    return Poll::Ready(Err(error.into()));
                }
                if let Some(timeout) = inbound.timed_out(outbound) {
                    inbound.watch.failed(&Error::TimedOut(timeout));
                    if listens {
                        // To the task that receives, the end must not look like a close.
                        inbound.tell(Error::TimedOut(timeout));
                    }
                    return Poll::Ready(Err(Error::TimedOut(timeout)));
                }
            }
        };
        let sent = send(&mut with);
        waiters.polled(Does::Send, cx, matches!(sent, Poll::Pending));
        if sent.is_ready() && outbound.sender.check_open().is_err() {
            // Who waits to receive may have to end the stream.
            waiters.wake_receiver();
        }
        inbound.wire.rest();
        sent
    }
}

impl<T: fmt::Debug, R: Runtime> fmt::Debug for WebSocket<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket")
            .field("io", self.get_ref())
            .field("role", &self.role())
            .field("negotiated", self.negotiated())
            .finish_non_exhaustive()
    }
}
