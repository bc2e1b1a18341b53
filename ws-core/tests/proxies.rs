//! Conversations with proxies, from `proxies/`: what is sent to the octet, and what comes of the answers,
//! wherever they are cut and wherever they end.
//!
//! A vector is a few lines `key: value` between empty lines. `\r`, `\n`, `\t`, `\0`, `\\` and `\xHH` stand
//! for octets, and `{text*3}` for a text three times.
//!
//! | key | |
//! |---|---|
//! | `name` | what it is about |
//! | `proxy` | the URL |
//! | `user`, `password`, `field` | what the proxy is told besides; a field is a name, a space and a value |
//! | `host`, `port` | the server; `ws.example` and 443 where they are left out |
//! | `send`, `answer` | in turn |
//! | `end` | `yes` where the proxy ends the stream behind its answers |
//! | `outcome` | `connected`, or the name of an error |
//! | `leftover` | what is behind the answers, and belongs to the server |
//! | `text` | what the error says |
//! | `body`, `complete` | of a refusal, and `no` where there is more of it |

#![cfg(test)]

use std::fmt::Write as _;

use bytes::Buf as _;
use ws_core::{Proxy, ProxyError, ProxyHandshake, ProxyStep};

const FILES: &[(&str, &str)] = &[
    ("http", include_str!("proxies/http.txt")),
    ("socks4", include_str!("proxies/socks4.txt")),
    ("socks5", include_str!("proxies/socks5.txt")),
];

#[derive(Debug, Default)]
struct Vector {
    name: String,
    proxy: String,
    user: Option<String>,
    password: String,
    fields: Vec<(String, Vec<u8>)>,
    host: String,
    port: u16,
    sends: Vec<Vec<u8>>,
    answers: Vec<Vec<u8>>,
    end: bool,
    outcome: String,
    leftover: Vec<u8>,
    text: Option<String>,
    body: Option<Vec<u8>>,
    complete: bool,
}

impl Vector {
    fn parse(lines: &str) -> Self {
        let mut vector =
            Self { host: "ws.example".into(), port: 443, complete: true, ..Self::default() };
        for line in lines.lines().filter(|line| !line.starts_with('#')) {
            let (key, value) = line.split_once(": ").unwrap_or((line.trim_end_matches(':'), ""));
            let octets = || unescape(value);
            let text = || String::from_utf8(unescape(value)).unwrap();
            match key {
                "name" => vector.name = value.into(),
                "proxy" => vector.proxy = value.into(),
                "user" => vector.user = Some(text()),
                "password" => vector.password = text(),
                "field" => {
                    let octets = octets();
                    let mut parts = octets.splitn(2, |&byte| byte == b' ').map(<[u8]>::to_vec);
                    let name = String::from_utf8(parts.next().unwrap()).unwrap();
                    vector.fields.push((name, parts.next().unwrap_or_default()));
                }
                "host" => vector.host = text(),
                "port" => vector.port = value.parse().unwrap(),
                "send" => vector.sends.push(octets()),
                "answer" => vector.answers.push(octets()),
                "end" => vector.end = value == "yes",
                "outcome" => vector.outcome = value.into(),
                "leftover" => vector.leftover = octets(),
                "text" => vector.text = Some(value.into()),
                "body" => vector.body = Some(octets()),
                "complete" => vector.complete = value == "yes",
                other => panic!("{}: {other}", vector.name),
            }
        }
        vector
    }

    fn start(&self) -> Result<ProxyHandshake, ProxyError> {
        let mut proxy = Proxy::parse(&self.proxy).unwrap();
        if let Some(user) = &self.user {
            proxy = proxy.user_info(user, &self.password);
        }
        for (name, value) in &self.fields {
            proxy = proxy.header(name, value);
        }
        assert!(!format!("{proxy:?} {proxy}").contains("secret"), "{}", self.name);
        ProxyHandshake::new(&proxy, &self.host, self.port)
    }

    fn received(&self) -> Vec<u8> {
        [self.answers.concat(), self.leftover.clone()].concat()
    }

    /// What is expected when everything has come.
    fn expected(&self) -> Outcome {
        Outcome {
            name: self.outcome.clone(),
            body: self.body.clone(),
            complete: self.complete,
            leftover: self.leftover.clone(),
            sent: self.sends.concat(),
        }
    }
}

/// What came of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Outcome {
    name: String,
    body: Option<Vec<u8>>,
    complete: bool,
    leftover: Vec<u8>,
    sent: Vec<u8>,
}

fn unescape(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => octets.push(match chars.next().unwrap() {
                'r' => b'\r',
                'n' => b'\n',
                't' => b'\t',
                '0' => 0,
                '\\' => b'\\',
                'x' => {
                    let hex: String = chars.by_ref().take(2).collect();
                    u8::from_str_radix(&hex, 16).unwrap()
                }
                other => panic!("{text}: {other}"),
            }),
            '{' => {
                let inner: String = chars.by_ref().take_while(|&c| c != '}').collect();
                let (part, times) = inner.rsplit_once('*').unwrap();
                octets.extend(unescape(part).repeat(times.parse().unwrap()));
            }
            c => octets.extend(c.to_string().bytes()),
        }
    }
    octets
}

fn vectors() -> Vec<Vector> {
    let files = FILES.iter().flat_map(|(_, text)| text.split("\n\n"));
    files.filter(|lines| lines.contains("name: ")).map(Vector::parse).collect()
}

/// Takes what is to be sent.
fn drain(handshake: &mut ProxyHandshake, sent: &mut Vec<u8>) {
    let queue = handshake.send_queue();
    while queue.has_remaining() {
        let n = queue.chunk().len();
        sent.extend_from_slice(queue.chunk());
        queue.advance(n);
    }
}

/// Hands over pieces until there is an outcome; then the rest is what a driver had read, too.
fn run<'a>(
    vector: &Vector,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    end: bool,
) -> (Outcome, Option<ProxyError>) {
    let mut handshake = vector.start().unwrap();
    let mut sent = Vec::new();
    let mut decided = None;
    drain(&mut handshake, &mut sent);
    for piece in pieces {
        handshake.recv_buf().extend_from_slice(piece);
        if decided.is_none() {
            decided = poll(&mut handshake, &mut sent);
        }
    }
    if decided.is_none() && end {
        handshake.handle_eof();
        decided = poll(&mut handshake, &mut sent);
        assert!(decided.is_some(), "{}: it goes on behind the end", vector.name);
    }
    let mut outcome = Outcome { sent, complete: true, ..Outcome::default() };
    match decided {
        None => outcome.name = "waiting".into(),
        Some(Ok(())) => {
            outcome.name = "connected".into();
            assert!(handshake.poll().unwrap() && handshake.step().is_none());
            outcome.leftover = handshake.into_leftover().filled().to_vec();
        }
        Some(Err(error)) => {
            outcome.name = error.name().into();
            outcome.body = error.refusal().map(|refusal| refusal.body().to_vec());
            if let ProxyError::Refused { body_complete, .. } = error {
                outcome.complete = body_complete;
            }
            assert_eq!(handshake.poll().unwrap_err().name(), "proxy-done");
            outcome.leftover.clone_from(&vector.leftover);
            return (outcome, Some(error));
        }
    }
    (outcome, None)
}

fn poll(handshake: &mut ProxyHandshake, sent: &mut Vec<u8>) -> Option<Result<(), ProxyError>> {
    let polled = handshake.poll();
    assert!(!format!("{handshake:?}").contains("secret"));
    drain(handshake, sent);
    match polled {
        Ok(false) => None,
        Ok(true) => Some(Ok(())),
        Err(error) => Some(Err(error)),
    }
}

#[test]
fn every_vector_whole_and_step_by_step() {
    let mut seen = 0;
    for vector in vectors() {
        if vector.sends.is_empty() {
            let error = vector.start().unwrap_err();
            assert_eq!(error.name(), vector.outcome, "{}", vector.name);
            assert_eq!(Some(error.to_string()), vector.text, "{}", vector.name);
            continue;
        }
        let received = vector.received();
        let (outcome, error) = run(&vector, [&received[..]], vector.end);
        assert_eq!(outcome, vector.expected(), "{}", vector.name);
        assert_eq!(error.as_ref().map(ToString::to_string), vector.text, "{}", vector.name);
        // Each answer is waited for before anything more is sent.
        let mut handshake = vector.start().unwrap();
        for (i, send) in vector.sends.iter().enumerate() {
            let mut sent = Vec::new();
            drain(&mut handshake, &mut sent);
            assert_eq!(sent.escape_ascii().to_string(), send.escape_ascii().to_string());
            if let Some(answer) = vector.answers.get(i) {
                handshake.recv_buf().extend_from_slice(answer);
                let polled = handshake.poll();
                assert!(i + 1 == vector.sends.len() || !polled.unwrap(), "{}", vector.name);
            }
        }
        seen += 1;
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn every_vector_octet_by_octet_and_at_every_cut() {
    for vector in vectors().iter().filter(|vector| !vector.sends.is_empty()) {
        let (received, expected) = (vector.received(), vector.expected());
        let (outcome, _) = run(vector, received.chunks(1), vector.end);
        assert_eq!(outcome, expected, "{}", vector.name);
        for at in places(received.len()) {
            let (front, back) = received.split_at(at);
            let (outcome, _) = run(vector, [front, back], vector.end);
            assert_eq!(outcome, expected, "{} at {at}", vector.name);
        }
    }
}

#[test]
fn every_vector_that_ends_too_early() {
    for vector in vectors().iter().filter(|vector| !vector.sends.is_empty()) {
        let (received, expected) = (vector.received(), vector.expected());
        for at in places(received.len()) {
            let front = &received[..at];
            let (waiting, _) = run(vector, [front], false);
            let (ended, error) = run(vector, [front], true);
            if waiting.name != "waiting" {
                // The answer was there.
                assert_eq!((&waiting.name, &ended.name), (&expected.name, &expected.name));
                continue;
            }
            match error {
                Some(ProxyError::Truncated(ProxyStep::Refusal)) | None => {
                    panic!("{} at {at}: {ended:?}", vector.name)
                }
                Some(ProxyError::Truncated(_)) => {}
                // A refusal is given out with what there is of its body.
                Some(error) => {
                    assert_eq!(error.name(), expected.name, "{} at {at}", vector.name);
                    let (body, whole) = (ended.body.unwrap(), expected.body.clone().unwrap());
                    assert!(whole.starts_with(&body), "{} at {at}", vector.name);
                }
            }
        }
    }
}

/// Every place of a short conversation, and some of a long one.
fn places(len: usize) -> impl Iterator<Item = usize> {
    let step = if len > 2000 { 997 } else { 1 };
    (0..len).step_by(step).chain(len.saturating_sub(30)..=len)
}

/// The answers of one vector say nothing about a hostile one; any octets do.
/// Envoy took any answer for one to an upgrade. A proxy opens a way with 2xx, and with nothing else (RFC 9110 9.3.6).
#[test]
fn cve_2024_23326_only_2xx_of_a_proxy_opens() {
    for code in 100..=999_u16 {
        let proxy = Proxy::parse("http://proxy.example").unwrap();
        let mut handshake = ProxyHandshake::new(&proxy, "ws.example", 443).unwrap();
        let mut sent = Vec::new();
        drain(&mut handshake, &mut sent);
        let answer = format!("HTTP/1.1 {code} x\r\nContent-Length: 0\r\n\r\n");
        handshake.recv_buf().extend_from_slice(answer.as_bytes());
        let polled = handshake.poll();
        match code {
            200..=299 => assert!(matches!(polled, Ok(true)), "{code}: {polled:?}"),
            // 101 is no interim answer: there is none behind it.
            100 | 102..=199 => assert!(matches!(polled, Ok(false)), "{code}: {polled:?}"),
            407 => assert_eq!(polled.unwrap_err().name(), "proxy-authentication-required"),
            _ => assert_eq!(polled.unwrap_err().name(), "proxy-refused", "{code}"),
        }
    }
}

#[test]
fn any_two_octets_are_an_outcome_or_waited_for() {
    for url in ["socks4://h", "socks4a://u@h", "socks5://h", "socks5://u:secret@h", "http://h"] {
        let proxy = Proxy::parse(url).unwrap();
        for octets in 0..=u16::MAX {
            let octets = octets.to_be_bytes();
            let mut handshake = ProxyHandshake::new(&proxy, "192.0.2.1", 80).unwrap();
            handshake.recv_buf().extend_from_slice(&octets);
            let whole = handshake.poll().map_err(|error| error.name());
            let mut handshake = ProxyHandshake::new(&proxy, "192.0.2.1", 80).unwrap();
            handshake.recv_buf().extend_from_slice(&octets[..1]);
            let mut cut = handshake.poll().map_err(|error| error.name());
            if cut == Ok(false) {
                handshake.recv_buf().extend_from_slice(&octets[1..]);
                cut = handshake.poll().map_err(|error| error.name());
            }
            assert_eq!(whole, cut, "{url} {octets:?}");
            if whole == Ok(false) {
                handshake.handle_eof();
                assert_eq!(handshake.poll().unwrap_err().name(), "proxy-truncated");
            }
        }
    }
}

/// A peer that is no proxy may send back what it was sent.
#[test]
fn what_is_echoed_is_not_shown() {
    for scheme in ["http", "https", "socks4", "socks4a", "socks5", "socks5h"] {
        let proxy = Proxy::parse(&format!("{scheme}://secret:secret2@h")).unwrap();
        let mut handshake = ProxyHandshake::new(&proxy, "192.0.2.1", 80).unwrap();
        let queued = format!("{:?}", handshake.send_queue());
        let mut shown = queued;
        for _ in 0..4 {
            let mut sent = Vec::new();
            drain(&mut handshake, &mut sent);
            handshake.recv_buf().extend_from_slice(&sent);
            match handshake.poll() {
                Ok(false) => {}
                Ok(true) => panic!("{scheme}: an echo is no proxy"),
                Err(error) => write!(shown, "{error} {error:?} ").unwrap(),
            }
            write!(shown, "{handshake:?} ").unwrap();
        }
        assert!(shown.contains("Malformed"), "{shown}");
        for secret in ["secret", "c2VjcmV0"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        // As numbers, which is how octets are shown.
        assert!(!shown.contains("115, 101, 99, 114"), "{shown}");
    }
}

/// However much comes, no more is kept than the limits say, and what was read in one go.
#[test]
fn what_is_kept_is_bounded() {
    const READ_LEN: usize = 4096;
    let starts: &[(&str, &str, &str)] = &[
        ("HTTP/1.1 200 ", "a", "proxy-answer-too-large"),
        ("HTTP/1.1 200 OK\r\nA: ", "a", "proxy-answer-too-large"),
        ("HTTP/1.1 200 OK\r\n", "A: aaaaaaaaaaaaaaaaaaaaaaaaa\r\n", "proxy-answer-too-large"),
        ("HTTP/1.1 200 OK\r\n", "A:\r\n", "proxy-answer-too-large"),
        ("", "HTTP/1.1 100 Continue\r\n\r\n", "proxy-answer-too-large"),
        (
            "",
            "HTTP/1.1 102 Processing\r\nA: aaaaaaaaaaaaaaaaaaaa\r\n\r\n",
            "proxy-answer-too-large",
        ),
        ("HTTP/1.1 403 No\r\n\r\n", "a", "proxy-refused"),
        ("HTTP/1.1 403 No\r\nContent-Length: 9999999999\r\n\r\n", "a", "proxy-refused"),
        ("HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n", "proxy-refused"),
        ("HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n1;", "a", "proxy-refused"),
        ("HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n", "0", "proxy-refused"),
    ];
    let proxy = Proxy::parse("http://h").unwrap();
    for (start, more, name) in starts {
        let mut handshake = ProxyHandshake::new(&proxy, "h", 80).unwrap();
        handshake.recv_buf().extend_from_slice(start.as_bytes());
        let piece = more.repeat(READ_LEN / more.len());
        let mut came = 0;
        let error = loop {
            assert!(came < 1 << 20, "{start}: it goes on");
            match handshake.poll() {
                Ok(connected) => assert!(!connected),
                Err(error) => break error,
            }
            assert!(handshake.recv_buf().capacity() < 64 * 1024, "{start}");
            handshake.recv_buf().extend_from_slice(piece.as_bytes());
            came += piece.len();
        };
        assert_eq!(error.name(), *name, "{start}");
        let kept = error.refusal().map_or(0, |refusal| refusal.body().len());
        assert!(kept <= 64 * 1024);
    }
}

#[test]
fn a_refusal_is_given_out_whole() {
    let proxy = Proxy::parse("http://h").unwrap();
    let mut handshake = ProxyHandshake::new(&proxy, "h", 80).unwrap();
    assert_eq!(handshake.step(), Some(ProxyStep::Connection));
    handshake.recv_buf().extend_from_slice(
        b"HTTP/1.0 407 No\r\nProxy-Authenticate: Basic realm=\"a\"\r\nproxy-authenticate: Digest\r\n\r\nwhy",
    );
    assert!(!handshake.poll().unwrap());
    assert_eq!(handshake.step(), Some(ProxyStep::Refusal));
    handshake.handle_eof();
    let error = handshake.poll().unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!((refusal.status().as_u16(), refusal.version()), (407, http::Version::HTTP_10));
    let challenges: Vec<_> = refusal.headers().get_all("proxy-authenticate").iter().collect();
    assert_eq!(challenges, ["Basic realm=\"a\"", "Digest"]);
    assert_eq!(&refusal.body()[..], b"why");
    assert!(matches!(error, ProxyError::Refused { body_complete: true, .. }));
}

#[test]
fn a_name_without_a_case_is_sent_in_the_usual_one() {
    let proxy = Proxy::parse("h").unwrap().header(http::header::PROXY_AUTHORIZATION, "Bearer x");
    let mut handshake = ProxyHandshake::new(&proxy, "h", 1).unwrap();
    let mut sent = Vec::new();
    drain(&mut handshake, &mut sent);
    let request = b"CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\nProxy-Authorization: Bearer x\r\n\r\n";
    assert_eq!(sent.escape_ascii().to_string(), request.escape_ascii().to_string());
}
