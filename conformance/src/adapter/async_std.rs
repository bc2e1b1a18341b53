//! `ws-async-std`. The reactor runs on a thread of its own.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use futures_io::{AsyncRead, AsyncWrite};

use super::{Adapter, Attempt, Call};
use crate::pipe::Pipe;

/// `ws-async-std`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsyncStd;

impl Adapter for AsyncStd {
    fn name(&self) -> &'static str {
        "ws-async-std"
    }

    fn start(&self, pipe: Pipe, call: Call) -> Attempt<'_> {
        let pipe = Lent(Arc::new(Mutex::new(pipe)));
        let mut future =
            Box::pin(async move { program!(ws_async_std, pipe, call, [.await], Lent::again) });
        Box::new(move |cx| future.as_mut().poll(cx))
    }
}

/// A pipe that is lent without a borrow: `ws-async-std` looks for async-std's own sockets, and streams that borrow
/// cannot be looked at that way.
struct Lent(Arc<Mutex<Pipe>>);

impl Lent {
    fn again(this: &mut Self) -> Self {
        Self(Arc::clone(&this.0))
    }

    fn pipe(&self) -> MutexGuard<'_, Pipe> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Lent> for Pipe {
    #[expect(clippy::panic, reason = "the adapter has kept a stream that it should have let go of")]
    fn from(lent: Lent) -> Self {
        match Arc::into_inner(lent.0) {
            Some(pipe) => pipe.into_inner().unwrap_or_else(PoisonError::into_inner),
            None => panic!("the stream is still held"),
        }
    }
}

impl AsyncRead for Lent {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.pipe()).poll_read(cx, buf)
    }
}

impl AsyncWrite for Lent {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.pipe()).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.pipe()).poll_write_vectored(cx, bufs)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.pipe()).poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.pipe()).poll_close(cx)
    }
}
