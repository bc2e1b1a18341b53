//! The traits of futures-io over a stream that may have TLS.

use std::{
    io::{self, IoSlice, Read, Write},
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_io::{AsyncRead, AsyncWrite};

use super::{MaybeTls, polled};
use crate::futures_io::Closes;

impl<S: AsyncRead + AsyncWrite + Unpin> MaybeTls<S> {
    /// Reads some bytes.
    ///
    /// # Errors
    ///
    /// Those of the socket and of TLS, as in [`TlsSession::read`](super::TlsSession::read).
    pub fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let (socket, Some(session)) = self.split_mut() else {
            return Pin::new(self.socket_mut()).poll_read(cx, buf);
        };
        let mut rest = buf;
        // A slice takes as much as fits, and has no errors.
        let read =
            session.read(&mut Lent { socket, cx }, |data| rest.write(data).unwrap_or_default());
        polled(cx, read)
    }

    /// Writes some bytes.
    ///
    /// # Errors
    ///
    /// Those of the socket and of TLS, as in [`TlsSession::write`](super::TlsSession::write).
    pub fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = match (self.split_mut(), bufs) {
            ((socket, Some(session)), bufs) => session.write(&mut Lent { socket, cx }, bufs),
            ((socket, None), [buf]) => return Pin::new(socket).poll_write(cx, buf),
            ((socket, None), bufs) => return Pin::new(socket).poll_write_vectored(cx, bufs),
        };
        polled(cx, written)
    }

    /// Writes what waits, and flushes the socket.
    ///
    /// # Errors
    ///
    /// Those of the socket and of TLS.
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let (socket, Some(session)) = self.split_mut() else {
            return Pin::new(self.socket_mut()).poll_flush(cx);
        };
        let flushed = session.flush(&mut Lent { socket, cx });
        polled(cx, flushed)
    }

    /// Says in TLS that nothing more will be written, and closes the socket as `C` does.
    ///
    /// # Errors
    ///
    /// Those of the socket and of TLS.
    pub fn poll_close<C: Closes<S>>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let (socket, Some(session)) = self.split_mut() {
            let shut = session.shutdown(&mut Lent { socket, cx });
            ready!(polled(cx, shut))?;
        }
        C::poll_close(self.socket_mut(), cx)
    }
}

/// A socket for the time of a poll.
struct Lent<'a, 'b, S> {
    socket: &'a mut S,
    cx: &'a mut Context<'b>,
}

impl<S: AsyncRead + Unpin> Read for Lent<'_, '_, S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        at_once(Pin::new(&mut *self.socket).poll_read(self.cx, buf))
    }
}

impl<S: AsyncWrite + Unpin> Write for Lent<'_, '_, S> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        at_once(Pin::new(&mut *self.socket).poll_write(self.cx, buf))
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        at_once(Pin::new(&mut *self.socket).poll_write_vectored(self.cx, bufs))
    }

    fn flush(&mut self) -> io::Result<()> {
        at_once(Pin::new(&mut *self.socket).poll_flush(self.cx))
    }
}

fn at_once<T>(poll: Poll<io::Result<T>>) -> io::Result<T> {
    match poll {
        Poll::Ready(result) => result,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}
