//! HTTP/2: servers of hyper.

use std::{future::Future, net::SocketAddr};

use hyper::{Request, body::Incoming, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
};

use super::{Answer, answer, echo};
use ws_hyper::ServerConfig;

type Builder = http2::Builder<TokioExecutor>;

/// A server of hyper that takes extended CONNECT.
pub(crate) fn builder() -> Builder {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.enable_connect_protocol();
    builder
}

/// Serves connections of a socket, one task each.
pub(crate) async fn serve<S, F>(builder: Builder, service: S) -> SocketAddr
where
    S: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            tokio::spawn(drive(builder.clone(), stream, service.clone()));
        }
    });
    address
}

/// Serves one connection.
pub(crate) async fn drive<T, S, F>(builder: Builder, stream: T, service: S)
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Fn(Request<Incoming>) -> F + Send + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let service = service_fn(move |request| {
        let answer = service(request);
        async { Ok::<_, std::convert::Infallible>(answer.await) }
    });
    // An error is the client's, which the test has seen.
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

/// A server that echoes.
pub(crate) async fn echo_server(config: ServerConfig) -> SocketAddr {
    serve(builder(), move |request| {
        let answer = answer(request, &config, |upgrading| async { echo(upgrading.await?).await });
        async { answer }
    })
    .await
}
