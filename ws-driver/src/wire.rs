//! A stream together with its timer.

use std::{
    io,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use bytes::Buf;
use ws_core::{RecvBuf, SendQueue};

use crate::{
    hold::{Hold, Own},
    pool,
    runtime::{Reads, Runtime, Writes},
};

/// A stream that is read and written, with or without a deadline.
#[derive(Debug)]
pub(crate) struct Wire<I, R: Runtime> {
    io: I,
    timer: R::Timer,
    /// Something was written since the last flush.
    unflushed: bool,
    /// How often something was written, flushed or closed, or could not be.
    moves: u32,
    /// How many reads and writes in a row did not have to wait.
    ready: u8,
    /// The last of them was put off for the sake of others, not because the stream would have to wait.
    yielded: bool,
}

impl<T, R: Runtime> Wire<Own<T>, R> {
    pub(crate) fn own(io: T) -> Self {
        Self::new(Own(io))
    }

    pub(crate) fn get_ref(&self) -> &T {
        &self.io.0
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        &mut self.io.0
    }

    /// The same over what `over` makes of the stream.
    pub(crate) fn map<U>(self, over: impl FnOnce(T) -> U) -> Wire<Own<U>, R> {
        let Self { io, timer, unflushed, moves, ready, yielded } = self;
        Wire { io: Own(over(io.0)), timer, unflushed, moves, ready, yielded }
    }
}

impl<I: Hold, R: Runtime> Wire<I, R> {
    pub(crate) fn new(io: I) -> Self {
        Self {
            io,
            timer: R::Timer::default(),
            unflushed: false,
            moves: 0,
            ready: 0,
            yielded: false,
        }
    }

    /// Like [`new`](Self::new), for a stream that something was perhaps written to and not flushed.
    pub(crate) fn resume(io: I, unflushed: bool) -> Self {
        Self { unflushed, ..Self::new(io) }
    }

    /// Whether something was written since the last flush.
    pub(crate) fn is_unflushed(&self) -> bool {
        self.unflushed
    }

    /// How often something was written, flushed or closed, or could not be: another number than before says that
    /// a task that waits for that may go on.
    pub(crate) fn moves(&self) -> u32 {
        self.moves
    }

    /// Something has changed for a task that waits to write.
    pub(crate) fn moved(&mut self) {
        self.moves = self.moves.wrapping_add(1);
    }

    /// Waits until `at`; for ever if there is no such instant.
    ///
    /// # Errors
    ///
    /// When the runtime has no timer.
    pub(crate) fn poll_until(
        &mut self,
        cx: &mut Context<'_>,
        at: Option<Instant>,
    ) -> Poll<io::Result<Instant>> {
        match at {
            // The stream was not asked: nothing can be said of its silence.
            Some(at) if !self.yielded => R::poll_timer(&mut self.timer, cx, at).map_ok(|()| at),
            _ => Poll::Pending,
        }
    }

    /// Lets other tasks run after a stream has been ready many times in a row. It is polled again at once.
    fn yields(&mut self, cx: &Context<'_>) -> bool {
        self.yielded = !R::BLOCKS && self.ready >= MAX_READY;
        if self.yielded {
            self.ready = 0;
            cx.waker().wake_by_ref();
        }
        self.yielded
    }

    fn count<O>(&mut self, polled: &Poll<O>) {
        self.ready = if polled.is_ready() { self.ready.saturating_add(1) } else { 0 };
    }
}

impl<I: Hold, R: Reads<I::Stream>> Wire<I, R> {
    /// How long a read may keep the thread, if there is no other way to be woken.
    pub(crate) fn glance(&mut self) -> Option<Duration> {
        self.io.with(|io| R::glance(io, &mut self.timer))
    }

    /// By when a thread that waits for something `tracked` has to look whether everything ends.
    pub(crate) fn look_up(&mut self, tracked: bool) -> Option<Instant> {
        if !R::BLOCKS || !tracked {
            return None;
        }
        Some(Instant::now() + self.glance()?)
    }

    /// Reads some bytes. A buffer without memory is lent some for as long as it holds bytes.
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        recv: &mut RecvBuf,
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        if self.yields(cx) {
            return Poll::Pending;
        }
        if recv.wants_buffer() {
            // One that is used up comes first: what was taken from it may be gone, and it is in the cache.
            if recv.is_empty() {
                give_back(recv);
            }
            pool::put_memory(recv.attach_buffer(pool::take_memory()));
        }
        let read = self.io.with(|io| R::poll_read(io, cx, recv, &mut self.timer, until));
        self.count(&read);
        if !matches!(read, Poll::Ready(Ok(1..))) {
            // Nothing came: another connection may use the memory meanwhile.
            give_back(recv);
        }
        read
    }
}

impl<I: Hold, R: Writes<I::Stream>> Wire<I, R> {
    /// As [`look_up`](Self::look_up), for a thread that writes.
    pub(crate) fn look_up_writing(&mut self, tracked: bool) -> Option<Instant> {
        if !R::BLOCKS || !tracked {
            return None;
        }
        let glance = self.io.with(|io| R::glance_writing(io, &mut self.timer));
        Some(Instant::now() + glance?)
    }

    /// Writes everything, and flushes. When this is ready, all of it is on its way to the peer. Once `until`
    /// has passed it is pending, without a task to wake.
    pub(crate) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        send: &mut SendQueue,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        while send.has_remaining() {
            ready!(self.poll_write(cx, send, until))?;
            // A peer that takes an octet at a time gets no more time than one that takes none.
            let late = || until.is_some_and(|until| until <= Instant::now());
            if send.has_remaining() && late() {
                return Poll::Pending;
            }
        }
        self.poll_flush(cx, until)
    }

    /// Writes some bytes. `send` is not empty.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        send: &mut SendQueue,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        if self.yields(cx) {
            return Poll::Pending;
        }
        let written = self.io.with(|io| R::poll_write(io, cx, send, &mut self.timer, until));
        self.count(&written);
        let written = ready!(written);
        self.moved();
        if written? == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        self.unflushed = true;
        Poll::Ready(Ok(()))
    }

    /// Makes the stream pass on what was written.
    pub(crate) fn poll_flush(
        &mut self,
        cx: &mut Context<'_>,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        if self.unflushed {
            let flushed = ready!(self.io.with(|io| R::poll_flush(io, cx, &mut self.timer, until)));
            self.moved();
            flushed?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    pub(crate) fn poll_close(
        &mut self,
        cx: &mut Context<'_>,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        self.yielded = false;
        self.io.with(|io| R::poll_close(io, cx, &mut self.timer, until))
    }

    /// The stream as it was before: without a deadline.
    pub(crate) fn into_inner(mut self) -> I {
        self.disarm();
        self.io
    }

    /// Puts back what was done to a stream that blocks, before a call returns to its owner.
    pub(crate) fn rest(&mut self) {
        if R::BLOCKS {
            self.disarm();
        }
    }

    pub(crate) fn disarm(&mut self) {
        self.io.with(|io| R::disarm(io, &mut self.timer));
        self.timer = R::Timer::default();
    }
}

fn give_back(recv: &mut RecvBuf) {
    if let Some(memory) = recv.detach_buffer() {
        pool::put_memory(memory);
    }
}

/// The earlier of two deadlines.
pub(crate) fn sooner(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    a.into_iter().chain(b).min()
}

/// After this many reads and writes that did not have to wait, other tasks get their turn: about 2 MiB.
const MAX_READY: u8 = 32;

#[cfg(test)]
mod tests {
    use std::{sync::Arc, task::Waker};

    use super::*;
    use crate::played::{Io, Played, Woken};

    #[test]
    fn others_get_their_turn_and_nobody_is_late_for_it() {
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(woken.clone());
        let mut cx = Context::from_waker(&waker);
        // It has always something to read.
        let read = Box::new(|| Poll::Ready(Ok(b"x".to_vec())));
        let mut wire = Wire::<_, Played>::own(Io { read, ..Io::default() });
        let mut recv = RecvBuf::new();
        let now = Some(Instant::now());
        for _ in 0..3 {
            for _ in 0..MAX_READY {
                assert!(wire.poll_read(&mut cx, &mut recv, None).is_ready());
                assert_eq!(woken.take(), 0);
            }
            assert!(wire.poll_read(&mut cx, &mut recv, None).is_pending());
            assert_eq!(woken.take(), 1);
            // The stream was not asked, so it is not to blame.
            assert!(wire.poll_until(&mut cx, now).is_pending());
        }
        assert!(wire.poll_read(&mut cx, &mut recv, None).is_ready());
        assert!(wire.poll_until(&mut cx, now).is_ready());
        assert!(wire.poll_until(&mut cx, None).is_pending());
        assert_eq!(recv.len(), 3 * usize::from(MAX_READY) + 1);
    }
}
