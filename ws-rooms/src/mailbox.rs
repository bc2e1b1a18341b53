//! What waits for one member: a queue for each of its topics, within limits.
//!
//! ```text
//! push      room ---> queued, and the member's task is to be woken if it waits
//!           none ---> DropOldest: from the front, until there is room
//!                     DropNewest: not queued
//!                     Disconnect: all queues are freed, and the member is to close
//! pop       whatever was queued first, of all queues
//! ```
//!
//! What was dropped leaves its number at its place: before the front, or behind the back.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Waker},
};

use slab::Slab;
use ws_tokio::Prepared;

use crate::{
    config::RoomsConfig,
    subscription::{MemberId, Policy, Present},
    wakers::Wakers,
};

/// What a topic has for a subscriber.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    Message(Arc<Prepared>),
    Joined(Arc<Present>),
    Left(Arc<Present>),
    /// Something of other nodes may be missing.
    Gap,
    /// So many were dropped here.
    Missed(u64),
}

impl Entry {
    /// What it counts for in `max_queued_len`.
    fn len(&self) -> usize {
        match self {
            Self::Message(message) => message.message().len(),
            Self::Joined(who) | Self::Left(who) => who.identity.len(),
            Self::Gap | Self::Missed(_) => 0,
        }
    }
}

/// What has come of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// It is queued, and so many had to give way.
    Queued { dropped: u64 },
    /// It was dropped.
    Dropped,
    /// There was no room, so the member is to leave all topics.
    Removed,
    /// The member was to leave before.
    Gone,
}

/// What waits first.
#[derive(Debug)]
pub(crate) enum Popped {
    Entry(Arc<str>, Entry),
    /// The member is to leave all topics and close, because of this one.
    Removed(Arc<str>),
    /// Nothing; the task is woken when there is something.
    Empty,
}

#[derive(Debug)]
pub(crate) struct Mailbox {
    pub(crate) id: MemberId,
    max_queued: usize,
    max_queued_len: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    queues: Slab<Queue>,
    /// Numbers what is pushed, so that it is popped in this order.
    next: u64,
    /// The member's task, which is woken for entries only while it waits for them.
    task: Option<Waker>,
    waits: bool,
    removed: Option<Arc<str>>,
}

#[derive(Debug)]
struct Queue {
    topic: Arc<str>,
    policy: Policy,
    entries: VecDeque<(u64, Entry)>,
    len: usize,
    missed_before: u64,
    missed_behind: u64,
}

impl Mailbox {
    pub(crate) fn new(id: MemberId, config: &RoomsConfig) -> Self {
        let RoomsConfig { max_queued, max_queued_len, .. } = *config;
        Self { id, max_queued: max_queued.max(1), max_queued_len, state: Mutex::default() }
    }

    /// Adds a queue, unless the member is to leave.
    pub(crate) fn open(&self, topic: Arc<str>, policy: Policy) -> Option<usize> {
        let mut state = self.state();
        if state.removed.is_some() {
            return None;
        }
        Some(state.queues.insert(Queue::new(topic, policy)))
    }

    /// Takes a queue away, with what is in it. The topic does not know it any more.
    pub(crate) fn close(&self, key: usize) {
        let queue = self.state().queues.try_remove(key);
        drop(queue);
    }

    pub(crate) fn push(&self, key: usize, entry: &Entry, wakers: &mut Wakers) -> Pushed {
        let mut guard = self.state();
        let state = &mut *guard;
        if state.removed.is_some() {
            return Pushed::Gone;
        }
        let Some(queue) = state.queues.get_mut(key) else { return Pushed::Gone };
        let len = entry.len();
        let fits = |queue: &Queue| {
            // Behind what was dropped, its number takes a place as well.
            let places = if queue.marks_missed() { 2 } else { 1 };
            self.max_queued >= places
                && queue.entries.len() <= self.max_queued - places
                && queue.len.saturating_add(len) <= self.max_queued_len
        };
        let mut dropped = 0;
        match queue.policy {
            Policy::DropOldest => {
                while !fits(queue) && queue.drop_front() {
                    dropped += 1;
                }
            }
            Policy::DropNewest if !fits(queue) => {
                queue.missed_behind += 1;
                return Pushed::Dropped;
            }
            Policy::Disconnect if !fits(queue) => {
                state.removed = Some(Arc::clone(&queue.topic));
                // The member may take its time; its memory does not.
                for (_, queue) in &mut state.queues {
                    queue.clear();
                }
                state.waits = false;
                state.task.iter().for_each(|task| wakers.push(task.clone()));
                return Pushed::Removed;
            }
            Policy::DropNewest | Policy::Disconnect => {}
        }
        queue.push(&mut state.next, entry.clone(), len);
        if state.waits {
            state.waits = false;
            state.task.iter().for_each(|task| wakers.push(task.clone()));
        }
        Pushed::Queued { dropped }
    }

    /// Takes what was queued first, or remembers the task to wake.
    pub(crate) fn pop(&self, cx: &Context<'_>) -> Popped {
        self.remember(cx, |state| {
            if let Some(topic) = &state.removed {
                return Popped::Removed(Arc::clone(topic));
            }
            match state.pop() {
                Some((topic, entry)) => Popped::Entry(topic, entry),
                None => {
                    state.waits = true;
                    Popped::Empty
                }
            }
        })
    }

    /// Whether the member is to leave; if not, its task is woken when it is, and not for entries.
    pub(crate) fn poll_removed(&self, cx: &Context<'_>) -> bool {
        self.remember(cx, |state| {
            state.waits = false;
            state.removed.is_some()
        })
    }

    /// Remembers the task, and looks at the state. A former task may hold other members of the same topics, and go
    /// with its waker: then the lock is open again.
    fn remember<O>(&self, cx: &Context<'_>, then: impl FnOnce(&mut State) -> O) -> O {
        let mut state = self.state();
        let is_known = state.task.as_ref().is_some_and(|task| task.will_wake(cx.waker()));
        let former = if is_known { None } else { state.task.replace(cx.waker().clone()) };
        let output = then(&mut state);
        drop(state);
        drop(former);
        output
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn pop(&mut self) -> Option<(Arc<str>, Entry)> {
        let ready = self.queues.iter_mut().filter_map(|(_, queue)| Some((queue.first()?, queue)));
        let (_, queue) = ready.min_by_key(|(first, _)| *first)?;
        Some((Arc::clone(&queue.topic), queue.pop()?))
    }
}

impl Queue {
    fn new(topic: Arc<str>, policy: Policy) -> Self {
        Self { topic, policy, entries: VecDeque::new(), len: 0, missed_before: 0, missed_behind: 0 }
    }

    /// Whether the number of what was dropped has to be queued before the next entry.
    fn marks_missed(&self) -> bool {
        self.missed_behind > 0 && !self.entries.is_empty()
    }

    fn push(&mut self, next: &mut u64, entry: Entry, len: usize) {
        let missed = std::mem::take(&mut self.missed_behind);
        if self.entries.is_empty() {
            self.missed_before += missed;
        } else if missed > 0 {
            self.entries.push_back((*next, Entry::Missed(missed)));
        }
        self.entries.push_back((*next, entry));
        self.len += len;
        *next += 1;
    }

    fn drop_front(&mut self) -> bool {
        let Some((_, entry)) = self.entries.pop_front() else { return false };
        self.len -= entry.len();
        self.missed_before += 1;
        true
    }

    fn clear(&mut self) {
        (self.entries, self.len) = (VecDeque::new(), 0);
        (self.missed_before, self.missed_behind) = (0, 0);
    }

    /// When it was queued what comes next.
    fn first(&self) -> Option<u64> {
        match self.entries.front() {
            Some((number, _)) => Some(*number),
            None => (self.missed_behind > 0).then_some(u64::MAX),
        }
    }

    fn pop(&mut self) -> Option<Entry> {
        if self.missed_before > 0 {
            return Some(Entry::Missed(std::mem::take(&mut self.missed_before)));
        }
        if let Some((_, entry)) = self.entries.pop_front() {
            self.len -= entry.len();
            if self.entries.is_empty() && self.entries.capacity() > MAX_KEPT {
                self.entries = VecDeque::new();
            }
            return Some(entry);
        }
        let missed = std::mem::take(&mut self.missed_behind);
        (missed > 0).then_some(Entry::Missed(missed))
    }
}

/// A queue that was long once gives its memory back, and one that is short most of the time keeps it.
const MAX_KEPT: usize = 16;

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, task::Wake, thread, time::Duration};

    use super::*;

    /// A task that its waker alone holds, and that is a neighbour in the topic: when it goes, that is an entry.
    struct Neighbour(Arc<Mailbox>, usize);

    impl Wake for Neighbour {
        fn wake(self: Arc<Self>) {}
    }

    impl Drop for Neighbour {
        fn drop(&mut self) {
            self.0.push(self.1, &Entry::Gap, &mut Wakers::new());
        }
    }

    /// uWebSockets used what had been freed while it was in use; with a lock in between, it would wait for itself.
    #[test]
    fn uws_1583_a_task_may_go_with_its_waker() {
        let (done, ended) = mpsc::channel();
        thread::spawn(move || {
            let mailbox = Arc::new(Mailbox::new(MemberId(0), &RoomsConfig::new()));
            let key = mailbox.open("tea".into(), Policy::DropOldest).unwrap();
            let pop = |waker: &Waker| mailbox.pop(&Context::from_waker(waker));
            assert!(matches!(
                pop(&Waker::from(Arc::new(Neighbour(Arc::clone(&mailbox), key)))),
                Popped::Empty
            ));
            assert!(matches!(pop(Waker::noop()), Popped::Empty));
            assert!(matches!(pop(Waker::noop()), Popped::Entry(_, Entry::Gap)));
            done.send(()).unwrap();
        });
        ended.recv_timeout(Duration::from_secs(60)).expect("it waits for itself");
    }
}
