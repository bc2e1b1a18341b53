//! Where axum's own extractor is wrong, next to this one: the same program, compiled twice, and the same
//! requests. Each test fails when axum is no longer wrong, so that nothing is said of it that is not so.

#![cfg(test)]
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

use axum::Extension;
use common::{REQUEST, Raw, request, serve};
use ws_axum::ServerConfig;

/// What axum answers, and what is answered here.
async fn both(request: impl AsRef<[u8]>) -> [(u16, String); 2] {
    let theirs = Raw::ask(serve(theirs::offers::app()).await, &request).await;
    let ours = Raw::ask(serve(ours::offers::app()).await, &request).await;
    [theirs, ours]
}

async fn statuses(changes: &[(&str, &str)]) -> (u16, u16) {
    let [theirs, ours] = both(request(changes)).await;
    (theirs.0, ours.0)
}

#[tokio::test]
async fn good_requests_are_the_same_to_both() {
    let [theirs, ours] = both(REQUEST).await;
    assert_eq!((theirs.0, ours.0), (101, 101));
    let accept = "\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n";
    assert!(theirs.1.contains(accept) && ours.1.contains(accept));
}

/// "Connection" is a list of tokens (RFC 9110 7.6.1), and `upgrade` has to be one of them. axum looks for
/// these letters anywhere in it.
#[tokio::test]
async fn part_of_a_token_is_no_token() {
    for line in ["Connection: no-upgrade", "Connection: upgraded, keep-alive"] {
        assert_eq!(statuses(&[("Connection", line)]).await, (101, 426), "{line}");
    }
}

/// Lines of one name are one list (RFC 9110 5.3): a proxy may have made two of one. axum looks at the first.
#[tokio::test]
async fn the_second_line_of_connection_counts() {
    let lines = [("Connection", "Connection: keep-alive"), ("-", "Connection: Upgrade")];
    assert_eq!(statuses(&lines).await, (400, 101));
}

/// "Upgrade" is a list of protocols, most preferred first (RFC 9110 7.8).
#[tokio::test]
async fn upgrade_is_a_list() {
    let list = [("Upgrade", "Upgrade: h2c, websocket")];
    assert_eq!(statuses(&list).await, (400, 101));
}

/// "a base64-encoded value that, when decoded, is 16 bytes in length" (RFC 6455 4.2.1). A cache or a page
/// that makes requests of its own has none.
#[tokio::test]
async fn a_key_has_to_be_one() {
    for key in ["short", "", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ== "] {
        let line = format!("Sec-WebSocket-Key: {key}");
        let expected = if key.ends_with(' ') { (101, 101) } else { (101, 400) };
        assert_eq!(statuses(&[("Sec-WebSocket-Key", &line)]).await, expected, "{key:?}");
    }
    let twice = [("-", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")];
    assert_eq!(statuses(&twice).await, (101, 400));
}

/// "the |Sec-WebSocket-Protocol| header field [..] ordered by preference" (RFC 6455 4.2.1).
#[tokio::test]
async fn subprotocols_keep_their_order() {
    let offer = ("-", "Sec-WebSocket-Protocol: zebra, ape");
    let [theirs, ours] = both(request(&[offer, ("-", "Sec-WebSocket-Protocol: bear")])).await;
    assert!(theirs.1.contains("\r\nx-offers: ape bear zebra\r\n"), "{}", theirs.1);
    assert!(ours.1.contains("\r\nx-offers: zebra ape bear\r\n"), "{}", ours.1);
}

/// A client fails the connection when the answer names what it did not offer (RFC 6455 4.1), and cannot say
/// why.
#[tokio::test]
async fn what_was_not_offered_is_not_selected() {
    let offer = request(&[("-", "Sec-WebSocket-Protocol: chat.v1")]);
    let [theirs, ours] = both(offer.replacen("GET /", "GET /unoffered", 1)).await;
    assert_eq!((theirs.0, ours.0), (101, 500));
    assert!(theirs.1.contains("\r\nsec-websocket-protocol: chat.v9\r\n"), "{}", theirs.1);
}

/// What follows the head of such a request is its body; axum takes it for frames.
#[tokio::test]
async fn a_body_is_no_frame() {
    let body = request(&[("-", "Content-Length: 5")]) + "hello";
    let [theirs, ours] = both(body).await;
    assert_eq!((theirs.0, ours.0), (101, 413));
}

/// "A |Host| header field containing the server's authority" (RFC 6455 4.2.1).
#[tokio::test]
async fn a_request_has_one_host() {
    assert_eq!(statuses(&[("Host", "")]).await, (101, 400));
    assert_eq!(statuses(&[("-", "Host: other.example")]).await, (101, 400));
}

/// A page of any site can open a WebSocket with the cookies of another (RFC 6455 10.2). axum has no policy
/// that could be set.
#[tokio::test]
async fn pages_of_other_sites_can_be_kept_out() {
    let policy = Extension(ServerConfig::new().same_origin());
    for (app, status) in [(theirs::offers::app(), 101), (ours::offers::app(), 403)] {
        let address = serve(app.layer(policy.clone())).await;
        let evil = request(&[("-", "Origin: https://evil.example")]);
        assert_eq!(Raw::ask(address, evil).await.0, status);
        assert_eq!(Raw::ask(address, REQUEST).await.0, 101);
    }
}

/// axum agrees to no extension (RFC 6455 9).
#[cfg(feature = "deflate")]
#[tokio::test]
async fn messages_can_be_compressed() {
    use ws_axum::ws_hyper::ws_tokio::deflate::DeflateConfig;

    let policy = Extension(ServerConfig::new().deflate(DeflateConfig::new()));
    for (app, agrees) in [(theirs::offers::app(), false), (ours::offers::app(), true)] {
        let address = serve(app.layer(policy.clone())).await;
        let offer = request(&[("-", "Sec-WebSocket-Extensions: permessage-deflate")]);
        let (status, head) = Raw::ask(address, offer).await;
        assert_eq!(status, 101);
        assert_eq!(head.contains("sec-websocket-extensions: permessage-deflate"), agrees, "{head}");
    }
}

/// The peer's close is answered (RFC 6455 5.5.1) although the handler is over with it. With axum it is
/// answered only by a handler that goes on receiving.
#[tokio::test]
async fn a_close_is_answered_before_the_handler_has_it() {
    let apps = [(theirs::offers::app(), &b""[..]), (ours::offers::app(), b"\x88\x02\x03\xe8")];
    for (app, answer) in apps {
        let mut raw = Raw::connect(serve(app).await).await;
        raw.write(REQUEST.replacen("GET /", "GET /returns", 1)).await;
        assert_eq!(raw.answer().await.0, 101);
        raw.write(b"\x88\x82\0\0\0\0\x03\xe8").await;
        assert_eq!(raw.rest().await, answer);
    }
}

/// Statuses say what a client can do about it: 426 names the version and the protocol (RFC 9110 15.5.22),
/// 405 the method.
#[tokio::test]
async fn rejections_say_what_is_wrong() {
    let [theirs, ours] =
        both(request(&[("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8")])).await;
    assert_eq!((theirs.0, ours.0), (400, 426));
    assert!(!theirs.1.contains("sec-websocket-version: 13"), "{}", theirs.1);
    assert!(ours.1.contains("\r\nsec-websocket-version: 13\r\n"), "{}", ours.1);

    let [theirs, ours] = both(REQUEST.replacen("GET", "POST", 1)).await;
    assert_eq!((theirs.0, ours.0), (405, 405));
    assert!(ours.1.contains("\r\nallow: get\r\n"), "{}", ours.1);
    assert!(!theirs.1.contains("\r\nallow: "), "{}", theirs.1);
}
