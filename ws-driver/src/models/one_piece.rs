//! A WebSocket in one piece that two tasks share behind a lock, as the halves of futures' `split` do.

use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
};

use loom::thread;
use ws_core::{Message, WebSocketConfig};

use super::{
    block_on, model,
    pipe::{CLOSE, HI, Model, NORMAL, PING, PONG, Peer, Pipe, server},
};
use crate::{Error, WebSocket, hold::lock, sync::Mutex};

/// Held for the time of a poll. futures' lock lets a task wait without keeping its thread; which task gets it next
/// makes no difference here.
#[derive(Clone)]
struct Half(Arc<Mutex<WebSocket<Pipe, Model>>>);

impl Half {
    fn with<O>(&self, poll: impl FnOnce(&mut WebSocket<Pipe, Model>) -> O) -> O {
        poll(&mut lock(&self.0))
    }

    async fn send(&self, text: &'static str) -> Result<(), Error> {
        let (message, mut queued) = (Message::text(text), false);
        poll_fn(|cx| self.with(|ws| ws.poll_send(cx, &message, &mut queued))).await
    }

    fn poll_recv(&self, cx: &mut Context<'_>) -> Poll<Result<Option<Message>, Error>> {
        self.with(|ws| ws.poll_recv(cx))
    }
}

fn halves(room: usize) -> (Half, Half, Peer) {
    let (ws, peer) = server(room, &WebSocketConfig::default());
    let half = Half(Arc::new(Mutex::new(ws)));
    (half.clone(), half, peer)
}

fn receive(half: Half) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        block_on(async { while let Ok(Some(_)) = poll_fn(|cx| half.poll_recv(cx)).await {} });
    })
}

/// Both tasks wait for room at the same time, and the stream remembers one of them.
#[test]
fn both_tasks_hear_of_room() {
    model(2, || {
        let (sender, receiver, peer) = halves(0);
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

/// A sender that waits for a peer that has gone is told by the task that receives.
#[test]
fn a_sender_does_not_wait_for_a_peer_that_has_gone() {
    model(2, || {
        let (sender, receiver, peer) = halves(0);
        let receives = receive(receiver);
        let goes = thread::spawn(move || peer.end());
        assert!(block_on(sender.send("hi")).is_err());
        goes.join().unwrap();
        receives.join().unwrap();
    });
}

/// One task closes, as a sink is closed, and the other receives until it is over.
#[test]
fn a_close_is_answered_and_ends_both_tasks() {
    model(2, || {
        let (sender, receiver, peer) = halves(64);
        let receives = receive(receiver);
        let answers = thread::spawn(move || {
            block_on(peer.expect(&[NORMAL]));
            peer.send(CLOSE, b"\x03\xe8");
        });
        sender.with(WebSocket::start_close).unwrap();
        block_on(poll_fn(|cx| sender.with(|ws| ws.poll_flush(cx)))).unwrap();
        answers.join().unwrap();
        receives.join().unwrap();
    });
}

/// The stream remembers a task that has given up, and another one waits.
#[test]
fn a_sender_that_gives_up_takes_nobody_along() {
    model(2, || {
        let (sender, receiver, peer) = halves(0);
        peer.send(PING, b"p");
        let receives = receive(receiver);
        let takes = thread::spawn(move || {
            peer.make_room(64);
            block_on(peer.expect(&[HI, PONG]));
            peer.end();
        });
        let (message, mut queued) = (Message::text("hi"), false);
        block_on(poll_fn(|cx| {
            let _ = sender.with(|ws| ws.poll_send(cx, &message, &mut queued));
            Poll::Ready(())
        }));
        takes.join().unwrap();
        receives.join().unwrap();
    });
}
