//! What observers are told over HTTP/2, and by the client that chooses the version: each handshake and each
//! WebSocket once.

#![cfg(test)]
#![cfg(all(feature = "http2", feature = "observer"))]

mod common;

use common::{echo_server, http2, in_time, peer::Peer, recorder::Recorder};
use tokio::net::TcpStream;
use ws_hyper::{
    Error, ServerConfig, Tracker,
    http2::{Client, SharedConnection},
};

const ASKED: &str = "await-answer read-answer";

async fn shared(config: ServerConfig) -> SharedConnection {
    let stream = TcpStream::connect(http2::echo_server(config).await).await.unwrap();
    in_time(SharedConnection::new(stream)).await.unwrap()
}

#[tokio::test]
async fn a_web_socket_on_both_sides() {
    let (server, client) = (Recorder::default(), Recorder::default());
    let connection = shared(server.server()).await;
    for _ in 0..2 {
        server.0.lock().unwrap().clear();
        client.0.lock().unwrap().clear();
        let config = client.client();
        let (mut ws, _) = in_time(connection.open_with("ws://h/", &config)).await.unwrap();
        ws.send("hello").await.unwrap();
        in_time(ws.recv()).await.unwrap();
        in_time(ws.close()).await.unwrap();
        let opened = format!("opened - 200: {ASKED}");
        assert_eq!(client.told(), [&*opened, "open", "sent 5", "got 5", "closed well"]);
        let told = ["opened - 200: send-answer", "open", "got 5", "sent 5", "closed well"];
        assert_eq!(server.told_by_then(5).await, told);
        server.assert_one();
        client.assert_one();
    }
}

#[tokio::test]
async fn what_is_not_opened() {
    let (server, client) = (Recorder::default(), Recorder::default());
    let connection = shared(server.server().origins(["https://app.example"]).unwrap()).await;
    let evil = client.client().header("origin", "https://evil.example");
    for (url, config) in [
        ("ws://h/", &evil),
        ("https://h/", &client.client()),
        ("ws://h/", &client.client().header("sec-websocket-key", "mine")),
    ] {
        assert!(in_time(connection.open_with(url, config)).await.is_err());
    }
    let told = [
        &*format!("declined status-not-101 403: {ASKED}"),
        "failed unsupported-scheme 0: await-answer",
        "failed reserved-header 0: await-answer",
    ];
    assert_eq!(client.told(), told);
    assert_eq!(server.told(), ["rejected origin-not-allowed 403: send-answer"]);
}

#[tokio::test]
async fn streams_that_are_reset_and_connections_that_end() {
    let recorder = Recorder::default();
    let mut peer = Peer::connect(http2::echo_server(recorder.server()).await).await;
    let mut ws = peer.open(&[]).await;
    ws.send.send_reset(h2::Reason::CANCEL);
    assert_eq!(recorder.told_by_then(3).await[1..], ["open", "closed disconnected"]);
    ws = peer.open(&[]).await;
    ws.end();
    assert_eq!(recorder.told_by_then(6).await[4..], ["open", "closed disconnected"]);
    ws = peer.open(&[]).await;
    drop(peer);
    drop(ws);
    assert_eq!(recorder.told_by_then(9).await[7..], ["open", "closed disconnected"]);
}

/// From the CONNECT that is refused to the end by the deadline.
#[tokio::test]
async fn a_shutdown() {
    let (recorder, tracker) = (Recorder::default(), Tracker::new());
    let config = recorder.server().tracker(&tracker);
    let mut peer = Peer::connect(http2::echo_server(config).await).await;
    let _mute = peer.open(&[]).await;
    in_time(tracker.shut_down(std::time::Duration::from_millis(50))).await;
    assert_eq!(peer.ask(&[]).await.0.status(), 503);
    let told = [
        "opened - 200: send-answer",
        "open",
        "closed shutdown-timeout",
        "rejected shutting-down 503: send-answer",
    ];
    assert_eq!(recorder.told_by_then(4).await, told);
}

/// The WebSocket goes over to another type of stream, and stays the same.
#[tokio::test]
async fn the_client_in_the_clear() {
    let (recorder, tracker) = (Recorder::default(), Tracker::new());
    let address = echo_server(ServerConfig::new()).await;
    let client = Client::new().config(&recorder.client().tracker(&tracker));
    let (mut ws, _) = in_time(client.connect(&format!("ws://{address}/"))).await.unwrap();
    assert_eq!(tracker.len(), 1);
    ws.send("hello").await.unwrap();
    in_time(ws.recv()).await.unwrap();
    in_time(ws.close()).await.unwrap();
    drop(ws);
    assert!(tracker.is_empty());
    let told = recorder.told();
    assert!(told[0].starts_with("opened - 101: "), "{told:?}");
    assert_eq!(told[1..], ["open", "sent 5", "got 5", "closed well"]);
    recorder.assert_one();
}

#[tokio::test]
async fn a_connection_without_the_setting() {
    let builder = hyper::server::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new());
    let service = |_| async { common::Answer::new("never asked".into()) };
    let address = http2::serve(builder, service).await;
    let stream = hyper_util::rt::TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) =
        hyper::client::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new())
            .handshake::<_, http_body_util::Empty<hyper::body::Bytes>>(stream)
            .await
            .unwrap();
    tokio::spawn(connection);
    let recorder = Recorder::default();
    let config = recorder.client();
    let opening = ws_hyper::http2::handshake_with(&mut sender, "ws://h/", &config);
    let error = in_time(opening).await.unwrap_err();
    assert!(matches!(error, Error::NotOffered(_)), "{error:?}");
    assert_eq!(recorder.told(), ["failed not-offered 0: await-answer"]);
}

#[cfg(all(feature = "auto", feature = "rustls"))]
mod secure {
    use super::*;
    use common::secure::{BOTH, HTTP_1_1, Kind, Server};

    const DIALLED: &str = "look-up connect tls";

    /// Opens one, and gives what was told.
    async fn told_of_one(server: &Server, client: &Client, recorder: &Recorder) -> Vec<String> {
        recorder.0.lock().unwrap().clear();
        let (mut ws, _) = in_time(client.connect(&server.url())).await.unwrap();
        in_time(ws.close()).await.unwrap();
        recorder.assert_one();
        recorder.told()
    }

    #[tokio::test]
    async fn by_either_version() {
        let asked = "send-request await-answer read-answer";
        let back = format!("{DIALLED} settings connect tls {asked}");
        for (kind, first, then) in [
            (
                Kind::HTTP_2,
                format!("opened - 200: {DIALLED} settings {ASKED}"),
                format!("opened - 200: look-up {ASKED}"),
            ),
            (
                Kind { alpn: HTTP_1_1, ..Kind::HTTP_2 },
                format!("opened - 101: {DIALLED} {asked}"),
                format!("opened - 101: {DIALLED} {asked}"),
            ),
            // The attempt by HTTP/2 and what it falls back to are one handshake.
            (
                Kind { connect_protocol: false, alpn: BOTH, ..Kind::HTTP_2 },
                format!("opened - 101: {back}"),
                format!("opened - 101: {DIALLED} {asked}"),
            ),
        ] {
            let (server, recorder) = (Server::start(kind).await, Recorder::default());
            let client = server.client().config(&recorder.client());
            let told = told_of_one(&server, &client, &recorder).await;
            assert_eq!(told, [&*first, "open", "closed well"]);
            let told = told_of_one(&server, &client, &recorder).await;
            assert_eq!(told, [&*then, "open", "closed well"]);
        }
    }

    #[tokio::test]
    async fn what_fails_on_the_way() {
        let recorder = Recorder::default();
        let server = Server::start(Kind::HTTP_2).await;
        let client = server.client().config(&recorder.client().header("expect", "tea"));
        in_time(client.connect(&server.url())).await.unwrap_err();
        let strict = server.client().config(&recorder.client());
        in_time(strict.connect("https://h/")).await.unwrap_err();
        let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = nobody.local_addr().unwrap();
        drop(nobody);
        let lost = Client::new().config(&recorder.client());
        in_time(lost.connect(&format!("wss://{address}/"))).await.unwrap_err();
        let told = recorder.told();
        let declined = format!("declined status-not-101 417: {DIALLED} settings {ASKED}");
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!(told[0], declined);
        assert_eq!(told[1], "failed unsupported-scheme 0: look-up");
        assert!(told[2].starts_with("failed ") && told[2].contains(" 0: look-up"), "{told:?}");
    }

    /// A connection that has ended is replaced in the same handshake.
    #[tokio::test]
    async fn another_connection() {
        let (server, recorder) = (Server::start(Kind::HTTP_2).await, Recorder::default());
        let client = server.client().config(&recorder.client());
        told_of_one(&server, &client, &recorder).await;
        server.end.notify_waiters();
        let told = told_of_one(&server, &client, &recorder).await;
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("opened - 200: look-up "), "{told:?}");
        assert_eq!(told[1..], ["open", "closed well"]);
    }

    #[tokio::test]
    async fn an_attempt_that_is_dropped() {
        let recorder = Recorder::default();
        let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = mute.local_addr().unwrap();
        let server = Server { address, ..Server::start(Kind::HTTP_2).await };
        let client = server.client().config(&recorder.client());
        let url = format!("wss://localhost:{}/", address.port());
        let connecting = tokio::spawn(async move { client.connect(&url).await.map(drop) });
        let (_stream, _) = in_time(mute.accept()).await.unwrap();
        connecting.abort();
        let _ = connecting.await;
        let told = recorder.told();
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("cancelled - 0: look-up connect"), "{told:?}");
    }
}
