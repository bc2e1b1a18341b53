//! Every handshake is told once: how it ended is what the caller was told, and why.

use std::time::Duration;

use conformance::{
    adapter::{self, Call, Progress, Stop, drive},
    fill::fill,
    pipe::{Pipe, Script},
    sample::{bad, good, switching},
    scene::{finish, run},
    settings::{client_config, server_config},
    vector::{self, Role, Vector},
    wire,
};
use http::{Response, StatusCode};
use ws_core::{ClientConfig, HandshakeStep, ServerConfig};
use ws_driver::Error;

use crate::recorder::Recorder;

const TAKEN_APART: &str =
    "closed: taken-apart; sent nothing, received nothing, nobody first; got none, sent none";

/// What a handshake has to be told like that ended like this.
fn expected(end: &adapter::End) -> Vec<String> {
    let error = match &end.result {
        Ok(_) => return ["opened 101", "open", TAKEN_APART].map(str::to_owned).to_vec(),
        Err(Stop::Rejected { rule, status, .. }) => {
            let status = status.unwrap();
            return vec![format!("rejected {} {status}", rule.unwrap_or("refused"))];
        }
        Err(Stop::Error(error)) => error,
    };
    let outcome = match error.handshake() {
        Some(ws_core::HandshakeError::Rejected(_)) => "rejected",
        Some(ws_core::HandshakeError::Declined(_)) => "declined",
        _ => "failed",
    };
    let status = error.handshake().and_then(ws_core::HandshakeError::status);
    let status = status.map_or_else(String::new, |status| format!(" {}", status.as_u16()));
    vec![format!("{outcome} {}{status}", error.name())]
}

/// All rules of requests, by all adapters, in one call and step by step.
#[test]
fn every_request() {
    let mut rules = std::collections::BTreeSet::new();
    let vectors = vector::load_own().unwrap();
    for vector in vectors.iter().filter(|it| it.role == Role::Server && !it.config.prebuilt) {
        for adapter in adapter::all() {
            for steps in [false, true] {
                let recorder = Recorder::default();
                let config = server_config(&vector.config).observer(recorder.clone());
                let call = if steps { Call::Steps(config) } else { Call::Accept(config) };
                if !adapter.offers(&call) {
                    continue;
                }
                let script = Script::new().input([&vector.input]).eof();
                let (end, _) = run(&*adapter, script, call);
                let who = format!("{} {}", adapter.name(), vector.id);
                recorder.assert_told(&expected(&end), &who);
                rules.insert(recorder.told()[0].clone());
                let first = HandshakeStep::AwaitRequest;
                assert_eq!(recorder.steps()[0].first(), Some(&first), "{who}");
            }
        }
    }
    // Whatever can be broken by sending something has been.
    let not_here = ["timeout", "refused", "invalid-answer", "shutting-down"];
    for rule in ws_core::RequestRule::ALL.iter().map(|rule| rule.name()) {
        let is_told = rules.iter().any(|told| told.split(' ').nth(1) == Some(rule));
        let is_elsewhere = not_here.contains(&rule) || OF_HTTP_2.contains(&rule);
        assert!(is_told || is_elsewhere, "{rule}: {rules:?}");
    }
}

/// Rules of requests and answers that adapters never see: HTTP/2 is a matter of HTTP stacks, and tested there.
const OF_HTTP_2: [&str; 5] =
    ["not-connect", "no-protocol", "other-protocol", "other-host", "connection-field"];

#[test]
fn a_request_during_a_shutdown() {
    let tracker = ws_core::Tracker::new();
    tracker.shut_down(ws_core::CloseFrame::GOING_AWAY, None).unwrap();
    for adapter in adapter::all() {
        for steps in [false, true] {
            let recorder = Recorder::default();
            let config = ServerConfig::new().tracker(&tracker).observer(recorder.clone());
            let call = if steps { Call::Steps(config) } else { Call::Accept(config) };
            if adapter.offers(&call) {
                run(&*adapter, Script::new().input([good()]), call);
                recorder.assert_told(&["rejected shutting-down 503".to_owned()], adapter.name());
            }
        }
    }
}

/// All rules of answers.
#[test]
fn every_answer() {
    let mut told = std::collections::BTreeSet::new();
    let mut vectors = vector::load_own().unwrap();
    vectors.push(Vector::of(Role::Client, format!("HTTP/1.1 101 {}\r\n\r\n", "x".repeat(100_000))));
    let interim = format!("HTTP/1.1 103 x\r\nX: {}\r\n\r\n", "x".repeat(4000)).repeat(100);
    vectors.push(Vector::of(Role::Client, interim));
    for vector in vectors.iter().filter(|it| it.role == Role::Client) {
        for adapter in adapter::all() {
            let recorder = Recorder::default();
            let config = client_config(&vector.config).observer(recorder.clone());
            let input = vector.input.clone();
            let script = Script::new().eof().answer(move |request| {
                let key = wire::key_of(request).map(wire::latin1).unwrap_or_default();
                vec![fill(&input, &key)]
            });
            let (end, _) = run(&*adapter, script, Call::Handshake(config));
            let who = format!("{} {}", adapter.name(), vector.id);
            recorder.assert_told(&expected(&end), &who);
            told.insert(recorder.told()[0].clone());
            assert_eq!(recorder.steps()[0].first(), Some(&HandshakeStep::SendRequest), "{who}");
        }
    }
    let rules = ws_core::ResponseRule::ALL.iter().map(|rule| rule.name());
    for rule in rules.filter(|rule| !OF_HTTP_2.contains(rule)) {
        assert!(told.iter().any(|told| told.split(' ').nth(1) == Some(rule)), "{rule}: {told:?}");
    }
    assert!(told.contains("declined status-not-101 401"), "{told:?}");
}

#[test]
fn the_steps_of_both_sides() {
    use HandshakeStep::{
        AwaitAnswer, AwaitRequest, Decide, ReadAnswer, ReadRequest, SendAnswer, SendRequest,
    };

    for adapter in adapter::all() {
        let check = |call: Call, script: Script, recorder: &Recorder, steps: &[HandshakeStep]| {
            if adapter.offers(&call) {
                run(&*adapter, script, call);
                assert_eq!(recorder.steps(), [steps], "{}", adapter.name());
            }
        };
        let config = |recorder: &Recorder| ServerConfig::new().observer(recorder.clone());
        let requested = || Script::new().input([good()]);

        let recorder = Recorder::default();
        let steps = [AwaitRequest, ReadRequest, SendAnswer];
        check(Call::Accept(config(&recorder)), requested(), &recorder, &steps);
        let recorder = Recorder::default();
        let call = Call::AcceptBuffered(good(), config(&recorder));
        check(call, Script::new(), &recorder, &[ReadRequest, SendAnswer]);
        let recorder = Recorder::default();
        let steps = [AwaitRequest, ReadRequest, Decide, SendAnswer];
        check(Call::Steps(config(&recorder)), requested(), &recorder, &steps);
        let recorder = Recorder::default();
        let mut request = http::Request::get("/");
        for (name, value) in [
            ("host", "h"),
            ("connection", "upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", conformance::sample::KEY),
        ] {
            request = request.header(name, value);
        }
        let request = Box::new(request.body(()).unwrap());
        let call = Call::AcceptRequest(request, Vec::new(), config(&recorder));
        check(call, Script::new(), &recorder, &[SendAnswer]);

        // Each step is told once, in however many pieces the answer comes.
        for len in [1000, 50, 7] {
            let recorder = Recorder::default();
            let script = Script::new().answer(move |request| {
                let key = wire::key_of(request).map(wire::latin1).unwrap_or_default();
                fill(&switching(""), &key).chunks(len).map(<[u8]>::to_vec).collect()
            });
            let call = Call::Handshake(ClientConfig::new().observer(recorder.clone()));
            check(call, script, &recorder, &[SendRequest, AwaitAnswer, ReadAnswer]);
        }
    }
}

/// One connection, and one number, as long as it takes.
#[test]
fn several_requests_on_one_connection() {
    for adapter in adapter::all() {
        let recorder = Recorder::default();
        let config = ServerConfig::new().keep_alive(true).observer(recorder.clone());
        let call = Call::StepsUntilAccepted(config);
        if !adapter.offers(&call) {
            continue;
        }
        let script = Script::new().input([bad(), bad(), good()]);
        let (end, _) = run(&*adapter, script, call);
        end.opened();
        let rejected = "rejected missing-key 400";
        let told = [rejected, rejected, "opened 101", "open", TAKEN_APART];
        recorder.assert_told(&told, adapter.name());
    }
}

#[test]
fn a_refusal_of_the_application() {
    for adapter in adapter::all() {
        let recorder = Recorder::default();
        let mut response = Response::new("the room is full".into());
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        let call = Call::Reject(ServerConfig::new().observer(recorder.clone()), response);
        if adapter.offers(&call) {
            run(&*adapter, Script::new().input([good()]), call);
            recorder.assert_told(&["rejected refused 503"], adapter.name());
        }
    }
}

#[test]
fn what_cannot_be_sent() {
    for adapter in adapter::all() {
        let recorder = Recorder::default();
        let config = ClientConfig::new().header("X", "a\r\nb").observer(recorder.clone());
        run(&*adapter, Script::new(), Call::Handshake(config));
        recorder.assert_told(&["failed invalid-header"], adapter.name());
    }
}

#[test]
fn a_handshake_that_takes_too_long() {
    for adapter in adapter::all() {
        let time = Some(Duration::from_millis(20));
        let server =
            |recorder: &Recorder| ServerConfig::new().timeout(time).observer(recorder.clone());

        let recorder = Recorder::default();
        run(&*adapter, Script::new(), Call::Accept(server(&recorder)));
        recorder.assert_told(&["failed timeout"], adapter.name());

        let recorder = Recorder::default();
        let client = ClientConfig::new().timeout(time).observer(recorder.clone());
        run(&*adapter, Script::new(), Call::Handshake(client));
        recorder.assert_told(&["failed timeout"], adapter.name());
    }
}

/// At every operation: the error that the caller gets.
#[test]
fn a_stream_that_fails() {
    for adapter in adapter::all() {
        for op in 0..4 {
            let recorder = Recorder::default();
            let script =
                Script::new().input([bad()]).fail_at(op, std::io::ErrorKind::ConnectionReset);
            let call = Call::Accept(ServerConfig::new().observer(recorder.clone()));
            let (end, _) = run(&*adapter, script, call);
            let who = format!("{} {op}", adapter.name());
            match end.result {
                // The rule is what it was about, whether or not the client has read of it.
                Err(Stop::Error(Error::Unsent(_))) => {
                    recorder.assert_told(&["rejected missing-key 400"], &who);
                }
                _ => recorder.assert_told(&expected(&end), &who),
            }
        }
    }
}

/// Wherever it stands: asked for, half read, half answered.
#[test]
fn a_handshake_that_is_dropped() {
    for adapter in adapter::all().into_iter().filter(|adapter| !adapter.blocks()) {
        let name = adapter.name();
        let server = |recorder: &Recorder| ServerConfig::new().observer(recorder.clone());
        for (input, room) in [(&b""[..], None), (b"GET / HTTP/1.1\r\n", None), (&good(), Some(3))] {
            let recorder = Recorder::default();
            let (io, peer) = Pipe::new(adapter.script(Script::new().input([input])));
            if let Some(room) = room {
                peer.limit(room);
            }
            let mut attempt = adapter.start(io, Call::Accept(server(&recorder)));
            let progress = drive(&*adapter, &mut attempt, &peer, Duration::ZERO);
            assert!(matches!(progress, Progress::Waiting), "{name}: {progress:?}");
            recorder.assert_told::<&str>(&[], name);
            drop(attempt);
            recorder.assert_told(&["cancelled"], name);
        }

        let recorder = Recorder::default();
        let (io, peer) = Pipe::new(adapter.script(Script::new()));
        let config = ClientConfig::new().observer(recorder.clone());
        let mut attempt = adapter.start(io, Call::Handshake(config));
        drive(&*adapter, &mut attempt, &peer, Duration::ZERO);
        drop(attempt);
        recorder.assert_told(&["cancelled"], name);
    }
}

/// Nothing is told of what has not begun, and a request that is let go of was cancelled.
#[test]
fn an_acceptor_that_is_dropped() {
    let recorder = Recorder::default();
    let config = ServerConfig::new().observer(recorder.clone());
    let acceptor = || {
        let io = Pipe::new(Script::new().input([good()])).0;
        ws_smol::Acceptor::new(io, &config)
    };
    drop(acceptor().next_request());
    drop(acceptor().into_inner());
    recorder.assert_told::<&str>(&[], "not begun");
    drop(smol::block_on(acceptor().next_request()).unwrap());
    recorder.assert_told(&["cancelled"], "in hand");
}

/// The WebSocket has the number of its handshake, and no other one has it.
#[test]
fn numbers() {
    let recorder = Recorder::default();
    for adapter in adapter::all() {
        let (io, peer) = Pipe::new(adapter.script(Script::new().input([good()])));
        let call = Call::Accept(ServerConfig::new().observer(recorder.clone()));
        finish(&*adapter, io, &peer, call).opened();
    }
    let mut ids = recorder.ids();
    let count = adapter::all().len();
    assert_eq!(ids.len(), count);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!(recorder.roles().iter().all(|role| *role == ws_core::Role::Server));
}

/// The observer of a configuration stays when other settings of WebSockets replace those before.
#[test]
fn the_order_of_settings() {
    let web_socket = ws_core::WebSocketConfig::new().max_message_len(7);
    let (one, other) = (Recorder::default(), Recorder::default());
    let own = web_socket.clone().observer(other.clone());
    for (config, told) in [
        (ServerConfig::new().observer(one.clone()).web_socket(web_socket.clone()), [1, 0]),
        (ServerConfig::new().web_socket(web_socket).observer(one.clone()), [2, 0]),
        (ServerConfig::new().observer(one.clone()).web_socket(own), [2, 1]),
    ] {
        assert_eq!(config.web_socket_config().max_message_len, 7);
        run(&adapter::Smol, Script::new().input([bad()]), Call::Accept(config));
        assert_eq!([&one, &other].map(|recorder| recorder.told().len()), told);
    }
}
