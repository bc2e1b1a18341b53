//! Requests that do not become WebSockets: each broken rule has its answer.

#![cfg(test)]

mod common;

use common::{REQUEST, Raw, echo_server, request};
use http_body_util::Full;
use hyper::{Request, Response, Version, body::Bytes, http::request::Parts};
use ws_hyper::{Rejection, ServerConfig, UpgradeRequest, upgrade, ws_tokio::rules::RequestRule};

/// A change to a request, the status of the answer, and a line or a part of the text that it has.
type Case<'a> = (&'a [(&'a str, &'a str)], u16, &'a str);

const CASES: &[Case<'_>] = &[
    (&[("Sec-WebSocket-Key", "")], 400, "Sec-WebSocket-Key"),
    (&[("Sec-WebSocket-Key", "Sec-WebSocket-Key: short")], 400, "16 bytes"),
    (&[("-", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")], 400, "exactly one Sec-WebSocket-Key"),
    (&[("Sec-WebSocket-Version", "")], 400, "Sec-WebSocket-Version"),
    (&[("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8")], 426, "sec-websocket-version: 13"),
    (&[("Connection", "")], 426, "upgrade: websocket"),
    (&[("Connection", "Connection: keep-alive")], 426, "connection: upgrade"),
    (&[("Connection", "Connection: no-upgrade, upgraded")], 426, "Connection must be a list"),
    (&[("Upgrade", "Upgrade: websockets")], 426, "Upgrade must be a list"),
    (&[("Host", "")], 400, "Host"),
    (&[("-", "Host: other.example")], 400, "exactly one Host"),
    (&[("-", "Sec-WebSocket-Protocol: chat, ch@t")], 400, "nothing but tokens"),
    (&[("-", "Sec-WebSocket-Extensions: ;")], 400, "Sec-WebSocket-Extensions"),
    (&[("-", "Origin: https://evil.example")], 403, "origin"),
    (&[("-", "Expect: tea")], 417, "100-continue"),
];

fn config() -> ServerConfig {
    ServerConfig::new().origins(["https://app.example"]).unwrap()
}

#[tokio::test]
async fn every_rule_has_its_answer_and_the_connection_goes_on() {
    let mut raw = Raw::connect(echo_server(config()).await).await;
    for (changes, status, part) in CASES {
        raw.write(request(changes)).await;
        let (head, body) = raw.answer().await;
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{changes:?}: {head}");
        assert!(head.contains(part) || body.contains(part), "{changes:?}: {head}{body}");
        assert!(!head.contains("close"), "{changes:?}: {head}");
    }
    raw.write(REQUEST).await;
    assert!(raw.head().await.starts_with("http/1.1 101 "));
}

#[tokio::test]
async fn what_proxies_and_browsers_send_is_let_in() {
    let address = echo_server(config()).await;
    for changes in [
        &[("Connection", "Connection: keep-alive, UPGRADE")][..],
        &[("Connection", "Connection: keep-alive"), ("-", "Connection: Upgrade")],
        &[("Upgrade", "Upgrade: h2c, WebSocket")],
        &[("-", "Origin: https://app.example")],
    ] {
        let mut raw = Raw::connect(address).await;
        raw.write(request(changes)).await;
        let head = raw.head().await;
        assert!(head.starts_with("http/1.1 101 "), "{changes:?}: {head}");
    }
}

#[tokio::test]
async fn other_methods_and_versions_are_refused() {
    let address = echo_server(config()).await;
    for (start, status, part) in [
        ("POST / HTTP/1.1", 405, "\r\nallow: get\r\n"),
        ("HEAD / HTTP/1.1", 405, "\r\nallow: get\r\n"),
        ("GET / HTTP/1.0", 426, "\r\nupgrade: websocket\r\n"),
    ] {
        let mut raw = Raw::connect(address).await;
        raw.write(REQUEST.replacen("GET / HTTP/1.1", start, 1)).await;
        let head = raw.head().await;
        let head = head.replacen("http/1.0", "http/1.1", 1);
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{start}: {head}");
        assert!(head.contains(part), "{start}: {head}");
    }
}

#[tokio::test]
async fn a_body_is_no_frame() {
    let address = echo_server(config()).await;
    for field in ["Content-Length: 5", "Transfer-Encoding: chunked"] {
        let mut raw = Raw::connect(address).await;
        raw.write(request(&[("-", field)])).await;
        let (head, _) = raw.answer().await;
        assert!(head.starts_with("http/1.1 4"), "{field}: {head}");
        assert!(head.contains("\r\nconnection: close\r\n"), "{field}: {head}");
        raw.rest().await;
    }
}

#[tokio::test]
async fn a_request_that_asks_for_it_closes_the_connection() {
    let mut raw = Raw::connect(echo_server(config()).await).await;
    raw.write(request(&[("Connection", "Connection: close")])).await;
    let (head, _) = raw.answer().await;
    assert!(head.starts_with("http/1.1 426 "), "{head}");
    assert!(head.contains("close"), "{head}");
    assert!(raw.rest().await.is_empty());
}

#[test]
fn http_2_is_refused_in_its_own_terms() {
    let config = ServerConfig::new();
    for version in [Version::HTTP_2, Version::HTTP_3] {
        let mut request = Request::get("https://ws.example/").version(version).body(()).unwrap();
        let by_hand = UpgradeRequest::new(&mut request, &config).accept::<()>().unwrap_err();
        let rejection = upgrade::<_, ()>(&mut request, &config).unwrap_err();
        for rejection in [by_hand, rejection] {
            assert_eq!(rejection.rule(), Some(RequestRule::NotConnect));
            let response: Response<Full<Bytes>> = rejection.into();
            assert_eq!(response.status(), 405);
            assert!(!response.headers().contains_key("connection"));
            assert!(!response.headers().contains_key("upgrade"));
        }
    }
}

#[test]
fn what_was_not_offered_is_a_rejection_too() {
    fn choose(parts: &mut Parts) -> Result<Response<Bytes>, Rejection> {
        let mut upgrade = UpgradeRequest::from_parts(parts, &ServerConfig::new());
        assert!(upgrade.is_upgrade() && upgrade.violation().is_none());
        upgrade.select_subprotocol(Some("chat.v9"))?;
        Ok(upgrade.accept()?.0)
    }
    let (mut parts, ()) = from_elsewhere().into_parts();
    let rejection = choose(&mut parts).unwrap_err();
    assert_eq!(rejection.rule(), Some(RequestRule::Response));
    assert!(rejection.to_string().contains("chat.v9"), "{rejection}");
    // What the application did wrong is not told to the client.
    let response: Response<Bytes> = rejection.to_response();
    assert_eq!(response.status(), 500);
    assert!(!response.body().is_empty() && !response.body().windows(4).any(|it| it == b"chat"));
    assert_eq!(rejection.into_response::<Bytes>().body(), response.body());
}

#[test]
fn a_request_from_elsewhere_is_not_accepted() {
    let mut request = from_elsewhere();
    let rejection = upgrade::<_, ()>(&mut request, &ServerConfig::new()).unwrap_err();
    assert_eq!(rejection.name(), "not-upgradable");
    assert!(rejection.to_string().contains("500"), "{rejection}");
    let response: Response<String> =
        rejection.into_response::<Bytes>().map(|body| String::from_utf8(body.to_vec()).unwrap());
    assert_eq!(response.status(), 500);
}

/// A good request that hyper has not read.
fn from_elsewhere() -> Request<()> {
    Request::get("/")
        .header("host", "ws.example")
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-version", "13")
        .body(())
        .unwrap()
}
