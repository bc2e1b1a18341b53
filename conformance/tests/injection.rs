//! No field an application gives can put a CR, an LF or a NUL on the wire, or a field of its own.
//!
//! CVE-2026-1527 (undici), CVE-2025-67735 (netty), CVE-2020-35678 (autobahn), GHSA-w4f7-4cxr-rv3c
//! (cowboy, gun), CVE-2024-23644 (trillium): all the same fault.

#![expect(clippy::panic, reason = "this is how a test fails")]

use bytes::Bytes;
use conformance::{
    core_subject::drain,
    random::Random,
    sample::{bad, good, upgrade},
    wire::{self, Answers, Head},
};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use ws_core::{
    ClientConfig, ClientHandshake, SendQueue, ServerConfig, ServerHandshake, UpgradeRequest,
};

/// What evil is made of.
const PARTS: [&str; 26] = [
    "\r\nX-Evil: 1",
    "\n",
    "\r",
    "\0",
    "\r\n\r\n",
    ":",
    " ",
    "\t",
    "a",
    "chat",
    ", ",
    ";",
    "/",
    "?q=1",
    "#f",
    "%0d%0a",
    "\u{7f}",
    "\u{e9}",
    "\u{20ac}",
    "\u{85}",
    "\u{2028}",
    "example",
    "@",
    "[::1]",
    "Host",
    "\u{10a}",
];

fn evil(random: &mut Random) -> String {
    (0..=random.below(4)).map(|_| *random.pick(&PARTS)).collect()
}

/// The only names a head may have.
fn assert_names(head: &Head, allowed: &[&str], case: &str) {
    for (name, _) in &head.fields {
        let known = allowed.iter().any(|a| a.eq_ignore_ascii_case(name));
        assert!(known, "{name} came from {case}");
    }
    assert!(head.values("X-Evil").next().is_none(), "{case}");
}

fn client_wire(config: &ClientConfig, host: &str, target: &str) -> Result<Vec<u8>, &'static str> {
    let mut client = ClientHandshake::new(config, host, target).map_err(|error| {
        assert!(matches!(error, ws_core::HandshakeError::Argument(_)), "{error}");
        error.name()
    })?;
    let mut wire = Vec::new();
    drain(client.send_queue(), &mut wire);
    Ok(wire)
}

const REQUEST_FIELDS: [&str; 7] = [
    "Host",
    "Upgrade",
    "Connection",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Version",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Extensions",
];

#[test]
fn nothing_a_client_is_given_reaches_the_wire_raw() {
    let mut random = Random::new(42);
    let (mut sent, mut refused) = (0, 0);
    for _ in 0..100_000 {
        let plain = |random: &mut Random, usual: &str| {
            if random.below(3) == 0 { evil(random) } else { usual.to_owned() }
        };
        let host = plain(&mut random, "ws.example");
        let target = plain(&mut random, "/chat?x=1");
        let name = plain(&mut random, "X-Name");
        let value = plain(&mut random, "value");
        let protocols = [plain(&mut random, "chat"), plain(&mut random, "superchat")];
        let config = ClientConfig::new().header(&name, &value).subprotocols(&protocols);
        let case = format!("{host:?} {target:?} {name:?} {value:?} {protocols:?}");
        let Ok(wire) = client_wire(&config, &host, &target) else {
            refused += 1;
            continue;
        };
        sent += 1;
        let (head, len) = wire::parse_head(&wire).unwrap_or_else(|e| panic!("{case}: {e}"));
        assert_eq!(len, wire.len(), "{case}");
        let mut allowed = REQUEST_FIELDS.to_vec();
        allowed.push(&name);
        assert_names(&head, &allowed, &case);
        assert_eq!(head.fields.len(), 7, "{case}: {head:?}");
        let octets: Vec<_> = head.start_line.split(' ').collect();
        assert_eq!(octets.len(), 3, "{case}");
        assert!(head.start_line.is_ascii() && octets[1].starts_with('/'), "{case}");
        assert!(!octets[1].contains('#'), "{case}");
        let offered: Vec<_> = head.members("Sec-WebSocket-Protocol").collect();
        assert_eq!(offered, protocols, "{case}");
    }
    assert!(sent > 5_000 && refused > 5_000, "{sent} sent, {refused} refused");
}

/// S-07, word for word.
#[test]
fn s_07_no_injection_through_host_target_or_field_values() {
    let config = ClientConfig::new;
    let refused: [(&str, ClientConfig, &str, &str); 30] = [
        ("invalid-host", config(), "h\r\nX-Evil: 1", "/"),
        ("invalid-host", config(), "h\0", "/"),
        ("invalid-host", config(), "h\n", "/"),
        ("invalid-host", config(), "", "/"),
        ("invalid-host", config(), "a b", "/"),
        ("invalid-host", config(), "user@h", "/"),
        ("invalid-host", config(), "h/path", "/"),
        ("invalid-target", config(), "h", "/a b\r\nfoo"),
        ("invalid-target", config(), "h", "/\r\nX: y"),
        ("invalid-target", config(), "h", "/\0"),
        ("invalid-target", config(), "h", "/a b"),
        ("invalid-target", config(), "h", "/a?\r\nX: y"),
        ("invalid-target", config(), "h", "/a\n"),
        ("invalid-header", config().header("X", "a\r\nb: c"), "h", "/"),
        ("invalid-header", config().header("X: y\r\nZ", "v"), "h", "/"),
        ("invalid-header", config().header("X", "a\0"), "h", "/"),
        ("invalid-header", config().header("X\0", "a"), "h", "/"),
        ("invalid-header", config().header("", "a"), "h", "/"),
        ("invalid-header", config().header("X", "a\n"), "h", "/"),
        ("invalid-header", config().header("X", "a\r"), "h", "/"),
        ("invalid-subprotocol", config().subprotocols(["chat\r\n"]), "h", "/"),
        ("invalid-subprotocol", config().subprotocols(["a, b"]), "h", "/"),
        ("invalid-subprotocol", config().subprotocols([""]), "h", "/"),
        ("duplicate-subprotocol", config().subprotocols(["a", "a"]), "h", "/"),
        ("reserved-header", config().header("Sec-WebSocket-Key", "x"), "h", "/"),
        ("reserved-header", config().header("Host", "x"), "h", "/"),
        ("reserved-header", config().header("content-length", "0"), "h", "/"),
        ("reserved-header", config().header("UPGRADE", "x"), "h", "/"),
        ("reserved-header", config().header("Transfer-Encoding", "chunked"), "h", "/"),
        ("reserved-header", config().header("Sec-WebSocket-Extensions", "x"), "h", "/"),
    ];
    for (expected, config, host, target) in refused {
        let found = client_wire(&config, host, target);
        assert_eq!(found, Err(expected), "{config:?} {host:?} {target:?}");
    }
}

/// S-08.
#[test]
fn s_08_empty_target_and_fragment() {
    for (target, line) in [
        ("", "GET / HTTP/1.1"),
        ("?q=1", "GET /?q=1 HTTP/1.1"),
        ("/a#b", "GET /a HTTP/1.1"),
        ("#b", "GET / HTTP/1.1"),
        ("/a?b#c", "GET /a?b HTTP/1.1"),
        ("/a?b=/c?d", "GET /a?b=/c?d HTTP/1.1"),
        ("//h/a", "GET //h/a HTTP/1.1"),
    ] {
        let wire = client_wire(&ClientConfig::new(), "h", target).unwrap();
        assert_eq!(wire::parse_head(&wire).unwrap().0.start_line, line, "{target}");
    }
}

fn pending(config: &ServerConfig, input: &[u8]) -> UpgradeRequest {
    conformance::core_subject::request(ServerHandshake::with_buffered(config, input))
}

fn answer(mut queue: SendQueue) -> Answers {
    let mut wire = Vec::new();
    drain(&mut queue, &mut wire);
    Answers::parse(&wire).unwrap_or_else(|e| panic!("{e}: {}", wire.escape_ascii()))
}

#[test]
fn nothing_a_server_is_given_reaches_the_wire_raw() {
    let mut random = Random::new(43);
    for round in 0..30_000 {
        let (name, value, body) = (evil(&mut random), evil(&mut random), evil(&mut random));
        let protocol = evil(&mut random);
        let status = StatusCode::from_u16(random.below(900) as u16 + 100).unwrap();
        // All the types let pass is what reaches the library at all.
        let field = HeaderName::from_bytes(name.as_bytes())
            .ok()
            .zip(HeaderValue::from_bytes(value.as_bytes()).ok());
        let config = ServerConfig::new().subprotocols([&protocol, "chat"]);
        let input = match round % 2 {
            0 => upgrade("Sec-WebSocket-Protocol: a, chat\r\n"),
            _ => bad(),
        };
        let case = format!("{name:?} {value:?} {body:?} {protocol:?} {status}");
        let decorate = |response: &mut Response<Bytes>| {
            if let Some((name, value)) = &field {
                response.headers_mut().append(name.clone(), value.clone());
            }
            if random.below(4) == 0 {
                *response.status_mut() = status;
                *response.body_mut() = Bytes::from(body.clone());
            }
        };
        let mut opened = false;
        let answers = if round % 3 != 0 {
            match pending(&config, &input).accept_with(decorate) {
                Ok(connection) => {
                    opened = true;
                    answer(connection.into_connection().into_parts().1)
                }
                Err(refused) => answer(refused.into_buffers().1),
            }
        } else {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = status;
            if let Some((name, value)) = &field {
                response.headers_mut().append(name.clone(), value.clone());
            }
            *response.body_mut() = Bytes::from(body.clone());
            let refused = pending(&config, &input).reject_with(response);
            answer(refused.into_buffers().1)
        };
        let last = answers.last.unwrap_or_else(|| panic!("no answer to {case}"));
        assert_eq!(opened, last.status == 101, "{case}: {last:?}");
        assert!(answers.interims.is_empty(), "{case}");
        assert!(last.head.values("X-Evil").next().is_none(), "{case}: {last:?}");
        if opened {
            assert!(last.rest.is_empty(), "{case}");
        } else {
            let lengths: Vec<_> = last.head.values("Content-Length").collect();
            let expected = vec![last.rest.len().to_string()];
            assert!(lengths == expected || matches!(last.status, 204 | 304), "{case}: {last:?}");
        }
    }
}

/// S-13, both sides: the wire and the codec never differ.
#[test]
fn s_13_an_extension_cannot_be_smuggled_in_through_a_hook() {
    let fields = [
        ("sec-websocket-extensions", "permessage-deflate"),
        ("sec-websocket-accept", "x"),
        ("sec-websocket-key", "x"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-protocol", "chat"),
        ("upgrade", "x"),
        ("connection", "x"),
        ("content-length", "0"),
        ("transfer-encoding", "chunked"),
    ];
    for (name, value) in fields {
        let client = ClientConfig::new().decorate(move |request| {
            request.headers_mut().append(name, HeaderValue::from_static(value));
        });
        assert_eq!(client_wire(&client, "h", "/"), Err("reserved-header"), "{name}");

        let hook = move |_: Option<&http::Request<()>>, response: &mut Response<Bytes>| {
            response.headers_mut().append(name, HeaderValue::from_static(value));
        };
        let config = ServerConfig::new().decorate(hook);
        let refused = pending(&config, &good()).accept().unwrap_err();
        assert_eq!(refused.error.status(), Some(StatusCode::INTERNAL_SERVER_ERROR), "{name}");
        let last = answer(refused.into_buffers().1).last.unwrap();
        assert_eq!(last.status, 500, "{name}");
        for absent in ["Sec-WebSocket-Accept", "Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"]
        {
            assert!(last.head.values(absent).next().is_none(), "{name}: {last:?}");
        }
    }
    let removing = ClientConfig::new().decorate(|request| {
        request.headers_mut().remove("sec-websocket-key");
    });
    assert_eq!(client_wire(&removing, "h", "/"), Err("reserved-header"));
    let rewriting =
        ClientConfig::new().decorate(|request| *request.method_mut() = http::Method::POST);
    assert!(client_wire(&rewriting, "h", "/").is_err());
}

/// S-13: a name the client offered may be chosen by a hook, and the stream then says so too.
#[test]
fn s_13_an_offered_subprotocol_may_be_chosen() {
    let config = ServerConfig::new().decorate(|_, response| {
        response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("chat"));
    });
    let input = upgrade("Sec-WebSocket-Protocol: a, chat\r\n");
    let connection = pending(&config, &input).accept().unwrap();
    assert_eq!(connection.negotiated().subprotocol(), Some("chat"));
    let last = answer(connection.into_connection().into_parts().1).last.unwrap();
    assert_eq!(last.head.values("Sec-WebSocket-Protocol").collect::<Vec<_>>(), ["chat"]);
}
