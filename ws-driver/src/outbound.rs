//! The sending side of a WebSocket, whole or split: queues, and writes.
//!
//! ```text
//! poll_feed        command ---> queued, or an error: done
//!                   ^   v
//!                   |  Full
//!                   |   v
//!                  write some, then try again
//!
//! poll_write_out   write until nothing is pending, give back the memory, flush
//! ```

use std::{
    io,
    task::{Context, Poll, ready},
    time::Instant,
};

use bytes::Buf;
use ws_core::{Reply, SendError, Sender};

use crate::{
    Error,
    hold::Hold,
    inbound::{Outlet, Written},
    pool,
    runtime::Writes,
    wire::Wire,
};

/// A sender that writes to the stream that is also read.
impl<I: Hold, R: Writes<I::Stream>> Outlet<I, R> for Sender {
    fn reply(&mut self, reply: Reply) {
        self.reply(reply);
    }

    fn is_closing(&self) -> bool {
        self.close_frame().is_some()
    }

    fn poll_write_out(
        &mut self,
        wire: &mut Wire<I, R>,
        cx: &mut Context<'_>,
        until: Option<Instant>,
    ) -> Poll<io::Result<Written>> {
        poll_write_out(self, wire, cx, until, |_| {}).map_ok(|()| Written::All)
    }
}

/// Writes all pending output, and flushes. Before each write, `between` may add what is urgent.
pub(crate) fn poll_write_out<I: Hold, R: Writes<I::Stream>>(
    sender: &mut Sender,
    wire: &mut Wire<I, R>,
    cx: &mut Context<'_>,
    until: Option<Instant>,
    mut between: impl FnMut(&mut Sender),
) -> Poll<io::Result<()>> {
    loop {
        between(sender);
        let queue = sender.send_queue();
        if !queue.has_remaining() {
            break;
        }
        ready!(wire.poll_write(cx, queue, until))?;
    }
    if let Some(memory) = sender.detach_buffer() {
        pool::put(memory);
    }
    wire.poll_flush(cx)
}

/// Writes all pending output, and fails if a message was not sent whole.
pub(crate) fn poll_flush<I: Hold, R: Writes<I::Stream>>(
    sender: &mut Sender,
    wire: &mut Wire<I, R>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Error>> {
    ready!(poll_write_out(sender, wire, cx, None, |_| {}))?;
    Poll::Ready(sent_whole(sender))
}

/// What was queued has been sent, unless a message was given up in the middle.
pub(crate) fn sent_whole(sender: &mut Sender) -> Result<(), Error> {
    if sender.take_abandoned() { Err(SendError::Closing.into()) } else { Ok(()) }
}

/// Tries a command until there is room for it, and makes room by writing.
pub(crate) fn poll_feed<I: Hold, R: Writes<I::Stream>>(
    sender: &mut Sender,
    wire: &mut Wire<I, R>,
    cx: &mut Context<'_>,
    mut command: impl FnMut(&mut Sender) -> Result<(), SendError>,
) -> Poll<Result<(), Error>> {
    loop {
        lend_memory(sender);
        match command(sender) {
            Err(SendError::Full) => {}
            done => return Poll::Ready(done.map_err(Error::Send)),
        }
        let queue = sender.send_queue();
        if queue.has_remaining() {
            ready!(wire.poll_write(cx, queue, None))?;
        } else {
            ready!(wire.poll_flush(cx))?;
        }
    }
}

/// Gives a sender that has nothing to write memory to queue in.
pub(crate) fn lend_memory(sender: &mut Sender) {
    if sender.wants_buffer() {
        sender.attach_buffer(pool::take());
    }
}
