//! A server's stream over TLS, which begins with the first read or write. So the deadline of a handshake
//! is for TLS as well.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// What comes of `A`: TLS that is beginning, and the stream over it then.
pub(super) enum Lazy<A, S> {
    Beginning(A),
    Begun(S),
    /// There is no TLS, which has been said.
    Failed,
}

impl<A, S> Lazy<A, S>
where
    A: Future<Output = io::Result<S>> + Unpin,
{
    /// TLS that has not begun.
    pub(super) fn new(beginning: A) -> Self {
        Self::Beginning(beginning)
    }

    /// The stream, once there is one.
    fn poll_begun(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Pin<&mut S>>>
    where
        S: Unpin,
    {
        if let Self::Beginning(beginning) = self {
            *self = match ready!(Pin::new(beginning).poll(cx)) {
                Ok(stream) => Self::Begun(stream),
                Err(error) => {
                    *self = Self::Failed;
                    return Poll::Ready(Err(error));
                }
            };
        }
        Poll::Ready(match self {
            Self::Begun(stream) => Ok(Pin::new(stream)),
            _ => Err(io::ErrorKind::NotConnected.into()),
        })
    }
}

macro_rules! asynchronous {
    ($Read:path, $Write:path, [$($Buf:tt)*], $read:ty, $poll_close:ident) => {
        impl<A, S> $Read for Lazy<A, S>
        where
            A: Future<Output = io::Result<S>> + Unpin,
            S: $Read + Unpin,
        {
            fn poll_read(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: $($Buf)*,
            ) -> Poll<io::Result<$read>> {
                ready!(self.poll_begun(cx))?.poll_read(cx, buf)
            }
        }

        impl<A, S> $Write for Lazy<A, S>
        where
            A: Future<Output = io::Result<S>> + Unpin,
            S: $Write + Unpin,
        {
            fn poll_write(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &[u8],
            ) -> Poll<io::Result<usize>> {
                ready!(self.poll_begun(cx))?.poll_write(cx, buf)
            }

            fn poll_write_vectored(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bufs: &[io::IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                ready!(self.poll_begun(cx))?.poll_write_vectored(cx, bufs)
            }

            fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                match &mut *self {
                    Self::Begun(stream) => Pin::new(stream).poll_flush(cx),
                    _ => Poll::Ready(Ok(())),
                }
            }

            // TLS that has not begun ends with its socket.
            fn $poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                match &mut *self {
                    Self::Begun(stream) => Pin::new(stream).$poll_close(cx),
                    _ => Poll::Ready(Ok(())),
                }
            }
        }
    };
}

asynchronous!(
    tokio::io::AsyncRead,
    tokio::io::AsyncWrite,
    [&mut tokio::io::ReadBuf<'_>],
    (),
    poll_shutdown
);
asynchronous!(smol::io::AsyncRead, smol::io::AsyncWrite, [&mut [u8]], usize, poll_close);
