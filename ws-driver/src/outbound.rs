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
//!
//! Before each write the clock is told how far sending has come, and says how long to wait.

use std::{
    io,
    task::{Context, Poll, ready},
    time::Instant,
};

use bytes::Buf;
use ws_core::{KeepAlive, Reply, SendError, Sender};

use crate::{
    Error,
    hold::Hold,
    inbound::{Outlet, Written},
    pool,
    runtime::Writes,
    wire::{Wire, sooner},
};

/// What is sent, and the clock, of a WebSocket in one piece.
#[derive(Debug)]
pub(crate) struct Outbound {
    pub(crate) sender: Sender,
    pub(crate) clock: KeepAlive,
}

/// The receiving side sends by writing to the stream that it reads.
impl<I: Hold, R: Writes<I::Stream>> Outlet<I, R> for Outbound {
    fn reply(&mut self, reply: Reply) {
        self.sender.reply(reply);
    }

    fn is_closing(&self) -> bool {
        self.sender.close_frame().is_some()
    }

    fn clock<O>(&mut self, then: impl FnOnce(&mut KeepAlive) -> O) -> O {
        then(&mut self.clock)
    }

    fn poll_write_out(
        &mut self,
        wire: &mut Wire<I, R>,
        cx: &mut Context<'_>,
        limit: Option<Instant>,
    ) -> Poll<io::Result<Written>> {
        let Self { sender, clock } = self;
        if sender.wants_buffer() && !wire.is_unflushed() && !clock.is_on() {
            return Poll::Ready(Ok(Written::All));
        }
        let watch = |sender: &mut Sender| watched(clock, sender, limit);
        poll_write_out(sender, wire, cx, watch).map_ok(|()| Written::All)
    }
}

/// Tells the clock how far sending has come, and asks it how long a write may wait.
#[inline]
pub(crate) fn watched(
    clock: &mut KeepAlive,
    sender: &Sender,
    limit: Option<Instant>,
) -> Option<Instant> {
    if clock.is_on() { asked(clock, sender, limit) } else { limit }
}

fn asked(clock: &mut KeepAlive, sender: &Sender, limit: Option<Instant>) -> Option<Instant> {
    let now = Instant::now();
    clock.handle_sending(sender.progress(), now);
    sooner(clock.poll_timeout(now), limit)
}

/// Writes all pending output, and flushes. Before each write, and when none is possible, `watch` may add
/// what is urgent; it says how long a write may wait.
pub(crate) fn poll_write_out<I: Hold, R: Writes<I::Stream>>(
    sender: &mut Sender,
    wire: &mut Wire<I, R>,
    cx: &mut Context<'_>,
    mut watch: impl FnMut(&mut Sender) -> Option<Instant>,
) -> Poll<io::Result<()>> {
    let until = loop {
        let until = watch(sender);
        let queue = sender.send_queue();
        if !queue.has_remaining() {
            break until;
        }
        let written = wire.poll_write(cx, queue, until);
        if written.is_pending() {
            watch(sender);
        }
        ready!(written)?;
    };
    if let Some(memory) = sender.detach_buffer() {
        pool::put(memory);
    }
    if wire.poll_flush(cx, until)?.is_ready() {
        return Poll::Ready(Ok(()));
    }
    if sender.is_cut() {
        // A stream that still holds something back may wait for the peer for ever.
        return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
    }
    Poll::Pending
}

/// What was queued has been sent, unless a message was given up in the middle.
pub(crate) fn sent_whole(sender: &mut Sender) -> Result<(), Error> {
    if !sender.take_abandoned() {
        return Ok(());
    }
    Err(sender.check_open().err().unwrap_or(SendError::Closing).into())
}

/// Tries a command until there is room for it, and makes room by writing. `watch` is as in
/// [`poll_write_out`].
pub(crate) fn poll_feed<I: Hold, R: Writes<I::Stream>>(
    sender: &mut Sender,
    wire: &mut Wire<I, R>,
    cx: &mut Context<'_>,
    mut command: impl FnMut(&mut Sender) -> Result<(), SendError>,
    mut watch: impl FnMut(&mut Sender) -> Option<Instant>,
) -> Poll<Result<(), Error>> {
    loop {
        lend_memory(sender);
        match command(sender) {
            Err(SendError::Full) => {}
            done => return Poll::Ready(done.map_err(Error::Send)),
        }
        let until = watch(sender);
        let queue = sender.send_queue();
        if queue.has_remaining() {
            let written = wire.poll_write(cx, queue, until);
            if written.is_pending() {
                watch(sender);
            }
            ready!(written)?;
        } else {
            ready!(wire.poll_flush(cx, until))?;
        }
    }
}

/// Gives a sender that has nothing to write memory to queue in.
pub(crate) fn lend_memory(sender: &mut Sender) {
    if sender.wants_buffer() {
        sender.attach_buffer(pool::take());
    }
}
