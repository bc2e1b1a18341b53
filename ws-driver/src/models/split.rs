//! The halves of `split`: what one parks for the other, and who wakes whom.

use std::{future::poll_fn, task::Poll};

use loom::thread;
use ws_core::{Message, WebSocketConfig};

use super::{
    block_on, model,
    pipe::{CLOSE, HI, Model, NORMAL, PING, PONG, Peer, Pipe, server},
};
use crate::{RecvHalf, SendHalf, hold::Shared};

type Sender = SendHalf<Shared<Pipe>, Model>;
type Receiver = RecvHalf<Shared<Pipe>, Model>;

fn halves(room: usize) -> (Sender, Receiver, Peer) {
    let (ws, peer) = server(room, &WebSocketConfig::default());
    let (sender, receiver) = ws.split();
    (sender, receiver, peer)
}

/// Receives on another thread, until nothing more comes.
fn receive(mut receiver: Receiver) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        block_on(async { while let Ok(Some(_)) = receiver.recv().await {} });
    })
}

/// The sender writes, and the receiver has a pong to write: whoever lets go last sends what was parked.
#[test]
fn a_reply_is_sent_by_one_half_or_the_other() {
    model(2, || {
        let (mut sender, receiver, peer) = halves(64);
        peer.send(PING, b"p");
        let receives = receive(receiver);
        block_on(async {
            sender.send("hi").await.unwrap();
            peer.expect(&[HI, PONG]).await;
        });
        peer.end();
        receives.join().unwrap();
    });
}

/// Both halves wait for room at the same time, and the stream remembers one of them.
#[test]
fn both_halves_hear_of_room() {
    // With two switches there are half a million orders, which were tried once.
    model(1, || {
        let (mut sender, receiver, peer) = halves(0);
        peer.send(PING, b"p");
        let receives = receive(receiver);
        let takes = thread::spawn(move || {
            peer.make_room(64);
            block_on(peer.expect(&[HI, PONG]));
            peer
        });
        // Not because it is over: that would wake everybody.
        block_on(sender.send("hi")).unwrap();
        takes.join().unwrap().end();
        receives.join().unwrap();
    });
}

/// The half that receives waits for the peer's close, and the half that sends has asked for it.
#[test]
fn a_close_is_answered_and_ends_both_halves() {
    model(2, || {
        let (mut sender, receiver, peer) = halves(64);
        let receives = receive(receiver);
        let answers = thread::spawn(move || {
            block_on(peer.expect(&[NORMAL]));
            peer.send(CLOSE, b"\x03\xe8");
        });
        block_on(sender.close()).unwrap();
        answers.join().unwrap();
        receives.join().unwrap();
    });
}

/// The peer closes while the other half writes.
#[test]
fn a_close_of_the_peer_is_answered_while_the_other_half_writes() {
    model(2, || {
        let (mut sender, receiver, peer) = halves(64);
        peer.send(CLOSE, b"\x03\xe8");
        let receives = receive(receiver);
        // Whether it was in time is for the order to say.
        let _ = block_on(sender.send("hi"));
        block_on(peer.expect(&[NORMAL]));
        receives.join().unwrap();
    });
}

/// A sender that waits for a peer that has gone.
#[test]
fn a_sender_does_not_wait_for_a_peer_that_has_gone() {
    model(2, || {
        let (mut sender, receiver, peer) = halves(0);
        let receives = receive(receiver);
        let goes = thread::spawn(move || peer.end());
        assert!(block_on(sender.send("hi")).is_err());
        goes.join().unwrap();
        receives.join().unwrap();
    });
}

/// The half that sends asks for something while the other one has a pong to write: it has the lock, and writes nothing.
#[test]
fn a_half_that_only_looks_keeps_the_other_from_nothing() {
    model(3, || {
        let (sender, receiver, peer) = halves(0);
        peer.send(PING, b"p");
        let receives = receive(receiver);
        let takes = thread::spawn(move || {
            peer.make_room(64);
            block_on(peer.expect(&[PONG]));
            peer.end();
        });
        // The first time it sees that the other one was turned away, and the second time nobody was.
        sender.pending_len();
        sender.pending_len();
        takes.join().unwrap();
        receives.join().unwrap();
    });
}

/// The stream remembers a task that has given up, and another one waits.
#[test]
fn a_sender_that_gives_up_takes_nobody_along() {
    model(2, || {
        let (mut sender, receiver, peer) = halves(0);
        peer.send(PING, b"p");
        let receives = receive(receiver);
        let takes = thread::spawn(move || {
            peer.make_room(64);
            block_on(peer.expect(&[HI, PONG]));
            peer.end();
        });
        let (message, mut queued) = (Message::text("hi"), false);
        block_on(poll_fn(|cx| {
            let _ = sender.poll_send(cx, &message, &mut queued);
            Poll::Ready(())
        }));
        takes.join().unwrap();
        receives.join().unwrap();
    });
}
