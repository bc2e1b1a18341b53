//! Hooks and streams that do what they must not, over every adapter.

use std::{
    panic::{self, AssertUnwindSafe},
    time::Duration,
};

use conformance::{
    adapter::{self, Call, drive},
    pipe::{Pipe, Script},
    sample::{bad, good},
    scene::{each, finish},
    sweep,
};
use ws_core::ServerConfig;

const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// CVE-2025-11677: a hook that pulls the connection away while it is being answered.
#[test]
fn cve_2025_11677_a_hook_that_drops_the_connection() {
    let call = Call::Accept(ServerConfig::new());
    each(&call, |adapter| {
        for input in [good(), bad()] {
            let (io, peer) = Pipe::new(adapter.script(Script::new().input([&input])));
            let other = peer.clone();
            let config = ServerConfig::new().decorate(move |_, _| {
                other.close();
                other.send("and more");
            });
            let end = finish(adapter, io, &peer, Call::Accept(config));
            let expected = if input == good() { "open" } else { "missing-key" };
            assert_eq!(end.name(), expected, "{}", adapter.name());
        }
    });
}

/// A hook that panics leaves nothing behind that cannot be dropped.
#[test]
fn a_hook_that_panics() {
    let config = ServerConfig::new().decorate(|_, _| panic!("this hook panics"));
    let call = Call::Accept(config);
    each(&call, |adapter| {
        for input in [good(), bad(), b"G E T\r\n\r\n".to_vec()] {
            let (io, peer) = Pipe::new(adapter.script(Script::new().input([&input])));
            let mut attempt = adapter.start(io, call.clone());
            let caught = panic::catch_unwind(AssertUnwindSafe(|| {
                drive(adapter, &mut attempt, &peer, ms(100));
            }));
            assert!(caught.is_err(), "{}", adapter.name());
            drop(attempt);
            assert!(peer.is_dropped(), "{}", adapter.name());
            assert!(peer.written().is_empty(), "{}", adapter.name());
        }
    });
}

/// tungstenite 0.26.1 and fastwebsockets #42 were unsound with streams that do odd things: here
/// they say that they filled more than there was room for, or panic.
#[test]
fn hostile_streams() {
    for adapter in adapter::all() {
        for case in sweep::cases() {
            if !adapter.offers(&case.call) {
                continue;
            }
            // A read of tokio's fills a `ReadBuf`, which cannot lie.
            if adapter.name() != "ws-tokio" {
                let (io, peer) = Pipe::new(adapter.script(case.script().lies().eof()));
                let mut attempt = adapter.start(io, case.call.clone());
                drive(&*adapter, &mut attempt, &peer, ms(50));
                drop(attempt);
                assert!(peer.is_dropped(), "{}: {}", adapter.name(), case.name);
            }
            for op in 0.. {
                let (io, peer) = Pipe::new(adapter.script(case.script().panic_at(op)));
                let mut attempt = adapter.start(io, case.call.clone());
                let ended = panic::catch_unwind(AssertUnwindSafe(|| {
                    drive(&*adapter, &mut attempt, &peer, ms(1000));
                }));
                drop(attempt);
                assert!(peer.is_dropped(), "{}: {}, {op}", adapter.name(), case.name);
                if ended.is_ok() {
                    break;
                }
                assert!(op < 200, "{}: {} never ends", adapter.name(), case.name);
            }
        }
    }
}
