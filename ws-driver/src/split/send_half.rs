//! The half that sends.

use std::{
    fmt,
    future::poll_fn,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll, Waker, ready},
};

use bytes::Bytes;
use ws_core::{CloseFrame, Message, MessageKind, Prepared, SendError, Sender};

use super::both::{Both, Writer, remember};
use crate::{
    Error,
    hold::Hold,
    outbound::{lend_memory, poll_feed, sent_whole},
    runtime::{Runtime, Writes},
};

/// The sending half of a WebSocket. It is of use as long as the other half receives: pongs and the
/// peer's close come in there.
pub struct SendHalf<I: Hold, R: Runtime> {
    pub(super) both: Arc<Both<I, R>>,
}

impl<I: Hold, R: Writes<I::Stream>> SendHalf<I, R> {
    /// Sends a message, and waits until the stream has taken it.
    ///
    /// # Errors
    ///
    /// [`Error::Send`] when nothing can be sent any more, [`Error::Io`].
    pub async fn send(&mut self, message: impl Into<Message>) -> Result<(), Error> {
        self.feed(message).await?;
        self.flush().await
    }

    /// Queues a message, and waits for room if there is none.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn feed(&mut self, message: impl Into<Message>) -> Result<(), Error> {
        let message = message.into();
        self.command(|sender| sender.send(&message)).await
    }

    /// Queues a message without waiting.
    ///
    /// # Errors
    ///
    /// [`SendError::Full`] when there is no room.
    pub fn try_send(&mut self, message: impl Into<Message>) -> Result<(), SendError> {
        let message = message.into();
        self.both.with_writer(|writer| {
            lend_memory(&mut writer.sender);
            writer.sender.send(&message)
        })
    }

    /// The same with a message that was framed once for many.
    ///
    /// # Errors
    ///
    /// As [`try_send`](Self::try_send).
    pub fn try_send_prepared(&mut self, prepared: &Prepared) -> Result<(), SendError> {
        self.both.with_writer(|writer| {
            lend_memory(&mut writer.sender);
            writer.sender.send_prepared(prepared)
        })
    }

    /// Whether messages that are sent from now on are compressed, where permessage-deflate was agreed
    /// on and they are long enough. They are, by default; switch it off for what does not shrink,
    /// such as pictures.
    pub fn set_compression(&mut self, on: bool) {
        self.both.with_writer(|writer| writer.sender.set_compression(on));
    }

    /// Queues a message that was framed once for many, and waits for room if there is none.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn feed_prepared(&mut self, prepared: &Prepared) -> Result<(), Error> {
        self.command(|sender| sender.send_prepared(prepared)).await
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

    /// Sends a part of a message; the first part decides what it is.
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
        self.command(|sender| sender.send_part(kind, &part, last)).await
    }

    /// Sends a ping with up to 125 bytes. Its pong comes in at the receiving half.
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
        self.command(|sender| sender.ping(payload.clone())).await
    }

    /// Writes everything that was queued, and makes the stream pass it on.
    ///
    /// # Errors
    ///
    /// As [`WebSocket::flush`](crate::WebSocket::flush).
    pub async fn flush(&mut self) -> Result<(), Error> {
        poll_fn(|cx| self.poll_flush(cx)).await
    }

    /// Sends a close frame behind what is queued. The receiving half then gives out what still
    /// comes, and ends. When the WebSocket is being closed already, that is left as it is.
    ///
    /// # Errors
    ///
    /// [`Error::Send`] for a frame that cannot be sent, [`Error::Io`].
    pub async fn close(&mut self, frame: CloseFrame) -> Result<(), Error> {
        poll_fn(|cx| self.poll_close(cx, &frame)).await
    }

    async fn command(
        &mut self,
        mut command: impl FnMut(&mut Sender) -> Result<(), SendError>,
    ) -> Result<(), Error> {
        poll_fn(|cx| self.poll_command(cx, &mut command)).await
    }

    fn poll_write_out(&mut self, cx: &Context<'_>) -> Poll<Result<(), Error>> {
        let waker = self.remember(cx);
        let (both, mut cx) = (&self.both, Context::from_waker(&waker));
        both.with_writer(|writer| both.poll_write_as(writer, &mut cx, None)).map_err(Error::Io)
    }

    /// Tries a command until there is room for it, and makes room by writing.
    pub(crate) fn poll_command(
        &mut self,
        cx: &Context<'_>,
        mut command: impl FnMut(&mut Sender) -> Result<(), SendError>,
    ) -> Poll<Result<(), Error>> {
        let waker = self.remember(cx);
        let (both, mut cx) = (&self.both, Context::from_waker(&waker));
        both.with_writer(|Writer { sender, wire }| {
            poll_feed(sender, wire, &mut cx, |sender| {
                both.unpark(sender);
                command(sender)
            })
        })
    }

    /// [`flush`](Self::flush) as a function to poll.
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush).
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.poll_write_out(cx))?;
        Poll::Ready(self.both.with_writer(|writer| sent_whole(&mut writer.sender)))
    }

    /// [`close`](Self::close) as a function to poll.
    ///
    /// # Errors
    ///
    /// As [`close`](Self::close).
    pub fn poll_close(
        &mut self,
        cx: &mut Context<'_>,
        frame: &CloseFrame,
    ) -> Poll<Result<(), Error>> {
        match ready!(self.poll_command(cx, |sender| sender.close(frame.clone()))) {
            Ok(()) | Err(Error::Send(SendError::Closing)) => {}
            Err(error) => return Poll::Ready(Err(error)),
        }
        if !self.both.closing.swap(true, Ordering::Relaxed) {
            // The receiving half has a time to watch now, also while the peer takes nothing.
            self.both.wakers.wake_receiver();
        }
        self.poll_write_out(cx)
    }

    /// Queues a message however long it is, once there is room for some.
    pub(crate) fn send_unbounded(&mut self, message: &Message) -> Result<(), SendError> {
        self.both.with_writer(|writer| writer.sender.send_unbounded(message))
    }

    /// Who is to be woken: this half, and the other one, whose stream it is, too.
    fn remember(&self, cx: &Context<'_>) -> Waker {
        remember(&self.both.wakers.sender, cx);
        self.both.waker()
    }
}

impl<I: Hold, R: Runtime> fmt::Debug for SendHalf<I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendHalf").finish_non_exhaustive()
    }
}
