//! Sockets, TLS, and who serves a connection.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::serve::ListenerExt;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::error::Error;
use super::{bare, router, tls};

/// Who reads requests.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stack {
    /// hyper, and the servers of hyper-util that tell HTTP/1 and HTTP/2 apart.
    Hyper,
    /// `axum::serve`; with TLS, its router as a service for the servers of hyper-util.
    Axum,
}

/// Serves until the program is ended, without TLS and with it.
///
/// # Errors
///
/// When the certificate cannot be read, or there are no ports.
pub(crate) async fn serve(stack: Stack, certificate: &Path, key: &Path) -> Result<(), Error> {
    let acceptor = TlsAcceptor::from(Arc::new(tls::server(certificate, key)?));
    let clear = TcpListener::bind("127.0.0.1:0").await?;
    let secure = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on {} {}", clear.local_addr()?, secure.local_addr()?);
    let app = router::router();
    match stack {
        Stack::Hyper => {
            tokio::join!(accept(clear, None, None), accept(secure, Some(acceptor), None));
        }
        Stack::Axum => {
            let clear = clear.tap_io(|stream| drop(stream.set_nodelay(true)));
            let secure = accept(secure, Some(acceptor), Some(app.clone()));
            let (served, ()) = tokio::join!(async { axum::serve(clear, app).await }, secure);
            served?;
        }
    }
    Ok(())
}

/// Takes connections, for a router or for bare hyper.
async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, app: Option<Router>) {
    while let Ok((stream, _)) = listener.accept().await {
        // Many small frames go to and fro, which must not wait for each other.
        drop(stream.set_nodelay(true));
        let (acceptor, app) = (acceptor.clone(), app.clone());
        tokio::spawn(async move {
            match acceptor {
                None => attend(stream, app).await,
                Some(acceptor) => match acceptor.accept(stream).await {
                    Ok(stream) => attend(stream, app).await,
                    Err(error) => eprintln!("no TLS: {error}"),
                },
            }
        });
    }
}

/// Serves one connection.
async fn attend<T>(stream: T, app: Option<Router>)
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http2()
        .enable_connect_protocol()
        .max_concurrent_streams(MAX_STREAMS)
        .initial_stream_window_size(STREAM_WINDOW);
    let io = TokioIo::new(stream);
    let ended = match app {
        Some(app) => {
            let service = TowerToHyperService::new(app);
            builder.serve_connection_with_upgrades(io, service).await
        }
        None => {
            let service = service_fn(|request| async { Ok::<_, Infallible>(bare::route(request)) });
            builder.serve_connection_with_upgrades(io, service).await
        }
    };
    if let Err(error) = ended {
        eprintln!("a connection ended: {error}");
    }
}

/// More than any peer opens.
const MAX_STREAMS: u32 = 2000;

/// A WebSocket that is not read from does not stop those beside it.
const STREAM_WINDOW: u32 = 65_535;
