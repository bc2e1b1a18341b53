//! Every adapter, put through everything; and all of them compared.

use conformance::{
    adapter,
    adapter_subject::AdapterSubject,
    core_subject::CoreSubject,
    suite::{Plan, disagreements, run_vectors},
    vector::{self, Role},
};

#[cfg(feature = "async-std")]
conformance::suite!(async_std, conformance::adapter::AsyncStd);
#[cfg(feature = "blocking")]
conformance::suite!(blocking, conformance::adapter::Blocking);
#[cfg(feature = "blocking")]
conformance::suite!(non_blocking, conformance::adapter::NonBlocking);
#[cfg(feature = "smol")]
conformance::suite!(smol, conformance::adapter::Smol);
#[cfg(feature = "tokio")]
conformance::suite!(tokio, conformance::adapter::Tokio::new());

const WHOLE: Plan = Plan { full_split_len: 0, step: usize::MAX, handed_step: 0 };

/// The same input, the same octets on the wire, the same error: by whichever adapter, and by the
/// core alone.
#[test]
fn all_adapters_come_to_the_same() {
    let vectors = vector::load_own().unwrap();
    let core = run_vectors(&CoreSubject::default(), &vectors, &WHOLE);
    for adapter in adapter::all() {
        let report = run_vectors(&AdapterSubject::new(&*adapter), &vectors, &WHOLE);
        let mut found = disagreements(&core, &report);
        // The core waits for the body of a refusal; an adapter has a clock, and stops waiting.
        found.retain(|text| {
            !["client/body/length-nine-million", "client/body/to-eof-not-yet"]
                .iter()
                .any(|id| text.starts_with(id))
        });
        assert!(found.is_empty(), "{}", found.join("\n"));
        assert_eq!(report.verdicts.len() + report.skipped.len(), vectors.len());
    }
}

/// With the request in hand, and with connections that are kept.
#[test]
fn step_by_step_comes_to_the_same() {
    let mut vectors = vector::load_own().unwrap();
    vectors.retain(|vector| vector.role == Role::Server);
    for keep_alive in [false, true] {
        let core = run_vectors(&CoreSubject { keep_alive }, &vectors, &WHOLE);
        for adapter in adapter::all() {
            for steps in [false, true] {
                let call = adapter::Call::Steps(ws_core::ServerConfig::new());
                if steps && !adapter.offers(&call) {
                    continue;
                }
                let subject = AdapterSubject { adapter: &*adapter, steps, keep_alive };
                let report = run_vectors(&subject, &vectors, &WHOLE);
                report.assert_clean();
                let found = disagreements(&core, &report);
                assert!(found.is_empty(), "{}", found.join("\n"));
            }
        }
    }
}

/// What a task that may move between threads can hold.
#[cfg(all(feature = "tokio", feature = "smol", feature = "async-std"))]
#[test]
fn futures_and_sockets_are_send() {
    use conformance::pipe::{Pipe, Script};

    fn is_send<T: Send>(_: T) {}
    fn is_send_and_sync<T: Send + Sync>() {}
    let io = || Pipe::new(Script::new()).0;
    let (server, client) = (ws_core::ServerConfig::new(), ws_core::ClientConfig::new());
    macro_rules! check {
        ($($adapter:ident),*) => { $(
            is_send($adapter::accept(io()));
            is_send($adapter::accept_with(io(), &server));
            is_send($adapter::accept_buffered(io(), b"".as_slice(), &server));
            is_send($adapter::accept_request(io(), &http::Request::new(()), b"".as_slice(), &server));
            is_send($adapter::handshake(io(), "h", "/"));
            is_send($adapter::handshake_with(io(), "h", "/", &client));
            is_send($adapter::connect("ws://h").into_future());
            is_send($adapter::connect_with("ws://h", &client).into_future());
            is_send($adapter::Acceptor::new(io(), &server).next_request());
            is_send(async {
                let pending = $adapter::Acceptor::new(io(), &server).next_request().await?;
                match pending.violation().is_some() {
                    true => pending.reject().await.map(drop),
                    false => pending.accept().await.map(drop),
                }
            });
            is_send_and_sync::<$adapter::WebSocket<Pipe>>();
        )* };
    }
    check!(ws_tokio, ws_smol, ws_async_std);
}
