//! Waiting for the SETTINGS of a server.
//!
//! hyper knows whether the server takes extended CONNECT, and has no way to wait for it. What reads frames is a
//! task that is given to its executor, so the executor tells when that task has done something.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Waker,
};

use hyper::rt::Executor;

/// An executor that knows the first task, which reads frames.
#[derive(Clone, Debug, Default)]
pub(super) struct Settling(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    has_begun: AtomicBool,
    waits: Mutex<Option<Waker>>,
}

impl Settling {
    /// Wakes a task when frames may have come.
    pub(super) fn wake(&self, waker: &Waker) {
        let mut waits = self.0.waits.lock().unwrap_or_else(PoisonError::into_inner);
        let former = waits.replace(waker.clone());
        drop(waits);
        // It may be the last to hold a task, which may hold this.
        drop(former);
    }
}

impl Shared {
    fn tell(&self) {
        let waker = self.waits.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<F: Future<Output: Send> + Send + 'static> Executor<F> for Settling {
    fn execute(&self, task: F) {
        if self.0.has_begun.swap(true, Ordering::Relaxed) {
            tokio::spawn(task);
            return;
        }
        let shared = Arc::clone(&self.0);
        tokio::spawn(async move {
            let mut task = pin!(task);
            poll_fn(|cx| {
                let polled = task.as_mut().poll(cx);
                shared.tell();
                polled
            })
            .await
        });
    }
}
