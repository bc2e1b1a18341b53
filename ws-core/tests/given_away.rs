//! What errors, requests and answers hold is given away whole, and errors say where the standard asks for it.

#![cfg(test)]

use std::{
    error::Error as _,
    time::{Duration, Instant},
};

use bytes::{Buf as _, Bytes};
use http::{HeaderValue, Request, Response, StatusCode};
use ws_core::{
    ArgumentError, ClientConfig, ClientHandshake, HandshakeError, HandshakeStep, Limits,
    ParsedRequest, Polled, RequestRule, ResponseRule, Role, ServerConfig, ServerHandshake,
    UpgradeRequest, is_upgrade, respond,
};

const REQUEST: &str = "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

fn in_hand(request: &str) -> UpgradeRequest {
    let server = ServerHandshake::with_buffered(&ServerConfig::new(), request.as_bytes());
    match server.poll() {
        Polled::Ready(request) => request,
        other => panic!("{other:?}"),
    }
}

fn unopened(answer: &str) -> HandshakeError {
    let mut client = ClientHandshake::new(&ClientConfig::new(), "h", "/").unwrap();
    client.recv_buf().extend_from_slice(answer.as_bytes());
    client.handle_eof();
    match client.poll() {
        Polled::Failed(error) => error,
        other => panic!("{other:?}"),
    }
}

/// "the message body length is determined by reading the connection until it is closed by the server". RFC 9112 6.3
#[test]
fn a_body_in_another_coding_ends_with_the_stream() {
    for coding in ["gzip", "chunked, gzip"] {
        let error =
            unopened(&format!("HTTP/1.1 403 No\r\nTransfer-Encoding: {coding}\r\n\r\n4\r\nnope"));
        let HandshakeError::Declined(declined) = error else { panic!("{error:?}") };
        assert_eq!(declined.response().body(), "4\r\nnope", "{coding}");
    }
}

/// A number of sixteen digits would fill 64 bits.
#[test]
fn the_length_of_a_chunk_has_a_limit() {
    for (digits, is_whole) in [(1, true), (15, true), (16, false), (17, false)] {
        let zeros = "0".repeat(digits - 1);
        let error = unopened(&format!(
            "HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n{zeros}4\r\nnope\r\n0\r\n\r\n"
        ));
        let HandshakeError::Declined(declined) = error else { panic!("{error:?}") };
        assert_eq!(declined.response().body() == "nope", is_whole, "{digits}");
    }
}

/// A wrong answer that could be read has a status.
#[test]
fn a_wrong_answer_has_its_status() {
    let error = unopened("HTTP/1.1 101 Yes\r\n\r\n");
    assert_eq!(
        (error.name(), error.status()),
        ("no-upgrade", Some(StatusCode::SWITCHING_PROTOCOLS))
    );
    assert_eq!(unopened("SSH-2.0-x\r\n").status(), None);
}

/// Each of them may be as long as a head; together they may be as long as four.
#[test]
fn interim_answers_have_a_limit_together() {
    const INTERIM: &str = "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n";
    let limit = ResponseRule::InterimTooLarge;
    for (count, section) in [(4, None), (5, Some(limit.section()))] {
        let config = ClientConfig::new().limits(Limits::new().max_head_len(INTERIM.len()));
        let mut client = ClientHandshake::new(&config, "h", "/").unwrap();
        client.recv_buf().extend_from_slice(INTERIM.repeat(count).as_bytes());
        client.handle_eof();
        let Polled::Failed(error) = client.poll() else { panic!("it goes on") };
        assert_eq!(error.section(), section, "{count}: {error}");
    }
}

#[test]
fn a_rejection_gives_away_its_answer() {
    let rejection = || {
        let rejected = in_hand(&REQUEST.replace("websocket", "chat")).accept().unwrap_err();
        let error = rejected.into_error();
        assert_eq!(error.section(), Some(RequestRule::NoUpgrade.section()));
        assert_eq!(error.status(), Some(StatusCode::UPGRADE_REQUIRED));
        assert!(error.source().is_none());
        let HandshakeError::Rejected(rejection) = error else { panic!("{error:?}") };
        rejection.into_inner()
    };
    let response = rejection().into_response();
    assert_eq!(response.status(), StatusCode::UPGRADE_REQUIRED);
    assert_eq!(response.headers()["upgrade"], "websocket");
    let same = Response::from(rejection());
    assert_eq!((same.status(), same.body()), (response.status(), response.body()));
    let again = HandshakeError::from(Box::new(rejection()));
    assert_eq!(again.name(), RequestRule::NoUpgrade.name());
}

#[test]
fn what_the_application_did_wrong_is_the_source_of_its_rejection() {
    let error = in_hand(REQUEST)
        .accept_with(|answer: &mut Response<Bytes>| {
            let value = HeaderValue::from_static("unoffered");
            answer.headers_mut().insert("sec-websocket-protocol", value);
        })
        .unwrap_err()
        .into_error();
    assert_eq!(error.name(), RequestRule::Response.name());
    let source = error.source().and_then(|source| source.downcast_ref::<ArgumentError>());
    let unoffered = ArgumentError::UnofferedSubprotocol("unoffered".to_owned());
    assert_eq!(source.map(ToString::to_string), Some(unoffered.to_string()));
}

#[test]
fn a_declined_answer_is_given_away() {
    let declined = || {
        let error = unopened("HTTP/1.1 401 No\r\nContent-Length: 4\r\n\r\nnope");
        assert_eq!(error.section(), Some("RFC 6455 4.1"));
        assert!(error.source().is_none());
        let HandshakeError::Declined(declined) = error else { panic!("{error:?}") };
        declined.into_inner()
    };
    for response in [declined().into_response(), Response::from(declined())] {
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.body(), "nope");
    }
}

#[test]
fn an_invalid_answer_is_given_away_as_far_as_it_is_one() {
    let invalid = |answer: &str| {
        let error = unopened(answer);
        assert!(error.source().is_none());
        let section = error.section();
        let HandshakeError::InvalidResponse(response) = error else { panic!("{error:?}") };
        assert_eq!(section, Some(response.rule().section()));
        response.into_inner()
    };
    let head = "HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
    let response = invalid(head);
    assert_eq!((response.rule(), response.value()), (ResponseRule::NoUpgrade, Some(&b"h2c"[..])));
    assert_eq!(response.response().unwrap().headers()["upgrade"], "h2c");
    let response = response.into_response().unwrap();
    assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
    assert_eq!(response.headers()["upgrade"], "h2c");
    let response = invalid("HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\n\r\n");
    assert_eq!((response.rule(), response.value()), (ResponseRule::NoConnection, None));
    assert!(invalid("SSH-2.0-x\r\n\r\n").into_response().is_none());
}

#[test]
fn what_is_about_no_rule_has_no_section() {
    use HandshakeError::{Closed, Done, ShuttingDown, TimedOut, Truncated};

    for (error, words) in [
        (Done, "its outcome has been given out"),
        (ShuttingDown, "everything shuts down"),
        (Closed, "no request had begun"),
        (Truncated(HandshakeStep::Tls), "closed the connection while beginning TLS"),
        (TimedOut(HandshakeStep::Proxy), "passed while asking the proxy"),
    ] {
        let shown = error.to_string();
        assert!(shown.contains(words), "{shown}");
        assert_eq!((error.section(), error.status()), (None, None), "{shown}");
        assert!(error.source().is_none(), "{shown}");
    }
    let argument = HandshakeError::from(ArgumentError::Scheme("ftp".to_owned()));
    assert_eq!((argument.section(), argument.status()), (None, None));
    assert!(argument.source().is_none());
}

#[test]
fn a_connection_comes_apart_as_it_was_behind_the_handshake() {
    let all = format!("{REQUEST}\u{1}");
    let connection = in_hand(&all).accept().unwrap().into_connection();
    let (recv, send, role, negotiated) = connection.into_parts();
    assert_eq!(recv.filled(), b"\x01");
    assert!(send.chunk().starts_with(b"HTTP/1.1 101 "), "{send:?}");
    assert_eq!((role, negotiated.subprotocol()), (Role::Server, None));
}

#[test]
fn the_deadline_of_a_request_in_hand_is_the_one_that_was_set() {
    let at = Instant::now() + Duration::from_secs(7);
    let mut request = in_hand(REQUEST);
    request.set_deadline(Some(at));
    assert_eq!(request.deadline(), Some(at));
    request.set_deadline(None);
    assert_eq!(request.deadline(), None);
}

#[test]
fn the_parts_of_a_request_are_as_good_as_the_request() {
    let request = Request::get("/chat")
        .header("host", "h")
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-version", "13")
        .body(())
        .unwrap();
    let accept = |request: ParsedRequest<'_>| {
        assert!(is_upgrade(request));
        let (response, _) = respond(request, &ServerConfig::new()).unwrap();
        response.headers()["sec-websocket-accept"].clone()
    };
    let whole = accept(ParsedRequest::from(&request));
    let (parts, ()) = request.into_parts();
    assert_eq!(accept(ParsedRequest::from(&parts)), whole);
    // The example of RFC 6455 1.3.
    assert_eq!(whole, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}
