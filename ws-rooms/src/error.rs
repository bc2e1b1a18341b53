//! Why something is refused.

use std::fmt;

/// Why a name cannot be that of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TopicError {
    /// `topic-empty`: it has no characters.
    Empty,
    /// `topic-too-long`: it is longer than [`max_topic_len`](crate::RoomsConfig::max_topic_len).
    TooLong {
        /// Its length in bytes.
        len: usize,
        /// How long it may be.
        max: usize,
    },
    /// `topic-control-character`: it has a control character, such as a line feed.
    ControlCharacter,
}

impl TopicError {
    /// A stable name in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "topic-empty",
            Self::TooLong { .. } => "topic-too-long",
            Self::ControlCharacter => "topic-control-character",
        }
    }
}

impl fmt::Display for TopicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the name of a topic cannot be empty"),
            Self::TooLong { len, max } => {
                write!(f, "the name of a topic is at most {max} bytes long, not {len}")
            }
            Self::ControlCharacter => {
                f.write_str("the name of a topic cannot have control characters")
            }
        }
    }
}

impl std::error::Error for TopicError {}

/// Why a member cannot subscribe to a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubscribeError {
    /// The topic cannot have this name.
    Topic(TopicError),
    /// `subscribed`: the member is subscribed to it already.
    Subscribed,
    /// `too-many-topics`: there are [`max_topics`](crate::RoomsConfig::max_topics) others.
    TooManyTopics {
        /// How many there may be.
        max: usize,
    },
    /// `too-many-subscriptions`: the member is subscribed to
    /// [`max_topics_per_member`](crate::RoomsConfig::max_topics_per_member) others.
    TooManySubscriptions {
        /// How many a member may have.
        max: usize,
    },
    /// `identity-too-long`: it is longer than [`max_identity_len`](crate::RoomsConfig::max_identity_len).
    IdentityTooLong {
        /// Its length in bytes.
        len: usize,
        /// How long it may be.
        max: usize,
    },
    /// `removed`: the member was too slow, and is being disconnected.
    Removed,
}

impl SubscribeError {
    /// A stable name in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Topic(error) => error.name(),
            Self::Subscribed => "subscribed",
            Self::TooManyTopics { .. } => "too-many-topics",
            Self::TooManySubscriptions { .. } => "too-many-subscriptions",
            Self::IdentityTooLong { .. } => "identity-too-long",
            Self::Removed => "removed",
        }
    }
}

impl fmt::Display for SubscribeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topic(error) => error.fmt(f),
            Self::Subscribed => f.write_str("the member is subscribed to this topic already"),
            Self::TooManyTopics { max } => write!(f, "there are {max} topics, and may be no more"),
            Self::TooManySubscriptions { max } => {
                write!(f, "the member is subscribed to {max} topics, and may be to no more")
            }
            Self::IdentityTooLong { len, max } => {
                write!(f, "the identity of a subscriber is at most {max} bytes long, not {len}")
            }
            Self::Removed => f.write_str("the member was too slow, and is being disconnected"),
        }
    }
}

impl std::error::Error for SubscribeError {}

impl From<TopicError> for SubscribeError {
    fn from(error: TopicError) -> Self {
        Self::Topic(error)
    }
}

/// Why a message cannot be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublishError {
    /// No topic can have this name.
    Topic(TopicError),
    /// `publication-too-long`: it would not fit any queue, by
    /// [`max_queued_len`](crate::RoomsConfig::max_queued_len).
    TooLong {
        /// Its length in bytes.
        len: usize,
        /// How long it may be.
        max: usize,
    },
}

impl PublishError {
    /// A stable name in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Topic(error) => error.name(),
            Self::TooLong { .. } => "publication-too-long",
        }
    }
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topic(error) => error.fmt(f),
            Self::TooLong { len, max } => {
                write!(f, "a message that is published is at most {max} bytes long, not {len}")
            }
        }
    }
}

impl std::error::Error for PublishError {}

impl From<TopicError> for PublishError {
    fn from(error: TopicError) -> Self {
        Self::Topic(error)
    }
}
