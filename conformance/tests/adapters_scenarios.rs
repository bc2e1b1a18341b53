//! The scenarios of `ws-conform/vectors/scenarios.md` without a clock, over every adapter.
//!
//! S-20 speaks of redirects, which nothing here follows. S-07, S-08, S-13, S-16 and S-22 do not
//! depend on the transport and stand in `injection.rs`, `core_scenarios.rs` and `allocations.rs`;
//! S-14 is one of the sweeps in `adapters.rs`.

use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use bytes::Bytes;
use conformance::{
    adapter::{Call, Stop},
    fill::accept_value,
    pipe::Script,
    prebuilt::Prebuilt,
    sample::{KEY, NOT_OPENING, bad, good, upgrade},
    scene::{each, finish, run, statuses},
    wire::{self, Answers},
};
use http::StatusCode;
use ws_core::{ClientConfig, HandshakeError, ServerConfig};
use ws_driver::Error;

/// `hello` in a masked text frame.
const FRAME: &[u8] = b"\x81\x857\xfa!=\x7f\x9fMQX";

const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// Whoever polls again hears so, and neither waits for ever nor gets the outcome a second time.
#[cfg(feature = "blocking")]
#[test]
fn an_outcome_is_given_out_once() {
    use std::task::Poll;

    use conformance::pipe::Pipe;

    let io = |input: &[u8]| Pipe::new(Script::new().nonblocking().input([input.to_vec()]));
    let refusal = b"HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n";
    let ((client, _server), (server, _client)) = (io(refusal), io(&bad()));
    let config = ClientConfig::new();
    let mut connecting = ws_blocking::Connecting::new(client, "h", "/", &config).unwrap();
    let mut accepting = ws_blocking::Accepting::new(server, &ServerConfig::new());
    let connected = std::iter::repeat_with(|| connecting.poll().map_ok(drop));
    let accepted = std::iter::repeat_with(|| accepting.poll().map_ok(drop));
    let name = |polled| match polled {
        Poll::Ready(Err(Error::Handshake(error))) => Some(error.name()),
        _ => None,
    };
    assert_eq!(names(connected.map(name)), ["status-not-101", "done", "done"]);
    assert_eq!(names(accepted.map(name)), ["missing-key", "done", "done"]);
}

/// The first errors of many polls.
#[cfg(feature = "blocking")]
fn names(polls: impl Iterator<Item = Option<&'static str>>) -> Vec<&'static str> {
    polls.take(1000).flatten().take(3).collect()
}

#[test]
fn s_03_a_pipelined_second_request_survives_the_refusal_of_the_first() {
    let config = ServerConfig::new().keep_alive(true);
    let call = Call::StepsUntilAccepted(config.clone());
    each(&call, |adapter| {
        let input = [bad(), good(), FRAME.to_vec()].concat();
        let (end, peer) = run(adapter, Script::new().input([input]), call.clone());
        assert_eq!(statuses(&peer), [400, 101], "{}", adapter.name());
        assert_eq!(peer.reads(), 1, "{}: the second call read from the stream", adapter.name());
        assert_eq!(end.opened().leftover, FRAME);
    });
    // In one call each: the octets come back with the error, and go into the next call.
    let call = Call::Accept(config.clone());
    each(&call, |adapter| {
        let (end, peer) =
            run(adapter, Script::new().input([[bad(), good()].concat()]), call.clone());
        let Err(Stop::Error(Error::Handshake(HandshakeError::Rejected(refusal)))) = &end.result
        else {
            panic!("{end:?}");
        };
        assert!(refusal.keep_alive() && !peer.is_shut(), "{}", adapter.name());
        assert_eq!(refusal.leftover(), &good(), "{}", adapter.name());
        let again = Call::AcceptBuffered(refusal.leftover().to_vec(), config.clone());
        let Some(io) = end.pipe else { return };
        let reads = peer.reads();
        assert_eq!(finish(adapter, io, &peer, again).name(), "open", "{}", adapter.name());
        assert_eq!(peer.reads(), reads, "{}", adapter.name());
        assert_eq!(statuses(&peer), [400, 101]);
    });
}

#[test]
fn s_04_a_later_request_after_a_refusal() {
    let call = Call::StepsUntilAccepted(ServerConfig::new().keep_alive(true));
    each(&call, |adapter| {
        let key = "AQIDBAUGBwgJCgsMDQ4PEA==";
        let second = String::from_utf8(good()).unwrap().replace(KEY, key).into_bytes();
        let mut second = Some(second);
        let script = Script::new().input([bad()]).respond(move |written| {
            second.take_if(|_| written.starts_with(b"HTTP/1.1 400 ")).into_iter().collect()
        });
        let (end, peer) = run(adapter, script, call.clone());
        assert_eq!(end.name(), "open", "{}", adapter.name());
        assert_eq!(statuses(&peer), [400, 101], "{}", adapter.name());
        let wire = String::from_utf8(peer.written()).unwrap();
        assert!(wire.contains(&accept_value(key)), "{wire}");
    });
}

#[test]
fn s_05_content_length_is_computed_last() {
    let config = ServerConfig::new().decorate(|_, response| {
        *response.status_mut() = StatusCode::FORBIDDEN;
        *response.body_mut() = Bytes::from_static(b"nope");
        response.headers_mut().insert("content-length", 77.into());
    });
    for call in [Call::Accept(config.clone()), Call::Steps(config)] {
        each(&call, |adapter| {
            let (_, peer) = run(adapter, Script::new().input([bad()]), call.clone());
            let last = Answers::parse(&peer.written()).unwrap().last.unwrap();
            assert_eq!((last.status, last.rest.as_slice()), (403, b"nope".as_slice()));
            let lengths: Vec<_> = last.head.values("Content-Length").collect();
            assert_eq!(lengths, ["4"], "{}", adapter.name());
        });
    }
}

#[test]
fn s_06_a_hook_can_refuse_a_good_request() {
    let config = ServerConfig::new()
        .subprotocols(["chat"])
        .decorate(|_, response| *response.status_mut() = StatusCode::FORBIDDEN);
    let call = Call::Accept(config);
    each(&call, |adapter| {
        let input = [upgrade("Sec-WebSocket-Protocol: chat\r\n"), FRAME.to_vec()].concat();
        let (end, peer) = run(adapter, Script::new().input([input]), call.clone());
        let Err(Stop::Error(Error::Handshake(HandshakeError::Rejected(refusal)))) = &end.result
        else {
            panic!("{end:?}");
        };
        assert_eq!(refusal.response().status(), StatusCode::FORBIDDEN);
        let last = Answers::parse(&peer.written()).unwrap().last.unwrap();
        assert_eq!(last.status, 403);
        for field in ["Sec-WebSocket-Accept", "Upgrade", "Sec-WebSocket-Protocol"] {
            assert_eq!(last.head.values(field).count(), 0, "{}: {field}", adapter.name());
        }
    });
}

#[test]
fn s_12_a_malformed_request_then_a_good_one() {
    for keep_alive in [false, true] {
        let call = Call::Accept(ServerConfig::new().keep_alive(keep_alive));
        each(&call, |adapter| {
            let script = Script::new().input([b"G E T / HTTP/1.1\r\n\r\n".to_vec(), good()]);
            let (end, peer) = run(adapter, script, call.clone());
            assert_eq!(end.name(), "malformed-head", "{}", adapter.name());
            assert_eq!(statuses(&peer), [400], "{}", adapter.name());
            assert!(peer.is_shut(), "{}", adapter.name());
        });
    }
}

/// Closing a socket with unread octets in it resets the connection, and the answer with it.
#[test]
fn s_12_the_answer_is_not_reset() {
    let call = Call::Accept(ServerConfig::new());
    let malformed = b"G E T / HTTP/1.1\r\n\r\n".to_vec();
    each(&call, |adapter| {
        let script = Script::new().input([malformed.clone(), vec![b'x'; 1000], vec![b'y'; 1000]]);
        let (_, peer) = run(adapter, script, call.clone());
        assert!(peer.unread().is_empty(), "{}", adapter.name());
        // Not for ever, neither in octets nor in time.
        let flood = vec![vec![b'x'; 16 * 1024]; 64];
        let script = Script::new().input([vec![malformed.clone()], flood].concat());
        let (_, peer) = run(adapter, script, call.clone());
        let (all, left) = (1 << 20, peer.unread().len());
        assert!(all - left < 200_000, "{}: {left} of {all} octets left", adapter.name());
        let start = Instant::now();
        let script = Script::new().input([&malformed]).stays_open();
        let (end, _) = run(adapter, script, call.clone());
        assert_eq!(end.name(), "malformed-head", "{}", adapter.name());
        assert!(start.elapsed() < ms(4000), "{}: {:?}", adapter.name(), start.elapsed());
    });
}

#[test]
fn s_15_reuse_after_a_failure() {
    let config = ServerConfig::new().subprotocols(["chat"]).timeout(Some(ms(100)));
    let first = upgrade("Sec-WebSocket-Protocol: chat\r\n");
    let call = Call::Accept(config.clone());
    each(&call, |adapter| {
        let failures: [(&str, Script); 4] = [
            ("missing-key", Script::new().input([bad()])),
            ("malformed-head", Script::new().input(["G E T / HTTP/1.1\r\n\r\n"])),
            ("truncated", Script::new().input([&first[..100]]).eof()),
            ("timeout", Script::new().input([&first[..100]])),
        ];
        for (expected, script) in failures {
            let (end, _) = run(adapter, script, call.clone());
            assert_eq!(end.name(), expected, "{}", adapter.name());
            let again = Call::AcceptBuffered(good(), config.clone());
            let (end, peer) = run(adapter, Script::new(), again);
            assert_eq!(statuses(&peer), [101], "{} after {expected}", adapter.name());
            let opened = end.opened();
            assert_eq!(opened.negotiated.subprotocol(), None, "{}", adapter.name());
            assert!(opened.leftover.is_empty(), "{}", adapter.name());
        }
    });
}

#[test]
fn s_17_no_read_before_the_buffered_octets_are_used_up() {
    let input = [good(), FRAME.to_vec()].concat();
    let Prebuilt { request, leftover } = Prebuilt::read(&input).unwrap();
    let config = ServerConfig::new();
    for call in [
        Call::AcceptBuffered(input, config.clone()),
        Call::AcceptRequest(Box::new(request), leftover, config),
    ] {
        each(&call, |adapter| {
            let (end, peer) = run(adapter, Script::new().input(["more"]), call.clone());
            assert_eq!(end.opened().leftover, FRAME, "{}", adapter.name());
            assert_eq!(peer.reads(), 0, "{}", adapter.name());
            assert_eq!(peer.unread(), b"more", "{}", adapter.name());
        });
    }
}

#[test]
fn s_18_nothing_is_sent_before_the_answer_nothing_after_a_refusal() {
    let call = Call::Handshake(ClientConfig::new().timeout(Some(ms(100))));
    for answer in NOT_OPENING {
        for eof in [false, true] {
            each(&call, |adapter| {
                let script = Script::new().answer(move |_| vec![answer.to_vec()]);
                let script = if eof { script.eof() } else { script };
                let (end, peer) = run(adapter, script, call.clone());
                assert_ne!(end.name(), "open", "{}", adapter.name());
                let written = peer.written();
                let (_, len) = wire::parse_head(&written).unwrap();
                assert_eq!(len, written.len(), "{}: {}", adapter.name(), answer.escape_ascii());
            });
        }
    }
}

#[test]
fn s_19_a_write_error_after_a_decision() {
    let accepts = |input: &[u8], expected: &str| {
        let call = Call::Accept(ServerConfig::new());
        each(&call, |adapter| {
            // The first operation is the read, all others come after the decision.
            let script = Script::new().input([input]).fail_at(1, ErrorKind::BrokenPipe);
            let (end, peer) = run(adapter, script, call.clone());
            assert_eq!(end.name(), expected, "{}: {end:?}", adapter.name());
            assert!(peer.written().is_empty());
            match end.result {
                Err(Stop::Error(Error::Io(error))) if expected == "io" => {
                    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
                }
                Err(Stop::Error(Error::Unsent(unsent))) if expected != "io" => {
                    assert_eq!(unsent.source.kind(), ErrorKind::BrokenPipe);
                }
                other => panic!("{}: {other:?}", adapter.name()),
            }
        });
    };
    accepts(&good(), "io");
    accepts(&bad(), "missing-key");
    accepts(b"G E T / HTTP/1.1\r\n\r\n", "malformed-head");
}

#[test]
fn s_21_100_continue_is_not_a_trap() {
    let call = Call::Accept(ServerConfig::new().timeout(None));
    each(&call, |adapter| {
        let input = upgrade("Expect: 100-continue\r\nContent-Length: 5\r\n");
        let (_, peer) = run(adapter, Script::new().input([input]), call.clone());
        let answers = Answers::parse(&peer.written()).unwrap();
        assert!(matches!(answers.last.unwrap().status, 400 | 413 | 417), "{}", adapter.name());
    });
}
