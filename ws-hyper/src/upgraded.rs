//! A connection that hyper has handed over.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use hyper::{body::Bytes, upgrade};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection that hyper has handed over, as a stream of tokio, whatever it is inside.
#[derive(Debug)]
pub struct Upgraded(TokioIo<upgrade::Upgraded>);

impl Upgraded {
    pub(crate) fn new(upgraded: upgrade::Upgraded) -> Self {
        Self(TokioIo::new(upgraded))
    }

    /// As hyper gave it.
    pub fn into_inner(self) -> upgrade::Upgraded {
        self.0.into_inner()
    }

    /// The stream inside, and what hyper has read from it and not used.
    pub(crate) fn downcast<T>(self) -> Result<(T, Bytes), Self>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        match self.into_inner().downcast::<TokioIo<T>>() {
            Ok(parts) => Ok((parts.io.into_inner(), parts.read_buf)),
            Err(upgraded) => of_auto(upgraded).map_err(Self::new),
        }
    }
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
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Upgraded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
