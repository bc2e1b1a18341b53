//! From a URL to a WebSocket, by HTTP/2 where the server takes that, and by HTTP/1.1 where it does not.

#![cfg(test)]
#![cfg(all(feature = "auto", feature = "rustls"))]

mod common;

use std::time::Duration;

use common::{
    echo_server, ends, in_time,
    secure::{HTTP_1_1, Kind, Server},
};
use tokio::net::TcpListener;
use ws_hyper::{
    ClientConfig, Message, ServerConfig, WebSocket,
    http2::{Client, ClientStream},
    ws_tokio::{
        DialConfig, Error,
        handshake::{HandshakeError, HandshakeStep},
    },
};

/// That messages pass, and by which version.
async fn passes(ws: &mut WebSocket<ClientStream>, http2: bool) {
    assert_eq!(ws.get_ref().is_http2(), http2);
    assert_eq!(ws.get_ref().get_ref().is_none(), http2);
    assert_eq!(ws.subprotocol(), Some("chat"));
    let long = Message::from(vec![7; 200_000]);
    for message in [Message::text("hi"), long] {
        ws.send(message.clone()).await.unwrap();
        assert_eq!(in_time(ws.recv()).await.unwrap(), Some(message));
    }
}

#[tokio::test]
async fn several_web_sockets_share_one_connection_of_http_2() {
    let server = Server::start(Kind::HTTP_2).await;
    let client = server.client();
    let mut open = Vec::new();
    for _ in 0..5 {
        let (ws, response) = in_time(client.connect(&server.url())).await.unwrap();
        assert_eq!(response.status(), 200);
        open.push(ws);
    }
    for ws in &mut open {
        passes(ws, true).await;
    }
    for mut ws in open {
        assert!(in_time(ws.close()).await.unwrap().is_clean());
    }
    assert_eq!(server.accepted(), 1);
}

/// Those who come while the first connection is made wait for it.
#[tokio::test]
async fn clients_at_the_same_time_share_one_connection() {
    let server = Server::start(Kind::HTTP_2).await;
    let (client, url) = (server.client(), server.url());
    let opening: Vec<_> = (0..10)
        .map(|_| {
            let (client, url) = (client.clone(), url.clone());
            tokio::spawn(async move { client.connect(&url).await })
        })
        .collect();
    for opening in opening {
        passes(&mut ends(opening).await.unwrap().0, true).await;
    }
    assert_eq!(server.accepted(), 1);
}

#[tokio::test]
async fn a_server_of_http_1_1_is_asked_over_the_same_connection() {
    for alpn in [HTTP_1_1, &[]] {
        let server = Server::start(Kind { alpn, ..Kind::HTTP_2 }).await;
        let client = server.client();
        for n in 1..=2 {
            let (mut ws, response) = in_time(client.connect(&server.url())).await.unwrap();
            assert_eq!(response.status(), 101);
            passes(&mut ws, false).await;
            assert!(in_time(ws.close()).await.unwrap().is_clean());
            assert_eq!(server.accepted(), n);
        }
    }
}

/// RFC 8441 3: without the setting a client must not ask.
#[tokio::test]
async fn a_server_that_does_not_offer_it_is_asked_by_http_1_1() {
    let kind = Kind { connect_protocol: false, ..Kind::HTTP_2 };
    let server = Server::start(kind).await;
    let client = server.client();
    let (mut ws, _) = in_time(client.connect(&server.url())).await.unwrap();
    passes(&mut ws, false).await;
    assert_eq!(server.accepted(), 2);
    // What was found out is not tried again.
    let (mut ws, _) = in_time(client.connect(&server.url())).await.unwrap();
    passes(&mut ws, false).await;
    assert_eq!(server.accepted(), 3);
    // A server that lets no stream be open takes none.
    let server = Server::start(Kind { max_streams: 0, ..Kind::HTTP_2 }).await;
    let (mut ws, _) = in_time(server.client().connect(&server.url())).await.unwrap();
    passes(&mut ws, false).await;
}

#[tokio::test]
async fn a_full_connection_gets_another_beside_it() {
    let server = Server::start(Kind { max_streams: 2, ..Kind::HTTP_2 }).await;
    let client = server.client();
    let mut open = Vec::new();
    for n in [1, 1, 2, 2, 3] {
        let (mut ws, _) = in_time(client.connect(&server.url())).await.unwrap();
        passes(&mut ws, true).await;
        open.push(ws);
        assert_eq!(server.accepted(), n);
    }
    // Whoever closes makes room.
    for ws in &mut open {
        in_time(ws.close()).await.unwrap();
    }
    open.clear();
    let (mut ws, _) = in_time(client.connect(&server.url())).await.unwrap();
    passes(&mut ws, true).await;
    assert_eq!(server.accepted(), 3);
}

#[tokio::test]
async fn a_connection_that_has_ended_is_replaced() {
    let server = Server::start(Kind::HTTP_2).await;
    let client = server.client();
    let (mut ws, _) = in_time(client.connect(&server.url())).await.unwrap();
    passes(&mut ws, true).await;
    server.end.notify_waiters();
    in_time(ws.recv()).await.unwrap_err();
    let (mut ws, _) = in_time(client.connect(&server.url())).await.unwrap();
    passes(&mut ws, true).await;
    assert_eq!(server.accepted(), 2);
}

#[tokio::test]
async fn what_is_not_secure_is_http_1_1() {
    let address = echo_server(ServerConfig::new().subprotocols(["chat"])).await;
    let client = Client::new().config(&ClientConfig::new().subprotocols(["chat"]));
    let (mut ws, response) = in_time(client.connect(&format!("ws://{address}/"))).await.unwrap();
    assert_eq!(response.status(), 101);
    passes(&mut ws, false).await;
    assert!(in_time(ws.close()).await.unwrap().is_clean());
}

#[tokio::test]
async fn errors_are_those_of_the_way() {
    let server = Server::start(Kind::HTTP_2).await;
    let client = server.client();
    assert_eq!(
        client.connect("https://localhost/").await.unwrap_err().name(),
        "unsupported-scheme"
    );
    let stranger = Client::new().dial(&DialConfig::new().addresses([server.address]));
    let error = in_time(stranger.connect(&server.url())).await.unwrap_err();
    assert!(matches!(error, Error::Tls(_)), "{error:?}");

    // By either version, a rejection is one.
    for kind in [Kind::HTTP_2, Kind { alpn: HTTP_1_1, ..Kind::HTTP_2 }] {
        let server = Server::start(kind).await;
        let bad = ClientConfig::new().header("expect", "tea");
        let error = in_time(server.client().config(&bad).connect(&server.url())).await.unwrap_err();
        match error {
            Error::Handshake(HandshakeError::Declined(declined)) => {
                assert_eq!(declined.response().status(), 417);
            }
            error => panic!("{error:?}"),
        }
    }
}

#[tokio::test]
async fn one_deadline_covers_everything() {
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = mute.local_addr().unwrap();
    let server = Server::start(Kind::HTTP_2).await;
    let client = Server { address, ..server }
        .client()
        .config(&ClientConfig::new().timeout(Some(Duration::from_millis(200))));
    let url = format!("wss://localhost:{}/", address.port());
    // One waits for TLS, the other for the one.
    let (one, other) =
        in_time(async { tokio::join!(client.connect(&url), client.connect(&url)) }).await;
    for (outcome, steps) in [
        (one, [HandshakeStep::Tls, HandshakeStep::Connect]),
        (other, [HandshakeStep::Tls, HandshakeStep::Connect]),
    ] {
        match outcome.unwrap_err() {
            Error::Handshake(HandshakeError::TimedOut(step)) => {
                assert!(steps.contains(&step), "{step:?}");
            }
            error => panic!("{error:?}"),
        }
    }
}

/// A handshake that is dropped leaves the lock that others wait for.
#[tokio::test]
async fn connecting_may_be_dropped() {
    let server = Server::start(Kind::HTTP_2).await;
    let client = server.client();
    for millis in [0, 1, 2, 3, 5, 8] {
        let url = server.url();
        let connecting = client.connect(&url);
        let _ = tokio::time::timeout(Duration::from_millis(millis), connecting).await;
    }
    let (mut ws, _) = in_time(client.connect(&server.url())).await.unwrap();
    passes(&mut ws, true).await;
}
