//! A task to wake, behind a lock that is open whenever a waker is called or dropped.
//!
//! Either may run anything: a waker can be the last to hold a task, and that task whatever uses the very same slot.

use std::task::{Context, Waker};

use crate::{hold::lock, sync::Mutex};

/// A task to wake.
#[derive(Debug, Default)]
pub(crate) struct WakerSlot(Mutex<Option<Waker>>);

impl WakerSlot {
    /// Remembers the task that polls.
    pub(crate) fn remember(&self, cx: &Context<'_>) {
        let mut slot = lock(&self.0);
        if slot.as_ref().is_some_and(|known| known.will_wake(cx.waker())) {
            return;
        }
        let former = slot.replace(cx.waker().clone());
        drop(slot);
        drop(former);
    }

    /// Wakes the task, and forgets it.
    pub(crate) fn wake(&self) {
        let waker = lock(&self.0).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, mpsc},
        task::Wake,
        thread,
        time::Duration,
    };

    use super::*;

    /// A task that its waker alone holds, and that uses the slot when it is woken and when it goes.
    struct Task(Arc<WakerSlot>);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.remember(&Context::from_waker(Waker::noop()));
        }
    }

    impl Drop for Task {
        fn drop(&mut self) {
            self.0.wake();
        }
    }

    /// uWebSockets used what had been freed while it was in use; with a lock in between, it would wait for itself.
    #[test]
    fn uws_1583_a_task_may_go_with_its_waker() {
        let (done, ended) = mpsc::channel();
        thread::spawn(move || {
            for woken in [false, true] {
                let slot = Arc::new(WakerSlot::default());
                let waker = Waker::from(Arc::new(Task(Arc::clone(&slot))));
                slot.remember(&Context::from_waker(&waker));
                drop(waker);
                match woken {
                    true => slot.wake(),
                    false => slot.remember(&Context::from_waker(Waker::noop())),
                }
                done.send(Arc::strong_count(&slot)).unwrap();
            }
        });
        for _ in 0..2 {
            let held = ended.recv_timeout(Duration::from_secs(60)).expect("it waits for itself");
            assert_eq!(held, 1, "the task is gone");
        }
    }
}
