//! Defects seen in other implementations of today, one test each, over the core.

use bytes::Bytes;
use conformance::{
    core_subject::{CoreSubject, request},
    delivery::Delivery,
    observed::Observed,
    sample::{self, good, switching, upgrade},
    subject::Subject as _,
    vector::{DeflateSetting, Outcome, Role, Vector},
};
use ws_core::{ServerConfig, ServerHandshake};

const CORE: CoreSubject = CoreSubject { keep_alive: false };

fn server(input: impl Into<Vec<u8>>) -> Observed {
    let mut vector = Vector::of(Role::Server, input);
    vector.config.deflate = Some(DeflateSetting::default());
    CORE.server(&vector, Delivery::Whole)
}

fn client(input: impl Into<Vec<u8>>) -> Observed {
    CORE.client(&Vector::of(Role::Client, input), Delivery::Whole)
}

#[test]
fn every_length_of_an_accept_value_is_an_error() {
    for len in 0..=4096 {
        let fields = String::from_utf8(switching("")).unwrap().replace("{A}", &"A".repeat(len));
        let seen = client(fields.into_bytes());
        assert_eq!(seen.outcome, Outcome::Fail, "{len}");
        let error = seen.error.unwrap();
        assert!(error == "bad-accept" || (len == 0 && error == "missing-accept"), "{len}: {error}");
    }
}

#[test]
fn every_length_of_a_key_is_refused_but_24() {
    for letter in ["A", "=", "/", "\u{e9}", " "] {
        for len in 0..=4096 {
            let key = letter.repeat(len / letter.len());
            let request = sample::without_key(&format!("Sec-WebSocket-Key: {key}\r\n"));
            assert_eq!(server(request).answered(), Some(400), "{letter:?} {len}");
        }
    }
    assert_eq!(server(good()).answered(), Some(101));
}

#[test]
fn connection_lists_are_lists_in_an_answer() {
    let answer = String::from_utf8(switching("")).unwrap();
    for value in
        ["keep-alive, Upgrade", "Upgrade, keep-alive", "keep-alive,\tupgrade ,", ",UPGRADE"]
    {
        let answer = answer.replace("Connection: Upgrade", &format!("Connection: {value}"));
        assert_eq!(client(answer.into_bytes()).outcome, Outcome::Open, "{value}");
    }
    for value in ["upgraded", "notupgrade", "up grade", "keep-alive Upgrade", "\"upgrade\""] {
        let answer = answer.replace("Connection: Upgrade", &format!("Connection: {value}"));
        let seen = client(answer.into_bytes());
        assert_eq!(seen.error.as_deref(), Some("no-connection"), "{value}");
    }
}

/// Every single octet of a good request and a good answer, replaced by each of the 256.
#[test]
fn no_octet_makes_either_side_panic() {
    let request =
        upgrade("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
    for at in 0..request.len() {
        for octet in 0..=255 {
            let mut input = request.clone();
            input[at] = octet;
            let seen = server(input);
            // In a field nobody reads anything may stand; whatever is decided, something is said.
            assert!(seen.outcome != Outcome::NeedMore || seen.wire.is_empty());
            assert!(seen.outcome == Outcome::NeedMore || seen.answered().is_some());
        }
    }
    let answer = switching("");
    for at in 0..answer.len() {
        for octet in 0..=255 {
            let mut input = answer.clone();
            input[at] = octet;
            let seen = client(input);
            assert!(seen.outcome != Outcome::Fail || seen.error.is_some());
        }
    }
}

#[test]
fn a_buffer_that_is_shared_is_not_touched() {
    let shared = Bytes::from(good());
    let copy = shared.clone();
    let server = ServerHandshake::with_buffered(&ServerConfig::new(), shared);
    assert!(request(server).accept().is_ok());
    assert_eq!(copy, good());
}
