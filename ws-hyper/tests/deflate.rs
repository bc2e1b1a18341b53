//! Compression, negotiated over hyper.

#![cfg(test)]
#![cfg(feature = "deflate")]

mod common;

use common::{Raw, echo_server, in_time, request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use ws_hyper::{
    ClientConfig, ServerConfig, handshake_with,
    ws_tokio::{
        self,
        deflate::{DeflateConfig, DeflateOffer},
    },
};

#[tokio::test]
async fn messages_are_compressed_by_both_clients() {
    let address = echo_server(ServerConfig::new().deflate(DeflateConfig::new())).await;
    let config = ClientConfig::new().deflate(DeflateOffer::new());
    let text = "all work and no play ".repeat(1000);

    let url = format!("ws://{address}/");
    let (mut ws, _) = in_time(ws_tokio::connect_with(url, &config)).await.unwrap();
    assert!(ws.extensions().unwrap().starts_with("permessage-deflate"));
    ws.send(text.as_str()).await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some(text.as_str().into()));

    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake::<_, String>(stream).await.unwrap();
    tokio::spawn(connection.with_upgrades());
    let opening = handshake_with(&mut sender, "ws.example", "/", &config);
    let (mut ws, response) = in_time(opening).await.unwrap();
    assert!(response.headers().contains_key("sec-websocket-extensions"));
    ws.send(text.as_str()).await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some(text.as_str().into()));
    assert!(in_time(ws.close()).await.unwrap().is_clean());
}

#[tokio::test]
async fn what_is_not_offered_is_not_used() {
    let address = echo_server(ServerConfig::new().deflate(DeflateConfig::new())).await;
    for (offer, agreed) in
        [(("-", ""), false), (("-", "Sec-WebSocket-Extensions: permessage-deflate"), true)]
    {
        let mut raw = Raw::connect(address).await;
        raw.write(request(&[offer])).await;
        let head = raw.head().await;
        assert!(head.starts_with("http/1.1 101 "), "{head}");
        assert_eq!(head.contains("permessage-deflate"), agreed, "{head}");
    }
}
