//! Servers of hyper on loopback, and clients that write what they like.

#![allow(dead_code, reason = "each test takes what it needs")]

#[cfg(feature = "http2")]
pub(crate) mod http2;
#[cfg(feature = "http2")]
pub(crate) mod peer;
#[cfg(feature = "observer")]
pub(crate) mod recorder;
#[cfg(all(feature = "auto", feature = "rustls"))]
pub(crate) mod secure;

use std::{convert::Infallible, future::Future, net::SocketAddr, time::Duration};

use http_body_util::Full;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};
use ws_hyper::{ServerConfig, Upgrading, WebSocket, ws_tokio::Error};

include!("request.rs");

pub(crate) type Answer = Response<Full<Bytes>>;

/// Serves connections of a socket, one task each.
pub(crate) async fn serve<S, F>(service: S) -> SocketAddr
where
    S: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(drive(stream, service.clone()));
        }
    });
    address
}

/// Serves one connection, and hands it over.
pub(crate) async fn drive<T, S, F>(stream: T, service: S)
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Fn(Request<Incoming>) -> F,
    F: Future<Output = Answer> + Send + 'static,
{
    let service = service_fn(move |request| {
        let answer = service(request);
        async { Ok::<_, Infallible>(answer.await) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // An error is the client's, which the test has seen.
    let _ = connection.with_upgrades().await;
}

/// A server that echoes.
pub(crate) async fn echo_server(config: ServerConfig) -> SocketAddr {
    serve(move |request| {
        let answer = answer(request, &config, |upgrading| async { echo(upgrading.await?).await });
        async { answer }
    })
    .await
}

/// Answers a request, and spawns what is to become of the WebSocket.
pub(crate) fn answer<F>(
    mut request: Request<Incoming>,
    config: &ServerConfig,
    then: impl FnOnce(Upgrading) -> F,
) -> Answer
where
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    match ws_hyper::upgrade(&mut request, config) {
        Ok((response, upgrading)) => {
            tokio::spawn(then(upgrading));
            response
        }
        Err(rejection) => rejection.into_response(),
    }
}

pub(crate) async fn echo<T: AsyncRead + AsyncWrite + Unpin>(
    mut ws: WebSocket<T>,
) -> Result<(), Error> {
    while let Some(message) = ws.recv().await? {
        ws.send(message).await?;
    }
    Ok(())
}

/// A client that writes what it likes.
pub(crate) struct Raw(pub(crate) TcpStream);

impl Raw {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Head and body of an answer.
    pub(crate) async fn answer(&mut self) -> (String, String) {
        let head = self.head().await;
        let mut fields = head.split("\r\n").filter_map(|line| line.split_once(": "));
        let len = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let mut body = vec![0; len.map_or(0, |(_, len)| len.parse().unwrap())];
        in_time(self.0.read_exact(&mut body)).await.unwrap();
        (head, String::from_utf8(body).unwrap())
    }

    pub(crate) async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(in_time(self.0.read_u8()).await.unwrap());
        }
        String::from_utf8(head).unwrap().to_lowercase()
    }

    /// What comes until the end.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match in_time(self.0.read_to_end(&mut rest)).await {
            Ok(_) => rest,
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => rest,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Nothing here may wait for ever.
pub(crate) async fn in_time<F: IntoFuture>(future: F) -> F::Output {
    timeout(Duration::from_secs(20), future).await.expect("it waits for ever")
}

/// That a task has come to its end.
pub(crate) async fn ends<O>(task: JoinHandle<O>) -> O {
    in_time(task).await.unwrap()
}
