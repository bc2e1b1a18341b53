//! What rooms have done.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// How rooms are doing. The first two are of now, the others count from the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// How many members there are.
    pub members: usize,
    /// How many topics have subscribers.
    pub topics: usize,
    /// How many messages were published on this node, whether or not there was anybody to hear them.
    pub published: u64,
    /// How often a message was handed to the WebSocket of a subscriber.
    pub delivered: u64,
    /// How many messages and events were dropped by the policies, once for each subscriber.
    pub dropped: u64,
    /// How many members were disconnected for being slow.
    pub removed: u64,
    /// How many messages were handed to the broker.
    pub relayed: u64,
    /// How many messages were dropped because too many waited for the broker.
    pub unsent: u64,
    /// How many messages came from other nodes.
    pub received: u64,
    /// How much came from the broker that was no packet of another node.
    pub refused: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) members: AtomicUsize,
    pub(crate) topics: AtomicUsize,
    pub(crate) published: AtomicU64,
    pub(crate) delivered: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pub(crate) removed: AtomicU64,
    pub(crate) relayed: AtomicU64,
    pub(crate) unsent: AtomicU64,
    pub(crate) received: AtomicU64,
    pub(crate) refused: AtomicU64,
}

impl Counters {
    pub(crate) fn snapshot(&self) -> Metrics {
        Metrics {
            members: self.members.load(Relaxed),
            topics: self.topics.load(Relaxed),
            published: self.published.load(Relaxed),
            delivered: self.delivered.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            removed: self.removed.load(Relaxed),
            relayed: self.relayed.load(Relaxed),
            unsent: self.unsent.load(Relaxed),
            received: self.received.load(Relaxed),
            refused: self.refused.load(Relaxed),
        }
    }
}

/// Counts, unless there is nothing to count: what many threads write to is slow.
pub(crate) fn count(counter: &AtomicU64, by: u64) {
    if by > 0 {
        counter.fetch_add(by, Relaxed);
    }
}
