//! A connection that ends by the deadline of a shutdown.

use std::{
    convert::Infallible,
    fmt,
    future::{Future, pending},
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use ws_tokio::Tracker;

/// A stream that fails when the deadline of a shutdown has passed, and a quarter of a second: for servers that spawn
/// the tasks of their connections themselves, so that [`Tracker::run`] cannot end them.
///
/// A shutdown waits for it until it is dropped. hyper waits for ever where a peer takes nothing of what hyper has to
/// say, and over HTTP/2 where a peer has given no window for it: over such a stream it does not.
///
/// [`Upgrading::downcast`](crate::Upgrading::downcast) finds it as what it is, a `TrackedStream<TcpStream>` for
/// instance.
///
/// ```
/// use std::convert::Infallible;
///
/// use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
/// use hyper_util::rt::TokioIo;
/// use tokio::net::TcpStream;
/// use ws_hyper::{Tracker, TrackedStream};
///
/// async fn attend(stream: TcpStream, tracker: Tracker) -> hyper::Result<()> {
///     let stream = TokioIo::new(TrackedStream::new(stream, &tracker));
///     let service = service_fn(|_: Request<Incoming>| async { Ok::<_, Infallible>(Response::new(String::new())) });
///     http1::Builder::new().serve_connection(stream, service).with_upgrades().await
/// }
/// # let _ = attend;
/// ```
pub struct TrackedStream<T> {
    io: T,
    /// Ready when the time is up.
    over: Pin<Box<dyn Future<Output = Option<Infallible>> + Send>>,
}

impl<T> TrackedStream<T> {
    /// The stream, which counts as a task of the tracker from now on.
    pub fn new(io: T, tracker: &Tracker) -> Self {
        Self { io, over: Box::pin(tracker.run(pending())) }
    }

    /// The stream below.
    pub fn get_ref(&self) -> &T {
        &self.io
    }

    /// The stream below, to be changed.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.io
    }

    /// The stream below, which does not count any more.
    pub fn into_inner(self) -> T {
        self.io
    }

    /// What comes of a poll, or an error if it would have to wait and the time is up.
    fn bounded<O>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut T, &mut Context<'_>) -> Poll<io::Result<O>>,
    ) -> Poll<io::Result<O>> {
        let polled = poll(&mut self.io, cx);
        if polled.is_pending() && self.over.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        polled
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for TrackedStream<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.bounded(cx, |io, cx| Pin::new(io).poll_read(cx, buf))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for TrackedStream<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.bounded(cx, |io, cx| Pin::new(io).poll_write(cx, buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.bounded(cx, |io, cx| Pin::new(io).poll_write_vectored(cx, pieces))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.bounded(cx, |io, cx| Pin::new(io).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.bounded(cx, |io, cx| Pin::new(io).poll_shutdown(cx))
    }
}

impl<T: fmt::Debug> fmt::Debug for TrackedStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrackedStream").field("io", &self.io).finish_non_exhaustive()
    }
}
