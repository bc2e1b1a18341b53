//! What errors say is true of what they are about: one input for each rule at least, words that its error
//! must have, and words that it must not have.

#![cfg(test)]

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use bytes::{Buf, Bytes};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, Version};
use ws_core::{
    ArgumentError, ClientConfig, ClientHandshake, CloseCode, CloseFrame, Connection, FrameRule,
    HandshakeError, HandshakeStep, Lenient, Limits, Message, MessageKind, Negotiated, Polled,
    Reply, RequestRule, ResponseRule, Role, SendError, ServerConfig, ServerHandshake, Text,
    Timeout, Tracker, UpgradeRequest, WebSocketConfig, respond, upgrade_request,
};

/// An input, the name of its error, what the error must say, and what it must not say.
type Row<'a, I> = (I, &'a str, &'a [&'a str], &'a [&'a str]);

fn check(input: &str, (name, shown): (&str, &str), expected: (&str, &[&str], &[&str])) {
    assert_eq!(name, expected.0, "{input}: {shown}");
    for words in expected.1 {
        assert!(shown.contains(words), "{input}: {words:?} is not in {shown:?}");
    }
    for words in expected.2 {
        assert!(!shown.contains(words), "{input}: {words:?} is in {shown:?}");
    }
    assert!(shown.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{input}: {shown:?}");
    assert!(shown.len() < 400, "{input}: {shown:?}");
}

// ---------------------------------------------------------------------------------------------------
// Requests

const GOOD: &str = "Host: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

fn get(fields: &str) -> String {
    format!("GET / HTTP/1.1\r\n{fields}\r\n")
}

/// A good request without the lines of this name, and with these.
fn but(name: &str, lines: &str) -> String {
    let kept: String = GOOD.split_inclusive('\n').filter(|line| !line.starts_with(name)).collect();
    get(&(kept + lines))
}

fn answer(config: &ServerConfig, input: &[u8]) -> HandshakeError {
    let mut server = ServerHandshake::new(config);
    server.recv_buf().extend_from_slice(input);
    match server.poll_accept() {
        Polled::Failed(rejected) => rejected.into_error(),
        other => panic!("{}: {other:?}", input.escape_ascii()),
    }
}

/// A line that does not end is looked at whenever an octet of it comes, and is refused as soon as it is too long.
#[test]
fn limits_hold_octet_by_octet() {
    let limits = Limits::new().max_request_line_len(100).max_field_len(50).max_head_len(120);
    let config = ServerConfig::new().limits(limits);
    let field = "GET / HTTP/1.1\r\nX: ";
    let fields = format!("GET / HTTP/1.1\r\nA: {0}\r\nB: {0}\r\nX: ", "x".repeat(40));
    for (start, name, most) in [
        ("GET /", "request-line-too-long", 110),
        (field, "field-too-long", field.len() + 60),
        (&fields, "head-too-large", 130),
    ] {
        let mut server = ServerHandshake::with_buffered(&config, start.as_bytes());
        let mut len = start.len();
        let error = loop {
            match server.poll_accept() {
                Polled::Pending(next) => server = next,
                Polled::Failed(rejected) => break rejected.into_error(),
                other => panic!("{other:?}"),
            }
            server.recv_buf().extend_from_slice(b"x");
            len += 1;
            assert!(len <= most, "{name}");
        };
        assert_eq!(error.name(), name);
    }
}

#[test]
fn each_rule_for_requests() {
    let long = "x".repeat(300);
    let (cut, too_long) = (&[&long[..80], "\"..."][..], &[&long[..81]][..]);
    let any = &ServerConfig::new();
    let limits = |limits| ServerConfig::new().limits(limits);
    let short_line = &limits(Limits::new().max_request_line_len(100));
    let short_field = &limits(Limits::new().max_field_len(100));
    let short_head = &limits(Limits::new().max_head_len(200));
    let few_fields = &limits(Limits::new().max_fields(6));
    let origins = &ServerConfig::new().origins(["https://a.example"]).unwrap().require_origin(true);
    let chat = &ServerConfig::new().subprotocols(["chat"]).require_subprotocol(true);
    let refusing = &ServerConfig::new().decorate(|_, response| {
        *response.status_mut() = StatusCode::FORBIDDEN;
    });
    let mistaken = &ServerConfig::new().decorate(|_, response| {
        response.headers_mut().insert("upgrade", HeaderValue::from_static("h2c"));
    });
    let line_feeds = &ServerConfig::new().lenient(Lenient::new().bare_line_feeds(true));
    let tracker = Tracker::new();
    tracker.shut_down(CloseFrame::GOING_AWAY, None).unwrap();
    let ending = &ServerConfig::new().tracker(&tracker);
    let no_limit: &[&str] = &["larger", "longer", "more field"];
    #[rustfmt::skip]
    let rows: Vec<(&ServerConfig, Row<'_, String>)> = vec![
        (any, ("GET /\u{1} HTTP/1.1\r\nHost: h\r\n\r\n".into(), "bad-target", &[], no_limit)),
        (any, ("G E T / HTTP/1.1\r\n\r\n".into(), "malformed-head", &["\"G E T / HTTP/1.1\""], no_limit)),
        (any, (but("Host", "Host : h\r\n"), "malformed-head", &["\"Host : h\""], &["GET"])),
        (any, (but("Host", "Host: h\nX: y\r\n"), "malformed-head", &[r#""Host: h\n""#], &["GET"])),
        (any, ("GET / HTTP/1.2\r\nX: y\n".into(), "malformed-head", &[r#""X: y\n""#], &["GET"])),
        (any, ("GET / HTTP/1.2\r\nA b\r\n\r\n".into(), "malformed-head", &["\"A b\""], &["GET"])),
        (any, ("GET / HTTP/1.22\r\n\r\n".into(), "malformed-head", &["\"GET / HTTP/1.22\""], no_limit)),
        (line_feeds, ("GET / HTTP/1.1\nHost: h\nA b\n\n".into(), "malformed-head", &["\"A b\""], &["GET", "Host: h"])),
        (any, ("\u{16}\u{3}\u{1}\u{2}".into(), "malformed-head", &[r#""\x16\x03\x01\x02""#, "looks like TLS"], &[])),
        (any, ("SSH-2.0-x\r\n\r\n".into(), "malformed-head", &["\"SSH-2.0-x\"", "looks like SSH"], &["TLS"])),
        (any, ("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n\r\n".into(), "malformed-head", &["\"PROXY TCP4", "looks like the PROXY protocol"], &[])),
        (any, ("\r\n\r\n\0\r\nQUIT\n\u{21}".into(), "malformed-head", &["looks like the PROXY protocol"], &[])),
        (any, (format!("{long}\r\n\r\n"), "malformed-head", cut, too_long)),
        (short_line, (format!("GET /{long} HTTP/1.1\r\n"), "request-line-too-long", &["request line", "\"GET /xxx", "\"..."], &["field"])),
        (short_field, (but("Host", &format!("Host: {long}\r\n")), "field-too-long", &["a field line", "\"Host: xxx"], &["head is larger", "GET"])),
        (short_head, (get(&format!("{GOOD}X: {long}\r\n")), "head-too-large", &["head is larger", "\"X: xxx"], &["field line is", "more field"])),
        (few_fields, (get(&format!("{GOOD}A: b\r\nC: d\r\n")), "too-many-fields", &["more field lines", "\"C: d\""], &["larger", "A: b"])),
        (any, ("GET / HTTP/2.0\r\n\r\n".into(), "bad-http-version", &["HTTP/1.1", "\"HTTP/2.0\""], &["looks like"])),
        (any, ("GET / HTTP/0.9\r\n\r\n".into(), "bad-http-version", &["\"HTTP/0.9\""], &[])),
        (line_feeds, ("GET / HTTP/2.1\n\n".into(), "bad-http-version", &["\"HTTP/2.1\""], &[])),
        (any, ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(), "bad-http-version", &["\"HTTP/2.0\"", "looks like HTTP/2"], &[])),
        (ending, (get(GOOD), "shutting-down", &["shuts down"], &[])),
        (ending, (format!("BREW / HTTP/1.0\r\n{GOOD}\r\n"), "shutting-down", &["shuts down"], &["BREW"])),
        (any, (format!("GET / HTTP/1.0\r\n{GOOD}\r\n"), "http-1.0", &["HTTP/1.0", "\"HTTP/1.0\""], &[])),
        (any, (format!("BREW / HTTP/1.1\r\n{GOOD}\r\n"), "unknown-method", &["\"BREW\""], &["is GET"])),
        (any, (format!("POST / HTTP/1.1\r\n{GOOD}\r\n"), "bad-method", &["is GET", "\"POST\""], &["not one the server knows"])),
        (any, (but("Host", ""), "missing-host", &["must have a Host"], &["exactly one"])),
        (any, (but("Host", "Host: h\r\nHost: i\r\n"), "duplicate-host", &["exactly one Host", "\"h, i\""], &[])),
        (any, (but("Host", "Host: h/i\r\n"), "bad-host", &["\"h/i\""], &["exactly one"])),
        (any, (format!("GET /a\"b HTTP/1.1\r\n{GOOD}\r\n"), "bad-target", &["target", r#""/a\"b""#], &["visible", "well-formed"])),
        (any, (format!("GET /a\"b HTTP/1.2\r\n{GOOD}\r\n"), "bad-target", &["target", r#""/a\"b""#], &["1.1"])),
        (line_feeds, ("GET /a\"b HTTP/1.1\nHost: h\n\n".into(), "bad-target", &["target", r#""/a\"b""#], &["well-formed"])),
        (any, (format!("GET {{ HTTP/1.1\r\n{GOOD}\r\n"), "bad-target", &["path or an http URI", "\"{\""], &["visible"])),
        (any, (format!("GET /a#b HTTP/1.1\r\n{GOOD}\r\n"), "bad-target", &["fragment", "\"/a#b\""], &["well-formed"])),
        (any, (format!("GET http://u@h/ HTTP/1.1\r\n{GOOD}\r\n"), "bad-target", &["user information", "\"http://u@h/\""], &[])),
        (any, (but("-", "Content-Length: 5\r\nContent-Length: 5\r\n"), "bad-content-length", &["one number", "\"5, 5\""], &["\"5\""])),
        (any, (but("-", "Content-Length: x\r\n"), "bad-content-length", &["\"x\""], &[])),
        (any, (but("-", "Content-Length: 5\r\n"), "unexpected-body", &["no body", "\"5\""], &["one number"])),
        (any, (but("-", "Transfer-Encoding: chunked\r\n"), "transfer-encoding", &["no body", "\"chunked\""], &[])),
        (any, (but("-", "Expect: 100-continue\r\nExpect: tea\r\n"), "unknown-expectation", &["100-continue", "tea\""], &[])),
        (any, (but("Connection", ""), "no-connection", &["Connection must", "no such field"], &["Upgrade must"])),
        (any, (but("Connection", "Connection: close\r\n"), "no-connection", &["upgrade among them", "\"close\""], &["no such"])),
        (any, (but("Connection", "Connection: upgrade\r\nConnection: a b\r\n"), "no-connection", &["list of tokens", "\"upgrade, a b\""], &["no such"])),
        (any, (but("Upgrade", ""), "no-upgrade", &["Upgrade must", "no such field"], &["Connection must"])),
        (any, (but("Upgrade", "Upgrade: h2c\r\n"), "no-upgrade", &["websocket among them", "\"h2c\""], &["no such"])),
        (any, (but("Upgrade", "Upgrade: h2c\r\nUpgrade: TLS/1.0\r\n"), "no-upgrade", &["\"h2c, TLS/1.0\""], &["no such"])),
        (any, (but("-", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), "transfer-encoding", &["\"gzip, chunked\""], &[])),
        (any, (but("-", "Sec-WebSocket-Extensions: a\r\nSec-WebSocket-Extensions: b;\r\n"), "bad-extension", &["\"a, b;\""], &[])),
        (any, (but("Sec-WebSocket-Key", ""), "missing-key", &["must have a Sec-WebSocket-Key"], &["exactly", "base64"])),
        (any, (but("-", "Sec-WebSocket-Key: a\r\n"), "duplicate-key", &["exactly one", "dGhlIHNhbXBsZSBub25jZQ==, a\""], &["base64"])),
        (any, (but("Sec-WebSocket-Key", "Sec-WebSocket-Key: 1234\r\n"), "bad-key", &["base64", "22 digits", "\"1234\""], &["exactly"])),
        (any, (but("Sec-WebSocket-Version", ""), "missing-version", &["must have a Sec-WebSocket-Version", "13"], &["exactly"])),
        (any, (but("-", "Sec-WebSocket-Version: 8\r\n"), "duplicate-version", &["exactly one", "\"13, 8\""], &[])),
        (any, (but("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8\r\n"), "bad-version", &["version 13", "\"8\""], &["exactly"])),
        (any, (but("-", "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b c\r\n"), "bad-subprotocol", &["token", "\"a, b c\""], &[])),
        (any, (but("-", "Sec-WebSocket-Protocol:\r\n"), "bad-subprotocol", &["at least one", "\"\""], &[])),
        (any, (but("-", "Sec-WebSocket-Extensions: a;\r\n"), "bad-extension", &["Sec-WebSocket-Extensions", "\"a;\""], &[])),
        (any, (but("-", "Origin: a\r\nOrigin: b\r\n"), "duplicate-origin", &["at most one Origin", "\"a, b\""], &[])),
        (origins, (but("-", ""), "missing-origin", &["must have an Origin"], &["this origin"])),
        (origins, (but("-", "Origin: https://b.example\r\n"), "origin-not-allowed", &["this origin", "\"https://b.example\""], &["must have"])),
        (chat, (but("-", "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b\r\n"), "no-common-subprotocol", &["must be offered", "\"a, b\""], &[])),
        (refusing, (but("-", ""), "refused", &["application refused", "403"], &[])),
        (mistaken, (but("-", ""), "invalid-answer", &["failed to make an answer"], &["refused"])),
    ];
    let mut names = BTreeSet::new();
    for (config, (input, name, must, must_not)) in rows {
        let bytes: Vec<u8> = input.chars().map(|c| c as u8).collect();
        let error = answer(config, &bytes);
        let shown = error.to_string();
        check(&input.escape_debug().to_string(), (error.name(), &shown), (name, must, must_not));
        names.insert(name);
    }
    // The one rule that is told to the peer alone: see `each_step_in_which_time_may_run_out`.
    names.insert(RequestRule::Timeout.name());
    // Those that no request of HTTP/1.1 can break: see `connect.rs`.
    names.extend(
        [
            RequestRule::NotConnect,
            RequestRule::NoProtocol,
            RequestRule::OtherProtocol,
            RequestRule::OtherHost,
            RequestRule::ConnectionField,
        ]
        .map(RequestRule::name),
    );
    let all: BTreeSet<_> = RequestRule::ALL.iter().map(|rule| rule.name()).collect();
    assert_eq!(names, all);
}

#[test]
fn a_parsed_request_of_another_version_is_not_one_of_http_1_0() {
    for (version, name) in [(Version::HTTP_10, "http-1.0"), (Version::HTTP_09, "bad-http-version")]
    {
        let request = Request::get("/").version(version).header("host", "h").body(()).unwrap();
        let rejection = respond(&request, &ServerConfig::new()).unwrap_err();
        let shown = rejection.to_string();
        check("", (rejection.rule().name(), &shown), (name, &[&format!("\"{version:?}\"")], &[]));
    }
}

// ---------------------------------------------------------------------------------------------------
// Answers

/// Lets a client read `answer`, where `{A}` is the right accept value.
fn read(config: &ClientConfig, answer: &str) -> HandshakeError {
    let mut client = ClientHandshake::new(config, "h", "/").unwrap();
    let request = client.request();
    let offered = ["chat", "talk"];
    let (right, _) = respond(&request, &ServerConfig::new().subprotocols(offered)).unwrap();
    let accept = right.headers()["sec-websocket-accept"].to_str().unwrap();
    let answer: Vec<u8> = answer.replace("{A}", accept).chars().map(|c| c as u8).collect();
    let len = client.send_queue().remaining();
    client.send_queue().advance(len);
    client.recv_buf().extend_from_slice(&answer);
    loop {
        client = match client.poll() {
            Polled::Pending(client) => client,
            Polled::Ready(_) => panic!("{}", answer.escape_ascii()),
            Polled::Failed(error) => return error,
        };
        client.handle_eof();
    }
}

fn failure(client: ClientHandshake) -> HandshakeError {
    match client.poll() {
        Polled::Failed(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_rule_for_answers() {
    const OK: &str = "HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Accept: {A}\r\n";
    let but = |name: &str, lines: &str| {
        let kept: String =
            OK.split_inclusive('\n').filter(|line| !line.starts_with(name)).collect();
        format!("{kept}{lines}\r\n")
    };
    let long = "x".repeat(9000);
    let many: String = (0..150).map(|i| format!("X-{i}: {i}\r\n")).collect();
    let any = &ClientConfig::new();
    let chat = &ClientConfig::new().subprotocols(["chat", "talk"]);
    let short_head = &ClientConfig::new().limits(Limits::new().max_head_len(200));
    let interim = "HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n".repeat(40);
    let line_feeds = &ClientConfig::new().lenient(Lenient::new().bare_line_feeds(true));
    let no_limit: &[&str] = &["larger", "longer", "more field"];
    #[rustfmt::skip]
    let rows: Vec<(&ClientConfig, Row<'_, String>)> = vec![
        (any, ("SSH-2.0-OpenSSH_9.2\r\n".into(), "malformed-head", &["\"SSH-2.0-OpenSSH_9.2\"", "looks like SSH"], no_limit)),
        (any, ("\u{15}\u{3}\u{1}\0\u{2}\u{2}F".into(), "malformed-head", &[r#""\x15\x03\x01\x00\x02\x02F""#, "looks like TLS"], &[])),
        (any, ("\0\0\u{12}\u{4}\0\0\0\0\0\0\u{3}".into(), "malformed-head", &["looks like HTTP/2"], &[])),
        (any, ("\r\nHTTP/1.1 101 Yes\r\n\r\n".into(), "malformed-head", &[], no_limit)),
        (any, ("220 mail ESMTP\r\n".into(), "malformed-head", &["\"220 mail ESMTP\""], &["looks like"])),
        (any, ("HTTP/1.1\r\n\r\n".into(), "malformed-head", &["\"HTTP/1.1\""], &["is HTTP/1.1"])),
        (any, ("HTTP/1.1 101 Yes\r\nA B\r\n\r\n".into(), "malformed-head", &["\"A B\""], &["101"])),
        (any, ("HTTP/1.2 101 Yes\r\nA B\r\n\r\n".into(), "malformed-head", &["\"A B\""], &["101"])),
        (any, ("HTTP/1.22 101 Yes\r\n\r\n".into(), "malformed-head", &["\"HTTP/1.22 101 Yes\""], &[])),
        (line_feeds, ("HTTP/1.1 101 Yes\nUpgrade: websocket\nA B\n\n".into(), "malformed-head", &["\"A B\""], &["101", "Upgrade"])),
        (any, ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n".into(), "malformed-head", &["\"Content-Length: 5, 6\""], &["101"])),
        (any, (format!("HTTP/1.1 101 {long}"), "status-line-too-long", &["status line", "\"HTTP/1.1 101 xx", "\"..."], &["field", "head of"])),
        (any, (but("-", &format!("X: {long}\r\n")), "field-too-long", &["a field line", "\"X: xx"], &["head of"])),
        (any, (but("-", &many), "too-many-fields", &["more field lines", "\"X-97: 97\""], &["larger", "longer"])),
        (short_head, (but("-", &format!("X: {}\r\n", &long[..150])), "head-too-large", &["head of the response", "\"X: xx"], &["interim", "field line is"])),
        (short_head, (interim, "interim-too-large", &["interim answers"], &["head of"])),
        (any, ("HTTP/2.0 200 OK\r\n\r\n".into(), "bad-http-version", &["is HTTP/1.1", "\"HTTP/2.0\""], &["101"])),
        (any, (but("-", "").replace("HTTP/1.1", "HTTP/1.0"), "bad-http-version", &["is HTTP/1.1", "\"HTTP/1.0\""], &[])),
        (any, (but("Upgrade", ""), "no-upgrade", &["Upgrade must", "no such field"], &["Connection must"])),
        (any, (but("Upgrade", "Upgrade: h2c\r\n"), "no-upgrade", &["\"h2c\""], &["no such"])),
        (any, (but("-", "Upgrade: websocket\r\n"), "no-upgrade", &["nothing else", "\"websocket, websocket\""], &["\"websocket\""])),
        (any, (but("Connection", "Connection: close\r\n"), "no-connection", &["Connection must", "\"close\""], &["Upgrade must"])),
        (any, (but("Connection", ""), "no-connection", &["no such field"], &[])),
        (any, (but("Sec-WebSocket-Accept", ""), "missing-accept", &["must have"], &["exactly", "answer the key"])),
        (any, (but("-", "Sec-WebSocket-Accept: a\r\n"), "duplicate-accept", &["exactly one", ", a\""], &["answer the key"])),
        (any, (but("Sec-WebSocket-Accept", "Sec-WebSocket-Accept: a\r\n"), "bad-accept", &["answer the key", "\"a\""], &["exactly"])),
        (chat, (but("-", "Sec-WebSocket-Protocol: mqtt\r\n"), "unoffered-subprotocol", &["one of the subprotocols", "\"mqtt\""], &[])),
        (chat, (but("-", "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: talk\r\n"), "unoffered-subprotocol", &["name one of", "\"chat, talk\""], &["\"chat\""])),
        (any, (but("-", "Sec-WebSocket-Extensions: x-mux\r\n"), "unoffered-extension", &["not offered", "\"x-mux\""], &[])),
        (any, (but("-", "Sec-WebSocket-Extensions:\r\n"), "bad-extension-parameter", &["legal answer", "\"\""], &[])),
    ];
    let mut names = BTreeSet::new();
    for (config, (input, name, must, must_not)) in rows {
        let error = read(config, &input);
        let shown = error.to_string();
        let input: String = input.escape_debug().take(200).collect();
        check(&input, (error.name(), &shown), (name, must, must_not));
        names.insert(name);
    }
    // No answer of HTTP/1.1 can break it: see `connect.rs`.
    names.insert(ResponseRule::ConnectionField.name());
    let all: BTreeSet<_> = ResponseRule::ALL.iter().map(|rule| rule.name()).collect();
    assert_eq!(names, all);
}

#[test]
fn a_rejection_says_what_became_of_its_body() {
    let few = &ClientConfig::new().limits(Limits::new().max_body_len(2));
    let any = &ClientConfig::new();
    let head = "HTTP/1.1 401 No\r\nContent-Length: 4\r\n\r\n";
    for (config, body, must, must_not) in [
        (any, "nope", "401", "body"),
        (any, "no", "ended inside its body", "deadline"),
        (few, "nope", "its body is larger", "deadline"),
    ] {
        let error = read(config, &format!("{head}{body}"));
        let expected = ("status-not-101", &[must][..], &[must_not][..]);
        check(body, (error.name(), &error.to_string()), expected);
    }
    let mut client = ClientHandshake::new(any, "h", "/").unwrap();
    client.recv_buf().extend_from_slice(head.as_bytes());
    let Polled::Pending(mut client) = client.poll() else { panic!("the body is not there") };
    let at = client.poll_timeout(Instant::now()).unwrap();
    client.handle_timeout(at);
    let shown = failure(client).to_string();
    assert!(shown.contains("deadline passed while reading its body"), "{shown}");
}

/// A name of the same length is another one.
#[test]
fn no_field_of_an_answer_takes_the_place_of_another() {
    const OK: &str = "HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Accept: {A}\r\n\r\n";
    let any = &ClientConfig::new();
    for (name, other, rule) in [
        ("Upgrade:", "Xpgrade:", "no-upgrade"),
        ("Connection:", "Xonnection:", "no-connection"),
        ("Sec-WebSocket-Accept:", "Xec-WebSocket-Accept:", "missing-accept"),
    ] {
        assert_eq!(read(any, &OK.replace(name, other)).name(), rule);
    }
    // Under their own names these would be refused.
    let others = "Xec-WebSocket-Protocol: mqtt\r\nXec-WebSocket-Extensions: x-mux\r\n";
    let mut client = ClientHandshake::new(any, "h", "/").unwrap();
    let (right, _) = respond(&client.request(), &ServerConfig::new()).unwrap();
    let accept = right.headers()["sec-websocket-accept"].to_str().unwrap();
    let answer = OK
        .replace("{A}", accept)
        .replace("Upgrade: websocket", &format!("{others}Upgrade: websocket"));
    client.recv_buf().extend_from_slice(answer.as_bytes());
    assert!(matches!(client.poll(), Polled::Ready(_)), "{answer}");
}

// ---------------------------------------------------------------------------------------------------
// Time and the end of the stream

#[test]
fn each_step_of_a_client_in_which_its_handshake_may_end() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n";
    for (written, input, timeout, end) in [
        (false, "", "writing the request", "without a final answer"),
        (true, "", "waiting for the server's answer", "without a final answer"),
        (true, interim, "waiting for the server's answer", "without a final answer"),
        (true, "HTTP/1.1 1", "reading the head", "inside the head of its answer"),
        (true, "HTTP/1.1 100 Continue\r\n\r\nH", "reading the head", "inside the head"),
    ] {
        let client = || {
            let mut client = ClientHandshake::new(&ClientConfig::new(), "h", "/").unwrap();
            if written {
                let len = client.send_queue().remaining();
                client.send_queue().advance(len);
            }
            client.recv_buf().extend_from_slice(input.as_bytes());
            client
        };
        let mut late = client();
        late.set_deadline(Some(Instant::now()));
        late.handle_timeout(Instant::now() + Duration::from_secs(1));
        let error = failure(late);
        check(input, (error.name(), &error.to_string()), ("timeout", &[timeout], &["inside"]));
        let mut cut = client();
        cut.handle_eof();
        let error = failure(cut);
        let not: &[&str] = if end.starts_with("without") { &["inside"] } else { &["without"] };
        check(input, (error.name(), &error.to_string()), ("truncated", &[end], not));
    }
}

#[test]
fn each_step_of_a_server_in_which_its_handshake_may_end() {
    for (input, timeout, end, name) in [
        ("", "waiting for a request", "no request had begun", "closed"),
        ("\r\n", "waiting for a request", "no request had begun", "closed"),
        ("G", "reading the head of a request", "inside the head of a request", "truncated"),
    ] {
        let fail = |late: bool| {
            let mut server = ServerHandshake::new(&ServerConfig::new());
            server.recv_buf().extend_from_slice(input.as_bytes());
            let Polled::Pending(mut server) = server.poll() else { panic!("{input:?}") };
            if late {
                server.set_deadline(Some(Instant::now()));
                server.handle_timeout(Instant::now() + Duration::from_secs(1));
            } else {
                server.handle_eof();
            }
            match server.poll() {
                Polled::Failed(rejected) => rejected.into_error(),
                other => panic!("{other:?}"),
            }
        };
        let error = fail(true);
        check(input, (error.name(), &error.to_string()), ("timeout", &[timeout], &[end]));
        let error = fail(false);
        check(input, (error.name(), &error.to_string()), (name, &[end], &["deadline"]));
    }
    for (step, words) in [
        (HandshakeStep::LookUp, "looking up the host"),
        (HandshakeStep::Connect, "connecting to the host"),
        (HandshakeStep::Proxy, "asking the proxy"),
        (HandshakeStep::Tls, "beginning TLS"),
        (HandshakeStep::SendAnswer, "writing the answer"),
    ] {
        let error = HandshakeError::TimedOut(step);
        check("", (error.name(), &error.to_string()), ("timeout", &[words], &[]));
    }
}

// ---------------------------------------------------------------------------------------------------
// Arguments

fn refused(config: &ClientConfig, host: &str, target: &str) -> ArgumentError {
    match ClientHandshake::new(config, host, target) {
        Err(HandshakeError::Argument(error)) => error.into_inner(),
        other => panic!("{other:?}"),
    }
}

/// What a hook has done wrong that made `answer` of a good request.
fn mistake(answer: fn(&mut Response<Bytes>)) -> ArgumentError {
    let server = ServerHandshake::with_buffered(
        &ServerConfig::new(),
        but("-", "Sec-WebSocket-Protocol: chat, talk\r\n").as_bytes(),
    );
    let Polled::Ready(request) = server.poll() else { panic!("no request") };
    let error = request.accept_with(answer).unwrap_err().into_error();
    let HandshakeError::Rejected(rejection) = error else { panic!("{error:?}") };
    rejection.cause().unwrap().clone()
}

fn select(name: &str) -> ArgumentError {
    let request = Request::get("/").header("sec-websocket-protocol", "chat").body(()).unwrap();
    let mut request = UpgradeRequest::from_request(&ServerConfig::new(), &request, &b""[..]);
    request.select_subprotocol(Some(name)).unwrap_err()
}

fn changed(change: fn(&mut Request<()>)) -> ArgumentError {
    let (mut request, verifier) = upgrade_request(&ClientConfig::new(), "h", "/").unwrap();
    change(&mut request);
    match ClientHandshake::from_request(request, verifier) {
        Err(HandshakeError::Argument(error)) => error.into_inner(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_argument() {
    let any = &ClientConfig::new();
    let with = |name: &str, value: &str| ClientConfig::new().header(name, value);
    let protocol = HeaderName::from_static("sec-websocket-protocol");
    let field = |name: &str| refused(&with(name, "x"), "h", "/");
    #[rustfmt::skip]
    let rows: Vec<Row<'_, ArgumentError>> = vec![
        (refused(any, "h/i", "/"), "invalid-host", &["host must", "\"h/i\""], &["target"]),
        (refused(any, "h\r\n", "/"), "invalid-host", &[r#""h\r\n""#], &[]),
        (refused(any, "h", "{"), "invalid-target", &["begins with /", "\"{\""], &["visible"]),
        (refused(any, "h", "/a b"), "invalid-target", &["\"/a b\""], &["visible", "host must"]),
        (field("a b"), "invalid-header", &["name of a field", "token", "\"a b\""], &["value"]),
        (refused(&with("a", "secret\r\n"), "h", "/"), "invalid-header", &["value of a field", "of a has", r#""\r""#], &["secret", "name of"]),
        (field("Host"), "reserved-header", &["host of the URL", "handshake()"], &["body"]),
        (field("Content-Length"), "reserved-header", &["content-length", "no", "body"], &["URL"]),
        (mistake(|it| {it.headers_mut().insert("sec-websocket-extensions", HeaderValue::from_static("x")); }), "reserved-header", &["ServerConfig::deflate"], &[]),
        (changed(|it| *it.method_mut() = http::Method::POST), "invalid-request", &["must stay", "\"POST / HTTP/1.1\""], &["decorator"]),
        (refused(&ClientConfig::new().subprotocols(["a b"]), "h", "/"), "invalid-subprotocol", &["token", "\"a b\""], &["once", "chosen", "offers"]),
        (refused(&ClientConfig::new().subprotocols(["a", "a"]), "h", "/"), "duplicate-subprotocol", &["once", "\"a\""], &["token", "chosen"]),
        (select("talk"), "unoffered-subprotocol", &["client offers", "\"talk\""], &["token", "once"]),
        (mistake(|it| {it.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("mqtt")); }), "unoffered-subprotocol", &["client offers", "\"mqtt\""], &["token"]),
        (mistake(|it| {for name in ["chat", "talk"] {it.headers_mut() .append("sec-websocket-protocol", HeaderValue::from_static(name)); } }), "several-subprotocols", &["at most one", "\"chat, talk\""], &["client offers"]),
        ("x".parse::<ws_core::DeflateParams>().unwrap_err(), "invalid-deflate", &["permessage-deflate", "\"x\""], &["bits"]),
        (ArgumentError::Deflate(16), "invalid-deflate", &["8 to 15", ": 16"], &["well-formed"]),
        (ServerConfig::new().origins(["*"]).unwrap_err(), "invalid-origin", &["scheme and a host", "\"*\""], &["host must"]),
        (ServerConfig::new().origins(["https://a.example/app"]).unwrap_err(), "invalid-origin", &["no path", "\"https://a.example/app\""], &[]),
        (ArgumentError::Response(StatusCode::CONTINUE), "invalid-answer", &["100 Continue"], &[]),
        (ArgumentError::Response(StatusCode::OK), "invalid-answer", &["200 OK", "lets it in"], &["final"]),
        (ArgumentError::Scheme("ftp".to_owned()), "invalid-scheme", &["ws or wss", "\"ftp\""], &["host"]),
        (ArgumentError::ReservedHeader(protocol), "reserved-header", &["ClientConfig::subprotocols"], &[]),
    ];
    let mut variants = BTreeSet::new();
    for (error, name, must, must_not) in rows {
        let variant = format!("{error:?}");
        check(&variant, (error.name(), &error.to_string()), (name, must, must_not));
        variants.insert(variant.split([' ', '(']).next().unwrap_or_default().to_owned());
    }
    assert_eq!(variants.len(), 15, "{variants:?}");
    let long = refused(any, "h", &format!("/ {}", "x".repeat(500))).to_string();
    assert!(long.len() < 300 && long.ends_with("x\"..."), "{long}");
}

// ---------------------------------------------------------------------------------------------------
// Frames

#[test]
fn each_rule_for_frames() {
    use Role::{Client, Server};

    #[rustfmt::skip]
    let rows: Vec<Row<'_, (Role, &[u8])>> = vec![
        ((Client, b"\xc1\x00"), "reserved-bit", &["reserved bits"], &["opcode"]),
        ((Client, b"\x83\x00"), "reserved-opcode", &["reserved opcodes"], &["bits"]),
        ((Client, b"\x09\x00"), "fragmented-control", &["control", "fragmented"], &["125"]),
        ((Client, b"\x89\x7e\x00\x7e"), "long-control", &["at most 125"], &["fragmented"]),
        ((Client, b"\x82\x7e\x00\x01"), "long-length", &["as few bytes"], &["first bit"]),
        ((Client, b"\x82\x7f\x80\0\0\0\0\0\0\0"), "length-overflow", &["first bit"], &["few"]),
        ((Server, b"\x81\x00"), "unmasked-frame", &["client must mask"], &["must not"]),
        ((Client, b"\x81\x80\0\0\0\0"), "masked-frame", &["server must not"], &["client must"]),
        ((Client, b"\x80\x00"), "unexpected-continuation", &["continuation"], &["next one"]),
        ((Client, b"\x01\x00\x81\x00"), "interleaved-message", &["must end before"], &["goes on"]),
        ((Client, b"\x81\x01\xff"), "invalid-utf8", &["text", "UTF-8"], &["reason"]),
        ((Client, b"\x88\x01\x03"), "close-length", &["two bytes"], &["UTF-8"]),
        ((Client, b"\x88\x02\x03\xed"), "close-code", &["code"], &["two bytes"]),
        ((Client, b"\x88\x03\x03\xe8\xff"), "close-reason", &["reason", "UTF-8"], &["text"]),
        ((Client, b"\x82\x7e\x03\xe9"), "frame-too-large", &["a frame", "1001", "1000"], &["message"]),
        ((Client, b"\x02\x03abc\x80\x7e\x03\x84"), "message-too-large", &["a message", "903", "900"], &["frame"]),
        ((Client, b"\x02\x00\x00\x00\x00\x00\x80\x00"), "too-many-fragments", &["4", "3"], &["larger"]),
    ];
    let config = WebSocketConfig::new().max_frame_len(1000).max_message_len(900).max_fragments(3);
    let mut names = BTreeSet::new();
    for ((role, bytes), name, must, must_not) in rows {
        let mut connection = Connection::new(role, Negotiated::default(), bytes, &config);
        let rule = loop {
            match connection.poll() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{}", bytes.escape_ascii()),
                Err(rule) => break rule,
            }
        };
        let shown = connection.receiver().violation().unwrap().to_string();
        check(&bytes.escape_ascii().to_string(), (rule.name(), &shown), (name, must, must_not));
        names.insert(name);
    }
    // It takes the feature to break this one: see the tests of that.
    names.insert(FrameRule::InvalidDeflate.name());
    let all: BTreeSet<_> = FrameRule::ALL.iter().map(|rule| rule.name()).collect();
    assert_eq!(names, all);
}

// ---------------------------------------------------------------------------------------------------
// What cannot be sent, and time

fn open(config: &WebSocketConfig) -> Connection {
    Connection::new(Role::Server, Negotiated::default(), &b""[..], config)
}

/// What is said of a message for a connection to which `end` has happened.
fn unsent(end: impl FnOnce(&mut Connection)) -> SendError {
    let mut connection = open(&WebSocketConfig::new().max_queue_len(1000));
    end(&mut connection);
    connection.sender().send(&Message::from("hello")).unwrap_err()
}

#[test]
fn each_reason_why_nothing_is_sent() {
    let unfinished = |connection: &mut Connection| {
        let part = Bytes::from_static(b"a");
        connection.sender().send_part(MessageKind::Text, &part, false).unwrap();
    };
    let late = |connection: &mut Connection| {
        connection.sender().reply(Reply::timed_out(Timeout::Pong));
    };
    let broken = |connection: &mut Connection| {
        connection.receiver().recv_buf().extend_from_slice(b"\x81\x00");
        connection.poll().unwrap_err();
    };
    let closed = |connection: &mut Connection| {
        connection.sender().close(CloseFrame::NORMAL).unwrap();
    };
    let full = |connection: &mut Connection| {
        let message = Message::Binary(Bytes::from(vec![0; 998]));
        connection.sender().send(&message).unwrap();
    };
    let ping = open(&WebSocketConfig::new()).sender().ping(Bytes::from(vec![0; 126])).unwrap_err();
    let close = |frame| open(&WebSocketConfig::new()).sender().close(frame).unwrap_err();
    let reason = close(CloseFrame::new(CloseCode::NORMAL_CLOSURE, "x".repeat(124)));
    let code = close(CloseFrame::new(CloseCode::from(1005), "x"));
    #[rustfmt::skip]
    let rows: [Row<'_, SendError>; 9] = [
        (unsent(full), "queue-full", &["queue is full"], &["any more"]),
        (unsent(closed), "closing", &["after a close frame"], &["any more"]),
        (unsent(late), "pong-timeout", &["any more", "answer a ping in time"], &["rule"]),
        (unsent(broken), "unmasked-frame", &["any more", "broke a rule", "must mask"], &["in time"]),
        (unsent(Connection::handle_eof), "disconnected", &["the stream has ended"], &["rule", "in time"]),
        (unsent(unfinished), "unfinished-message", &["in parts has to end first"], &["any more"]),
        (ping, "control-too-long", &["125 bytes, not 126", "control frame"], &["code"]),
        (reason, "control-too-long", &["123 bytes, not 124", "reason"], &["code"]),
        (code, "invalid-close-code", &["cannot have this code"], &["bytes"]),
    ];
    for (error, name, must, must_not) in rows {
        check(&format!("{error:?}"), (error.name(), &error.to_string()), (name, must, must_not));
    }
    let error = Text::try_from(&b"\xff"[..]).unwrap_err().to_string();
    assert!(error.contains("must be UTF-8"), "{error}");
}

#[test]
fn each_time_that_may_be_up() {
    type Begin = fn(&mut Connection);

    let second = Duration::from_secs(1);
    let any = WebSocketConfig::new().close_timeout(second);
    let pings = any.clone().ping_interval(second).pong_timeout(second);
    let rows: [(&str, &str, WebSocketConfig, Begin); 4] = [
        ("idle-timeout", "said nothing", any.clone().idle_timeout(second), |_| {}),
        ("pong-timeout", "answer a ping", pings, |_| {}),
        ("send-timeout", "took nothing", any.clone().send_timeout(second), |connection| {
            connection.sender().send(&Message::from("hello")).unwrap();
        }),
        ("close-timeout", "closing handshake", any, |connection| {
            connection.sender().close(CloseFrame::NORMAL).unwrap();
        }),
    ];
    for (name, words, config, begin) in rows {
        let mut connection = open(&config);
        let mut now = Instant::now();
        begin(&mut connection);
        connection.handle_written(now);
        let timeout = loop {
            now = connection.poll_timeout(now).unwrap_or_else(|| panic!("{name} never comes"));
            if let Some((timeout, _)) = connection.handle_timeout(now) {
                break timeout;
            }
            // A ping, which is written at once.
            let len = connection.send_queue().remaining();
            connection.send_queue().advance(len);
            connection.handle_written(now);
        };
        check(name, (timeout.name(), &timeout.to_string()), (name, &[words], &["any more"]));
    }
}
