//! What the observer for the crate `metrics` counts, in a recorder of the test's own.

use std::{collections::BTreeMap, time::Duration};

use conformance::{
    adapter::{self, Call},
    messages::frames::{close, text},
    pipe::{Pipe, Script},
    sample::{bad, good},
    scene::run,
};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use ws_core::{Negotiated, Role, ServerConfig, WebSocketConfig};
use ws_driver::{MetricsObserver, Parts};

/// What has been counted, by name and labels: `ws_handshakes_total{outcome=opened,role=server,rule=none}`. Of
/// histograms, how many values there are.
fn counted(then: impl FnOnce(MetricsObserver)) -> BTreeMap<String, u64> {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || then(MetricsObserver::new()));
    let all = snapshotter.snapshot().into_vec().into_iter().map(|(key, unit, about, value)| {
        let (_, key) = key.into_parts();
        assert!(unit.is_some() && about.is_some(), "{key:?} is not described");
        let mut labels: Vec<_> =
            key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        labels.sort();
        let value = match value {
            DebugValue::Counter(count) => count,
            DebugValue::Gauge(value) => value.into_inner() as u64,
            DebugValue::Histogram(values) => values.len() as u64,
        };
        (format!("{}{{{}}}", key.name(), labels.join(",")), value)
    });
    all.filter(|(_, value)| *value > 0).collect()
}

fn expected(all: &[(&str, u64)]) -> BTreeMap<String, u64> {
    all.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
}

#[test]
fn handshakes_by_outcome_and_rule() {
    let found = counted(|observer| {
        let config = ServerConfig::new().observer(observer);
        for request in [good(), bad(), bad(), b"nonsense\r\n\r\n".to_vec()] {
            run(&adapter::Smol, Script::new().input([request]), Call::Accept(config.clone()));
        }
    });
    let all = [
        ("ws_handshakes_total{outcome=opened,role=server,rule=none}", 1),
        ("ws_handshakes_total{outcome=rejected,role=server,rule=missing-key}", 2),
        ("ws_handshakes_total{outcome=rejected,role=server,rule=malformed-head}", 1),
        ("ws_handshake_seconds{role=server}", 4),
        ("ws_closed_total{code=none,error=taken-apart,first=none,role=server}", 1),
        ("ws_connection_seconds{role=server}", 1),
    ];
    assert_eq!(found, expected(&all));
}

#[test]
fn messages_and_ends() {
    let found = counted(|observer| {
        let config = WebSocketConfig::new().max_queue_len(1).observer(observer);
        let open = || {
            let (io, peer) = Pipe::new(Script::new().stays_open());
            let parts = Parts::new(io, Role::Client, Negotiated::default());
            (ws_smol::WebSocket::from_parts(parts, &config), peer)
        };
        let (mut one, peer) = open();
        let (other, _peer) = open();
        peer.send(text("hello").encode(Role::Client));
        peer.send(close(4711, "").encode(Role::Client));
        peer.close();
        smol::block_on(async {
            one.send(vec![7; 200]).await.unwrap();
            one.ping("").await.unwrap();
            one.try_send("a").unwrap();
            one.try_send("a").unwrap_err();
            while one.recv().await.unwrap().is_some() {}
        });
        drop(one);
        // There is one more, and it is still open.
        std::mem::forget(other);
    });
    let all = [
        ("ws_connections_open{role=client}", 1),
        ("ws_messages_total{direction=sent,kind=binary,role=client}", 1),
        ("ws_messages_total{direction=sent,kind=text,role=client}", 1),
        ("ws_messages_total{direction=received,kind=text,role=client}", 1),
        ("ws_message_bytes_total{direction=sent,role=client}", 201),
        ("ws_wire_bytes_total{direction=sent,role=client}", 208 + 7),
        ("ws_message_bytes_total{direction=received,role=client}", 5),
        ("ws_wire_bytes_total{direction=received,role=client}", 7),
        ("ws_pings_sent_total{role=client}", 1),
        ("ws_queue_full_total{role=client}", 1),
        ("ws_closed_total{code=4xxx,error=none,first=remote,role=client}", 1),
        ("ws_connection_seconds{role=client}", 1),
    ];
    assert_eq!(found, expected(&all));
}

#[test]
fn pongs() {
    let found = counted(|observer| {
        let config = WebSocketConfig::new()
            .ping_interval(Duration::from_millis(50))
            .pong_timeout(Duration::from_millis(100))
            .observer(observer);
        let [one, other] = Pipe::pair([Script::new(), Script::new()], 1000);
        let parts = |io, role| Parts::new(io, role, Negotiated::default());
        let mut pings = ws_smol::WebSocket::from_parts(parts(one, Role::Server), &config);
        let mut answers =
            ws_smol::WebSocket::from_parts(parts(other, Role::Client), &WebSocketConfig::new());
        smol::block_on(async {
            // As long as the other one receives, its pongs come; and then it does something else.
            let first = smol::future::or(async { answers.recv().await.map(|_| ()) }, async {
                while pings.round_trip().is_none() {
                    let wait = async {
                        smol::Timer::after(Duration::from_millis(5)).await;
                        Ok(None)
                    };
                    smol::future::or(pings.recv(), wait).await?;
                }
                Ok(())
            });
            first.await.unwrap();
            assert_eq!(pings.recv().await.unwrap_err().name(), "pong-timeout");
        });
    });
    assert!(found["ws_pings_sent_total{role=server}"] >= 2, "{found:?}");
    assert!(found["ws_round_trip_seconds{role=server}"] >= 1, "{found:?}");
    assert!(found["ws_pongs_received_total{role=server}"] >= 1, "{found:?}");
    assert_eq!(found["ws_pongs_missed_total{role=server}"], 1);
    assert_eq!(found["ws_closed_total{code=1008,error=pong-timeout,first=local,role=server}"], 1);
}

/// A pong that nobody has asked for is one, and says nothing about a round trip.
#[test]
fn pongs_that_nobody_asked_for() {
    let found = counted(|observer| {
        assert_eq!(format!("{observer:?}"), "MetricsObserver");
        let (io, _peer) = Pipe::new(Script::new().input([b"\x8a\x01x"]).eof());
        let parts = Parts::new(io, Role::Client, Negotiated::default());
        let config = WebSocketConfig::new().observer(observer);
        let mut ws = ws_smol::WebSocket::from_parts(parts, &config);
        smol::block_on(ws.recv()).unwrap_err();
    });
    assert_eq!(found["ws_pongs_received_total{role=client}"], 1);
    assert!(!found.contains_key("ws_round_trip_seconds{role=client}"), "{found:?}");
}
