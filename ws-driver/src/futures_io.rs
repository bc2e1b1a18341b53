//! The runtime of streams with the traits of futures-io. Both smol and async-std use them, and share
//! one reactor.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    io,
    marker::PhantomData,
    net::{SocketAddr, TcpStream},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Instant,
};

use async_io::{Async, Timer};
use futures_io::{AsyncRead, AsyncWrite};
use socket2::{Domain, Protocol, Socket, Type};
use ws_core::{RecvBuf, SendQueue};

use crate::runtime::{Reads, Runtime, Writes, write_queue};

/// Marks streams that are read and written through `futures_io`'s traits. `C` is how they are
/// closed.
#[derive(Clone, Copy, Debug)]
pub struct FuturesIo<C = PollClose>(Infallible, PhantomData<C>);

/// How streams of type `T` are told that nothing more will be written. The peer has to see that
/// at once, not when the stream is dropped.
pub trait Closes<T>: fmt::Debug + 'static {
    /// Closes the writing side.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    fn poll_close(io: &mut T, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

/// Closes streams with their own `poll_close`.
#[derive(Clone, Copy, Debug)]
pub enum PollClose {}

impl<T: AsyncWrite + Unpin> Closes<T> for PollClose {
    fn poll_close(io: &mut T, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(io).poll_close(cx)
    }
}

/// Connects from an address of the machine.
///
/// # Errors
///
/// Those of the socket.
pub async fn connect_from(local: SocketAddr, address: SocketAddr) -> io::Result<Async<TcpStream>> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.bind(&local.into())?;
    socket.set_nonblocking(true)?;
    let begun = socket.connect(&address.into());
    let stream = Async::new(TcpStream::from(socket))?;
    stream.writable().await?;
    if let Some(error) = stream.get_ref().take_error()? {
        return Err(error);
    }
    match (stream.get_ref().peer_addr(), begun) {
        (Ok(_), _) => Ok(stream),
        // It was more than a connection under way.
        (Err(_), Err(error)) | (Err(error), Ok(())) => Err(error),
    }
}

impl<C: 'static> Runtime for FuturesIo<C> {
    type Timer = Option<(Instant, Timer)>;

    fn poll_timer(
        slot: &mut Self::Timer,
        cx: &mut Context<'_>,
        at: Instant,
    ) -> Poll<io::Result<()>> {
        let (set_to, timer) = slot.get_or_insert_with(|| (at, Timer::at(at)));
        if *set_to != at {
            *set_to = at;
            timer.set_at(at);
        }
        let waited = Pin::new(timer).poll(cx);
        if waited.is_ready() {
            // It would not be ready a second time.
            *slot = None;
        }
        waited.map(|_| Ok(()))
    }
}

impl<T: AsyncRead + Unpin, C: 'static> Reads<T> for FuturesIo<C> {
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

impl<T: AsyncWrite + Unpin, C: Closes<T>> Writes<T> for FuturesIo<C> {
    fn poll_write(
        io: &mut T,
        cx: &mut Context<'_>,
        send: &mut SendQueue,
        _timer: &mut Self::Timer,
        _until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        write_queue(send, true, |slices| match slices {
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
        C::poll_close(io, cx)
    }
}

#[cfg(test)]
mod tests {
    use std::{task::Waker, time::Duration};

    use super::*;

    #[test]
    fn the_timer_is_set_to_what_was_said_last() {
        let mut cx = Context::from_waker(Waker::noop());
        let mut slot = None;
        let (now, far) = (Instant::now(), Duration::from_secs(1000));
        let mut poll = |at| FuturesIo::<PollClose>::poll_timer(&mut slot, &mut cx, at).is_ready();
        assert!(!poll(now + far));
        assert!(!poll(now + 2 * far));
        assert!(poll(now));
        assert!(!poll(now + far));
        assert!(!poll(now + far));
        assert!(poll(now));
    }
}
