//! When what was fed is written: together, as long as more comes, but not later than that.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use conformance::{
    every_async_runtime, every_runtime,
    messages::{
        bare::{self, done, poll},
        frames::{binary, ping},
        line::{Far, Line, Terms},
    },
};
use ws_core::{Message, Negotiated, Role, WebSocketConfig};
use ws_driver::{Error, Reads, Runtime, WebSocket, Writes};

fn server<R: Runtime>() -> (WebSocket<Line, R>, Far) {
    let (io, far) = Line::new(Terms { nonblocking: true, ..Terms::default() });
    (bare::open(io, Role::Server, Negotiated::default(), &WebSocketConfig::default()), far)
}

/// Sends a message of this octet, as a portion of its own.
fn send(far: &Far, octet: u8) {
    far.send(&binary(vec![octet; 8]).encode(Role::Server));
}

fn echo<R: Reads<Line> + Writes<Line>>(ws: &mut WebSocket<Line, R>) -> Message {
    let message = done(ws.recv()).unwrap().unwrap();
    done(ws.feed(message.clone())).unwrap();
    message
}

fn replies(octets: &[u8]) -> Vec<u8> {
    octets.iter().flat_map(|&octet| binary(vec![octet; 8]).encode(Role::Client)).collect()
}

fn together<R: Reads<Line> + Writes<Line>>() {
    let (mut ws, far) = server::<R>();
    (1..=3).for_each(|octet| send(&far, octet));
    for octet in 1..=3 {
        assert_eq!(echo(&mut ws), Message::binary(vec![octet; 8]));
        assert!(!far.has_written(), "more has come");
    }
    let before = far.ops();
    assert!(poll(ws.recv()).is_pending());
    assert_eq!(far.take_written(), replies(&[1, 2, 3]));
    assert_eq!(far.ops(), before + 2, "one write and one flush");
}

#[test]
fn the_answers_to_what_has_come_go_out_together() {
    every_async_runtime!(together);
}

fn flood<R: Reads<Line> + Writes<Line>>() {
    let (mut ws, far) = server::<R>();
    far.send(&ping(*b"alive?").encode(Role::Server));
    (0..100).for_each(|octet| send(&far, octet));
    let mut received = 0;
    while !far.has_written() {
        done(ws.recv()).unwrap().unwrap();
        received += 1;
        assert!(received < 5, "the pong waits for a peer that sends and sends");
    }
    // And so do answers.
    far.take_written();
    let mut waiting = 0;
    for _ in 0..50 {
        echo(&mut ws);
        waiting = if far.has_written() { 0 } else { waiting + 1 };
        far.take_written();
        assert!(waiting < 5, "answers wait for a peer that sends and sends");
    }
}

#[test]
fn a_flood_does_not_keep_back_what_waits() {
    every_runtime!(flood);
}

fn end<R: Reads<Line> + Writes<Line>>() {
    let (mut ws, far) = server::<R>();
    (1..=3).for_each(|octet| send(&far, octet));
    far.close();
    (1..=3).for_each(|_| _ = echo(&mut ws));
    assert!(matches!(done(ws.recv()), Err(Error::Disconnected)));
    assert_eq!(far.take_written(), replies(&[1, 2, 3]));
}

#[test]
fn a_peer_that_has_ended_its_side_gets_its_answers() {
    every_runtime!(end);
}
