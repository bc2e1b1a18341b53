//! The tasks to wake when all locks have been let go.

use std::{cell::Cell, task::Waker};

/// Wakers that are collected under locks, and called when this is dropped.
///
/// Their memory is the thread's, so that a publication to many allocates nothing for them.
#[derive(Debug)]
pub(crate) struct Wakers(Vec<Waker>);

impl Wakers {
    pub(crate) fn new() -> Self {
        // At the end of a thread there is none any more.
        Self(MEMORY.try_with(Cell::take).unwrap_or_default())
    }

    pub(crate) fn push(&mut self, waker: Waker) {
        self.0.push(waker);
    }
}

impl Drop for Wakers {
    fn drop(&mut self) {
        self.0.drain(..).for_each(Waker::wake);
        if self.0.capacity() <= MAX_KEPT {
            let memory = std::mem::take(&mut self.0);
            let _ = MEMORY.try_with(|it| it.set(memory));
        }
    }
}

/// 256 KiB at most stay with a thread, enough for a topic of 16,384 members.
const MAX_KEPT: usize = 1 << 14;

thread_local! {
    static MEMORY: Cell<Vec<Waker>> = const { Cell::new(Vec::new()) };
}
