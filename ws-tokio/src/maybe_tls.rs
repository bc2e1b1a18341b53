//! tokio's traits for a stream that may have TLS.

use std::{
    io::{self, IoSlice, Read, Write},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use ws_driver::polled;

ws_driver::__maybe_tls_stream!(TcpStream);

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for MaybeTlsStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut().0.split_mut() {
            (socket, None) => Pin::new(socket).poll_read(cx, buf),
            (socket, Some(session)) => {
                let read = session.read(&mut Lent { socket, cx }, |data| {
                    let n = data.len().min(buf.remaining());
                    buf.put_slice(&data[..n]);
                    n
                });
                polled(cx, read.map(|_| ()))
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for MaybeTlsStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut().0.split_mut() {
            (socket, None) => Pin::new(socket).poll_write(cx, buf),
            (socket, Some(session)) => {
                let written = session.write(&mut Lent { socket, cx }, &[IoSlice::new(buf)]);
                polled(cx, written)
            }
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut().0.split_mut() {
            (socket, None) => Pin::new(socket).poll_write_vectored(cx, bufs),
            (socket, Some(session)) => {
                let written = session.write(&mut Lent { socket, cx }, bufs);
                polled(cx, written)
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.0.has_session() || self.get_ref().is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut().0.split_mut() {
            (socket, None) => Pin::new(socket).poll_flush(cx),
            (socket, Some(session)) => {
                let flushed = session.flush(&mut Lent { socket, cx });
                polled(cx, flushed)
            }
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let (socket, session) = self.get_mut().0.split_mut();
        if let Some(session) = session {
            let shut = session.shutdown(&mut Lent { socket, cx });
            ready!(polled(cx, shut))?;
        }
        Pin::new(socket).poll_shutdown(cx)
    }
}

/// A socket for the time of a poll.
struct Lent<'a, 'b, S> {
    socket: &'a mut S,
    cx: &'a mut Context<'b>,
}

impl<S: AsyncRead + Unpin> Read for Lent<'_, '_, S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut buf = ReadBuf::new(buf);
        at_once(Pin::new(&mut *self.socket).poll_read(self.cx, &mut buf))?;
        Ok(buf.filled().len())
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
