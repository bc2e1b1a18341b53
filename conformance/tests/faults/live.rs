//! Every adapter, over streams in memory.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use conformance::pipe::Pipe;
use rustls::{ServerConfig, ServerConnection};
use ws_driver::{MaybeTls, Reads, Runtime, Writes};

use crate::secured::Secured;

/// An adapter.
pub(crate) trait Live: Send + 'static {
    type Runtime: Runtime<Timer: Send>
        + Reads<Pipe>
        + Writes<Pipe>
        + Reads<Self::Stream>
        + Writes<Self::Stream>
        + Reads<Self::Secured>
        + Writes<Self::Secured>;

    /// A client's connection, with TLS or without.
    type Stream: From<MaybeTls<Pipe>> + Into<MaybeTls<Pipe>> + Send + 'static;

    /// A server's connection behind TLS, by the library that programs take for it.
    type Secured: 'static;

    const NAME: &'static str;

    /// Whether it blocks the thread.
    const BLOCKS: bool = false;

    /// An operation that moves nothing.
    fn poll_step(
        pipe: &mut Pipe,
        cx: &mut Context<'_>,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>>;

    /// Does a server's part of TLS, or begins to.
    fn secure(
        pipe: Pipe,
        config: Arc<ServerConfig>,
    ) -> impl Future<Output = io::Result<Self::Secured>>;
}

pub(crate) enum Tokio {}

impl Live for Tokio {
    type Runtime = ws_tokio::Tokio;
    type Stream = ws_tokio::MaybeTlsStream<Pipe>;
    type Secured = tokio_rustls::server::TlsStream<Pipe>;

    const NAME: &'static str = "ws-tokio";

    fn poll_step(
        pipe: &mut Pipe,
        cx: &mut Context<'_>,
        _: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        tokio::io::AsyncWrite::poll_flush(Pin::new(pipe), cx)
    }

    async fn secure(pipe: Pipe, config: Arc<ServerConfig>) -> io::Result<Self::Secured> {
        tokio_rustls::TlsAcceptor::from(config).accept(pipe).await
    }
}

macro_rules! of_futures_io {
    ($Live:ident, $adapter:ident, $Runtime:ty, $name:literal) => {
        pub(crate) enum $Live {}

        impl Live for $Live {
            type Runtime = $Runtime;
            type Stream = $adapter::MaybeTlsStream<Pipe>;
            type Secured = futures_rustls::server::TlsStream<Pipe>;

            const NAME: &'static str = $name;

            fn poll_step(
                pipe: &mut Pipe,
                cx: &mut Context<'_>,
                _: Option<Instant>,
            ) -> Poll<io::Result<()>> {
                futures_lite::io::AsyncWrite::poll_flush(Pin::new(pipe), cx)
            }

            async fn secure(pipe: Pipe, config: Arc<ServerConfig>) -> io::Result<Self::Secured> {
                futures_rustls::TlsAcceptor::from(config).accept(pipe).await
            }
        }
    };
}

of_futures_io!(Smol, ws_smol, ws_smol::FuturesIo, "ws-smol");
of_futures_io!(
    AsyncStd,
    ws_async_std,
    ws_driver::FuturesIo<ws_async_std::HalfClose>,
    "ws-async-std"
);

pub(crate) enum Blocking {}

impl Live for Blocking {
    type Runtime = ws_blocking::Blocking;
    type Stream = ws_blocking::MaybeTlsStream<Pipe>;
    type Secured = Secured;

    const NAME: &'static str = "ws-blocking";
    const BLOCKS: bool = true;

    fn poll_step(
        pipe: &mut Pipe,
        _: &mut Context<'_>,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let left = left.map(|left| left.max(Duration::from_millis(1)));
        ws_blocking::Transport::set_write_timeout(pipe, left)?;
        let stepped = loop {
            match io::Write::flush(pipe) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                stepped => break stepped,
            }
        };
        ws_blocking::Transport::set_write_timeout(pipe, None)?;
        match stepped {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if until.is_some_and(|until| until <= Instant::now()) {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
                Poll::Pending
            }
            stepped => Poll::Ready(stepped),
        }
    }

    async fn secure(pipe: Pipe, config: Arc<ServerConfig>) -> io::Result<Secured> {
        let connection = ServerConnection::new(config).map_err(io::Error::other)?;
        Ok(Secured::new(connection, pipe))
    }
}
