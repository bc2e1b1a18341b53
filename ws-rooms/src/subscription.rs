//! How a member is subscribed to a topic, and what it finds there.

use std::sync::Arc;

use ws_tokio::{Prepared, Text};

/// What becomes of a message for which a subscriber has no room, because it is slower than the topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Policy {
    /// What has waited longest gives way. For what is of interest while it is new: prices, positions.
    DropOldest,
    /// The message is not for this subscriber. For what builds on what came before.
    DropNewest,
    /// The member is disconnected with close code 1013 ("try again later"), and what waited for it is freed. For
    /// what nobody may miss unnoticed.
    Disconnect,
}

/// How a member is subscribed: its [`Policy`], who it is to the others, and whether it is told of them.
///
/// ```
/// use ws_rooms::{Policy, SubscribeConfig};
///
/// let config = SubscribeConfig::new(Policy::Disconnect).identity("ada").presence(true);
/// ```
///
/// A `Policy` becomes one, without identity and presence.
#[derive(Clone, Debug)]
#[must_use = "a configuration does nothing by itself"]
pub struct SubscribeConfig {
    pub(crate) policy: Policy,
    pub(crate) identity: Text,
    pub(crate) presence: bool,
}

impl SubscribeConfig {
    /// An anonymous subscriber that is not told who comes and goes.
    pub fn new(policy: Policy) -> Self {
        Self { policy, identity: Text::default(), presence: false }
    }

    /// Who the member is to the others of the topic: a name, or a text with all that they should know.
    pub fn identity(mut self, identity: impl Into<Text>) -> Self {
        self.identity = identity.into();
        self
    }

    /// Whether the program is told who else comes and goes, by [`Event::Joined`](crate::Event::Joined) and
    /// [`Event::Left`](crate::Event::Left): off. In a topic of a thousand members, where all want to know, a
    /// thousand joins are half a million events.
    pub fn presence(mut self, on: bool) -> Self {
        self.presence = on;
        self
    }
}

impl From<Policy> for SubscribeConfig {
    fn from(policy: Policy) -> Self {
        Self::new(policy)
    }
}

/// Names a member, for as long as the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemberId(pub(crate) u64);

impl MemberId {
    /// A number that no other member of these rooms has, or had.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }
}

/// A subscriber of a topic, as others see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Present {
    /// Which member it is. One that is in two topics has the same id in both.
    pub id: MemberId,
    /// What it said of itself: [`SubscribeConfig::identity`].
    pub identity: Text,
}

/// What a member finds when it subscribes. Nothing is missing between this and what comes, and nothing is in both.
#[derive(Clone, Debug)]
#[must_use = "who is there, and what was said, is told only here"]
#[non_exhaustive]
pub struct Joined {
    /// Who is there, itself included, if it is told who comes and goes: [`SubscribeConfig::presence`]. Otherwise nobody, and
    /// [`Rooms::present`](crate::Rooms::present) knows.
    pub present: Vec<Present>,
    /// The last messages of the topic, the oldest first: see [`history`](crate::RoomsConfig::history). They are not
    /// sent by themselves; [`Member::send`](crate::Member::send) takes each of them as it is, by `&**message`.
    pub history: Vec<Arc<Prepared>>,
}
