//! Models: small programs of two or three threads, run in every order that loom finds in which they can do things.
//!
//! A task that is not woken waits for ever, which loom reports as a deadlock. So a model asserts little, and that it
//! ends is what it shows. Run them with `cargo xtask loom`; with any other command they are not compiled.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll, Wake, Waker},
};

use loom::{model::Builder, sync::Notify};

mod one_piece;
mod pipe;
mod split;
mod tracker;

/// Runs a model. Orders with more than `preemptions` switches away from a thread that could go on are left out: nearly
/// every mistake shows with two, and there are too many of the others.
fn model(preemptions: usize, run: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(Some(preemptions));
    let orders = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&orders);
    builder.check(move || {
        count.fetch_add(1, Relaxed);
        run();
    });
    println!("{} orders", orders.load(Relaxed));
}

/// Drives a future on this thread, which sleeps until it is woken.
fn block_on<F: Future>(future: F) -> F::Output {
    let bed = Arc::new(Bed(Notify::new()));
    let waker = Waker::from(Arc::clone(&bed));
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        bed.0.wait();
    }
}

/// Where a thread sleeps.
struct Bed(Notify);

impl Wake for Bed {
    fn wake(self: Arc<Self>) {
        self.0.notify();
    }
}
