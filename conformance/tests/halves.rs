//! The halves of a WebSocket go on with what it has begun, and it with what they have.

#![cfg(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "blocking"))]
#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
};

use conformance::{
    every_async_runtime,
    messages::bare::{self, done},
    pipe::{Peer, Pipe, Script, Waits},
};
use ws_core::{Message, Negotiated, Role, WebSocketConfig};
use ws_driver::{Reads, WebSocket, Writes};

fn open<R: Reads<Pipe> + Writes<Pipe>>(
    script: Script,
    negotiated: Negotiated,
) -> (WebSocket<Pipe, R>, Peer) {
    let (pipe, peer) = Pipe::new(script);
    (bare::open(pipe, Role::Server, negotiated, &WebSocketConfig::new()), peer)
}

/// Polls it once.
fn begin(future: impl Future) {
    let polled = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
}

/// A message is written, and the stream holds it back until it is flushed, which has to wait.
fn holding() -> Script {
    Script::new().hold_until_flush().waits(Waits::At(1))
}

fn what_is_held_back_is_flushed_by_a_half<R: Reads<Pipe> + Writes<Pipe>>() {
    let (mut ws, peer) = open::<R>(holding(), Negotiated::default());
    begin(ws.send(Message::text("hello")));
    assert!(peer.unflushed_len() > 0 && !peer.has_written());
    let (mut sender, _receiver) = ws.split();
    done(sender.flush()).unwrap();
    assert_eq!(peer.written(), b"\x81\x05hello");
}

fn what_is_held_back_is_flushed_by_both<R: Reads<Pipe> + Writes<Pipe>>() {
    let (ws, peer) = open::<R>(holding(), Negotiated::default());
    let (mut sender, receiver) = ws.split();
    begin(sender.send(Message::text("hello")));
    assert!(peer.unflushed_len() > 0 && !peer.has_written());
    let mut ws = receiver.unsplit(sender).ok().unwrap();
    done(ws.flush()).unwrap();
    assert_eq!(peer.written(), b"\x81\x05hello");
}

fn what_is_held_back_is_flushed_by_who_receives<R: Reads<Pipe> + Writes<Pipe>>() {
    let (mut ws, peer) = open::<R>(holding(), Negotiated::default());
    begin(ws.send(Message::text("hello")));
    assert!(peer.unflushed_len() > 0 && !peer.has_written());
    begin(ws.recv());
    assert_eq!(peer.written(), b"\x81\x05hello");
}

#[test]
fn what_is_held_back_is_flushed() {
    every_async_runtime!(what_is_held_back_is_flushed_by_who_receives);
    every_async_runtime!(what_is_held_back_is_flushed_by_a_half);
    every_async_runtime!(what_is_held_back_is_flushed_by_both);
}

fn a_half_compresses_or_not<R: Reads<Pipe> + Writes<Pipe>>() {
    let negotiated = Negotiated::new(None, "permessage-deflate".parse().ok());
    let (ws, peer) = open::<R>(Script::new(), negotiated);
    let (mut sender, _receiver) = ws.split();
    let message = Message::text("a".repeat(1000));
    for (on, is_short) in [(true, true), (false, false), (true, true)] {
        sender.enable_compression(on);
        done(sender.send(message.clone())).unwrap();
        assert_eq!(peer.take_written().len() < 100, is_short);
    }
}

#[test]
fn compression_is_switched_by_a_half() {
    every_async_runtime!(a_half_compresses_or_not);
}
