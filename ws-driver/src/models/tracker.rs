//! A shutdown, and those who wait for it: who listens and then looks misses nothing.

use std::time::Duration;

use loom::thread;
use ws_core::{Tracks, WebSocketConfig};

use super::{
    block_on, model,
    pipe::{CLOSE, GOING_AWAY, Model, server},
};
use crate::Tracker;

/// Longer than a model runs: nothing ends because its time is up.
const LONG: Duration = Duration::from_secs(3600);

#[test]
fn a_shutdown_is_over_when_the_last_one_goes() {
    model(2, || {
        let tracker = Tracker::<Model>::new();
        let tasks = [Tracks::WebSocket, Tracks::Task].map(|what| {
            let tracked = tracker.as_ref().track(what);
            thread::spawn(move || drop(tracked))
        });
        block_on(tracker.shut_down(LONG));
        assert!(tracker.is_empty());
        for task in tasks {
            task.join().unwrap();
        }
    });
}

#[test]
fn who_waits_for_a_shutdown_hears_of_it() {
    model(2, || {
        let tracker = Tracker::<Model>::new();
        let waits = thread::spawn({
            let begins = tracker.shutting_down();
            move || block_on(begins)
        });
        let also = thread::spawn({
            let tracker = tracker.clone();
            move || block_on(tracker.shut_down(LONG))
        });
        block_on(tracker.shut_down(LONG));
        waits.join().unwrap();
        also.join().unwrap();
    });
}

/// From the program that shuts down to the peer, and back by way of its answer.
#[test]
fn a_web_socket_that_waits_is_closed() {
    model(2, || {
        let tracker = Tracker::<Model>::new();
        let config = WebSocketConfig::new().tracker(&tracker);
        let (mut ws, peer) = server(64, &config);
        let receives = thread::spawn(move || {
            block_on(async { while let Ok(Some(_)) = ws.recv().await {} });
        });
        let answers = thread::spawn(move || {
            block_on(peer.expect(&[GOING_AWAY]));
            peer.send(CLOSE, b"\x03\xe9");
        });
        let outcome = block_on(tracker.shut_down(LONG));
        assert_eq!((outcome.clean, outcome.held), (1, 0));
        receives.join().unwrap();
        answers.join().unwrap();
    });
}

/// The same for a WebSocket in halves, of which one sends.
#[test]
fn a_split_web_socket_is_closed() {
    model(2, || {
        let tracker = Tracker::<Model>::new();
        let config = WebSocketConfig::new().tracker(&tracker);
        let (ws, peer) = server(64, &config);
        let (mut sender, mut receiver) = ws.split();
        peer.send(CLOSE, b"\x03\xe9");
        let receives = thread::spawn(move || {
            block_on(async { while let Ok(Some(_)) = receiver.recv().await {} });
        });
        let sends = thread::spawn(move || {
            let _ = block_on(sender.send("hi"));
        });
        let outcome = block_on(tracker.shut_down(LONG));
        assert_eq!(outcome.held, 0);
        receives.join().unwrap();
        sends.join().unwrap();
    });
}
