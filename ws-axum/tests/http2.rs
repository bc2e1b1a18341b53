//! WebSockets over HTTP/2 (RFC 8441) with `axum::serve`, and axum's own extractor where it differs.

#![cfg(test)]
#![cfg(feature = "http2")]
#![expect(
    clippy::duplicate_mod,
    reason = "that is the test: one program, compiled with either import"
)]

mod common;

#[path = "programs"]
mod theirs {
    use axum::extract::ws;

    pub(crate) mod offers;
}

#[path = "programs"]
mod ours {
    use ws_axum as ws;

    pub(crate) mod offers;
}

use std::sync::{Arc, Mutex};

use axum::{
    Extension, Router,
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use common::{
    in_time,
    peer::{Peer, RST_STREAM},
    serve,
};
use tokio::{net::TcpStream, sync::mpsc};
use ws_axum::{
    Error, Message, ServerConfig, WebSocket, WebSocketUpgrade, close_code,
    rejection::WebSocketUpgradeRejection,
    ws_hyper::{self, ClientConfig, http2::SharedConnection, ws_tokio},
};

type Fields = &'static [(&'static str, &'static str)];

const CLOSE: &[u8] = b"\x88\x82\0\0\0\0\x03\xe8";
const CLOSED: &[u8] = b"\x88\x02\x03\xe8";

/// A masked message.
const HI: &[u8] = b"\x81\x82\0\0\0\0hi";

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if matches!(message, Message::Text(_) | Message::Binary(_)) {
            socket.send(message).await.unwrap();
        }
    }
}

async fn handler(ws: WebSocketUpgrade) -> Response {
    ws.protocols(["chat.v2", "chat.v1"]).on_upgrade(echo)
}

async fn shared(app: Router) -> SharedConnection {
    let stream = TcpStream::connect(serve(app).await).await.unwrap();
    stream.set_nodelay(true).unwrap();
    in_time(SharedConnection::new(stream)).await.unwrap()
}

async fn status(peer: &mut Peer, fields: Fields) -> u16 {
    peer.ask(fields).await.0.status().as_u16()
}

/// The statuses of axum's own extractor and of this one.
async fn both(fields: Fields) -> (u16, u16) {
    let mut theirs = Peer::connect(serve(theirs::offers::app()).await).await;
    let mut ours = Peer::connect(serve(ours::offers::app()).await).await;
    (status(&mut theirs, fields).await, status(&mut ours, fields).await)
}

#[tokio::test]
async fn several_on_one_connection() {
    let connection = shared(Router::new().route("/{room}", any(handler))).await;
    let mut open = Vec::new();
    for n in 0..20 {
        let config = ClientConfig::new().subprotocols(if n % 2 == 0 {
            ["chat.v1", "other"]
        } else {
            ["chat.v1", "chat.v2"]
        });
        let url = format!("ws://h/{n}");
        let (ws, response) = in_time(connection.open_with(&url, &config)).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(ws.subprotocol(), Some(if n % 2 == 0 { "chat.v1" } else { "chat.v2" }));
        open.push(ws);
    }
    let long = ws_tokio::Message::from(vec![7; 100_000]);
    for (n, ws) in open.iter_mut().enumerate() {
        ws.send(n.to_string()).await.unwrap();
        ws.send(long.clone()).await.unwrap();
    }
    for (n, ws) in open.iter_mut().enumerate().rev() {
        assert_eq!(in_time(ws.recv()).await.unwrap(), Some(n.to_string().into()));
        assert_eq!(in_time(ws.recv()).await.unwrap().as_ref(), Some(&long));
    }
    for mut ws in open {
        assert!(in_time(ws.close()).await.unwrap().is_clean());
    }
}

/// Both versions, on one port and one route.
#[tokio::test]
async fn the_same_route_takes_both_versions() {
    let address = serve(Router::new().route("/", any(handler))).await;
    let mut ws = common::connect(address, "/").await;
    let mut peer = Peer::connect(address).await;
    let mut stream = peer.open(&[]).await;
    ws.send("hi").await.unwrap();
    stream.write(HI);
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some("hi".into()));
    assert_eq!(stream.read(4).await, b"\x81\x02hi");
    let (response, _) = peer.ask(&[("sec-websocket-protocol", "chat.v1")]).await;
    let mut names: Vec<_> = response.headers().keys().map(ToString::to_string).collect();
    names.sort_unstable();
    assert_eq!(names, ["date", "sec-websocket-protocol"]);
}

#[tokio::test]
async fn each_rule_has_its_variant_and_its_status() {
    use WebSocketUpgradeRejection::{
        InvalidProtocolPseudoheader, InvalidWebSocketVersionHeader, MethodNotConnect, RuleBroken,
    };

    let (sender, mut names) = mpsc::channel(1);
    let handler = |ws: Result<WebSocketUpgrade, WebSocketUpgradeRejection>| async move {
        let rejection = ws.unwrap_err();
        let variant = match &rejection {
            MethodNotConnect(_) => "MethodNotConnect",
            InvalidProtocolPseudoheader(_) => "InvalidProtocolPseudoheader",
            InvalidWebSocketVersionHeader(_) => "InvalidWebSocketVersionHeader",
            RuleBroken(_) => "RuleBroken",
            _ => "another",
        };
        assert!(rejection.to_string().contains(rejection.status().as_str()), "{rejection}");
        sender.send((variant, rejection.name(), rejection.body_text())).await.unwrap();
        rejection
    };
    let config = ServerConfig::new().origins(["https://app.example"]).unwrap();
    let app = Router::new().route("/", any(handler)).layer(Extension(config));
    let mut peer = Peer::connect(serve(app).await).await;
    let cases: [(Fields, u16, &str, &str); 11] = [
        (&[(":method", "GET"), (":protocol", "")], 405, "MethodNotConnect", "not-connect"),
        (&[(":method", "POST"), (":protocol", "")], 405, "MethodNotConnect", "not-connect"),
        (&[(":protocol", "connect-udp")], 501, "InvalidProtocolPseudoheader", "other-protocol"),
        (&[("sec-websocket-version", "")], 400, "InvalidWebSocketVersionHeader", "missing-version"),
        (&[("sec-websocket-version", "8")], 400, "InvalidWebSocketVersionHeader", "bad-version"),
        (
            &[("sec-websocket-version", "13"), ("sec-websocket-version", "13")],
            400,
            "InvalidWebSocketVersionHeader",
            "duplicate-version",
        ),
        (&[("host", "other.example")], 400, "RuleBroken", "other-host"),
        (&[("sec-websocket-protocol", "ch@t")], 400, "RuleBroken", "bad-subprotocol"),
        (&[("sec-websocket-extensions", ";")], 400, "RuleBroken", "bad-extension"),
        (&[("origin", "https://evil.example")], 403, "RuleBroken", "origin-not-allowed"),
        (&[("expect", "tea")], 417, "RuleBroken", "unknown-expectation"),
    ];
    for (fields, status, variant, name) in cases {
        let (response, _send) = peer.ask(fields).await;
        let (found, rule, text) = in_time(names.recv()).await.unwrap();
        assert_eq!((response.status().as_u16(), found, rule), (status, variant, name));
        for name in ["connection", "upgrade", "transfer-encoding"] {
            assert!(!response.headers().contains_key(name), "{response:?}");
        }
        if status == 405 {
            assert_eq!(response.headers()["allow"], "CONNECT");
        }
        let body = in_time(response.into_body().data()).await.unwrap().unwrap();
        assert!(body == text && !text.is_empty(), "{text}");
    }
}

/// A CONNECT without `:protocol` wants a tunnel, and has no path that a route could be found by.
#[tokio::test]
async fn a_tunnel_is_no_web_socket() {
    let app = Router::new().fallback(any(handler));
    let mut peer = Peer::connect(serve(app).await).await;
    let (response, _send) = peer.ask(&[(":uri", "ws.example:80"), (":protocol", "")]).await;
    assert_eq!(response.status(), StatusCode::NOT_IMPLEMENTED);
    // A route for GET does not let CONNECT through.
    let app = Router::new().route("/", get(handler));
    let mut peer = Peer::connect(serve(app).await).await;
    assert_eq!(status(&mut peer, &[]).await, 405);
}

#[tokio::test]
async fn ordinary_http_is_told_apart() {
    async fn handler(ws: Option<WebSocketUpgrade>) -> Response {
        match ws {
            Some(ws) => ws.on_upgrade(echo),
            None => (StatusCode::IM_A_TEAPOT, "a page").into_response(),
        }
    }
    let mut peer = Peer::connect(serve(Router::new().route("/", any(handler))).await).await;
    let cases: [(Fields, u16); 5] = [
        (&[], 200),
        (&[(":method", "GET"), (":protocol", "")], 418),
        (&[(":method", "POST"), (":protocol", "")], 418),
        (&[(":protocol", "connect-udp")], 418),
        // What asks for a WebSocket is not answered with a page.
        (&[("sec-websocket-version", "8")], 400),
    ];
    for (fields, expected) in cases {
        assert_eq!(status(&mut peer, fields).await, expected, "{fields:?}");
    }
}

#[tokio::test]
async fn what_handlers_refuse() {
    let reports: Arc<Mutex<Vec<String>>> = Arc::default();
    let reported = reports.clone();
    let same = |ws: WebSocketUpgrade| async move {
        let reported = reported.clone();
        ws.same_origin()
            .on_failed_upgrade(move |error: Error| {
                let error = error.into_inner();
                let rejection = error.downcast::<WebSocketUpgradeRejection>().unwrap();
                reported.lock().unwrap().push(rejection.name().into());
            })
            .on_upgrade(echo)
    };
    let unoffered = |mut ws: WebSocketUpgrade| async {
        ws.set_selected_protocol(HeaderValue::from_static("chat.v9"));
        ws.on_upgrade(echo)
    };
    let app = Router::new().route("/", any(same)).route("/unoffered", any(unoffered));
    let mut peer = Peer::connect(serve(app).await).await;
    assert_eq!(status(&mut peer, &[("origin", "http://ws.example")]).await, 200);
    assert_eq!(status(&mut peer, &[("origin", "http://evil.example")]).await, 403);
    assert_eq!(*reports.lock().unwrap(), ["origin-not-allowed"]);
    assert_eq!(status(&mut peer, &[(":uri", "http://ws.example/unoffered")]).await, 500);
}

#[cfg(feature = "deflate")]
#[tokio::test]
async fn messages_can_be_compressed() {
    use ws_tokio::deflate::{DeflateConfig, DeflateOffer};

    let deflate =
        |ws: WebSocketUpgrade| async { ws.deflate(DeflateConfig::new()).on_upgrade(echo) };
    let connection = shared(Router::new().route("/", any(deflate))).await;
    let config = ClientConfig::new().deflate(DeflateOffer::new());
    let (mut ws, _) = in_time(connection.open_with("ws://h/", &config)).await.unwrap();
    assert!(ws.extensions().unwrap().contains("permessage-deflate"));
    let text = "tea ".repeat(10_000);
    ws.send(text.clone()).await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some(text.into()));
    assert!(in_time(ws.close()).await.unwrap().is_clean());
}

/// "Orderly TCP-level closures are represented as END_STREAM flags". RFC 8441 5.
#[tokio::test]
async fn a_close_ends_the_stream_and_resets_nothing() {
    let closing = |ws: WebSocketUpgrade| async {
        ws.on_upgrade(|mut socket| async move {
            let info = socket.close_with(close_code::AWAY, "bye").await.unwrap();
            assert!(info.is_clean());
        })
    };
    let dropping = |ws: WebSocketUpgrade| async { ws.on_upgrade(|_socket| async {}) };
    let app = Router::new()
        .route("/", any(handler))
        .route("/closing", any(closing))
        .route("/dropping", any(dropping));
    let mut peer = Peer::connect(serve(app).await).await;

    let mut ws = peer.open(&[]).await;
    ws.write([HI, CLOSE].concat());
    assert_eq!(ws.rest().await, [b"\x81\x02hi", CLOSED].concat());
    ws.end();
    peer.assert_ended(ws.id()).await;

    let mut ws = peer.open(&[(":uri", "http://ws.example/closing")]).await;
    assert_eq!(ws.read(7).await, b"\x88\x05\x03\xe9bye");
    ws.write(b"\x88\x82\0\0\0\0\x03\xe9");
    assert_eq!(ws.rest().await, b"");
    ws.end();
    peer.assert_ended(ws.id()).await;

    let mut ws = peer.open(&[(":uri", "http://ws.example/dropping")]).await;
    assert_eq!(ws.rest().await, b"");
    ws.end();
    peer.assert_ended(ws.id()).await;
}

/// Where axum's own extractor is wrong over HTTP/2.
#[tokio::test]
async fn what_axum_lets_in() {
    assert_eq!(both(&[]).await, (200, 200));
    assert_eq!(both(&[("sec-websocket-protocol", "ch@t")]).await, (200, 400));
    assert_eq!(both(&[("sec-websocket-extensions", ";")]).await, (200, 400));
    assert_eq!(both(&[("host", "other.example")]).await, (200, 400));
    assert_eq!(both(&[("expect", "tea")]).await, (200, 417));
}

/// The status says what is wrong: the method is known and another is needed, `:protocol` is not implemented.
#[tokio::test]
async fn what_axum_says_otherwise() {
    assert_eq!(both(&[(":method", "GET"), (":protocol", "")]).await, (405, 405));
    assert_eq!(both(&[(":protocol", "connect-udp")]).await, (400, 501));
    let mut theirs = Peer::connect(serve(theirs::offers::app()).await).await;
    let (response, _) = theirs.ask(&[("sec-websocket-version", "8")]).await;
    assert!(!response.headers().contains_key("sec-websocket-version"), "{response:?}");
    let mut ours = Peer::connect(serve(ours::offers::app()).await).await;
    let (response, _) = ours.ask(&[("sec-websocket-version", "8")]).await;
    assert_eq!(response.headers()["sec-websocket-version"], "13");
}

/// What a peer does to one stream is nothing to the others.
#[tokio::test]
async fn a_stream_that_fails_leaves_the_others() {
    let mut peer = Peer::connect(serve(Router::new().route("/", any(handler))).await).await;
    let mut good = peer.open(&[]).await;
    let mut bad = peer.open(&[]).await;
    // Not masked: 1002, and the end.
    bad.write(b"\x81\x02hi");
    assert!(bad.rest().await.starts_with(b"\x88"));
    bad.end();
    let mut cancelled = peer.open(&[]).await;
    cancelled.send.send_reset(h2::Reason::CANCEL);
    good.write(HI);
    assert_eq!(good.read(4).await, b"\x81\x02hi");
    assert!(peer.frames(good.id()).iter().all(|(kind, _)| *kind != RST_STREAM));
}

/// axum's layers and a layer of ours see the same request.
#[tokio::test]
async fn the_layer_of_tower() {
    let layer = ws_hyper::tower::UpgradeLayer::new(
        &ServerConfig::new().same_origin(),
        |upgrading: ws_hyper::Upgrading| async { echo(upgrading.await.unwrap().into()).await },
    );
    let app = Router::new().route("/", get(|| async { "a page" })).layer(layer);
    let mut peer = Peer::connect(serve(app).await).await;
    assert_eq!(status(&mut peer, &[(":method", "GET"), (":protocol", "")]).await, 200);
    assert_eq!(status(&mut peer, &[("origin", "http://evil.example")]).await, 403);
    let mut ws = peer.open(&[]).await;
    ws.write(HI);
    assert_eq!(ws.read(4).await, b"\x81\x02hi");
}

/// With an observer, each is told once.
#[cfg(feature = "observer")]
mod observer {
    use super::*;
    use common::recorder::Recorder;

    #[tokio::test]
    async fn each_is_told_once_by_either_version() {
        async fn choosing(mut ws: WebSocketUpgrade) -> Response {
            ws.set_selected_protocol(HeaderValue::from_static("unoffered"));
            ws.on_upgrade(echo)
        }
        async fn full(_ws: WebSocketUpgrade) -> StatusCode {
            StatusCode::TOO_MANY_REQUESTS
        }
        async fn page(ws: Option<WebSocketUpgrade>) -> StatusCode {
            assert!(ws.is_none());
            StatusCode::OK
        }
        for http2 in [true, false] {
            let recorder = Recorder::default();
            let config = recorder.server().origins(["https://app.example"]).unwrap();
            let app = Router::new()
                .route("/", any(handler))
                .route("/choosing", any(choosing))
                .route("/full", any(full))
                .route("/page", any(page))
                .layer(Extension(config));
            let address = serve(app).await;
            if http2 {
                let mut peer = Peer::connect(address).await;
                let mut ws = peer.open(&[]).await;
                ws.write(CLOSE);
                assert_eq!(ws.rest().await, CLOSED);
                ws.end();
                recorder.told_by_then(3).await;
                let cases: [(Fields, u16); 4] = [
                    (&[("origin", "https://evil.example")], 403),
                    (&[(":uri", "http://ws.example/choosing")], 500),
                    (&[(":uri", "http://ws.example/full")], 429),
                    (
                        &[
                            (":method", "GET"),
                            (":uri", "http://ws.example/page"),
                            (":protocol", ""),
                        ],
                        200,
                    ),
                ];
                for (fields, expected) in cases {
                    assert_eq!(status(&mut peer, fields).await, expected);
                }
            } else {
                let mut ws = common::connect(address, "/").await;
                in_time(ws.close()).await.unwrap();
                recorder.told_by_then(3).await;
                for (path, line, expected) in [
                    ("", "Origin: https://evil.example", 403),
                    ("choosing", "", 500),
                    ("full", "", 429),
                ] {
                    let request = common::request(&[("-", line)]);
                    let request = request.replacen("GET /", &format!("GET /{path}"), 1);
                    assert_eq!(common::Raw::ask(address, request).await.0, expected);
                }
                let request = "GET /page HTTP/1.1\r\nHost: h\r\n\r\n";
                assert_eq!(common::Raw::ask(address, request).await.0, 200);
            }
            let opened = if http2 { 200 } else { 101 };
            let told = [
                &*format!("opened - {opened}: decide send-answer"),
                "open",
                "closed well",
                "rejected origin-not-allowed 403: decide send-answer",
                "rejected invalid-answer 500: decide",
                "cancelled - 0: decide",
            ];
            assert_eq!(recorder.told_by_then(6).await, told);
        }
    }
}
