//! When what was fed is written: together, as long as more comes, but not later than that.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use conformance::{
    every_async_runtime, every_runtime,
    messages::{
        bare::{self, done, poll},
        frames::{binary, ping},
    },
    pipe::{Peer, Pipe, Script},
};
use ws_core::{Message, Negotiated, Role, WebSocketConfig};
use ws_driver::{Error, Reads, Runtime, WebSocket, Writes};

fn server<R: Runtime>() -> (WebSocket<Pipe, R>, Peer) {
    let (io, peer) = Pipe::new(Script::new().nonblocking());
    (bare::open(io, Role::Server, Negotiated::default(), &WebSocketConfig::default()), peer)
}

/// Sends a message of this octet, as a portion of its own.
fn send(peer: &Peer, octet: u8) {
    peer.send(binary(vec![octet; 8]).encode(Role::Server));
}

fn echo<R: Reads<Pipe> + Writes<Pipe>>(ws: &mut WebSocket<Pipe, R>) -> Message {
    let message = done(ws.recv()).unwrap().unwrap();
    done(ws.feed(message.clone())).unwrap();
    message
}

fn replies(octets: &[u8]) -> Vec<u8> {
    octets.iter().flat_map(|&octet| binary(vec![octet; 8]).encode(Role::Client)).collect()
}

fn together<R: Reads<Pipe> + Writes<Pipe>>() {
    let (mut ws, peer) = server::<R>();
    (1..=3).for_each(|octet| send(&peer, octet));
    for octet in 1..=3 {
        assert_eq!(echo(&mut ws), Message::binary(vec![octet; 8]));
        assert!(!peer.has_written(), "more has come");
    }
    let before = peer.ops();
    assert!(poll(ws.recv()).is_pending());
    assert_eq!(peer.take_written(), replies(&[1, 2, 3]));
    assert_eq!(peer.ops(), before + 2, "one write and one flush");
}

#[test]
fn the_answers_to_what_has_come_go_out_together() {
    every_async_runtime!(together);
}

fn flood<R: Reads<Pipe> + Writes<Pipe>>() {
    let (mut ws, peer) = server::<R>();
    peer.send(ping(*b"alive?").encode(Role::Server));
    (0..100).for_each(|octet| send(&peer, octet));
    let mut received = 0;
    while !peer.has_written() {
        done(ws.recv()).unwrap().unwrap();
        received += 1;
        assert!(received < 5, "the pong waits for a peer that sends and sends");
    }
    // And so do answers.
    peer.take_written();
    let mut waiting = 0;
    for _ in 0..50 {
        echo(&mut ws);
        waiting = if peer.has_written() { 0 } else { waiting + 1 };
        peer.take_written();
        assert!(waiting < 5, "answers wait for a peer that sends and sends");
    }
}

#[test]
fn a_flood_does_not_keep_back_what_waits() {
    every_runtime!(flood);
}

fn end<R: Reads<Pipe> + Writes<Pipe>>() {
    let (mut ws, peer) = server::<R>();
    (1..=3).for_each(|octet| send(&peer, octet));
    peer.close();
    (1..=3).for_each(|_| _ = echo(&mut ws));
    assert!(matches!(done(ws.recv()), Err(Error::Disconnected)));
    assert_eq!(peer.take_written(), replies(&[1, 2, 3]));
}

#[test]
fn a_peer_that_has_ended_its_side_gets_its_answers() {
    every_runtime!(end);
}
