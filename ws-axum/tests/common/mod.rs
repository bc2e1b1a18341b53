//! Servers of axum on loopback, and clients that write what they like.

#![allow(dead_code, reason = "each test takes what it needs")]

#[cfg(feature = "http2")]
#[path = "../../../ws-hyper/tests/common/peer.rs"]
pub(crate) mod peer;
#[cfg(feature = "observer")]
#[path = "../../../ws-hyper/tests/common/recorder.rs"]
pub(crate) mod recorder;

use std::{net::SocketAddr, time::Duration};

use axum::Router;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use ws_axum::ws_hyper::ws_tokio::{self, MaybeTlsStream, WebSocket};

include!("../../../ws-hyper/tests/common/request.rs");

pub(crate) async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

pub(crate) async fn connect(
    address: SocketAddr,
    path: &str,
) -> WebSocket<MaybeTlsStream<TcpStream>> {
    in_time(ws_tokio::connect(format!("ws://{address}{path}"))).await.unwrap().0
}

/// A client that writes what it likes.
pub(crate) struct Raw(pub(crate) TcpStream);

impl Raw {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    /// What a server answers to a request on a connection of its own: status, head and body.
    pub(crate) async fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> (u16, String) {
        let mut raw = Self::connect(address).await;
        raw.write(request).await;
        raw.answer().await
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    pub(crate) async fn answer(&mut self) -> (u16, String) {
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(in_time(self.0.read_u8()).await.unwrap());
        }
        let head = String::from_utf8(answer).unwrap().to_lowercase();
        let mut fields = head.split("\r\n").filter_map(|line| line.split_once(": "));
        let len = fields.find(|(name, _)| *name == "content-length");
        let mut body = vec![0; len.map_or(0, |(_, len)| len.parse().unwrap())];
        in_time(self.0.read_exact(&mut body)).await.unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head + std::str::from_utf8(&body).unwrap())
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
