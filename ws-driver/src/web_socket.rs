//! An open WebSocket over a stream.

use std::{
    fmt,
    future::poll_fn,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::Request;
use ws_core::{
    CloseFrame, CloseInfo, Connection, Message, MessageKind, Negotiated, Prepared, Role, SendError,
    Sender, WebSocketConfig,
};

use crate::{
    Error,
    hold::Own,
    inbound::Inbound,
    outbound::{lend_memory, poll_feed, poll_flush},
    pool,
    runtime::{Reads, Runtime, Writes},
    wire::Wire,
};

/// An open WebSocket.
///
/// `T` is the stream, `R` the runtime it is driven by; adapters have an alias with `R` filled in.
///
/// Pings are answered, and a close is, whenever something is received: keep receiving, or
/// [`split`](Self::split). Every future may be dropped at any time: nothing that was received is
/// lost, and a message is either queued whole or not at all.
pub struct WebSocket<T, R: Runtime> {
    pub(crate) inbound: Inbound<Own<T>, R>,
    pub(crate) sender: Sender,
    pub(crate) negotiated: Negotiated,
    pub(crate) request: Option<Box<Request<()>>>,
}

/// Something that came over a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A message.
    Message(Message),
    /// A ping; it has been answered.
    Ping(Bytes),
    /// A pong.
    Pong(Bytes),
}

/// A part of a message, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What the message is. Text is checked, but a part may begin or end inside a character.
    pub kind: MessageKind,
    /// The bytes; may be empty.
    pub data: Bytes,
    /// The message ends with this part.
    pub last: bool,
}

impl<T, R: Runtime> WebSocket<T, R> {
    pub(crate) fn new(
        wire: Wire<Own<T>, R>,
        connection: Connection,
        config: &WebSocketConfig,
        request: Option<Box<Request<()>>>,
    ) -> Self {
        let (receiver, sender, negotiated) = connection.split();
        Self { inbound: Inbound::new(wire, receiver, config), sender, negotiated, request }
    }

    /// The same right after a handshake, which is done with the buffers it has read into and written
    /// from.
    pub(crate) fn opened(
        wire: Wire<Own<T>, R>,
        mut connection: Connection,
        config: &WebSocketConfig,
        request: Option<Box<Request<()>>>,
    ) -> Self {
        let memory = connection.receiver().recv_buf().detach_buffer();
        memory.into_iter().chain(connection.sender().detach_buffer()).for_each(pool::put);
        Self::new(wire, connection, config, request)
    }

    /// A WebSocket whose handshake somebody else did, over `io`. Read nothing more from `io` than
    /// what is given as `parts.leftover`.
    pub fn from_parts(parts: Parts<T>, config: &WebSocketConfig) -> Self {
        let Parts { io, leftover, role, negotiated, request } = parts;
        let connection = Connection::new(role, negotiated, leftover, config);
        Self::new(Wire::own(io), connection, config, request.map(Box::new))
    }

    /// The subprotocol that was agreed on.
    pub fn subprotocol(&self) -> Option<&str> {
        self.negotiated().subprotocol()
    }

    /// The extensions in use, as the value of Sec-WebSocket-Extensions.
    pub fn extensions(&self) -> Option<String> {
        self.negotiated().extensions()
    }

    /// Everything that was agreed on.
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

    /// How it ended, as far as it has: who said what, and who was first.
    pub fn close_info(&self) -> CloseInfo {
        self.sender.close_info(self.inbound.receiver.close_frame())
    }

    /// How long the last ping of [`ping_interval`](WebSocketConfig::ping_interval) took to be
    /// answered.
    pub fn round_trip(&self) -> Option<Duration> {
        self.inbound.clock.round_trip()
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
        let Inbound { wire, receiver, .. } = self.inbound;
        Parts {
            io: wire.into_inner().0,
            role: receiver.role(),
            leftover: receiver.into_leftover(),
            negotiated: self.negotiated,
            request: self.request.map(|request| *request),
        }
    }

    /// Queues a message without waiting and without writing.
    ///
    /// # Errors
    ///
    /// [`SendError::Full`] when the queue is full.
    pub fn try_send(&mut self, message: impl Into<Message>) -> Result<(), SendError> {
        lend_memory(&mut self.sender);
        self.sender.send(&message.into())
    }

    /// The same with a message that was framed once for many.
    ///
    /// # Errors
    ///
    /// As [`try_send`](Self::try_send).
    pub fn try_send_prepared(&mut self, prepared: &Prepared) -> Result<(), SendError> {
        lend_memory(&mut self.sender);
        self.sender.send_prepared(prepared)
    }

    /// Whether messages that are sent from now on are compressed, where permessage-deflate was agreed
    /// on and they are long enough. They are, by default; switch it off for what does not shrink,
    /// such as pictures.
    pub fn set_compression(&mut self, on: bool) {
        self.sender.set_compression(on);
    }
}

impl<T, R: Reads<T> + Writes<T>> WebSocket<T, R> {
    /// The next message; `None` when the WebSocket has been closed by a closing handshake.
    ///
    /// Writes what was fed before it waits, so an echo loop that feeds batches by itself.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] when the peer broke a rule (it has been told), [`Error::Disconnected`]
    /// when it went away without closing, [`Error::TimedOut`], [`Error::Io`]. Afterwards `None`.
    pub async fn recv(&mut self) -> Result<Option<Message>, Error> {
        poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// The next message, ping or pong.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub async fn recv_event(&mut self) -> Result<Option<Event>, Error> {
        poll_fn(|cx| self.poll_recv_event(cx)).await
    }

    /// The next part of a message, as soon as it comes and however long the message is.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub async fn recv_part(&mut self) -> Result<Option<Part>, Error> {
        poll_fn(|cx| self.poll_recv_part(cx)).await
    }

    /// Sends a message, and waits until the stream has taken it.
    ///
    /// # Errors
    ///
    /// [`Error::Send`] when nothing can be sent any more, [`Error::Io`].
    pub async fn send(&mut self, message: impl Into<Message>) -> Result<(), Error> {
        self.feed(message).await?;
        self.flush().await
    }

    /// Queues a message, and waits for room if there is none. It goes out with the next
    /// [`flush`](Self::flush), or when [`recv`](Self::recv) has taken what has come and has to wait.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn feed(&mut self, message: impl Into<Message>) -> Result<(), Error> {
        let message = message.into();
        poll_fn(|cx| self.poll_feed(cx, |sender| sender.send(&message))).await
    }

    /// Queues a message that was framed once for many.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn feed_prepared(&mut self, prepared: &Prepared) -> Result<(), Error> {
        poll_fn(|cx| self.poll_feed(cx, |sender| sender.send_prepared(prepared))).await
    }

    /// Sends a message that was framed once for many.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_prepared(&mut self, prepared: &Prepared) -> Result<(), Error> {
        self.feed_prepared(prepared).await?;
        self.flush().await
    }

    /// Sends a part of a message; the first part decides what it is. Queued, and written when there
    /// is a lot, at the last part, or with [`flush`](Self::flush).
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_part(
        &mut self,
        kind: MessageKind,
        part: impl Into<Bytes>,
        last: bool,
    ) -> Result<(), Error> {
        self.feed_part(kind, part, last).await?;
        if last { self.flush().await } else { Ok(()) }
    }

    /// Queues a part of a message; the first part decides what it is.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn feed_part(
        &mut self,
        kind: MessageKind,
        part: impl Into<Bytes>,
        last: bool,
    ) -> Result<(), Error> {
        let part = part.into();
        poll_fn(|cx| self.poll_feed(cx, |sender| sender.send_part(kind, &part, last))).await
    }

    /// Sends a ping with up to 125 bytes. Its pong comes as an [`Event::Pong`].
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn ping(&mut self, payload: impl Into<Bytes>) -> Result<(), Error> {
        self.feed_ping(payload).await?;
        self.flush().await
    }

    /// Queues a ping, and waits while there is one in the queue.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn feed_ping(&mut self, payload: impl Into<Bytes>) -> Result<(), Error> {
        let payload = payload.into();
        poll_fn(|cx| self.poll_feed(cx, |sender| sender.ping(payload.clone()))).await
    }

    /// Writes everything that was queued, and makes the stream pass it on.
    ///
    /// # Errors
    ///
    /// [`Error::Send`] when a message had to be given up in the middle, because the peer closed;
    /// [`Error::Io`].
    pub async fn flush(&mut self) -> Result<(), Error> {
        poll_fn(|cx| self.poll_flush(cx)).await
    }

    /// Closes: sends a close frame behind what is queued, waits for the peer's, and closes the
    /// stream. Messages that still come are thrown away; to take them, receive until `None` after a
    /// [`start_close`](Self::start_close).
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`] when the peer does not answer in
    /// [`close_timeout`](WebSocketConfig::close_timeout), otherwise as [`recv`](Self::recv).
    pub async fn close(&mut self, frame: CloseFrame) -> Result<CloseInfo, Error> {
        match self.start_close(frame) {
            Ok(()) | Err(SendError::Closing) => {}
            Err(error) => return Err(error.into()),
        }
        while let Some(_late) = self.recv_event().await? {}
        Ok(self.close_info())
    }

    /// Queues a close frame; keep receiving until `None`.
    ///
    /// # Errors
    ///
    /// [`SendError::CloseCode`] and [`SendError::ControlTooLong`] for a frame that cannot be sent,
    /// [`SendError::Closing`] when one is under way.
    pub fn start_close(&mut self, frame: CloseFrame) -> Result<(), SendError> {
        lend_memory(&mut self.sender);
        self.sender.close(frame)?;
        self.inbound.clock.handle_closing(Instant::now());
        Ok(())
    }

    /// [`recv`](Self::recv) as a function to poll.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Message>, Error>> {
        self.inbound.poll_message(&mut self.sender, cx)
    }

    /// [`recv_event`](Self::recv_event) as a function to poll.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn poll_recv_event(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Event>, Error>> {
        self.inbound.poll_event(&mut self.sender, cx)
    }

    /// [`recv_part`](Self::recv_part) as a function to poll.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn poll_recv_part(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Part>, Error>> {
        self.inbound.poll_part(&mut self.sender, cx)
    }

    /// [`flush`](Self::flush) as a function to poll.
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush).
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        poll_flush(&mut self.sender, &mut self.inbound.wire, cx)
    }

    /// Waits until a message of `len` bytes would be taken.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn poll_ready(&mut self, cx: &mut Context<'_>, len: usize) -> Poll<Result<(), Error>> {
        self.poll_feed(cx, |sender| sender.check_ready(len))
    }

    /// Tries a command until there is room for it, and makes room by writing.
    fn poll_feed(
        &mut self,
        cx: &mut Context<'_>,
        command: impl FnMut(&mut Sender) -> Result<(), SendError>,
    ) -> Poll<Result<(), Error>> {
        poll_feed(&mut self.sender, &mut self.inbound.wire, cx, command)
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

/// What a WebSocket is made of.
#[derive(Debug)]
pub struct Parts<T> {
    /// The stream.
    pub io: T,
    /// Bytes that were received and not used: the first frames. Moved, not copied.
    pub leftover: Bytes,
    /// Which end this is.
    pub role: Role,
    /// What was agreed on.
    pub negotiated: Negotiated,
    /// The request, if it was kept.
    pub request: Option<Request<()>>,
}
