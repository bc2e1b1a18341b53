//! Defects that other libraries had once the WebSocket was open, each a named test over every adapter. Those that show in
//! memory are in `messages_allocations`, those of the handshake in `core_threats`.

use std::time::Duration;

use conformance::messages::{cases, run::check_all, socket};
use ws_core::{Role, WebSocketConfig};

/// Runs the cases whose names begin with one of these over every adapter, in every manner.
fn holds(prefixes: &[&str]) {
    let found = cases::some(prefixes);
    for prefix in prefixes {
        // A case that was renamed must not leave a test that tests nothing.
        assert!(
            found.iter().any(|case| case.name.starts_with(prefix)),
            "no case begins with {prefix:?}"
        );
    }
    for adapter in socket::all() {
        let mut cases = found.clone();
        cases.retain(|case| !(case.comes_back && adapter.blocks()));
        check_all(&*adapter, &cases);
    }
}

/// ws-rs: output for a peer that never reads grew without limit.
#[test]
fn cve_2020_35896_output_is_bounded() {
    holds(&["queue/full", "queue/is bounded"]);
}

/// gorilla/websocket and undici: lengths that overflow when they are added up passed the limit.
#[test]
fn cve_2020_27813_and_2026_1528_lengths_do_not_overflow() {
    holds(&["limits/a frame that claims", "limits/a continuation that claims", "limits/no limit"]);
}

/// aiohttp: the limit was looked at when the payload had come.
#[test]
fn cve_2026_54274_limits_hold_before_the_payload_comes() {
    holds(&["limits/frame of", "limits/message of"]);
}

/// aiohttp: a compressed frame was taken although nothing of the kind had been negotiated.
#[test]
fn cve_2026_59881_reserved_bits_that_were_not_negotiated() {
    holds(&[
        "broken/first reserved bit",
        "broken/second reserved bit",
        "broken/third reserved bit",
        "deflate/mark/not negotiated",
    ]);
}

/// Tomcat: the length of a control frame was not checked.
#[test]
fn cve_2020_13935_control_frames_with_long_lengths() {
    holds(&["broken/a ping of 126", "broken/a ping in long form", "broken/a close of 126"]);
}

/// Tomcat: a peer that never answers a close held the socket for ever.
#[test]
fn cve_2024_23672_a_close_that_is_never_answered() {
    holds(&["close/no answer"]);
}

/// ws: fragments without payload were collected without limit.
#[test]
fn cve_2026_48779_fragments_are_counted() {
    holds(&["limits/4 ", "limits/3 ", "limits/2 "]);
}

/// websocket-driver: the limit was on what came, and not on what it inflated to.
#[test]
fn cve_2026_54490_bombs_stop_at_the_limit() {
    holds(&["deflate/bomb/", "deflate/endless/"]);
}

/// pyws: the limit was forgotten while inflating.
#[test]
fn cve_2018_1000518_the_limit_is_on_what_comes_out() {
    holds(&["deflate/bomb/300000, limit 299999", "deflate/bomb/nothing at all"]);
}

/// undici: a client inflated whatever a server sent. Every case is run in both roles; this one looks that it is.
#[test]
fn cve_2026_1526_clients_have_the_limit_too() {
    let found = cases::some(&["deflate/bomb/"]);
    let of = |role| found.iter().filter(|case| case.role == role).count();
    assert!(of(Role::Client) > 20 && of(Role::Client) == of(Role::Server));
    holds(&["deflate/bomb/65536, limit 65535"]);
}

/// Netty: the limit held in one way to receive and not in the others.
#[test]
fn cve_2026_42587_the_limit_holds_however_a_message_is_received() {
    for how in ["whole", "in parts", "in fragments", "before its end"] {
        holds(&[&format!("deflate/bomb/1000, limit 999, {how}")]);
    }
}

/// QtWebSockets: no limits unless somebody sets them.
#[test]
fn cve_2018_21035_defaults_are_limits() {
    let config = WebSocketConfig::default();
    assert_eq!((config.max_frame_len, config.max_message_len), (16 << 20, 16 << 20));
    assert_eq!((config.max_fragments, config.max_queue_len), (1 << 17, 256 << 10));
    assert_eq!(config.close_timeout, Duration::from_secs(5));
}
