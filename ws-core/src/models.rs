//! Models of the tracker, which several threads use at the same time: run in every order that loom finds in which they
//! can do things. `cargo xtask loom` runs them.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::sync::Arc;

use loom::{sync::Notify, thread};

use crate::{Alarm, CloseFrame, Tracker, Tracks};

/// An owner that sleeps until it is told to look.
#[derive(Default)]
struct Bed(Notify);

impl Alarm for Bed {
    fn ring(&self) {
        self.0.notify();
    }
}

fn model(run: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(Some(3));
    builder.check(run);
}

/// Listens, and looks whether `until` is true, until it is.
fn wait(tracker: &Tracker, until: impl Fn(&Tracker) -> bool) {
    let mut tracked = tracker.track(Tracks::Nothing);
    loop {
        let alarm = tracked.alarm::<Bed>().unwrap();
        if until(tracker) {
            return;
        }
        alarm.0.wait();
    }
}

#[test]
fn who_listens_and_then_looks_sees_the_shutdown() {
    model(|| {
        let tracker = Tracker::new();
        let waits = thread::spawn({
            let tracker = tracker.clone();
            move || {
                wait(&tracker, Tracker::is_shutting_down);
                // Whoever knows that it has begun also finds out what it is.
                assert_eq!(tracker.shutdown().unwrap().frame, CloseFrame::GOING_AWAY);
            }
        });
        tracker.shut_down(CloseFrame::GOING_AWAY, None).unwrap();
        waits.join().unwrap();
    });
}

#[test]
fn who_waits_for_the_last_one_hears_of_it() {
    model(|| {
        let tracker = Tracker::new();
        let tasks = [Tracks::WebSocket, Tracks::Handshake].map(|what| {
            let tracked = tracker.track(what);
            thread::spawn(move || drop(tracked))
        });
        tracker.shut_down(CloseFrame::GOING_AWAY, None).unwrap();
        wait(&tracker, Tracker::is_idle);
        for task in tasks {
            task.join().unwrap();
        }
        assert!(tracker.outcome().cut <= 1);
    });
}

/// A handshake becomes a WebSocket while the shutdown begins: one of the two is there at any time.
#[test]
fn a_handshake_that_opens_is_waited_for() {
    model(|| {
        let tracker = Tracker::new();
        let handshake = tracker.track(Tracks::Handshake);
        let done = Arc::new(loom::sync::atomic::AtomicBool::new(false));
        let opens = thread::spawn({
            let (tracker, done) = (tracker.clone(), Arc::clone(&done));
            move || {
                let ws = tracker.track(Tracks::WebSocket);
                drop(handshake);
                done.store(true, loom::sync::atomic::Ordering::SeqCst);
                drop(ws);
            }
        });
        tracker.shut_down(CloseFrame::GOING_AWAY, None).unwrap();
        wait(&tracker, Tracker::is_idle);
        assert!(done.load(loom::sync::atomic::Ordering::SeqCst), "it was not waited for");
        opens.join().unwrap();
    });
}
