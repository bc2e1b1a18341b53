//! A stream together with its timer.

use std::{
    io,
    task::{Context, Poll, ready},
    time::Instant,
};

use bytes::Buf;
use ws_core::{RecvBuf, SendQueue};

use crate::runtime::{Reads, Runtime, Writes};

/// A stream while a handshake is going on over it.
#[derive(Debug)]
pub(crate) struct Wire<T, R: Runtime> {
    io: T,
    timer: R::Timer,
    /// Something was written since the last flush.
    unflushed: bool,
}

impl<T, R: Runtime> Wire<T, R> {
    pub(crate) fn new(io: T) -> Self {
        Self { io, timer: R::Timer::default(), unflushed: false }
    }

    pub(crate) fn get_ref(&self) -> &T {
        &self.io
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

impl<T, R: Reads<T>> Wire<T, R> {
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        recv: &mut RecvBuf,
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        R::poll_read(&mut self.io, cx, recv, &mut self.timer, until)
    }
}

impl<T, R: Writes<T>> Wire<T, R> {
    /// Writes everything, and flushes: what this is done with is on its way to the peer.
    pub(crate) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        send: &mut SendQueue,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        while send.has_remaining() {
            let n = ready!(R::poll_write(&mut self.io, cx, send, &mut self.timer, until))?;
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unflushed = true;
        }
        if self.unflushed {
            ready!(R::poll_flush(&mut self.io, cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    pub(crate) fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        R::poll_close(&mut self.io, cx)
    }

    /// The stream as it was before: without a deadline.
    pub(crate) fn into_inner(mut self) -> T {
        self.disarm();
        self.io
    }

    pub(crate) fn disarm(&mut self) {
        R::disarm(&mut self.io, &mut self.timer);
        self.timer = R::Timer::default();
    }
}
