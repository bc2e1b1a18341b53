//! What waits for the broker: packets, and word of topics that have come or gone.

pub(crate) mod packet;
pub(crate) mod topics;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;
use ws_tokio::bytes::Bytes;

use self::topics::Topics;

#[derive(Debug)]
pub(crate) struct Outbox {
    pub(crate) node: u128,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    packets: VecDeque<(Arc<str>, Bytes)>,
    len: usize,
    /// Topics that have begun or ended since they were looked at. Who connects looks at all of them anyway.
    moved: Topics,
    /// Topics of which other nodes miss something.
    lossy: Topics,
    is_connected: bool,
    is_closed: bool,
}

/// What to do next.
#[derive(Debug)]
pub(crate) enum Work {
    /// Look whether these are still of interest.
    Moved(Topics),
    Publish(Arc<str>, Bytes),
    /// Tell other nodes of a gap.
    Gaps(Topics),
    /// The rooms are gone.
    Closed,
}

impl Outbox {
    pub(crate) fn new(node: u128) -> Self {
        let state = State {
            packets: VecDeque::new(),
            len: 0,
            moved: Topics::new(),
            lossy: Topics::new(),
            is_connected: false,
            is_closed: false,
        };
        Self { node, state: Mutex::new(state), changed: Notify::new() }
    }

    /// Queues a packet. If there is no room, it is dropped, and that will be told to the other nodes.
    pub(crate) fn push(&self, topic: Arc<str>, packet: Bytes) -> bool {
        let mut state = self.state();
        // An empty queue takes a packet of any length.
        let is_full = state.len.saturating_add(packet.len()) > MAX_LEN && state.len > 0;
        if is_full || state.packets.len() >= MAX_PACKETS {
            state.lossy.add(&topic);
            return false;
        }
        state.len += packet.len();
        state.packets.push_back((topic, packet));
        drop(state);
        self.changed.notify_one();
        true
    }

    /// A topic has begun or ended.
    pub(crate) fn moved(&self, topic: &Arc<str>) {
        let mut state = self.state();
        if !state.is_connected {
            return;
        }
        state.moved.add(topic);
        drop(state);
        self.changed.notify_one();
    }

    /// Other nodes miss something of these topics.
    pub(crate) fn lost(&self, topics: Topics) {
        self.state().lossy.extend(topics);
    }

    /// From now on topics that begin or end are told.
    pub(crate) fn connected(&self) {
        let mut state = self.state();
        state.is_connected = true;
        state.moved = Topics::new();
    }

    pub(crate) fn disconnected(&self) {
        let mut state = self.state();
        state.is_connected = false;
        state.moved = Topics::new();
    }

    pub(crate) fn close(&self) {
        self.state().is_closed = true;
        self.changed.notify_one();
    }

    /// Waits for something to do. Dropping the future loses nothing.
    pub(crate) async fn work(&self) -> Work {
        loop {
            if let Some(work) = self.state().work() {
                return work;
            }
            self.changed.notified().await;
        }
    }

    /// Waits until the rooms are gone.
    pub(crate) async fn closed(&self) {
        while !self.state().is_closed {
            self.changed.notified().await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Topics first: who subscribes and then publishes may wait for an answer.
    fn work(&mut self) -> Option<Work> {
        if self.is_closed {
            return Some(Work::Closed);
        }
        if !self.moved.is_empty() {
            return Some(Work::Moved(self.moved.take()));
        }
        if let Some((topic, packet)) = self.packets.pop_front() {
            self.len -= packet.len();
            return Some(Work::Publish(topic, packet));
        }
        (!self.lossy.is_empty()).then(|| Work::Gaps(self.lossy.take()))
    }
}

/// How much is kept while the broker is away, so that a short absence costs nothing.
const MAX_LEN: usize = 1 << 20;
const MAX_PACKETS: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_room_is_told() {
        let outbox = Outbox::new(1);
        let long = Bytes::from(vec![0; MAX_LEN]);
        assert!(outbox.push("a".into(), long.clone()));
        assert!(!outbox.push("b".into(), Bytes::from_static(b"1")));
        let work = |outbox: &Outbox| outbox.state().work();
        assert!(matches!(work(&outbox), Some(Work::Publish(topic, _)) if &*topic == "a"));
        let gaps = work(&outbox);
        assert!(
            matches!(&gaps, Some(Work::Gaps(Topics::Some(some))) if some.contains("b") && some.len() == 1)
        );
        assert!(work(&outbox).is_none());
        for _ in 0..MAX_PACKETS {
            assert!(outbox.push("a".into(), Bytes::new()));
        }
        assert!(!outbox.push("a".into(), Bytes::new()));
    }

    #[test]
    fn topics_are_told_while_there_is_a_connection() {
        let outbox = Outbox::new(1);
        outbox.moved(&"a".into());
        assert!(outbox.state().work().is_none());
        outbox.connected();
        outbox.moved(&"b".into());
        assert!(outbox.push("b".into(), Bytes::new()));
        assert!(matches!(outbox.state().work(), Some(Work::Moved(_))));
        assert!(matches!(outbox.state().work(), Some(Work::Publish(..))));
        outbox.close();
        assert!(matches!(outbox.state().work(), Some(Work::Closed)));
    }
}
