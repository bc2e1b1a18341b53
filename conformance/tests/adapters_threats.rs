//! Defects that other libraries had in their handshakes, over every adapter: those where it matters who carries the
//! octets. The others are in `core_threats`, and in the vectors.

use std::time::Duration;

use conformance::{
    adapter::{Call, Progress, drive},
    fill::fill,
    pipe::{Pipe, Script},
    sample::{bad, good, switching, upgrade},
    scene::{each, run, statuses},
    wire,
};
use ws_core::{ClientConfig, ServerConfig};

/// Envoy took a 200 for an answer to an upgrade.
#[test]
fn cve_2024_23326_only_101_opens() {
    let call = Call::Handshake(ClientConfig::new());
    each(&call, |adapter| {
        for code in (100..=599).chain([600, 999]) {
            let answer = String::from_utf8(switching("Content-Length: 0\r\n")).unwrap();
            let answer = answer.replacen("101 Switching Protocols", &format!("{code} x"), 1);
            let script = Script::new().answer(move |request| {
                let key = wire::key_of(request).map(wire::latin1).unwrap_or_default();
                vec![fill(answer.as_bytes(), &key)]
            });
            let name = match code {
                101 => "open",
                // Another answer would have to follow.
                100..=199 => "truncated",
                _ => "status-not-101",
            };
            let (end, _) = run(adapter, script.eof(), call.clone());
            assert_eq!(end.name(), name, "{}: {code}", adapter.name());
        }
    });
}

/// aiohttp did not read the body of a request that it upgraded, and took it, or what was behind it, for the next
/// request. Here nothing behind such a request is looked at, on connections that are kept, too.
#[test]
fn cve_2026_69243_nothing_is_smuggled_around_the_upgrade() {
    let config = ServerConfig::new().keep_alive(true);
    let call = Call::StepsUntilAccepted(config.clone());
    each(&call, |adapter| {
        for framing in [
            "Content-Length: 5\r\n",
            "Content-Length: 5\r\nContent-Length: 6\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            "Transfer-Encoding: identity\r\n",
            "Content-Length: -1\r\n",
            "Content-Length : 5\r\n",
        ] {
            for body in ["hello", "5\r\nhello\r\n0\r\n\r\n", ""] {
                let input = [&upgrade(framing), body.as_bytes(), &good()].concat();
                // All at once, and each part by itself.
                let pieces = [&upgrade(framing)[..], body.as_bytes(), &good()].map(<[u8]>::to_vec);
                for pieces in [vec![input], pieces.to_vec()] {
                    let script = Script::new().input(pieces).eof();
                    let (end, peer) = run(adapter, script, call.clone());
                    let what = format!("{}, {framing:?} {body:?}: {end:?}", adapter.name());
                    assert_ne!(end.name(), "open", "{what}");
                    assert_eq!(statuses(&peer).len(), 1, "{what}");
                    assert!((400..500).contains(&statuses(&peer)[0]), "{what}");
                }
            }
        }
        // What has no body is followed by the next one.
        let script = Script::new().input([bad(), good()]).eof();
        let (end, peer) = run(adapter, script, call.clone());
        assert_eq!((end.name(), statuses(&peer)), ("open", vec![400, 101]), "{}", adapter.name());
    });
}

/// tungstenite collected a head without a limit, and read it anew with each read. Here it ends at the limit, however
/// little comes at a time, and with an answer.
#[test]
fn cve_2023_43669_a_head_without_end() {
    let call = Call::Accept(ServerConfig::new());
    each(&call, |adapter| {
        for (unit, status) in [("a", 414), ("X: a\r\n", 431)] {
            let start = if status == 414 { "GET /" } else { "GET / HTTP/1.1\r\n" };
            let (io, peer) = Pipe::new(adapter.script(Script::new().stays_open()));
            let head = format!("{start}{}", unit.repeat(40_000 / unit.len()));
            head.as_bytes().chunks(100).for_each(|piece| peer.send(piece));
            let mut attempt = adapter.start(io, call.clone());
            let Progress::Ended(end) = drive(adapter, &mut attempt, &peer, Duration::from_secs(10))
            else {
                unreachable!("{}: it goes on", adapter.name())
            };
            assert!(end.result.is_err(), "{}", adapter.name());
            assert_eq!(statuses(&peer), [status], "{}", adapter.name());
        }
    });
}
