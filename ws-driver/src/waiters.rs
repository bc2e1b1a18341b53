//! The tasks that wait for a WebSocket in one piece: one may receive and another send, as with the halves of
//! futures' `split`.
//!
//! Receiving also writes, and a stream remembers only one task for each direction. So while both wait, both
//! are woken. A stream may even forget that one when somebody else writes, as smol's sockets do: whoever does what
//! the other waits for wakes it.

use std::{
    sync::Arc,
    task::{Context, Wake, Waker},
};

/// Who waits: for each of what a task does, the last that did it, and whether it waits. It is kept when it waits no more,
/// being most likely the next, too.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    tasks: [Option<Waker>; 2],
    waits: [bool; 2],
}

/// What a task does with the WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    Receive,
    Send,
}

impl Waiters {
    /// What to poll with instead, so that a task that waits for the other direction is not forgotten.
    #[inline]
    pub(crate) fn both(&self, does: Does, cx: &Context<'_>) -> Option<Waker> {
        let other = match does {
            Does::Receive => Does::Send,
            Does::Send => Does::Receive,
        };
        self.waiting(other).and_then(|other| both(cx, other))
    }

    /// Whether the task waits, now that it has polled.
    #[inline]
    pub(crate) fn polled(&mut self, does: Does, cx: &Context<'_>, waits: bool) {
        self.waits[does as usize] = waits;
        if waits {
            self.remember(does, cx);
        }
    }

    /// Whether another task than this one waits to receive.
    #[inline]
    pub(crate) fn is_receiving_elsewhere(&self, cx: &Context<'_>) -> bool {
        self.waiting(Does::Receive).is_some_and(|task| !task.will_wake(cx.waker()))
    }

    /// Wakes a task that waits to send, once for each time that it waits. The stream may have forgotten it. So
    /// it is woken within one task, too: who sends may have had its turn before who receives.
    pub(crate) fn wake_sender(&mut self) {
        if let Some(task) = self.waiting(Does::Send) {
            task.wake_by_ref();
            self.waits[Does::Send as usize] = false;
        }
    }

    /// Wakes a task that waits to receive, within one task, too.
    pub(crate) fn wake_receiver(&self) {
        if let Some(task) = self.waiting(Does::Receive) {
            task.wake_by_ref();
        }
    }

    #[inline]
    fn waiting(&self, does: Does) -> Option<&Waker> {
        self.tasks[does as usize].as_ref().filter(|_| self.waits[does as usize])
    }

    fn remember(&mut self, does: Does, cx: &Context<'_>) {
        let task = &mut self.tasks[does as usize];
        if !task.as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
            *task = Some(cx.waker().clone());
        }
    }
}

/// Wakes this task and another one, if they are two.
#[cold]
fn both(cx: &Context<'_>, other: &Waker) -> Option<Waker> {
    if other.will_wake(cx.waker()) {
        return None;
    }
    Some(Waker::from(Arc::new(Both(cx.waker().clone(), other.clone()))))
}

struct Both(Waker, Waker);

impl Wake for Both {
    fn wake(self: Arc<Self>) {
        self.0.wake_by_ref();
        self.1.wake_by_ref();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::played::Woken;

    #[test]
    fn two_tasks_that_wait_are_both_woken_and_one_is_once() {
        let [one, other] = [(); 2].map(|()| Arc::new(Woken::default()));
        let [waker, other_waker] = [&one, &other].map(|count| Waker::from(count.clone()));
        let [cx, other_cx] = [&waker, &other_waker].map(Context::from_waker);
        let mut waiters = Waiters::default();
        assert!(waiters.both(Does::Send, &cx).is_none() && !waiters.is_receiving_elsewhere(&cx));

        waiters.polled(Does::Receive, &other_cx, true);
        assert!(waiters.is_receiving_elsewhere(&cx) && !waiters.is_receiving_elsewhere(&other_cx));
        waiters.both(Does::Send, &cx).unwrap().wake();
        assert_eq!((one.take(), other.take()), (1, 1));
        assert!(waiters.both(Does::Send, &other_cx).is_none());
        assert!(waiters.both(Does::Receive, &cx).is_none());
        waiters.wake_sender();
        assert_eq!((one.take(), other.take()), (0, 0));
        waiters.wake_receiver();
        assert_eq!((one.take(), other.take()), (0, 1));

        waiters.polled(Does::Send, &cx, true);
        waiters.both(Does::Receive, &other_cx).unwrap().wake();
        assert_eq!((one.take(), other.take()), (1, 1));
        waiters.wake_sender();
        waiters.wake_sender();
        assert_eq!((one.take(), other.take()), (1, 0));

        waiters.polled(Does::Receive, &other_cx, false);
        assert!(waiters.both(Does::Send, &cx).is_none() && !waiters.is_receiving_elsewhere(&cx));
    }
}
