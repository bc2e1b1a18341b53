//! A judge that cannot fail is a defect: every clause is broken once here.

use serde_json::{Value, json};

use super::*;
use crate::{
    fill::accept_value,
    observed::SeenRequest,
    vector::{DeflateTerms, Outcome},
};

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const OPEN_101: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

fn vector(role: &str, config: &Value, expect: &Value) -> Vector {
    let line = json!({
        "id": "x", "title": "x", "rule": "x", "role": role, "input": "", "config": config, "expect": expect,
    });
    Vector::parse(&line.to_string()).unwrap()
}

/// What a judge complains about.
fn complaints(vector: &Vector, observed: &Observed) -> Vec<&'static str> {
    judge(vector, observed).err().unwrap_or_default().iter().map(|d| d.what).collect()
}

/// The vector takes the observation as it is, and names this clause once it is changed.
fn breaks(vector: &Vector, good: &Observed, clause: &str, change: impl FnOnce(&mut Observed)) {
    assert_eq!(judge(vector, good), Ok(()));
    let mut bad = good.clone();
    change(&mut bad);
    let found = complaints(vector, &bad);
    assert!(found.contains(&clause), "{clause}: {found:?}");
}

fn accept_vector() -> Vector {
    vector(
        "server",
        &json!({"deflate": {}}),
        &json!({
            "outcome": "accept", "status": [101], "accept": accept_value(KEY),
            "extensions": "permessage-deflate; client_no_context_takeover",
            "extensions_also": ["permessage-deflate"],
            "subprotocol": "chat", "headers": {"Upgrade": "websocket", "X": "y"}, "leftover": "\u{81}",
            "request": {"path": "/a", "query": "b", "authority": "h"}, "is_upgrade": true,
            "interim": [100],
        }),
    )
}

fn accepted() -> Observed {
    let mut good = Observed::new(Outcome::Accept);
    good.wire = format!(
        "HTTP/1.1 100 Continue\r\n\r\n{OPEN_101}Sec-WebSocket-Protocol: chat\r\nX: Y\r\n\
         Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n\r\n"
    )
    .into_bytes();
    good.leftover = vec![0x81];
    good.request = Some(SeenRequest {
        path: "/a".into(),
        query: Some("b".into()),
        authority: Some("h".into()),
    });
    good.is_upgrade = Some(true);
    good.subprotocol = Some("chat".into());
    good.deflate = Some(DeflateTerms {
        server_max_window_bits: 15,
        client_max_window_bits: 15,
        server_no_context_takeover: false,
        client_no_context_takeover: true,
    });
    good
}

fn replace(observed: &mut Observed, from: &str, to: &str) {
    let wire = String::from_utf8(observed.wire.clone()).unwrap();
    assert!(wire.contains(from), "{from}");
    observed.wire = wire.replace(from, to).into_bytes();
}

#[test]
fn every_clause_of_an_acceptance_can_break() {
    let vector = accept_vector();
    let good = accepted();
    let on_wire: &[(&str, &str, &str)] = &[
        ("interim", "HTTP/1.1 100 Continue\r\n\r\n", ""),
        ("1xx without framing", "100 Continue\r\n", "100 Continue\r\nContent-Length: 0\r\n"),
        ("1xx without framing", "X: Y", "X: Y\r\nTransfer-Encoding: chunked"),
        ("wire", "HTTP/1.1 101", "HTTP/1.0 101"),
        ("wire", "X: Y\r\n", "X: Y\n"),
        ("status", "HTTP/1.1 101 Switching Protocols", "HTTP/1.1 200 OK"),
        ("101", "Upgrade: websocket", "Upgrade: h2c"),
        ("101", "Connection: Upgrade", "Connection: close"),
        ("accept", "s3pP", "S3Pp"),
        ("Sec-WebSocket-Accept lines", "Sec-WebSocket-Accept", "X-Accept"),
        ("field stands once", "X: Y", "X: Y\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ("extensions", "client_no_context_takeover", "server_no_context_takeover"),
        ("extensions", "client_no_context_takeover", "client_no_context_takeover;"),
        ("extensions", "Sec-WebSocket-Extensions", "X-Extensions"),
        ("deflate of the stream, as on the wire", "; client_no_context_takeover", ""),
        ("subprotocol", "chat", "chatty"),
        ("subprotocol", "Sec-WebSocket-Protocol", "X-Protocol"),
        ("headers", "X: Y", "X: z"),
        ("name of a field", "Upgrade: websocket", "upgrade: websocket"),
        ("name of a field", "Sec-WebSocket-Accept", "Sec-websocket-Accept"),
    ];
    for (clause, from, to) in on_wire {
        breaks(&vector, &good, clause, |bad| replace(bad, from, to));
    }
    breaks(&vector, &good, "octets behind the 101", |bad| bad.wire.push(b'x'));
    breaks(&vector, &good, "outcome", |bad| bad.outcome = Outcome::Reject);
    breaks(&vector, &good, "outcome", |bad| bad.outcome = Outcome::NeedMore);
    breaks(&vector, &good, "status", |bad| bad.wire.clear());
    breaks(&vector, &good, "error", |bad| bad.error = Some("bad-key".into()));
    breaks(&vector, &good, "leftover", |bad| bad.leftover.clear());
    breaks(&vector, &good, "leftover", |bad| bad.leftover.push(0));
    breaks(&vector, &good, "subprotocol of the stream, as on the wire", |b| b.subprotocol = None);
    breaks(&vector, &good, "deflate of the stream, as on the wire", |bad| bad.deflate = None);
    breaks(&vector, &good, "an accepted connection", |bad| bad.closed = true);
    breaks(&vector, &good, "is_upgrade", |bad| bad.is_upgrade = Some(false));
    let request = |bad: &mut Observed, change: fn(&mut SeenRequest)| {
        bad.request.as_mut().map(change);
    };
    breaks(&vector, &good, "request path", |bad| request(bad, |r| r.path = "/".into()));
    breaks(&vector, &good, "request query", |bad| request(bad, |r| r.query = None));
    breaks(&vector, &good, "request authority", |bad| request(bad, |r| r.authority = None));
}

#[test]
fn an_answer_named_as_well_is_as_good() {
    let vector = accept_vector();
    let mut other = accepted();
    replace(&mut other, "; client_no_context_takeover", "");
    other.deflate.as_mut().unwrap().client_no_context_takeover = false;
    assert_eq!(judge(&vector, &other), Ok(()));
}

fn refused(status: &str, fields: &str, body: &str) -> Observed {
    let mut good = Observed::new(Outcome::Reject);
    let len = body.len();
    good.wire =
        format!("HTTP/1.1 {status}\r\nContent-Length: {len}\r\n{fields}\r\n{body}").into_bytes();
    good.error = Some("bad-key".into());
    good.status = status[..3].parse().ok();
    good
}

#[test]
fn every_clause_of_a_refusal_can_break() {
    let vector = vector(
        "server",
        &json!({}),
        &json!({
            "outcome": "reject", "status": [400, 426], "headers": {"X": "y"},
            "headers_if": {"400": {"Z": "1"}}, "leftover": "GET", "interim_also": [[100]],
        }),
    );
    let mut good = refused("400 Bad Request", "X: y\r\nZ: 1\r\n", "bad key\n");
    good.leftover = b"GET".to_vec();
    let on_wire: &[(&str, &str, &str)] = &[
        ("status", "400 Bad Request", "403 Forbidden"),
        ("Content-Length", "Content-Length: 8", "Content-Length: 7"),
        ("Content-Length", "Content-Length: 8\r\n", ""),
        ("Content-Length", "bad key\n", "bad key\n\n"),
        ("field stands once", "Z: 1", "Z: 1\r\nContent-Length: 8"),
        ("refusal", "Z: 1", "Z: 1\r\nTransfer-Encoding: chunked"),
        ("refusal without the fields of a 101", "Z: 1", "Z: 1\r\nSec-WebSocket-Accept: x"),
        ("refusal without the fields of a 101", "Z: 1", "Z: 1\r\nSec-WebSocket-Protocol: x"),
        ("headers", "X: y", "X: z"),
        ("headers", "Z: 1", "Z: 2"),
        ("closes as the answer says", "Z: 1", "Z: 1\r\nConnection: close"),
        ("interim", "HTTP/1.1 400", "HTTP/1.1 102 x\r\n\r\nHTTP/1.1 400"),
    ];
    for (clause, from, to) in on_wire {
        breaks(&vector, &good, clause, |bad| replace(bad, from, to));
    }
    breaks(&vector, &good, "status", |bad| bad.wire.clear());
    breaks(&vector, &good, "error", |bad| bad.error = None);
    breaks(&vector, &good, "status of the error, as on the wire", |bad| bad.status = Some(403));
    breaks(&vector, &good, "status of the error, as on the wire", |bad| bad.status = None);
    breaks(&vector, &good, "leftover for the next request", |bad| bad.leftover.clear());
    breaks(&vector, &good, "closes as the answer says", |bad| bad.closed = true);
    // With the connection closed, what followed the request does not matter.
    let mut closed = good.clone();
    replace(&mut closed, "Z: 1", "Z: 1\r\nConnection: close");
    closed.closed = true;
    closed.leftover.clear();
    assert_eq!(judge(&vector, &closed), Ok(()));
    let mut early = good;
    replace(&mut early, "HTTP/1.1 400", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400");
    assert_eq!(judge(&vector, &early), Ok(()));
}

#[test]
fn refusals_of_one_status_need_their_fields() {
    let v405 = vector("server", &json!({}), &json!({"outcome": "reject", "status": [405]}));
    let good = refused("405 Method Not Allowed", "Allow: HEAD, GET\r\n", "");
    breaks(&v405, &good, "405", |bad| replace(bad, "GET", "PUT"));

    let v426 = vector("server", &json!({}), &json!({"outcome": "reject", "status": [426]}));
    let fields = "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 8, 13\r\n";
    let good = refused("426 Upgrade Required", fields, "no");
    breaks(&v426, &good, "426", |bad| replace(bad, "Upgrade: websocket", "Upgrade: h2c"));
    breaks(&v426, &good, "426", |bad| replace(bad, "Connection: upgrade", "Connection: x"));
    breaks(&v426, &good, "426", |bad| replace(bad, "8, 13", "8"));

    let closing =
        vector("server", &json!({}), &json!({"outcome": "reject", "status": [400], "close": true}));
    let mut good = refused("400 Bad Request", "Connection: close\r\n", "");
    good.closed = true;
    breaks(&closing, &good, "close", |bad| {
        replace(bad, "Connection: close\r\n", "");
        bad.closed = false;
    });
}

#[test]
fn an_answer_to_head_has_no_content() {
    let mut v =
        vector("server", &json!({}), &json!({"outcome": "reject", "status": [405], "body": ""}));
    v.input = b"HEAD / HTTP/1.1\r\n\r\n".to_vec();
    let mut good = refused("405 Method Not Allowed", "Allow: GET\r\n", "");
    replace(&mut good, "Content-Length: 0", "Content-Length: 19");
    breaks(&v, &good, "answer to HEAD", |bad| bad.wire.push(b'x'));
}

#[test]
fn waiting_means_silence() {
    let v = vector(
        "server",
        &json!({}),
        &json!({"outcome": "either", "may": ["reject", "need-more"], "status": [400],
               "on_eof": "truncated", "interim_if": {"need-more": [100]}}),
    );
    let mut good = Observed::new(Outcome::NeedMore);
    good.wire = b"HTTP/1.1 100 Continue\r\n\r\n".to_vec();
    good.on_eof = Some("truncated".into());
    breaks(&v, &good, "interim", |bad| bad.wire.clear());
    breaks(&v, &good, "on_eof", |bad| bad.on_eof = Some("closed".into()));
    breaks(&v, &good, "status", |bad| {
        bad.wire.extend(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
}

fn request(more: &str) -> Vec<u8> {
    format!(
        "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{more}\r\n"
    )
    .into_bytes()
}

#[test]
fn every_clause_of_an_open_client_can_break() {
    let v = vector(
        "client",
        &json!({"deflate": {}, "offer": "permessage-deflate; client_max_window_bits", "subprotocols": ["a", "b"]}),
        &json!({"outcome": "open", "error": null, "status": 101, "subprotocol": "a", "deflate": null,
               "leftover": "\u{81}"}),
    );
    let mut good = Observed::new(Outcome::Open);
    good.wire = request(
        "Sec-WebSocket-Protocol: a, b\r\n\
         Sec-WebSocket-Extensions: permessage-deflate;client_max_window_bits\r\n",
    );
    good.status = Some(101);
    good.subprotocol = Some("a".into());
    good.leftover = vec![0x81];
    let on_wire: &[(&str, &str, &str)] = &[
        ("request", "GET / HTTP/1.1", "GET / HTTP/1.1\n"),
        ("request line", "GET / HTTP/1.1", "GET  HTTP/1.1"),
        ("request line", "GET / HTTP/1.1", "POST / HTTP/1.1"),
        ("request line", "GET / HTTP/1.1", "GET / HTTP/1.0"),
        ("request field", "Host: h", "Host: h\r\nHost: h"),
        ("request field", "Host: h\r\n", ""),
        ("request field", "Upgrade: websocket", "Upgrade: h2c"),
        ("request field", "Connection: Upgrade", "Connection: close"),
        ("request field", "Version: 13", "Version: 8"),
        ("request field", "Host: h", "Host: h\r\nContent-Length: 0"),
        ("key", KEY, "AAAA"),
        ("offer", "permessage-deflate", "x-deflate"),
        ("offer", "Sec-WebSocket-Extensions", "X-Extensions"),
        ("subprotocols", "a, b", "b, a"),
        ("name of a field", "Host: h", "host: h"),
    ];
    for (clause, from, to) in on_wire {
        breaks(&v, &good, clause, |bad| replace(bad, from, to));
    }
    breaks(&v, &good, "octets behind the request", |bad| bad.wire.push(0x88));
    breaks(&v, &good, "outcome", |bad| bad.outcome = Outcome::Fail);
    breaks(&v, &good, "error", |bad| bad.error = Some("bad-accept".into()));
    breaks(&v, &good, "status", |bad| bad.status = None);
    breaks(&v, &good, "subprotocol", |bad| bad.subprotocol = Some("b".into()));
    breaks(&v, &good, "leftover", |bad| bad.leftover.clear());
    breaks(&v, &good, "deflate", |bad| {
        bad.deflate = Some(DeflateTerms {
            server_max_window_bits: 15,
            client_max_window_bits: 15,
            server_no_context_takeover: false,
            client_no_context_takeover: false,
        });
    });
}

#[test]
fn every_clause_of_a_failed_client_can_break() {
    let v = vector(
        "client",
        &json!({}),
        &json!({"outcome": "fail", "error": "status-not-101", "error_also": ["malformed-head"],
               "status": 401, "headers": {"A": ["b", "c"]}, "body": "no", "body_complete": true,
               "leftover": "x"}),
    );
    let mut good = Observed::new(Outcome::Fail);
    good.wire = request("");
    good.error = Some("status-not-101".into());
    good.status = Some(401);
    good.headers = vec![("a".into(), "b".into()), ("A".into(), "c".into())];
    good.body = Some(b"no".to_vec());
    good.body_complete = Some(true);
    good.leftover = b"x".to_vec();
    breaks(&v, &good, "error", |bad| bad.error = Some("bad-accept".into()));
    breaks(&v, &good, "error", |bad| bad.error = None);
    breaks(&v, &good, "status", |bad| bad.status = None);
    breaks(&v, &good, "status", |bad| bad.status = Some(403));
    breaks(&v, &good, "headers", |bad| bad.headers.truncate(1));
    breaks(&v, &good, "headers", |bad| bad.headers.reverse());
    breaks(&v, &good, "body", |bad| bad.body = Some(b"n".to_vec()));
    breaks(&v, &good, "body", |bad| bad.body = None);
    breaks(&v, &good, "body_complete", |bad| bad.body_complete = Some(false));
    breaks(&v, &good, "leftover", |bad| bad.leftover.clear());
    breaks(&v, &good, "octets behind the request", |bad| bad.wire.extend([0x88, 0x80]));
    // An error that is as good need not show the rest, but a status it shows must be right.
    let mut other = Observed::new(Outcome::Fail);
    other.wire = request("");
    other.error = Some("malformed-head".into());
    assert_eq!(judge(&v, &other), Ok(()));
    other.status = Some(200);
    assert_eq!(complaints(&v, &other), ["status"]);
}

#[test]
fn a_waiting_client_knows_the_status_already() {
    let v = vector(
        "client",
        &json!({}),
        &json!({"outcome": "either", "may": ["fail", "need-more"], "error": "status-not-101",
               "status": 200, "body": "x", "body_complete": false}),
    );
    let mut good = Observed::new(Outcome::NeedMore);
    good.wire = request("");
    good.status = Some(200);
    breaks(&v, &good, "status while waiting", |bad| bad.status = None);
}
