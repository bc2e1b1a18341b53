//! A stream in memory that is always ready, for everybody's traits.

use std::{
    cell::RefCell,
    hint::black_box,
    io::{BufRead, IoSlice, Read, Result, Write},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use tokio::io::ReadBuf;

use crate::stream::Answering;

/// Gives out the same bytes, once or again and again, and takes everything.
#[derive(Debug)]
pub struct Ready {
    bytes: &'static [u8],
    at: usize,
    endless: bool,
}

impl Ready {
    /// A stream with these bytes in it, and nothing behind them.
    pub fn once(bytes: &'static [u8]) -> Self {
        Self { bytes, at: 0, endless: false }
    }

    /// A stream with these bytes in it again and again.
    pub fn endless(bytes: &'static [u8]) -> Self {
        Self { bytes, at: 0, endless: !bytes.is_empty() }
    }
}

thread_local! {
    static WRITTEN: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// What is written to streams of this kind while `run` runs. At all other times it is forgotten.
pub fn capture<T>(run: impl FnOnce() -> T) -> (T, Vec<u8>) {
    WRITTEN.set(Some(Vec::new()));
    let result = run();
    (result, WRITTEN.take().unwrap_or_default())
}

/// Runs a future to its end, on streams that are always ready.
pub fn now<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

impl BufRead for Ready {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.endless && self.at == self.bytes.len() {
            self.at = 0;
        }
        Ok(&self.bytes[self.at..])
    }

    fn consume(&mut self, n: usize) {
        self.at += n;
    }
}

impl Read for Ready {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        let n = self.fill_buf()?.read(buf)?;
        self.consume(n);
        Ok(n)
    }
}

impl Write for Ready {
    fn write(&mut self, buf: &[u8]) -> Result<usize> {
        WRITTEN.with_borrow_mut(|written| {
            if let Some(written) = written {
                written.extend_from_slice(buf);
            }
        });
        Ok(black_box(buf).len())
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> Result<usize> {
        bufs.iter().try_fold(0, |sum, buf| Ok(sum + self.write(buf)?))
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// The traits of tokio and futures-io for a type with those of std that never has to wait.
macro_rules! always_ready {
    ($type:ty) => {
        impl tokio::io::AsyncRead for $type {
            fn poll_read(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
                buf: &mut ReadBuf<'_>,
            ) -> Poll<Result<()>> {
                let bytes = self.fill_buf()?;
                if bytes.is_empty() {
                    // The peer is silent, and still there.
                    return Poll::Pending;
                }
                let n = bytes.len().min(buf.remaining());
                // As a socket does: what was not initialised is written and not cleared before.
                buf.put_slice(&bytes[..n]);
                self.consume(n);
                Poll::Ready(Ok(()))
            }
        }

        impl tokio::io::AsyncWrite for $type {
            fn poll_write(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
                buf: &[u8],
            ) -> Poll<Result<usize>> {
                Poll::Ready(self.write(buf))
            }

            fn poll_write_vectored(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
                bufs: &[IoSlice<'_>],
            ) -> Poll<Result<usize>> {
                Poll::Ready(self.write_vectored(bufs))
            }

            fn is_write_vectored(&self) -> bool {
                true
            }

            fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
                Poll::Ready(Ok(()))
            }

            fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
                Poll::Ready(Ok(()))
            }
        }

        impl futures_util::AsyncRead for $type {
            fn poll_read(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
                buf: &mut [u8],
            ) -> Poll<Result<usize>> {
                match self.read(buf) {
                    Ok(0) => Poll::Pending,
                    outcome => Poll::Ready(outcome),
                }
            }
        }

        impl futures_util::AsyncWrite for $type {
            fn poll_write(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
                buf: &[u8],
            ) -> Poll<Result<usize>> {
                Poll::Ready(self.write(buf))
            }

            fn poll_write_vectored(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
                bufs: &[IoSlice<'_>],
            ) -> Poll<Result<usize>> {
                Poll::Ready(self.write_vectored(bufs))
            }

            fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
                Poll::Ready(Ok(()))
            }

            fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
                Poll::Ready(Ok(()))
            }
        }
    };
}

always_ready!(Ready);
always_ready!(Answering);
