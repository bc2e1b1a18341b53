//! How tokio waits, reads and writes.

use std::{
    future::Future,
    io,
    panic::catch_unwind,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Instant,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    time::{Sleep, sleep_until},
};
use ws_driver::{
    Reads, Runtime, Writes, write_queue,
    ws_core::{RecvBuf, SendQueue},
};

/// Names tokio to `ws-driver`; programs hardly ever need it.
#[derive(Clone, Copy, Debug)]
pub enum Tokio {}

impl Runtime for Tokio {
    type Timer = Option<Pin<Box<Sleep>>>;

    fn poll_timer(
        slot: &mut Self::Timer,
        cx: &mut Context<'_>,
        at: Instant,
    ) -> Poll<io::Result<()>> {
        let at = at.into();
        let sleep = match slot {
            Some(sleep) => sleep,
            None => slot.insert(sleep_within(at)?),
        };
        if sleep.deadline() != at {
            sleep.as_mut().reset(at);
        }
        sleep.as_mut().poll(cx).map(Ok)
    }
}

/// tokio panics when its runtime was built without a timer, and does not say so beforehand.
fn sleep_within(at: tokio::time::Instant) -> io::Result<Pin<Box<Sleep>>> {
    catch_unwind(|| Box::pin(sleep_until(at))).map_err(|_| {
        let text = "the runtime has no timer: build it with enable_time";
        io::Error::new(io::ErrorKind::Unsupported, text)
    })
}

impl<T: AsyncRead + Unpin> Reads<T> for Tokio {
    fn poll_read(
        io: &mut T,
        cx: &mut Context<'_>,
        recv: &mut RecvBuf,
        _timer: &mut Self::Timer,
        _until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        // Reads into spare capacity, so nothing is zeroed. The future holds no state of its own.
        let mut room = recv.buf_mut();
        pin!(io.read_buf(&mut room)).poll(cx)
    }
}

impl<T: AsyncWrite + Unpin> Writes<T> for Tokio {
    fn poll_write(
        io: &mut T,
        cx: &mut Context<'_>,
        send: &mut SendQueue,
        _timer: &mut Self::Timer,
        _until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        let vectored = io.is_write_vectored();
        write_queue(send, vectored, |slices| match slices {
            [piece] => Pin::new(io).poll_write(cx, piece),
            pieces => Pin::new(io).poll_write_vectored(cx, pieces),
        })
    }

    fn poll_flush(
        io: &mut T,
        cx: &mut Context<'_>,
        _timer: &mut Self::Timer,
        _until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        Pin::new(io).poll_flush(cx)
    }

    fn poll_close(
        io: &mut T,
        cx: &mut Context<'_>,
        _timer: &mut Self::Timer,
        _until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        Pin::new(io).poll_shutdown(cx)
    }
}
