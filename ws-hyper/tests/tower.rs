//! WebSockets in front of services of tower.

#![cfg(test)]
#![cfg(feature = "tower")]

mod common;

use std::{convert::Infallible, net::SocketAddr};

use common::{Answer, REQUEST, Raw, echo, in_time, request};
use hyper::{Request, body::Incoming, server::conn::http1};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{net::TcpListener, sync::mpsc};
use tower::{Layer, ServiceExt, service_fn};
use ws_hyper::{ServerConfig, Upgrading, tower::UpgradeLayer, ws_tokio};

/// Serves a page, and WebSockets that echo and tell where they were opened.
async fn serve(config: ServerConfig) -> (SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (opened, paths) = mpsc::channel(8);
    let pages = service_fn(|request: Request<Incoming>| async move {
        Ok::<_, Infallible>(Answer::new(format!("a page at {}", request.uri()).into()))
    });
    let handler = move |upgrading: Upgrading| {
        let opened = opened.clone();
        async move {
            let path = upgrading.request().unwrap().uri().to_string();
            opened.send(path).await.unwrap();
            echo(upgrading.await?).await
        }
    };
    let layer = UpgradeLayer::new(&config.keep_request(true), handler);
    let service = layer.layer(pages);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(service.clone());
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection.with_upgrades());
        }
    });
    (address, paths)
}

#[tokio::test]
async fn what_opens_a_web_socket_goes_to_the_handler() {
    let (address, mut paths) = serve(ServerConfig::new()).await;
    let url = format!("ws://{address}/room?7");
    let (mut ws, _) = in_time(ws_tokio::connect(url)).await.unwrap();
    assert_eq!(in_time(paths.recv()).await.unwrap(), "/room?7");
    ws.send("hello").await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some("hello".into()));
    assert!(in_time(ws.close()).await.unwrap().is_clean());
}

#[tokio::test]
async fn everything_else_goes_to_the_service_inside() {
    let (address, _paths) = serve(ServerConfig::new()).await;
    let mut raw = Raw::connect(address).await;
    for changes in [
        &[("Connection", ""), ("Upgrade", "")][..],
        &[("Connection", "Connection: keep-alive")],
        &[("Upgrade", "Upgrade: h2c")],
    ] {
        raw.write(request(changes)).await;
        assert_eq!(raw.answer().await.1, "a page at /", "{changes:?}");
    }
    raw.write(REQUEST.replacen("GET", "POST", 1)).await;
    assert_eq!(raw.answer().await.1, "a page at /");
}

#[tokio::test]
async fn rejections_are_answered() {
    let (address, _paths) = serve(ServerConfig::new().same_origin()).await;
    let mut raw = Raw::connect(address).await;
    for (change, status) in [
        (("Sec-WebSocket-Key", "Sec-WebSocket-Key: short"), 400),
        (("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8"), 426),
        (("-", "Origin: https://evil.example"), 403),
    ] {
        raw.write(request(&[change])).await;
        let (head, body) = raw.answer().await;
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{change:?}: {head}");
        assert!(!body.is_empty() && !body.contains("a page"), "{body}");
    }
}

#[tokio::test]
async fn errors_of_the_service_inside_come_through() {
    let broken = service_fn(|_: Request<()>| async { Err::<Answer, _>("broken") });
    let layer = UpgradeLayer::new(&ServerConfig::new(), echo_it);
    let answer = layer.layer(broken).oneshot(Request::new(())).await;
    assert_eq!(answer.unwrap_err(), "broken");
    // A connection that nobody hands over is a rejection like others.
    let request = Request::get("/")
        .header("host", "ws.example")
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-version", "13")
        .body(())
        .unwrap();
    let answer = layer.layer(broken).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 500);
}

async fn echo_it(upgrading: Upgrading) {
    let _ = echo(upgrading.await.unwrap()).await;
}
