//! The runtime of everything that speaks the traits of futures-io: smol and async-std both do, and
//! share one reactor.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Instant,
};

use async_io::Timer;
use bytes::Buf;
use futures_io::{AsyncRead, AsyncWrite};
use ws_core::{RecvBuf, SendQueue};

use crate::runtime::{Reads, Runtime, Writes};

/// Marks streams that are read and written through `futures_io`'s traits.
#[derive(Clone, Copy, Debug)]
pub enum FuturesIo {}

impl Runtime for FuturesIo {
    type Timer = Option<(Instant, Timer)>;

    fn poll_timer(slot: &mut Self::Timer, cx: &mut Context<'_>, at: Instant) -> Poll<()> {
        let (set_to, timer) = slot.get_or_insert_with(|| (at, Timer::at(at)));
        if *set_to != at {
            *set_to = at;
            timer.set_at(at);
        }
        Pin::new(timer).poll(cx).map(drop)
    }
}

impl<T: AsyncRead + Unpin> Reads<T> for FuturesIo {
    fn poll_read(
        io: &mut T,
        cx: &mut Context<'_>,
        recv: &mut RecvBuf,
        _timer: &mut Self::Timer,
        _until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        let n = ready!(Pin::new(io).poll_read(cx, recv.space_mut()))?;
        recv.commit(n);
        Poll::Ready(Ok(n))
    }
}

impl<T: AsyncWrite + Unpin> Writes<T> for FuturesIo {
    fn poll_write(
        io: &mut T,
        cx: &mut Context<'_>,
        send: &mut SendQueue,
        _timer: &mut Self::Timer,
        _until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        let n = ready!(Pin::new(io).poll_write(cx, send.chunk()))?.min(send.chunk().len());
        send.advance(n);
        Poll::Ready(Ok(n))
    }

    fn poll_flush(io: &mut T, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(io).poll_flush(cx)
    }

    fn poll_close(io: &mut T, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(io).poll_close(cx)
    }
}
