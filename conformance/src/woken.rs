//! Whether a task was woken, for who polls by hand.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Wake,
};

/// Remembers that somebody was woken.
#[derive(Debug, Default)]
pub struct Woken(AtomicBool);

impl Woken {
    /// Nobody was, so far.
    pub fn forget(&self) {
        self.0.store(false, Ordering::Release);
    }

    /// Whether somebody was.
    pub fn is_woken(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}
