//! The half that sends.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll, Waker, ready},
    time::Instant,
};

use bytes::Bytes;
use ws_core::{CloseFrame, CloseInfo, Message, Outgoing, Reply, SendError, Sender};

use super::both::{Both, Writer};
use crate::{
    Error, Part,
    hold::{Hold, lock},
    outbound::{lend_memory, poll_feed, poll_write_out, sent_whole},
    runtime::{Runtime, Writes},
};

/// The sending half of a WebSocket. The other half has to be receiving meanwhile: pings and the
/// peer's close are answered there.
pub struct SendHalf<I: Hold, R: Runtime> {
    pub(super) both: Arc<Both<I, R>>,
}

impl<I: Hold, R: Writes<I::Stream>> SendHalf<I, R> {
    crate::__sending!(async [async]);
    crate::__half_closing!(async [async]);
    crate::surface::polling::polling!();

    fn driven(&mut self) -> &mut Self {
        self
    }

    fn driving(&self) -> &Self {
        self
    }

    /// Queues a message without waiting and without writing.
    ///
    /// # Errors
    ///
    /// [`SendError::Full`] when there is no room.
    pub fn try_feed(&mut self, message: &impl Outgoing) -> Result<(), SendError> {
        self.both.with_writer(|writer| {
            lend_memory(&mut writer.sender);
            message.queue(&mut writer.sender)
        })
    }

    /// Queues a ping without waiting and without writing.
    ///
    /// # Errors
    ///
    /// As [`try_ping`](Self::try_ping).
    pub fn try_feed_ping(&mut self, payload: Bytes) -> Result<(), SendError> {
        self.both.with_writer(|writer| {
            lend_memory(&mut writer.sender);
            writer.sender.ping(payload)
        })
    }

    /// Queues a pong without waiting and without writing.
    ///
    /// # Errors
    ///
    /// As [`try_pong`](Self::try_pong).
    pub fn try_feed_pong(&mut self, payload: Bytes) -> Result<(), SendError> {
        self.both.with_writer(|writer| {
            lend_memory(&mut writer.sender);
            writer.sender.pong(payload)
        })
    }

    /// The length of what is queued and not written yet: see [`queue_len`](Self::queue_len).
    pub fn pending_len(&self) -> usize {
        self.both.with_writer(|writer| writer.sender.queue_len())
    }

    /// Whether messages that are sent from now on are compressed: see
    /// [`set_compression`](Self::set_compression).
    pub fn enable_compression(&mut self, on: bool) {
        self.both.with_writer(|writer| writer.sender.set_compression(on));
    }

    fn poll_write_out(&mut self, cx: &Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_writer(cx, |both, Writer { wire, sender }, cx| {
            poll_write_out(sender, wire, cx, |sender| both.watch_only(sender)).map_err(Error::Io)
        })
    }

    /// Tries a command until there is room for it, and makes room by writing.
    fn poll_command(
        &mut self,
        cx: &Context<'_>,
        mut command: impl FnMut(&mut Sender) -> Result<(), SendError>,
    ) -> Poll<Result<(), Error>> {
        self.poll_writer(cx, |both, Writer { sender, wire }, cx| {
            let command = |sender: &mut Sender| {
                both.unpark(sender);
                command(sender)
            };
            poll_feed(sender, wire, cx, command, |sender| both.watch_only(sender))
        })
    }

    /// Writes. If that fails because the other half has given the connection up, the reason is told.
    fn poll_writer(
        &mut self,
        cx: &Context<'_>,
        poll: impl FnOnce(&Both<I, R>, &mut Writer<I, R>, &mut Context<'_>) -> Poll<Result<(), Error>>,
    ) -> Poll<Result<(), Error>> {
        let waker = self.remember(cx);
        let both = &self.both;
        let written = both.with_writer(|writer| {
            let written = poll(both, writer, &mut Context::from_waker(&waker));
            writer.wire.rest();
            let Poll::Ready(Err(Error::Io(error))) = written else { return written };
            both.unpark(&mut writer.sender);
            let gone = writer.sender.check_open().err();
            writer.sender.reply(Reply::disconnected());
            Poll::Ready(Err(gone
                .filter(|error| error.is_failure())
                .map_or(error.into(), Error::Send)))
        });
        match written {
            Poll::Ready(Err(Error::Io(_))) => {
                // What the peer has said may explain it, and there is a limit to waiting for that.
                lock(&both.clock).handle_closing(Instant::now());
                both.watch.unwritable();
                both.wakers.wake_receiver();
            }
            // The half that minds the time may have to be earlier than it knows.
            Poll::Pending if lock(&both.clock).is_on() => both.wakers.wake_receiver(),
            _ => {}
        }
        written
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
        if !*queued {
            ready!(self.poll_feed(cx, message))?;
            *queued = true;
        }
        self.poll_flush(cx)
    }

    /// Polls [`flush`](Self::flush).
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush).
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.poll_write_out(cx))?;
        Poll::Ready(self.both.with_writer(|writer| sent_whole(&mut writer.sender)))
    }

    /// How it ended, or how far closing has come: who sent which close frame, and who was first.
    pub fn close_info(&self) -> CloseInfo {
        self.both.close_info()
    }

    /// Polls [`close_with`](Self::close_with).
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
        lock(&self.both.clock).handle_closing(Instant::now());
        if !self.both.closing.swap(true, Ordering::Relaxed) {
            // The receiving half has a deadline to watch now, also while the peer reads nothing.
            self.both.wakers.wake_receiver();
        }
        self.poll_write_out(cx)
    }

    /// Queues a message of any length, once there is room for some.
    pub(crate) fn send_unbounded(&mut self, message: &Message) -> Result<(), SendError> {
        self.both.with_writer(|writer| writer.sender.send_unbounded(message))
    }

    /// The waker to poll with: it wakes this half, and the other one, which uses the stream too.
    fn remember(&self, cx: &Context<'_>) -> Waker {
        self.both.wakers.sender.remember(cx);
        self.both.waker()
    }
}

impl<I: Hold, R: Runtime> fmt::Debug for SendHalf<I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendHalf").finish_non_exhaustive()
    }
}
