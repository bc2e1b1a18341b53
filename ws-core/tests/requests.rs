//! A client's request that the caller sees, and may sign, before it is sent.

#![cfg(test)]

use bytes::Buf;
use http::{HeaderMap, HeaderValue, Method, Request};
use ws_core::{
    ArgumentError, ClientConfig, ClientHandshake, HandshakeError, Polled, Verifier, upgrade_request,
};

fn made() -> (Request<()>, Verifier) {
    let config = ClientConfig::new().subprotocols(["chat"]).header("x-old", "1");
    upgrade_request(&config, "ws.example", "/room").unwrap()
}

fn sent(request: Request<()>, verifier: Verifier) -> Result<String, HandshakeError> {
    let mut handshake = ClientHandshake::from_request(request, verifier)?;
    Ok(String::from_utf8(handshake.send_queue().chunk().to_vec()).unwrap())
}

#[test]
fn a_request_may_be_signed() {
    let (mut request, verifier) = made();
    let key = request.headers()["sec-websocket-key"].to_str().unwrap().to_owned();
    let signature = format!("{} {key}", request.headers()["host"].to_str().unwrap());
    request.headers_mut().insert("x-signature", signature.parse().unwrap());
    request.headers_mut().remove("x-old");
    let sent = sent(request, verifier).unwrap();
    assert!(sent.starts_with("GET /room HTTP/1.1\r\nHost: ws.example\r\n"), "{sent}");
    assert!(sent.contains(&format!("\r\nSec-WebSocket-Key: {key}\r\n")), "{sent}");
    assert!(sent.contains(&format!("\r\nX-Signature: ws.example {key}\r\n")), "{sent}");
    assert!(!sent.contains("x-old"), "{sent}");
}

#[test]
fn user_and_password_become_credentials() {
    let fields = |config: &ClientConfig| -> Vec<String> {
        let (request, _) = upgrade_request(config, "ws.example", "/").unwrap();
        let values = request.headers().get_all("authorization").iter();
        values.map(|value| value.to_str().unwrap().to_owned()).collect()
    };
    // The examples of RFC 7617 2 and 2.1.
    let aladdin = ClientConfig::new().user_info("Aladdin", "open sesame");
    assert_eq!(fields(&aladdin), ["Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="]);
    assert_eq!(
        fields(&ClientConfig::new().user_info("test", "123\u{a3}")),
        ["Basic dGVzdDoxMjPCow=="]
    );
    assert_eq!(fields(&ClientConfig::new().user_info("", "")), ["Basic Og=="]);
    // What was given as a field wins, whichever came first.
    let bearer = |config: ClientConfig| config.header("AUTHORIZATION", "Bearer x");
    assert_eq!(fields(&bearer(aladdin.clone())), ["Bearer x"]);
    assert_eq!(fields(&bearer(ClientConfig::new()).user_info("a", "b")), ["Bearer x"]);
    // Neither does a debugger's log show it.
    let (request, verifier) = upgrade_request(&aladdin, "ws.example", "/").unwrap();
    for shown in [format!("{aladdin:?}"), format!("{request:?}"), format!("{verifier:?}")] {
        assert!(!shown.contains("open sesame") && !shown.contains("QWxh"), "{shown}");
    }
    for (user, password) in [("a:b", ""), ("a\n", ""), ("a", "\0"), ("a", "\u{85}")] {
        let config = ClientConfig::new().user_info(user, password);
        let error = upgrade_request(&config, "ws.example", "/").unwrap_err();
        assert!(
            matches!(&error, HandshakeError::Argument(it) if matches!(**it, ArgumentError::Header(_))),
            "{error}"
        );
    }
}

#[test]
fn the_answer_is_checked_against_the_request() {
    let (request, verifier) = made();
    let response = ws_core::respond(&request, &ws_core::ServerConfig::new().subprotocols(["chat"]));
    let mut handshake = ClientHandshake::from_request(request, verifier).unwrap();
    let mut answer = String::from("HTTP/1.1 101 Switching Protocols\r\n");
    for (name, value) in response.unwrap().0.headers() {
        answer.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    handshake.recv_buf().extend_from_slice((answer + "\r\n").as_bytes());
    let Polled::Ready(established) = handshake.poll() else { panic!("no 101") };
    assert_eq!(established.connection.negotiated().subprotocol(), Some("chat"));
}

#[test]
fn what_the_handshake_itself_says_must_stay() {
    for name in ["host", "upgrade", "connection", "sec-websocket-key", "sec-websocket-version"] {
        let (mut request, verifier) = made();
        request.headers_mut().insert(name, HeaderValue::from_static("other"));
        let error = sent(request, verifier).unwrap_err();
        assert_eq!(error.name(), "reserved-header", "{name}: {error}");
        let (mut request, verifier) = made();
        request.headers_mut().remove(name);
        assert_eq!(sent(request, verifier).unwrap_err().name(), "reserved-header", "{name}");
    }
    let (mut request, verifier) = made();
    request.headers_mut().insert("sec-websocket-protocol", "chat, more".parse().unwrap());
    assert_eq!(sent(request, verifier).unwrap_err().name(), "reserved-header");
    for change in [
        |request: &mut Request<()>| *request.method_mut() = Method::POST,
        |request: &mut Request<()>| *request.uri_mut() = "/other".parse().unwrap(),
        |request: &mut Request<()>| *request.version_mut() = http::Version::HTTP_2,
    ] {
        let (mut request, verifier) = made();
        change(&mut request);
        let error = sent(request, verifier).unwrap_err();
        assert!(
            matches!(&error, HandshakeError::Argument(it) if matches!(**it, ArgumentError::Request(_))),
            "{error}"
        );
    }
}

#[test]
fn the_request_of_another_attempt_is_noticed() {
    let ((request, _), (_, verifier)) = (made(), made());
    assert_eq!(sent(request, verifier).unwrap_err().name(), "reserved-header", "another key");
}

#[test]
fn many_fields_are_added_at_once() {
    let mut headers = HeaderMap::new();
    headers.append("cookie", HeaderValue::from_static("a=1"));
    headers.append("x-many", HeaderValue::from_static("1"));
    headers.append("x-many", HeaderValue::from_static("2"));
    let config = ClientConfig::new().headers(&headers);
    let (request, _) = upgrade_request(&config, "a", "/").unwrap();
    assert_eq!(request.headers()["cookie"], "a=1");
    assert_eq!(request.headers().get_all("x-many").iter().count(), 2);
    headers.insert("host", HeaderValue::from_static("b"));
    let config = ClientConfig::new().headers(&headers);
    assert_eq!(upgrade_request(&config, "a", "/").unwrap_err().name(), "reserved-header");
}
