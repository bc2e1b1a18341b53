//! The scenarios of `ws-conform/vectors/scenarios.md` that have a clock, over every adapter.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::{
    io::{ErrorKind, Read as _, Write as _},
    thread,
    time::{Duration, Instant},
};

use conformance::{
    adapter::{Adapter, Call, Stop},
    fill::fill,
    pipe::{Peer, Pipe, Script},
    sample::{bad, good, switching},
    scene::{each, finish, run, statuses},
    wire::{self, Answers},
};
use http::StatusCode;
use ws_core::{ClientConfig, HandshakeError, ServerConfig};
use ws_driver::Error;

const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// Not before the time a scenario gives, but for the slack it allows. How long after depends on what
/// else the machine does: two seconds tell a deadline that is kept from one that is not, since
/// without it each of these calls takes longer by far.
fn assert_about(what: &str, expected: Duration, found: Duration) {
    let slack = (expected / 5).max(ms(30));
    assert!(found + slack >= expected, "{what}: {found:?} instead of {expected:?}");
    assert!(found <= expected + ms(2000), "{what}: {found:?} instead of {expected:?}");
}

fn wait_until(adapter: &dyn Adapter, at: Instant) {
    adapter.sleep(at.saturating_duration_since(Instant::now()));
}

#[test]
fn s_01_the_deadline_ends_with_the_call_of_a_server() {
    let config = ServerConfig::new().keep_alive(true).timeout(Some(ms(200)));
    for call in [Call::Accept(config.clone()), Call::Steps(config)] {
        each(&call, |adapter| {
            let start = Instant::now();
            let (end, peer) = run(adapter, Script::new().input([bad()]), call.clone());
            assert!(["missing-key", "refused"].contains(&end.name()), "{}", end.name());
            assert_eq!(statuses(&peer), [400]);
            let ops = peer.ops();
            wait_until(adapter, start + ms(400));
            assert_eq!(peer.ops(), ops, "{}", adapter.name());
            assert!(!peer.is_shut(), "{}", adapter.name());
            // One adapter has let go of the stream: then there is nothing to look at.
            let Some(mut io) = end.pipe else { return };
            assert!(!peer.is_dropped(), "{}", adapter.name());
            peer.send("GET /health HTTP/1.1\r\n\r\n");
            let mut buf = [0; 64];
            let len = io.read(&mut buf).unwrap();
            assert_eq!(&buf[..len], b"GET /health HTTP/1.1\r\n\r\n", "{}", adapter.name());
            io.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            assert_eq!(statuses(&peer), [400, 200]);
            // No timeout of the handshake is left on the stream either.
            assert_eq!(
                io.read(&mut buf).unwrap_err().kind(),
                ErrorKind::Other,
                "{}",
                adapter.name()
            );
        });
    }
}

/// Answers the first request with 401 and the second with 101.
fn declining_once(request: &[u8], answered: &mut usize) -> Vec<Vec<u8>> {
    let requests: Vec<_> = request.split_inclusive(|octet| *octet == b'\n').collect();
    let whole = requests.iter().filter(|line| **line == b"\r\n").count();
    if whole == *answered {
        return Vec::new();
    }
    *answered = whole;
    if whole == 1 {
        return vec![b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".to_vec()];
    }
    let second = &request[wire::parse_head(request).unwrap().1..];
    vec![fill(&switching(""), &wire::latin1(wire::key_of(second).unwrap()))]
}

#[test]
fn s_02_the_deadline_ends_with_the_call_of_a_client() {
    let call = Call::Handshake(ClientConfig::new().timeout(Some(ms(200))));
    each(&call, |adapter| {
        let start = Instant::now();
        let mut answered = 0;
        let script = Script::new().respond(move |request| declining_once(request, &mut answered));
        let (end, peer) = run(adapter, script, call.clone());
        let Err(Stop::Error(Error::Handshake(HandshakeError::Declined(declined)))) = &end.result
        else {
            panic!("{end:?}");
        };
        assert_eq!(declined.response().status(), StatusCode::UNAUTHORIZED);
        let Some(io) = end.pipe else { return };
        wait_until(adapter, start + ms(400));
        assert!(!peer.is_shut() && !peer.is_dropped(), "{}", adapter.name());
        let end = finish(adapter, io, &peer, call.clone());
        assert_eq!(end.name(), "open", "{}", adapter.name());
    });
}

#[test]
fn s_09_a_refusal_without_framing_on_a_connection_that_stays_open() {
    let answers: [(&[u8], &[u8]); 3] = [
        (b"HTTP/1.1 401 Unauthorized\r\n\r\n", b""),
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 60\r\n\r\nabcdef", b"abcdef"),
        (b"HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", b"abc"),
    ];
    // The deadline, or the time for the body, whichever comes first.
    let config = |timeout, body_timeout| {
        ClientConfig::new().timeout(Some(ms(timeout))).body_timeout(ms(body_timeout))
    };
    for (config, expected) in
        [(config(300, 10_000), ms(300)), (config(10_000, 100), ms(100)), (config(10_000, 0), ms(0))]
    {
        let call = Call::Handshake(config);
        each(&call, |adapter| {
            for (answer, body) in answers {
                let start = Instant::now();
                let script = Script::new().answer(move |_| vec![answer.to_vec()]);
                let (end, _) = run(adapter, script, call.clone());
                assert_about(adapter.name(), expected, start.elapsed());
                let Err(Stop::Error(Error::Handshake(HandshakeError::Declined(declined)))) =
                    &end.result
                else {
                    panic!("{}: {end:?}", adapter.name());
                };
                assert_eq!(declined.response().status(), StatusCode::UNAUTHORIZED);
                assert_eq!(declined.response().body(), body, "{}", adapter.name());
                assert!(!declined.body_complete(), "{}", adapter.name());
            }
        });
    }
}

/// Sends one portion every 50 ms from another thread, until the pipe is let go of.
fn drip(peer: &Peer, portions: Vec<Vec<u8>>) {
    let peer = peer.clone();
    thread::spawn(move || {
        for portion in portions {
            if peer.is_dropped() || peer.is_shut() {
                return;
            }
            peer.send(portion);
            thread::sleep(ms(50));
        }
    });
}

#[test]
fn s_10_a_slow_drip_does_not_extend_the_deadline_of_a_server() {
    let config = ServerConfig::new().timeout(Some(ms(300)));
    for call in [
        Call::Accept(config.clone()),
        Call::Steps(config.clone()),
        Call::AcceptBuffered(b"GET".to_vec(), config),
    ] {
        each(&call, |adapter| {
            let (io, peer) = Pipe::new(adapter.script(Script::new()));
            let rest = if matches!(call, Call::AcceptBuffered(..)) { 3 } else { 0 };
            drip(&peer, good()[rest..].chunks(1).map(<[u8]>::to_vec).collect());
            let start = Instant::now();
            let end = finish(adapter, io, &peer, call.clone());
            assert_about(adapter.name(), ms(300), start.elapsed());
            assert_eq!(end.name(), "timeout", "{}", adapter.name());
            assert_eq!(statuses(&peer), [408], "{}", adapter.name());
            assert!(peer.is_shut(), "{}", adapter.name());
        });
    }
}

#[test]
fn s_10_a_slow_drip_does_not_extend_the_deadline_of_a_client() {
    let call = Call::Handshake(ClientConfig::new().timeout(Some(ms(300))));
    let drips: [Vec<Vec<u8>>; 2] = [
        switching("").chunks(1).map(<[u8]>::to_vec).collect(),
        vec![b"HTTP/1.1 103 x\r\n\r\n".to_vec(); 40],
    ];
    for portions in drips {
        each(&call, |adapter| {
            let (io, peer) = Pipe::new(adapter.script(Script::new()));
            drip(&peer, portions.clone());
            let start = Instant::now();
            let end = finish(adapter, io, &peer, call.clone());
            assert_about(adapter.name(), ms(300), start.elapsed());
            assert_eq!(end.name(), "timeout", "{}", adapter.name());
            let written = peer.written();
            assert_eq!(wire::parse_head(&written).unwrap().1, written.len(), "{}", adapter.name());
        });
    }
}

#[test]
fn s_11_nobody_speaks() {
    for (input, expected) in [("", None), ("\r\n", None), ("GET / HT", Some(408))] {
        let config = ServerConfig::new().timeout(Some(ms(200)));
        for call in [Call::Accept(config.clone()), Call::Steps(config)] {
            each(&call, |adapter| {
                let start = Instant::now();
                let script = Script::new().input([input]).stays_open();
                let (end, peer) = run(adapter, script, call.clone());
                assert_about(adapter.name(), ms(200), start.elapsed());
                assert_eq!(end.name(), "timeout", "{}", adapter.name());
                let said = Answers::parse(&peer.written()).unwrap().last;
                assert_eq!(
                    said.as_ref().map(|answer| answer.status),
                    expected,
                    "{}",
                    adapter.name()
                );
                assert!(said.is_none_or(|a| a.head.has_member("Connection", "close")));
                assert!(peer.is_shut() || peer.is_dropped(), "{}: still open", adapter.name());
            });
        }
    }
}

/// A peer that does not read, either.
#[test]
fn s_11_nobody_listens() {
    let config = ServerConfig::new().timeout(Some(ms(200)));
    for (input, expected) in [(good(), "timeout"), (bad(), "missing-key")] {
        let call = Call::Accept(config.clone());
        each(&call, |adapter| {
            let start = Instant::now();
            let script = Script::new().input([&input]).capacity(20);
            let (end, _) = run(adapter, script, call.clone());
            assert_about(adapter.name(), ms(200), start.elapsed());
            assert_eq!(end.name(), expected, "{}: {end:?}", adapter.name());
            if expected == "missing-key" {
                assert!(matches!(end.result, Err(Stop::Error(Error::Unsent(_)))), "{end:?}");
            }
        });
    }
    let call = Call::Handshake(ClientConfig::new().timeout(Some(ms(200))));
    each(&call, |adapter| {
        let start = Instant::now();
        let (end, _) = run(adapter, Script::new().capacity(20), call.clone());
        assert_about(adapter.name(), ms(200), start.elapsed());
        assert_eq!(end.name(), "timeout", "{}: {end:?}", adapter.name());
    });
}

/// A deadline borrows the stream's timeouts, and gives them back.
#[cfg(feature = "blocking")]
#[test]
fn timeouts_are_given_back() {
    use conformance::adapter::Blocking;
    use ws_blocking::{Timeouts, Transport};

    let own = Timeouts { read: Some(ms(7000)), write: Some(ms(9000)) };
    let timeout = Some(ms(100));
    let server = ServerConfig::new().timeout(timeout);
    let client = ClientConfig::new().timeout(timeout);
    let (whole, stuck) = (Script::new, || Script::new().capacity(20));
    for (call, script, input) in [
        (Call::Accept(server.clone()), whole(), good()),
        (Call::Accept(server.clone()), stuck(), good()),
        (Call::Accept(server.clone()), whole(), bad()),
        (Call::Accept(server.clone()), stuck(), bad()),
        (Call::Accept(server.clone()), whole(), b"GET".to_vec()),
        (Call::Accept(server.clone()), whole(), b"G E T\r\n\r\n".to_vec()),
        (Call::Steps(server.clone().keep_alive(true)), whole(), bad()),
        (Call::Steps(server), whole(), good()),
        (Call::Handshake(client.clone()), whole(), b"HTTP/1.1 401 x\r\n\r\n".to_vec()),
        (Call::Handshake(client.clone()), whole(), Vec::new()),
        (Call::Handshake(client), stuck(), Vec::new()),
    ] {
        let (io, peer) = Pipe::new(script.input([input]));
        Transport::set_read_timeout(&io, own.read).unwrap();
        Transport::set_write_timeout(&io, own.write).unwrap();
        let end = finish(&Blocking, io, &peer, call);
        let name = end.name();
        assert_eq!(end.pipe.unwrap().timeouts().unwrap(), own, "{name}");
    }
}
