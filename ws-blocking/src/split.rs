//! The halves of a WebSocket, for two threads.

use std::time::Duration;

use bytes::Bytes;
use ws_driver::{
    Error, Event, Own, Part, Request,
    ws_core::{CloseFrame, CloseInfo, Message, MessageKind, Negotiated, Prepared, SendError},
};

use crate::{
    runtime::Blocking,
    transport::Transport,
    wait::{at_once, queued},
    web_socket::WebSocket,
};

/// The sending half of a WebSocket, for a thread of its own.
#[derive(Debug)]
pub struct SendHalf<T>(ws_driver::SendHalf<Own<T>, Blocking>);

impl<T: Transport> SendHalf<T> {
    pub(crate) fn new(half: ws_driver::SendHalf<Own<T>, Blocking>) -> Self {
        Self(half)
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

    /// Queues a message, and waits for room if there is none.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn feed(&mut self, message: impl Into<Message>) -> Result<(), Error> {
        queued(self.0.feed(message))
    }

    /// Queues a message without waiting.
    ///
    /// # Errors
    ///
    /// [`SendError::Full`] when there is no room.
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

    /// Sends a ping with up to 125 bytes. Its pong comes in at the receiving half.
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
    /// As [`WebSocket::flush`].
    pub fn flush(&mut self) -> Result<(), Error> {
        at_once(self.0.flush())
    }

    /// Sends a close frame behind what is queued. The receiving half then gives out what still
    /// comes, and ends. When the WebSocket is being closed already, that is left as it is.
    ///
    /// # Errors
    ///
    /// [`Error::Send`] for a frame that cannot be sent, [`Error::Io`].
    pub fn close(&mut self, frame: CloseFrame) -> Result<(), Error> {
        at_once(self.0.close(frame))
    }
}

/// The receiving half of a WebSocket, for a thread of its own.
#[derive(Debug)]
pub struct RecvHalf<T>(ws_driver::RecvHalf<Own<T>, Blocking>);

impl<T: Transport> RecvHalf<T> {
    pub(crate) fn new(half: ws_driver::RecvHalf<Own<T>, Blocking>) -> Self {
        Self(half)
    }

    /// The next message; `None` when the WebSocket has been closed by a closing handshake.
    ///
    /// # Errors
    ///
    /// As [`WebSocket::recv`].
    pub fn recv(&mut self) -> Result<Option<Message>, Error> {
        at_once(self.0.recv())
    }

    /// The next message, ping or pong.
    ///
    /// # Errors
    ///
    /// As [`WebSocket::recv`].
    pub fn recv_event(&mut self) -> Result<Option<Event>, Error> {
        at_once(self.0.recv_event())
    }

    /// The next part of a message.
    ///
    /// # Errors
    ///
    /// As [`WebSocket::recv`].
    pub fn recv_part(&mut self) -> Result<Option<Part>, Error> {
        at_once(self.0.recv_part())
    }

    /// The messages that come, until the WebSocket is closed or fails.
    pub fn messages(&mut self) -> impl Iterator<Item = Result<Message, Error>> {
        std::iter::from_fn(|| self.recv().transpose())
    }

    /// The subprotocol that was agreed on.
    pub fn subprotocol(&self) -> Option<&str> {
        self.0.subprotocol()
    }

    /// Everything that was agreed on.
    pub fn negotiated(&self) -> &Negotiated {
        self.0.negotiated()
    }

    /// The request that opened it: on a server, if it was to be kept.
    pub fn request(&self) -> Option<&Request<()>> {
        self.0.request()
    }

    /// How it ended, as far as it has.
    pub fn close_info(&self) -> CloseInfo {
        self.0.close_info()
    }

    /// How long the last ping of the keep-alive took to be answered.
    pub fn round_trip(&self) -> Option<Duration> {
        self.0.round_trip()
    }

    /// Puts the WebSocket together again.
    ///
    /// # Errors
    ///
    /// Gives both halves back when they are not of the same WebSocket.
    #[expect(clippy::result_large_err, reason = "the halves go back to where they came from")]
    pub fn unsplit(self, sender: SendHalf<T>) -> Result<WebSocket<T>, (Self, SendHalf<T>)> {
        match self.0.unsplit(sender.0) {
            Ok(ws) => Ok(WebSocket(ws)),
            Err((receiver, sender)) => Err((Self(receiver), SendHalf(sender))),
        }
    }
}
