//! A connection that hyper has handed over, or a stream of one.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use hyper::{body::Bytes, upgrade};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

#[cfg(feature = "http2")]
use crate::stream::Stream;

/// A connection that hyper has handed over, or a stream of HTTP/2, as a stream of tokio, whatever it is inside.
///
/// # Over HTTP/2
///
/// What is written goes to hyper, which sends it when the peer's windows allow that, and when it is the turn of
/// this stream. Flushing waits for room in hyper, and not for the network: what has been flushed may still wait
/// there for a window, up to three writes of 16 KiB and what h2 keeps.
///
/// Shutting down ends the stream for writing (END_STREAM) behind everything that was written. A stream that is
/// dropped is ended, too, and when the peer has not ended it within a second it is reset.
#[derive(Debug)]
pub struct Upgraded(Inner);

#[derive(Debug)]
enum Inner {
    Connection(TokioIo<upgrade::Upgraded>),
    #[cfg(feature = "http2")]
    Stream(Stream),
}

impl Upgraded {
    /// `shared` says that it is one stream of several on its connection.
    pub(crate) fn new(upgraded: upgrade::Upgraded, shared: bool) -> Self {
        #[cfg(feature = "http2")]
        if shared {
            return Self(Inner::Stream(Stream::new(upgraded)));
        }
        let _ = shared;
        Self(Inner::Connection(TokioIo::new(upgraded)))
    }

    /// As hyper gave it. Over HTTP/2 nobody then waits for the peer to end the stream, which is reset if it is
    /// dropped before.
    pub fn into_inner(self) -> upgrade::Upgraded {
        match self.0 {
            Inner::Connection(io) => io.into_inner(),
            #[cfg(feature = "http2")]
            Inner::Stream(stream) => stream.into_inner(),
        }
    }

    /// The stream inside, and what hyper has read from it and not used. There is none inside one of several.
    pub(crate) fn downcast<T>(self) -> Result<(T, Bytes), Self>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        #[cfg(feature = "http2")]
        if let Inner::Stream(_) = self.0 {
            return Err(self);
        }
        match self.into_inner().downcast::<TokioIo<T>>() {
            Ok(parts) => Ok((parts.io.into_inner(), parts.read_buf)),
            Err(upgraded) => of_auto(upgraded).map_err(|upgraded| Self::new(upgraded, false)),
        }
    }
}

/// Whichever it is, for as long as a call takes.
macro_rules! inner {
    ($this:expr, $io:ident => $call:expr) => {
        match &mut $this.0 {
            Inner::Connection(io) => {
                let $io = Pin::new(io);
                $call
            }
            #[cfg(feature = "http2")]
            Inner::Stream(stream) => {
                let $io = Pin::new(stream);
                $call
            }
        }
    };
}

/// The same for what hyper-util's server has wrapped, to tell the versions of HTTP apart.
#[cfg(feature = "auto")]
fn of_auto<T>(upgraded: upgrade::Upgraded) -> Result<(T, Bytes), upgrade::Upgraded>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let parts = hyper_util::server::conn::auto::upgrade::downcast::<TokioIo<T>>(upgraded)?;
    Ok((parts.io.into_inner(), parts.read_buf))
}

#[cfg(not(feature = "auto"))]
fn of_auto<T>(upgraded: upgrade::Upgraded) -> Result<(T, Bytes), upgrade::Upgraded> {
    Err(upgraded)
}

impl AsyncRead for Upgraded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        inner!(self, io => io.poll_read(cx, buf))
    }
}

impl AsyncWrite for Upgraded {
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
            Inner::Connection(io) => io.is_write_vectored(),
            #[cfg(feature = "http2")]
            Inner::Stream(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        inner!(self, io => io.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        inner!(self, io => io.poll_shutdown(cx))
    }
}
