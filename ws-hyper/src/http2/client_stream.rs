//! What the WebSockets of a client are over.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::OwnedSemaphorePermit,
};
use ws_tokio::MaybeTlsStream;

use crate::upgraded::Upgraded;

/// What a WebSocket of a [`Client`](super::Client) is over: a stream of HTTP/2, or a connection of its own.
#[derive(Debug)]
pub struct ClientStream(Inner);

#[derive(Debug)]
enum Inner {
    Connection(Box<MaybeTlsStream<TcpStream>>),
    /// It makes room for another when it is gone.
    Stream(Upgraded, #[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit),
}

impl ClientStream {
    pub(super) fn connection(stream: MaybeTlsStream<TcpStream>) -> Self {
        Self(Inner::Connection(Box::new(stream)))
    }

    pub(super) fn stream(stream: Upgraded, room: OwnedSemaphorePermit) -> Self {
        Self(Inner::Stream(stream, room))
    }

    /// Whether it is a stream of HTTP/2.
    pub fn is_http2(&self) -> bool {
        matches!(self.0, Inner::Stream(..))
    }

    /// The connection, unless it is a stream of HTTP/2.
    pub fn get_ref(&self) -> Option<&MaybeTlsStream<TcpStream>> {
        match &self.0 {
            Inner::Connection(stream) => Some(stream),
            Inner::Stream(..) => None,
        }
    }
}

/// Whichever it is, for as long as a call takes.
macro_rules! inner {
    ($this:expr, $io:ident => $call:expr) => {
        match &mut $this.0 {
            Inner::Connection(io) => {
                let $io = Pin::new(&mut **io);
                $call
            }
            Inner::Stream(io, _) => {
                let $io = Pin::new(io);
                $call
            }
        }
    };
}

impl AsyncRead for ClientStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        inner!(self, io => io.poll_read(cx, buf))
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        inner!(self, io => io.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        inner!(self, io => io.poll_write_vectored(cx, pieces))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.0 {
            Inner::Connection(stream) => stream.is_write_vectored(),
            Inner::Stream(stream, _) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        inner!(self, io => io.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        inner!(self, io => io.poll_shutdown(cx))
    }
}
