//! Failures that happened to real libraries, one test each, over the core.

#![expect(clippy::panic, clippy::unwrap_used, reason = "this is how a test fails")]

use std::time::Duration;

use conformance::{
    core_subject::{CoreSubject, client_pending, pending, request},
    delivery::Delivery,
    linear::{assert_linear, time},
    observed::Observed,
    sample::{self, good, switching, upgrade},
    subject::Subject as _,
    vector::{DeflateSetting, LimitSetting, Outcome, Role, Vector},
};
use ws_core::{ClientConfig, ClientHandshake, Limits, Polled, ServerConfig, ServerHandshake};

const CORE: CoreSubject = CoreSubject { keep_alive: false };
const KEEPING: CoreSubject = CoreSubject { keep_alive: true };

const WIDE: LimitSetting = LimitSetting {
    request_line: Some(1 << 24),
    head: Some(1 << 24),
    field: Some(1 << 24),
    fields: Some(1 << 20),
    body: None,
};

fn server(input: impl Into<Vec<u8>>) -> Observed {
    CORE.server(&Vector::of(Role::Server, input), Delivery::Whole)
}

fn wide_server(input: impl Into<Vec<u8>>) -> Observed {
    let mut vector = Vector::of(Role::Server, input);
    vector.config.limits = WIDE;
    vector.config.subprotocols = vec!["chat".to_owned()];
    vector.config.deflate = Some(DeflateSetting::default());
    CORE.server(&vector, Delivery::Whole)
}

fn client(input: impl Into<Vec<u8>>) -> Observed {
    CORE.client(&Vector::of(Role::Client, input), Delivery::Whole)
}

fn feed_server_bytewise(config: &ServerConfig, input: &[u8]) {
    let mut server = ServerHandshake::new(config);
    for octet in input {
        server.recv_buf().extend_from_slice(&[*octet]);
        server = pending(server);
    }
}

fn feed_client_bytewise(config: &ClientConfig, input: &[u8]) {
    let mut client = ClientHandshake::new(config, "ws.example", "/").unwrap();
    for octet in input {
        client.recv_buf().extend_from_slice(&[*octet]);
        client = client_pending(client);
    }
}

#[test]
fn cve_2023_43669_reparse() {
    let limits = Limits::new()
        .max_head_len(1 << 24)
        .max_field_len(1 << 24)
        .max_request_line_len(1 << 24)
        .max_fields(1 << 20);
    let server = ServerConfig::new().limits(limits);
    let client = ClientConfig::new().limits(limits);
    let n = 40_000;
    let line = format!("GET /{}", "a".repeat(2 * n));
    let field = format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(2 * n));
    let fields = format!("GET / HTTP/1.1\r\n{}", "X: a\r\n".repeat(n / 3));
    let mut cuts = vec![("request line", line), ("one field", field), ("short fields", fields)];
    for (what, input) in &mut cuts {
        assert_linear(what, |times| {
            time(|| feed_server_bytewise(&server, &input.as_bytes()[..times * n]))
        });
    }
    let answer = format!("HTTP/1.1 401 x\r\n{}", "X: a\r\n".repeat(n / 3));
    assert_linear("an answer's fields", |times| {
        time(|| feed_client_bytewise(&client, &answer.as_bytes()[..times * n]))
    });
}

/// CVE-2023-43669 as well: a head had no cap at all.
#[test]
fn cve_2023_43669_cap() {
    let heads = [
        ("request line", 414, format!("GET /{}", "a".repeat(8 << 20))),
        ("one field", 431, format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(8 << 20))),
        ("short fields", 431, format!("GET / HTTP/1.1\r\n{}", "X: a\r\n".repeat(1 << 20))),
        ("fields of 1 kB", 431, {
            format!("GET / HTTP/1.1\r\n{}", format!("X: {}\r\n", "a".repeat(1000)).repeat(1 << 10))
        }),
    ];
    for (what, expected, head) in heads {
        let mut server = ServerHandshake::new(&ServerConfig::new());
        let mut fed = 0;
        let rejected = loop {
            let piece = &head.as_bytes()[fed..fed + 100];
            server.recv_buf().extend_from_slice(piece);
            fed += piece.len();
            server = match server.poll() {
                Polled::Pending(server) => server,
                Polled::Ready(_) => panic!("{what}: this is no request"),
                Polled::Failed(rejected) => break rejected,
            };
        };
        assert_eq!(rejected.error.status().map(|s| s.as_u16()), Some(expected), "{what}");
        assert!(fed <= Limits::default().max_head_len + 100, "{what}: {fed} bytes read");
        assert!(rejected.is_closed(), "{what}");
    }
}

#[test]
fn cve_2021_32640_subprotocol_spaces() {
    let run = |times: usize| {
        let spaces = " ".repeat(times * 32_768);
        let request = upgrade(&format!("Sec-WebSocket-Protocol: b{spaces}x\r\n"));
        time(|| assert_eq!(wide_server(request).answered(), Some(400)))
    };
    assert_linear("b, spaces, x", run);
    assert!(run(1) < Duration::from_secs(1));
}

/// The same in an answer, where the name is one that was asked for, or part of one.
#[test]
fn cve_2021_32640_subprotocol_spaces_in_an_answer() {
    assert_linear("b, spaces, x", |times| {
        let spaces = " ".repeat(times * 32_768);
        let answer = switching(&format!("Sec-WebSocket-Protocol: b{spaces}x\r\n"));
        let mut vector = Vector::of(Role::Client, answer);
        vector.config.limits = WIDE;
        vector.config.subprotocols = vec!["b".to_owned(), "x".to_owned()];
        time(|| {
            let seen = CORE.client(&vector, Delivery::Whole);
            assert_eq!(seen.error.as_deref(), Some("unoffered-subprotocol"), "{:?}", seen.outcome);
        })
    });
}

#[test]
fn cve_2024_37890_needed_fields_last() {
    let many = "X: 1\r\n".repeat(2_000);
    let late =
        String::from_utf8(switching("")).unwrap().replacen("\r\n", &format!("\r\n{many}"), 1);
    let mut vector = Vector::of(Role::Client, late.clone());
    vector.config.limits = WIDE;
    assert_eq!(CORE.client(&vector, Delivery::Whole).outcome, Outcome::Open);
    assert_eq!(client(late).error.as_deref(), Some("too-many-fields"));

    let good = String::from_utf8(good()).unwrap();
    let late = good.replacen("\r\n", &format!("\r\n{many}"), 1);
    assert_eq!(wide_server(late.clone()).answered(), Some(101));
    assert_eq!(server(late).answered(), Some(431));
}

#[test]
fn cve_2020_7662_and_7663_unclosed_quote() {
    for unit in ["\\c", "c", "\\", "c;b=\"", ";b=c", ",a;b"] {
        let run = |times: usize| {
            let value = unit.repeat(times * 30_000);
            let request = upgrade(&format!("Sec-WebSocket-Extensions: a;b=\"{value}\r\n"));
            time(|| {
                let status = wide_server(request).answered();
                assert!(matches!(status, Some(400 | 101)), "{unit}: {status:?}");
            })
        };
        assert_linear(unit, run);
    }
    let request = upgrade(&format!("Sec-WebSocket-Extensions: a;b=\"{}\r\n", "\\c".repeat(1000)));
    assert_eq!(wide_server(request).answered(), Some(400));
}

/// An unclosed quote in an answer instead of a request.
#[test]
fn cve_2020_7662_and_7663_unclosed_quote_in_an_answer() {
    let run = |times: usize| {
        let value = "\\c".repeat(times * 30_000);
        let fields = format!("Sec-WebSocket-Extensions: permessage-deflate;b=\"{value}\r\n");
        let mut vector = Vector::of(Role::Client, switching(&fields));
        vector.config.limits = WIDE;
        vector.config.deflate = Some(DeflateSetting::default());
        time(|| assert_eq!(CORE.client(&vector, Delivery::Whole).outcome, Outcome::Fail))
    };
    assert_linear("unclosed quote", run);
}

#[test]
fn cve_2026_2229_window_bits() {
    let mut values: Vec<String> = (0..=300).map(|n: u32| n.to_string()).collect();
    for odd in ["-1", "+9", "-9", "09", "9 ", "9.0", "0x9", "", "\"9\"", "\"09\"", "9;9", "265"] {
        values.push(odd.to_owned());
    }
    values.push("9".repeat(100));
    values.push(u64::MAX.to_string());
    for parameter in ["server_max_window_bits", "client_max_window_bits"] {
        for value in &values {
            let bits = value.trim_matches('"').trim_end();
            let legal = (8..=15).any(|n: u8| n.to_string() == bits);
            let offer = format!("permessage-deflate; {parameter}={value}");
            let line = format!("Sec-WebSocket-Extensions: {offer}\r\n");

            let seen = wide_server(upgrade(&line));
            match seen.answered() {
                Some(101) => assert!(legal || seen.deflate.is_none(), "{offer}: {seen:?}"),
                other => assert_eq!(other, Some(400), "{offer}"),
            }
            if let Some(terms) = seen.deflate {
                assert!((8..=15).contains(&terms.server_max_window_bits), "{offer}: {terms:?}");
                assert!((8..=15).contains(&terms.client_max_window_bits), "{offer}: {terms:?}");
                if parameter == "server_max_window_bits" {
                    assert_eq!(terms.server_max_window_bits.to_string(), bits, "{offer}");
                }
            }

            let mut vector = Vector::of(Role::Client, switching(&line));
            vector.config.deflate = Some(DeflateSetting::default());
            let seen = CORE.client(&vector, Delivery::Whole);
            if seen.outcome == Outcome::Open {
                assert!(legal, "{offer}: {seen:?}");
            } else {
                // A window of 8 bits is beyond zlib; refusing it is as good.
                assert!(!legal || bits == "8", "{offer}: {seen:?}");
                let error = seen.error.as_deref();
                assert_eq!(error, Some("bad-extension-parameter"), "{offer}");
            }

            let twice = format!("Sec-WebSocket-Extensions: {offer}; {parameter}={value}\r\n");
            assert_eq!(wide_server(upgrade(&twice)).deflate, None, "{offer} twice");
            let mut vector = Vector::of(Role::Client, switching(&twice));
            vector.config.deflate = Some(DeflateSetting::default());
            assert_eq!(
                CORE.client(&vector, Delivery::Whole).outcome,
                Outcome::Fail,
                "{offer} twice"
            );
        }
    }
}

/// Also RUSTSEC-2020-0008, 2021-0020, -0078 and -0079: no combination of lengths and codings makes
/// a body part of what follows, or what follows part of a body.
#[test]
fn cve_2026_69243_smuggling_around_the_upgrade() {
    let lengths =
        ["0", "5", "05", "+5", "-5", "5, 5", "5, 6", "", "x", "0x5", "18446744073709551616"];
    let codings = [
        "chunked",
        "Chunked",
        "gzip",
        "gzip, chunked",
        "chunked, gzip",
        "chunked, chunked",
        "identity",
        "xchunked",
        "\"chunked\"",
        "",
        "chunked;q=1",
        "\u{b}chunked",
    ];
    let mut framings: Vec<String> = Vec::new();
    for length in lengths {
        framings.push(format!("Content-Length: {length}\r\n"));
        for second in lengths {
            framings.push(format!("Content-Length: {length}\r\nContent-Length: {second}\r\n"));
        }
        for coding in codings {
            framings.push(format!("Content-Length: {length}\r\nTransfer-Encoding: {coding}\r\n"));
            framings.push(format!("Transfer-Encoding: {coding}\r\nContent-Length: {length}\r\n"));
        }
    }
    framings.extend(codings.map(|coding| format!("Transfer-Encoding: {coding}\r\n")));
    for space in [
        "Transfer-Encoding : chunked\r\n",
        "Content-Length : 5\r\n",
        "X: y\r\n Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding:\r\n chunked\r\n",
        "Content-Length: 5\n",
        "\u{0}Content-Length: 5\r\n",
    ] {
        framings.push(space.to_owned());
    }
    let tail = String::from_utf8(good()).unwrap();
    for framing in &framings {
        let zeros = framing.lines().all(|line| line == "Content-Length: 0");
        for (method, key) in [("GET", true), ("GET", false), ("POST", true), ("HEAD", true)] {
            let head = if key { upgrade(framing) } else { sample::without_key(framing) };
            let head = String::from_utf8(head).unwrap().replacen("GET", method, 1);
            for body in ["hello", "5\r\nhello\r\n0\r\n\r\n", ""] {
                let input = format!("{head}{body}{tail}");
                let vector = Vector::of(Role::Server, input.clone().into_bytes());
                let seen = KEEPING.server(&vector, Delivery::Whole);
                let case = format!("{method} {framing:?} {body:?}: {seen:?}");
                match seen.outcome {
                    // No framing, or none that means a body: what follows is frames.
                    Outcome::Accept => {
                        assert!(zeros && key && method == "GET", "{case}");
                        assert_eq!(seen.leftover, format!("{body}{tail}").as_bytes(), "{case}");
                    }
                    Outcome::Reject if zeros && !seen.closed => {
                        assert_eq!(seen.leftover, format!("{body}{tail}").as_bytes(), "{case}");
                    }
                    // Nobody has read the body: the only safe thing is to close.
                    Outcome::Reject => assert!(seen.closed, "{case}"),
                    _ => panic!("{case}"),
                }
            }
        }
    }
}

#[test]
fn cve_2026_54277_limits_at_every_split() {
    let cases = [
        (LimitSetting { request_line: Some(64), ..LimitSetting::default() }, 414, {
            String::from_utf8(good()).unwrap().replacen('/', &format!("/{}", "a".repeat(64)), 1)
        }),
        (LimitSetting { field: Some(64), ..LimitSetting::default() }, 431, {
            String::from_utf8(upgrade(&format!("X: {}\r\n", "a".repeat(62)))).unwrap()
        }),
        (LimitSetting { head: Some(148), ..LimitSetting::default() }, 431, {
            String::from_utf8(good()).unwrap()
        }),
        (LimitSetting { fields: Some(4), ..LimitSetting::default() }, 431, {
            String::from_utf8(good()).unwrap()
        }),
    ];
    for (limits, expected, input) in cases {
        let mut vector = Vector::of(Role::Server, input.clone().into_bytes());
        vector.config.limits = limits;
        let splits = Delivery::every_split(input.len());
        for delivery in splits.chain([Delivery::Whole, Delivery::Bytewise]) {
            let seen = CORE.server(&vector, delivery);
            assert_eq!(seen.answered(), Some(expected), "{limits:?} {delivery}");
        }
        vector.config.limits = LimitSetting::default();
        assert_eq!(CORE.server(&vector, Delivery::Whole).answered(), Some(101), "{limits:?}");
    }
}

/// The same for answers, and for the body of a refusal.
#[test]
fn cve_2026_54277_limits_of_answers_at_every_split() {
    let refusal = |body: &str| {
        format!("HTTP/1.1 401 x\r\nTransfer-Encoding: chunked\r\n\r\n{body}").into_bytes()
    };
    let text = |more: &str| String::from_utf8(switching(more)).unwrap();
    let long = text("").replacen("Switching Protocols", &"a".repeat(64), 1);
    let cases = [
        (
            LimitSetting { request_line: Some(64), ..LimitSetting::default() },
            "status-line-too-long",
            long.into_bytes(),
        ),
        (
            LimitSetting { field: Some(64), ..LimitSetting::default() },
            "field-too-long",
            switching(&format!("X: {}\r\n", "a".repeat(62))),
        ),
        (
            LimitSetting { head: Some(128), ..LimitSetting::default() },
            "head-too-large",
            switching(""),
        ),
        (
            LimitSetting { fields: Some(2), ..LimitSetting::default() },
            "too-many-fields",
            switching(""),
        ),
    ];
    for (limits, expected, input) in cases {
        let mut vector = Vector::of(Role::Client, input.clone());
        vector.config.limits = limits;
        let splits = Delivery::every_split(input.len());
        for delivery in splits.chain([Delivery::Whole, Delivery::Bytewise]) {
            let seen = CORE.client(&vector, delivery);
            assert_eq!(seen.error.as_deref(), Some(expected), "{limits:?} {delivery}");
        }
        vector.config.limits = LimitSetting::default();
        assert_eq!(CORE.client(&vector, Delivery::Whole).outcome, Outcome::Open, "{limits:?}");
    }
    // Two chunks: the octet too many comes with the second one.
    for (body, expected) in
        [("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", true), ("3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", false)]
    {
        let input = refusal(body);
        let mut vector = Vector::of(Role::Client, input.clone());
        vector.config.limits = LimitSetting { body: Some(5), ..LimitSetting::default() };
        let splits = Delivery::every_split(input.len());
        for delivery in splits.chain([Delivery::Whole, Delivery::Bytewise]) {
            let seen = CORE.client(&vector, delivery);
            assert_eq!(seen.status, Some(401), "{delivery}");
            assert_eq!(seen.body_complete, Some(expected), "{body} {delivery}");
            assert_eq!(seen.body.as_deref().map(<[u8]>::len), Some(5), "{body} {delivery}");
        }
    }
}

#[test]
fn cve_2026_65624_duplicates_count() {
    let many = "X: 1\r\n".repeat(100_000);
    assert_eq!(server(upgrade(&many)).answered(), Some(431));
    let seen = client(switching(&many));
    assert_eq!(seen.error.as_deref(), Some("too-many-fields"));
    for name in ["Connection", "Upgrade", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"] {
        let many = format!("{name}: x\r\n").repeat(100_000);
        assert_eq!(server(upgrade(&many)).answered(), Some(431), "{name}");
    }
}

/// websocket-driver read what drafts had in place of version 13, and read it wrongly. There are no drafts here: whatever
/// they began with opens nothing, in either role.
#[test]
fn cve_2026_54466_no_drafts() {
    let draft_75 = "GET /demo HTTP/1.1\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nHost: h\r\n\
        Origin: http://h\r\nWebSocket-Protocol: sample\r\n\r\n";
    let draft_76 = "GET /demo HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\nSec-WebSocket-Protocol: sample\r\nUpgrade: WebSocket\r\n\
        Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\nOrigin: http://h\r\n\r\n^n:ds[4U";
    for draft in [draft_75, draft_76] {
        let seen = server(draft);
        assert!(matches!(seen.answered(), Some(400 | 426)), "{seen:?}");
        assert!(seen.closed, "what is behind it is no request");
    }
    for version in (0..=255).filter(|version| *version != 13) {
        let good = String::from_utf8(good()).unwrap();
        let other = good.replace("Version: 13", &format!("Version: {version}"));
        assert_eq!(server(other).answered(), Some(426), "{version}");
    }
    for answer in [
        "HTTP/1.1 101 Web Socket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\
            WebSocket-Origin: http://h\r\nWebSocket-Location: ws://h/\r\n\r\n",
        "HTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Origin: http://h\r\nSec-WebSocket-Location: ws://h/\r\n\r\n8jKS'y:G*Co,Wxa-",
    ] {
        assert_eq!(client(answer).error.as_deref(), Some("missing-accept"));
    }
}

/// Feeds a refusal's body until the client gives up; the number of octets it took.
fn feed_body(head: &str, unit: &[u8], most: usize) -> usize {
    let mut client = ClientHandshake::new(&ClientConfig::new(), "ws.example", "/").unwrap();
    client.recv_buf().extend_from_slice(head.as_bytes());
    let mut fed = 0;
    while fed < most {
        client = match client.poll() {
            Polled::Pending(client) => client,
            Polled::Ready(_) => panic!("a refusal opened"),
            Polled::Failed(error) => {
                assert_eq!(error.status().map(|s| s.as_u16()), Some(401), "{error}");
                return fed;
            }
        };
        client.recv_buf().extend_from_slice(unit);
        fed += unit.len();
        assert!(client.recv_buf().len() < 200_000, "{} octets held", client.recv_buf().len());
    }
    fed
}

#[test]
fn cve_2026_7790_chunked_bodies_have_caps() {
    let head = "HTTP/1.1 401 x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let most = 4 << 20;
    let cases: [(&str, &str, &[u8]); 6] = [
        ("zeros in a chunk size", "", b"0000000000000000"),
        ("a chunk extension", "1;x=", b"yyyyyyyyyyyyyyyy"),
        ("chunks with extensions", "", b"1;xxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\ny\r\n"),
        ("a trailer field", "0\r\nX: ", b"yyyyyyyyyyyyyyyy"),
        ("many trailer fields", "0\r\n", b"X: y\r\nX: y\r\n"),
        ("data", "ffffff\r\n", b"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"),
    ];
    for (what, start, unit) in cases {
        let fed = feed_body(&format!("{head}{start}"), unit, most);
        assert!(fed < 300_000, "{what}: {fed} octets read");
    }
    let unframed = feed_body("HTTP/1.1 401 x\r\n\r\n", &[b'y'; 64], most);
    assert!(unframed < 300_000, "unframed: {unframed} octets read");
    let interim = {
        let mut client = ClientHandshake::new(&ClientConfig::new(), "ws.example", "/").unwrap();
        let mut fed = 0;
        while let (true, Polled::Pending(mut waits)) = (fed < most, client.poll()) {
            waits.recv_buf().extend_from_slice(b"HTTP/1.1 103 x\r\n\r\n");
            fed += 18;
            client = waits;
        }
        fed
    };
    assert!(interim < 300_000, "interim answers: {interim} octets read");
}

/// The size of a chunk was read anew with each digit. Here digits, extensions and trailers are read once, and so is what
/// else may come before the end of a refusal.
#[test]
fn cve_2026_7790_refusals_are_read_once() {
    let config = ClientConfig::new().limits(Limits::new().max_body_len(1 << 24));
    let chunked = "HTTP/1.1 401 x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let n = 12_000;
    for (what, start, unit) in [
        ("chunks of one octet", chunked, "1\r\na\r\n"),
        ("a long chunk", "HTTP/1.1 401 x\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n", "a"),
        ("a length", "HTTP/1.1 401 x\r\nContent-Length: 9999999\r\n\r\n", "a"),
        ("no length", "HTTP/1.1 401 x\r\n\r\n", "a"),
    ] {
        let input = format!("{start}{}", unit.repeat(2 * n));
        assert_linear(what, |times| {
            time(|| feed_client_bytewise(&config, &input.as_bytes()[..times * n]))
        });
    }
    // As long as one of these may be.
    let config = ClientConfig::new();
    for (what, start, unit) in [("an extension", "1;", "x"), ("trailers", "0\r\n", "X: y\r\n")] {
        let input = format!("{chunked}{start}{}", unit.repeat(8_000));
        assert_linear(what, |times| {
            time(|| feed_client_bytewise(&config, &input.as_bytes()[..times * 3_000]))
        });
    }
    let input = "HTTP/1.1 103 x\r\n\r\n".repeat(3_000);
    assert_linear("interim answers", |times| {
        time(|| feed_client_bytewise(&config, &input.as_bytes()[..times * 24_000]))
    });
}

#[test]
fn cve_2024_23326_only_101_opens() {
    for code in 100..=999_u16 {
        let answer = String::from_utf8(switching("Content-Length: 0\r\n")).unwrap();
        let answer = answer.replacen("101 Switching Protocols", &format!("{code} x"), 1);
        let seen = client(answer.into_bytes());
        let expected = match code {
            101 => Outcome::Open,
            100..=199 => Outcome::NeedMore,
            _ => Outcome::Fail,
        };
        assert_eq!(seen.outcome, expected, "{code}");
        if expected == Outcome::Fail {
            assert_eq!(seen.error.as_deref(), Some("status-not-101"), "{code}");
            assert_eq!(seen.status, Some(code));
        }
    }
}

#[test]
fn rustsec_2026_0181_chunk_lengths_at_the_edge() {
    let edges =
        [u64::MAX, u64::MAX - 1, u64::MAX / 2, u64::MAX / 2 + 1, 1 << 32, (1 << 32) - 1, 1 << 31];
    for eof in [false, true] {
        for edge in edges {
            for size in [
                format!("{edge:x}"),
                format!("{edge:X}"),
                format!("{edge:x}0"),
                format!("0{edge:x}"),
            ] {
                let answer = format!(
                    "HTTP/1.1 401 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n{size}\r\nabc"
                );
                let mut vector = Vector::of(Role::Client, answer.into_bytes());
                vector.config.eof = eof;
                for delivery in [Delivery::Whole, Delivery::Bytewise] {
                    let seen = CORE.client(&vector, delivery);
                    assert_eq!(seen.status, Some(401), "{size} {delivery} {seen:?}");
                    assert!(!eof || seen.outcome == Outcome::Fail, "{size} {delivery} {seen:?}");
                }
                let answer = format!("HTTP/1.1 401 x\r\nContent-Length: {edge}\r\n\r\nabc");
                let mut vector = Vector::of(Role::Client, answer.into_bytes());
                vector.config.eof = eof;
                assert_eq!(CORE.client(&vector, Delivery::Whole).status, Some(401));
            }
        }
    }
}

/// A hook that re-enters the library, and one that drops everything it can reach.
#[test]
fn cve_2025_11677_hooks_that_reach_back() {
    let config = ServerConfig::new().decorate(|request, response| {
        let inner = server(good());
        assert_eq!(inner.answered(), Some(101));
        if let Some(request) = request {
            assert!(ws_core::is_upgrade(request));
            assert!(ws_core::respond(request, &ServerConfig::new()).is_ok());
        }
        *response.headers_mut() = std::mem::take(response.headers_mut());
    });
    let server = ServerHandshake::with_buffered(&config, good().as_slice());
    drop(config);
    assert!(request(server).accept().is_ok());
}

/// Also QtWebSockets' CVE-2018-21035: a default without limits is no default.
#[test]
fn cve_2018_21035_defaults_are_limits() {
    let limits = Limits::default();
    let audit = (
        limits.max_request_line_len,
        limits.max_field_len,
        limits.max_head_len,
        limits.max_fields,
        limits.max_body_len,
    );
    assert_eq!(audit, (8192, 8192, 16_384, 100, 65_536));
    let ten = Some(Duration::from_secs(10));
    assert_eq!(ServerConfig::new().handshake_timeout(), ten);
    assert_eq!(ServerConfig::default().handshake_timeout(), ten);
    assert_eq!(ClientConfig::new().handshake_timeout(), ten);
    assert!(!ServerConfig::new().keeps_request());
}
