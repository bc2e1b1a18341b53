//! What a member's program is told.

use std::sync::Arc;

use ws_tokio::Message;

use crate::subscription::Present;

/// What comes of [`Member::recv_event`](crate::Member::recv_event).
///
/// What is published is not among these: it goes to the peer. Each event comes at its place in the order of the
/// messages, so that what the program sends because of it does, too.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The peer has sent a message.
    Message(Message),
    /// Somebody else has subscribed to a topic.
    Joined {
        /// The topic.
        topic: Arc<str>,
        /// Who it is.
        who: Present,
    },
    /// Somebody else is in a topic no more.
    Left {
        /// The topic.
        topic: Arc<str>,
        /// Who it was.
        who: Present,
    },
    /// The member was too slow, and so many messages and events were dropped at this place.
    Missed {
        /// The topic.
        topic: Arc<str>,
        /// How many.
        count: u64,
    },
    /// What was published on other nodes may be missing at this place: the broker was away, or another node had no
    /// connection to it.
    Gap {
        /// The topic.
        topic: Arc<str>,
    },
    /// The member was too slow for a topic with [`Policy::Disconnect`](crate::Policy::Disconnect): it is in no topic
    /// any more, and is being disconnected. Receive until `None`.
    Removed {
        /// The topic.
        topic: Arc<str>,
    },
}
