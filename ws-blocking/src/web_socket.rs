//! An open WebSocket over a blocking stream.

use std::time::Duration;

use bytes::Bytes;
use ws_driver::{
    Error, Event, Part, Parts, Request,
    ws_core::{
        CloseFrame, CloseInfo, Message, MessageKind, Negotiated, Prepared, Role, SendError,
        WebSocketConfig,
    },
};

use crate::{
    runtime::Blocking,
    split::{RecvHalf, SendHalf},
    transport::Transport,
    wait::{at_once, queued},
};

/// An open WebSocket over a stream of type `T`.
///
/// Every function blocks as the stream does. Where a non-blocking stream would have to wait, or a
/// read timeout that you have set has passed, they fail with
/// [`WouldBlock`](std::io::ErrorKind::WouldBlock) and nothing is lost: receive again, or
/// [`flush`](Self::flush) again, when the stream is ready. A message is then already queued, and not
/// to be sent again. Where there was no room in the queue for it, sending fails with
/// [`SendError::Full`] instead, and the message is to be sent again.
#[derive(Debug)]
pub struct WebSocket<T>(pub(crate) ws_driver::WebSocket<T, Blocking>);

impl<T: Transport> WebSocket<T> {
    /// A WebSocket whose handshake somebody else did.
    pub fn from_parts(parts: Parts<T>, config: &WebSocketConfig) -> Self {
        Self(ws_driver::WebSocket::from_parts(parts, config))
    }

    /// The next message; `None` when the WebSocket has been closed by a closing handshake. Writes
    /// what was fed before it waits.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] when the peer broke a rule (it has been told), [`Error::Disconnected`]
    /// when it went away without closing, [`Error::TimedOut`], [`Error::Io`]. Afterwards `None`.
    pub fn recv(&mut self) -> Result<Option<Message>, Error> {
        at_once(self.0.recv())
    }

    /// The next message, ping or pong.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn recv_event(&mut self) -> Result<Option<Event>, Error> {
        at_once(self.0.recv_event())
    }

    /// The next part of a message, as soon as it comes and however long the message is.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn recv_part(&mut self) -> Result<Option<Part>, Error> {
        at_once(self.0.recv_part())
    }

    /// Sends a message, and waits until the stream has taken it.
    ///
    /// # Errors
    ///
    /// [`Error::Send`] when nothing can be sent any more, or when there is no room and the stream
    /// would have to wait; [`Error::Io`].
    pub fn send(&mut self, message: impl Into<Message>) -> Result<(), Error> {
        self.feed(message)?;
        self.flush()
    }

    /// Queues a message, and waits for room if there is none. It goes out with the next
    /// [`flush`](Self::flush), or when [`recv`](Self::recv) has taken what has come and has to wait.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn feed(&mut self, message: impl Into<Message>) -> Result<(), Error> {
        queued(self.0.feed(message))
    }

    /// Queues a message without waiting and without writing.
    ///
    /// # Errors
    ///
    /// [`SendError::Full`] when the queue is full.
    pub fn try_send(&mut self, message: impl Into<Message>) -> Result<(), SendError> {
        self.0.try_send(message)
    }

    /// Sends a message that was framed once for many.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_prepared(&mut self, prepared: &Prepared) -> Result<(), Error> {
        self.feed_prepared(prepared)?;
        self.flush()
    }

    /// Whether messages that are sent from now on are compressed, where permessage-deflate was agreed
    /// on and they are long enough. They are, by default; switch it off for what does not shrink,
    /// such as pictures.
    pub fn set_compression(&mut self, on: bool) {
        self.0.set_compression(on);
    }

    /// Queues a message that was framed once for many.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn feed_prepared(&mut self, prepared: &Prepared) -> Result<(), Error> {
        queued(self.0.feed_prepared(prepared))
    }

    /// The same without waiting and without writing.
    ///
    /// # Errors
    ///
    /// As [`try_send`](Self::try_send).
    pub fn try_send_prepared(&mut self, prepared: &Prepared) -> Result<(), SendError> {
        self.0.try_send_prepared(prepared)
    }

    /// Sends a part of a message; the first part decides what it is.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_part(
        &mut self,
        kind: MessageKind,
        part: impl Into<Bytes>,
        last: bool,
    ) -> Result<(), Error> {
        self.feed_part(kind, part, last)?;
        if last { self.flush() } else { Ok(()) }
    }

    /// Queues a part of a message; the first part decides what it is.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn feed_part(
        &mut self,
        kind: MessageKind,
        part: impl Into<Bytes>,
        last: bool,
    ) -> Result<(), Error> {
        queued(self.0.feed_part(kind, part, last))
    }

    /// Sends a ping with up to 125 bytes. Its pong comes as an [`Event::Pong`].
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn ping(&mut self, payload: impl Into<Bytes>) -> Result<(), Error> {
        self.feed_ping(payload)?;
        self.flush()
    }

    /// Queues a ping, and waits while there is one in the queue.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn feed_ping(&mut self, payload: impl Into<Bytes>) -> Result<(), Error> {
        queued(self.0.feed_ping(payload))
    }

    /// Writes everything that was queued, and makes the stream pass it on.
    ///
    /// # Errors
    ///
    /// [`Error::Send`] when a message had to be given up in the middle, because the peer closed;
    /// [`Error::Io`].
    pub fn flush(&mut self) -> Result<(), Error> {
        at_once(self.0.flush())
    }

    /// Closes: sends a close frame behind what is queued, waits for the peer's, and closes the
    /// stream. Messages that still come are thrown away.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`] when the peer does not answer in time, otherwise as
    /// [`recv`](Self::recv).
    pub fn close(&mut self, frame: CloseFrame) -> Result<CloseInfo, Error> {
        at_once(self.0.close(frame))
    }

    /// Queues a close frame; keep receiving until `None`.
    ///
    /// # Errors
    ///
    /// [`SendError::CloseCode`] and [`SendError::ControlTooLong`] for a frame that cannot be sent,
    /// [`SendError::Closing`] when one is under way.
    pub fn start_close(&mut self, frame: CloseFrame) -> Result<(), SendError> {
        self.0.start_close(frame)
    }

    /// Takes the WebSocket apart for two threads, with a handle of the stream for each, made by
    /// `clone`: `|stream| stream.try_clone()` for a socket.
    ///
    /// # Errors
    ///
    /// Those of `clone`.
    pub fn split<E>(
        self,
        clone: impl FnOnce(&T) -> Result<T, E>,
    ) -> Result<(SendHalf<T>, RecvHalf<T>), E> {
        let (sender, receiver) = self.0.split_cloned(clone)?;
        Ok((SendHalf::new(sender), RecvHalf::new(receiver)))
    }

    /// The messages that come, until the WebSocket is closed or fails.
    pub fn messages(&mut self) -> impl Iterator<Item = Result<Message, Error>> {
        std::iter::from_fn(|| self.recv().transpose())
    }

    /// Takes it apart, as it was right after the handshake.
    pub fn into_parts(self) -> Parts<T> {
        self.0.into_parts()
    }

    /// The subprotocol that was agreed on.
    pub fn subprotocol(&self) -> Option<&str> {
        self.0.subprotocol()
    }

    /// The extensions in use, as the value of Sec-WebSocket-Extensions.
    pub fn extensions(&self) -> Option<String> {
        self.0.extensions()
    }

    /// Everything that was agreed on.
    pub fn negotiated(&self) -> &Negotiated {
        self.0.negotiated()
    }

    /// Which end this is.
    pub fn role(&self) -> Role {
        self.0.role()
    }

    /// The request that opened it: on a server, if it was to be kept.
    pub fn request(&self) -> Option<&Request<()>> {
        self.0.request()
    }

    /// Bytes that came and have not been looked at; right after the handshake, the first frames.
    pub fn leftover(&self) -> &[u8] {
        self.0.leftover()
    }

    /// How it ended, as far as it has.
    pub fn close_info(&self) -> CloseInfo {
        self.0.close_info()
    }

    /// How long the last ping of the keep-alive took to be answered.
    pub fn round_trip(&self) -> Option<Duration> {
        self.0.round_trip()
    }

    /// The stream.
    pub fn get_ref(&self) -> &T {
        self.0.get_ref()
    }

    /// The stream. Reading or writing frames past the WebSocket breaks it.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }
}
