//! Says which run failed, and notices one that does not end.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

/// What is being tried now.
#[derive(Clone, Default)]
pub(crate) struct Now(Arc<Mutex<String>>);

impl Now {
    pub(crate) fn say(&self, what: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }

    fn said(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Runs a test in a thread of its own. When it panics or does not end, what it tried last is printed.
#[expect(clippy::panic, reason = "this is how a test fails")]
pub(crate) fn watched(test: impl FnOnce(&Now) + Send + 'static) {
    let now = Now::default();
    let (ended, end) = mpsc::channel::<()>();
    let inner = now.clone();
    let thread = thread::spawn(move || {
        // Dropped when the test ends, in whatever way.
        let _ended = ended;
        test(&inner);
    });
    if end.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("this does not end: {}", now.said());
    }
    if thread.join().is_err() {
        panic!("this failed: {}", now.said());
    }
}

/// A test takes a few seconds.
const PATIENCE: Duration = Duration::from_secs(100);
