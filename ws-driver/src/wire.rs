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
}

impl<I: Hold, R: Runtime> Wire<I, R> {
    pub(crate) fn new(io: I) -> Self {
        Self { io, timer: R::Timer::default(), unflushed: false }
    }

    /// Like [`new`](Self::new), for a stream that something was perhaps written to and not flushed.
    pub(crate) fn resume(io: I, unflushed: bool) -> Self {
        Self { unflushed, ..Self::new(io) }
    }

    /// Whether something was written since the last flush.
    pub(crate) fn is_unflushed(&self) -> bool {
        self.unflushed
    }

    /// Waits until `at`; for ever if there is no such instant.
    pub(crate) fn poll_until(
        &mut self,
        cx: &mut Context<'_>,
        at: Option<Instant>,
    ) -> Poll<Instant> {
        match at {
            Some(at) => R::poll_timer(&mut self.timer, cx, at).map(|()| at),
            None => Poll::Pending,
        }
    }
}

impl<I: Hold, R: Reads<I::Stream>> Wire<I, R> {
    /// How long a read may keep the thread, if there is no other way to be woken.
    pub(crate) fn glance(&mut self) -> Option<Duration> {
        self.io.with(|io| R::glance(io, &mut self.timer))
    }

    /// Reads some bytes. A buffer without memory is lent some for as long as it holds bytes.
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        recv: &mut RecvBuf,
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        if recv.wants_buffer() {
            pool::put(recv.attach_buffer(pool::take()));
        }
        let read = self.io.with(|io| R::poll_read(io, cx, recv, &mut self.timer, until));
        if !matches!(read, Poll::Ready(Ok(1..))) {
            // Nothing came: another connection may use the memory meanwhile.
            if let Some(memory) = recv.detach_buffer() {
                pool::put(memory);
            }
        }
        read
    }
}

impl<I: Hold, R: Writes<I::Stream>> Wire<I, R> {
    /// Writes everything, and flushes. When this is ready, all of it is on its way to the peer.
    pub(crate) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        send: &mut SendQueue,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        while send.has_remaining() {
            ready!(self.poll_write(cx, send, until))?;
        }
        self.poll_flush(cx)
    }

    /// Writes some bytes. `send` is not empty.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        send: &mut SendQueue,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        let n = ready!(self.io.with(|io| R::poll_write(io, cx, send, &mut self.timer, until)))?;
        if n == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        self.unflushed = true;
        Poll::Ready(Ok(()))
    }

    /// Makes the stream pass on what was written.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.unflushed {
            ready!(self.io.with(|io| R::poll_flush(io, cx)))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    pub(crate) fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io.with(|io| R::poll_close(io, cx))
    }

    /// The stream as it was before: without a deadline.
    pub(crate) fn into_inner(mut self) -> I {
        self.disarm();
        self.io
    }

    pub(crate) fn disarm(&mut self) {
        self.io.with(|io| R::disarm(io, &mut self.timer));
        self.timer = R::Timer::default();
    }
}
