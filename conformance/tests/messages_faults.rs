//! Streams that fail, interrupt, panic and lie at every operation, and calls that are dropped at every wait: never a
//! panic of ours, never a hang, never an octet lost or doubled.

use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use conformance::{
    messages::{
        case::{Case, Step},
        cases,
        run::{Manner, check, expected, run},
        socket::{self, Adapter, Drops},
    },
    pipe::{Script, Waits},
};

/// Some of everything, none of it long.
fn some_cases() -> Vec<Case> {
    let mut all = cases::some(&[
        "data/",
        "control/",
        "interleaved/text 5",
        "interleaved/binary 16",
        "broken/first",
        "broken/with",
        "utf8/across",
        "limits/2 ",
        "limits/4 ",
        "limits/a continuation that claims 100000001",
        "close/",
        "end/",
        "queue/a",
        "queue/f",
        "queue/rec",
        "queue/room",
        "parts/",
        "deflate/in/an echo",
        "deflate/in/fragments",
        "deflate/in/parts/all",
        "deflate/stream/after",
        "deflate/stream/in parts",
        "deflate/reference/without takeover",
        "deflate/utf8/across",
        "deflate/bomb/messages",
        "deflate/out/a batch",
        "deflate/out/a context",
        "deflate/out/compressors",
        "deflate/out/framed",
        "deflate/parts/",
        "deflate/queue/f",
        "deflate/queue/room",
        "deflate/close/",
    ]);
    let codes = |name: &str| name.starts_with("close/by the peer, ") && name.len() < 24;
    all.retain(|case| {
        let len = case.input_len().max(case.output_len());
        !case.is_slow && len < 400 && !codes(&case.name)
    });
    all
}

fn each(mut test: impl FnMut(&dyn Adapter, &Case)) {
    for adapter in socket::all() {
        let start = Instant::now();
        for case in some_cases() {
            if !(case.comes_back && adapter.blocks()) {
                test(&*adapter, &case);
            }
        }
        eprintln!("{}: {:?}", adapter.name(), start.elapsed());
    }
}

fn streams() -> [Script; 2] {
    let trickle = Script::new().waits(Waits::Always).max_write(5).hold_until_flush();
    [Script::new().waits(Waits::Always), trickle]
}

/// What a verdict says has been received, and what it says has been written.
fn traffic(case: &Case, verdict: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut received, mut written) = (Vec::new(), Vec::new());
    let speaks = |step: &&Step| {
        !matches!(step, Step::Peer(_) | Step::PeerCloses | Step::Room(_) | Step::Sleep(_))
    };
    for (step, said) in case.steps.iter().filter(speaks).zip(verdict) {
        match step {
            Step::Call(..) => {
                let kinds = ["text", "binary", "ping", "pong", "a part", "the last part"];
                if kinds.iter().any(|kind| said.starts_with(kind)) {
                    received.push(said.clone());
                }
            }
            Step::Wire(_) => {
                let frames = said.split(", ").filter(|frame| !frame.is_empty());
                written.extend(frames.map(str::to_owned));
            }
            _ => {}
        }
    }
    (received, written)
}

/// The n-th operation fails, for n = 0, 1, 2, ... until it passes.
#[test]
fn the_nth_operation_fails() {
    each(|adapter, case| {
        let good = expected(case);
        let (all_received, all_written) = traffic(case, &good);
        for script in streams() {
            for n in 0.. {
                let manner = Manner::over(script.clone().fail_at(n, ErrorKind::ConnectionReset));
                let what = format!("{}, {}, {manner}", adapter.name(), case.name);
                let outcome = run(adapter, case, &manner).unwrap_or_else(|e| panic!("{what}: {e}"));
                let (received, written) = traffic(case, &outcome.verdict);
                assert!(all_received.starts_with(&received), "{what}: {:#?}", outcome.verdict);
                // The last frame may be cut.
                let whole = written.iter().take_while(|it| !it.starts_with("an unfinished"));
                let whole: Vec<_> = whole.cloned().collect();
                assert!(written.len() - whole.len() <= 1, "{what}: {:#?}", outcome.verdict);
                let is_prefix = all_written.starts_with(&whole)
                    // Told something else than what would have been.
                    || outcome.verdict.iter().any(|said| said == "io");
                assert!(is_prefix, "{what}: {:#?}", outcome.verdict);
                if outcome.ops <= n {
                    assert_eq!(outcome.verdict, good, "{what}");
                    break;
                }
            }
        }
    });
}

/// A call is dropped at the n-th wait and made again, for n = 0, 1, 2, ... until none is.
#[test]
fn a_call_is_dropped_at_the_nth_wait() {
    each(|adapter, case| {
        for script in streams() {
            for n in 0.. {
                let manner = Manner::over(script.clone()).dropping(Drops::At(n));
                let outcome = check(adapter, case, &manner).unwrap_or_else(|e| panic!("{e}"));
                if outcome.waits <= n {
                    break;
                }
            }
        }
    });
}

/// The n-th operation panics: the panic comes through, and nothing else happens.
#[test]
fn the_nth_operation_panics() {
    std::panic::set_hook(Box::new(|info| {
        if !info.payload().downcast_ref::<&str>().is_some_and(|text| text.contains("stream")) {
            eprintln!("{info}");
        }
    }));
    each(|adapter, case| {
        for n in 0..10 {
            let script = Script::new().panic_at(n);
            match run(adapter, case, &Manner::over(script)) {
                Ok(outcome) => assert!(outcome.ops <= n, "{}", case.name),
                Err(message) => assert_eq!(message, "this stream panics", "{}", case.name),
            }
        }
    });
}

/// tungstenite 0.26.1, fastwebsockets #42: a reader that lies about how much it has read, a writer about how much it
/// has written. What comes is then anything, within the limits; no panic, no hang, no memory that is not there.
#[test]
fn cve_unsound_with_odd_read_a_stream_that_lies() {
    each(|adapter, case| {
        if adapter.name() == "ws-tokio" {
            // Tokio's reads cannot lie: its buffer does not let them.
            return;
        }
        // What breaks a rule is listened to for a moment, and most of this does.
        let case = case.clone().config(|config| config.close_timeout = Duration::from_millis(10));
        for script in [Script::new(), Script::new().max_write(1)] {
            let manner = Manner::over(script.lies());
            run(adapter, &case, &manner).unwrap_or_else(|e| panic!("{}: {e}", case.name));
        }
    });
}

/// Signals: a blocking call that is interrupted goes on.
#[cfg(feature = "blocking")]
#[test]
fn interruptions_are_of_no_account() {
    use conformance::adapter::{Blocking, NonBlocking};

    for adapter in [&Blocking as &dyn Adapter, &NonBlocking] {
        for case in some_cases() {
            if case.comes_back && adapter.blocks() {
                continue;
            }
            for n in 0.. {
                let script = Script::new().interrupt_at(n);
                let outcome = check(adapter, &case, &Manner::over(script));
                if outcome.unwrap_or_else(|e| panic!("{e}")).ops <= n {
                    break;
                }
            }
        }
    }
}
