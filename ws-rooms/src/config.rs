//! What rooms may cost.

/// Limits of all rooms together, of a topic, and of a subscriber. All lengths are in bytes; the number given is
/// still allowed, one more is not.
///
/// ```
/// use ws_rooms::RoomsConfig;
///
/// let config = RoomsConfig::new().max_queued(64).history(20);
/// assert_eq!(config.max_queued, 64);
/// ```
///
/// Each setting is a field to read and a method to set it with.
#[derive(Clone, Debug)]
#[must_use = "a configuration does nothing by itself"]
#[non_exhaustive]
pub struct RoomsConfig {
    /// How many messages may wait for one subscriber of one topic: 128, and at least 1. A message that finds no
    /// room is the business of the subscriber's [`Policy`](crate::Policy).
    pub max_queued: usize,
    /// How long the messages that wait for one subscriber of one topic may be together: 256 KiB. A message that
    /// is longer by itself is not published.
    pub max_queued_len: usize,
    /// How many of its last messages a topic keeps: 0.
    pub history: usize,
    /// How long these may be together: 64 KiB. The oldest go first.
    pub max_history_len: usize,
    /// How many topics there may be: 65,536. A topic is there while somebody is subscribed to it.
    pub max_topics: usize,
    /// To how many topics one member may be subscribed: 32.
    pub max_topics_per_member: usize,
    /// How long the name of a topic may be: 128.
    pub max_topic_len: usize,
    /// How long the identity of a subscriber may be: 256.
    pub max_identity_len: usize,
}

impl RoomsConfig {
    /// The defaults: no history, and at most 256 KiB that wait for a subscriber.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`max_queued`](Self#structfield.max_queued).
    pub fn max_queued(mut self, count: usize) -> Self {
        self.max_queued = count.max(1);
        self
    }

    /// Sets [`max_queued_len`](Self#structfield.max_queued_len).
    pub fn max_queued_len(mut self, len: usize) -> Self {
        self.max_queued_len = len;
        self
    }

    /// Sets [`history`](Self#structfield.history).
    pub fn history(mut self, count: usize) -> Self {
        self.history = count;
        self
    }

    /// Sets [`max_history_len`](Self#structfield.max_history_len).
    pub fn max_history_len(mut self, len: usize) -> Self {
        self.max_history_len = len;
        self
    }

    /// Sets [`max_topics`](Self#structfield.max_topics).
    pub fn max_topics(mut self, count: usize) -> Self {
        self.max_topics = count;
        self
    }

    /// Sets [`max_topics_per_member`](Self#structfield.max_topics_per_member).
    pub fn max_topics_per_member(mut self, count: usize) -> Self {
        self.max_topics_per_member = count;
        self
    }

    /// Sets [`max_topic_len`](Self#structfield.max_topic_len).
    pub fn max_topic_len(mut self, len: usize) -> Self {
        self.max_topic_len = len;
        self
    }

    /// Sets [`max_identity_len`](Self#structfield.max_identity_len).
    pub fn max_identity_len(mut self, len: usize) -> Self {
        self.max_identity_len = len;
        self
    }
}

impl Default for RoomsConfig {
    // A room that is this far behind will hardly catch up. As much output as that of a WebSocket may be pending
    // (`WebSocketConfig::max_queue_len`), so that a slow member costs at most twice that in one topic.
    fn default() -> Self {
        Self {
            max_queued: 128,
            max_queued_len: 256 << 10,
            history: 0,
            max_history_len: 64 << 10,
            max_topics: 1 << 16,
            max_topics_per_member: 32,
            max_topic_len: 128,
            max_identity_len: 256,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// QtWebSockets had limits that were none unless somebody set them. Everything is named here, so that what is
    /// new does not compile before somebody has thought about its default.
    #[test]
    fn cve_2018_21035_each_limit_has_a_default() {
        let RoomsConfig {
            max_queued,
            max_queued_len,
            history,
            max_history_len,
            max_topics,
            max_topics_per_member,
            max_topic_len,
            max_identity_len,
        } = RoomsConfig::default();
        let counts = [max_queued, max_topics, max_topics_per_member];
        let lens = [max_queued_len, max_history_len, max_topic_len, max_identity_len];
        assert!(counts.iter().all(|count| (1..=1 << 16).contains(count)), "{counts:?}");
        assert!(lens.iter().all(|len| (1..=1 << 20).contains(len)), "{lens:?}");
        assert_eq!(history, 0);
    }
}
