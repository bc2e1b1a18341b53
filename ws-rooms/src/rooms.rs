//! The handle of all rooms.

use std::{
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

use ws_tokio::{Message, Prepared, WebSocket};

use crate::{
    config::RoomsConfig,
    engine::{Engine, Relay},
    error::PublishError,
    hub::Hub,
    member::Member,
    metrics::Metrics,
    outbox::Outbox,
    subscription::Present,
};

/// Topics, and the members who are subscribed to them. Cloning gives another handle of the same.
///
/// ```
/// use ws_rooms::{Rooms, RoomsConfig};
///
/// let rooms = Rooms::new(RoomsConfig::new().history(10));
/// assert_eq!(rooms.publish("tea", "is anybody there?")?, 0);
/// # Ok::<(), ws_rooms::PublishError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rooms {
    hub: Arc<Hub>,
}

impl Rooms {
    /// Rooms of this process alone.
    pub fn new(config: RoomsConfig) -> Self {
        Self { hub: Arc::new(Hub::new(config, None)) }
    }

    /// Rooms that share their topics with other nodes, through a broker. The [`Relay`] is what carries messages there and
    /// back: [run](Relay::run) it on a task.
    ///
    /// ```no_run
    /// # #[cfg(feature = "nats")] {
    /// use ws_rooms::{Nats, Rooms, RoomsConfig};
    ///
    /// # async {
    /// let (rooms, relay) = Rooms::with_engine(RoomsConfig::new(), Nats::new("nats://localhost"));
    /// tokio::spawn(relay.inspect(|event| eprintln!("{event:?}")).run());
    /// # drop(rooms);
    /// # };
    /// # }
    /// ```
    pub fn with_engine<E: Engine>(config: RoomsConfig, engine: E) -> (Self, Relay<E>) {
        // Keys of a hasher are random, and different for each. That is enough to tell nodes apart.
        let half = || u128::from(RandomState::new().hash_one(()));
        let outbox = Arc::new(Outbox::new((half() << u64::BITS) | half()));
        let hub = Arc::new(Hub::new(config, Some(Arc::clone(&outbox))));
        let relay = Relay::new(engine, &hub, outbox);
        (Self { hub }, relay)
    }

    /// Makes a member of an open WebSocket, whichever side of it this is. It is in no topic yet.
    ///
    /// `ws-tokio` and `ws-hyper` give a [`WebSocket`] as it is, `ws-axum` by `into_inner`.
    pub fn join<T>(&self, ws: WebSocket<T>) -> Member<T> {
        Member::new(Arc::clone(&self.hub), ws)
    }

    /// Publishes a message to all who are subscribed to a topic, and gives how many of them on this node have room for
    /// it, by their policies. It does not wait for anybody.
    ///
    /// The message is framed once, and compressed once for every setting that the WebSockets of subscribers have.
    /// What one thread publishes to a topic comes to each subscriber in this order, and so does what several
    /// publish on this node: for all of them in the same order.
    ///
    /// # Errors
    ///
    /// [`PublishError::Topic`] for a name that no topic can have, [`PublishError::TooLong`] for a message longer than
    /// [`max_queued_len`](RoomsConfig::max_queued_len).
    pub fn publish(&self, topic: &str, message: impl Into<Message>) -> Result<usize, PublishError> {
        self.hub.publish(topic, message.into(), None)
    }

    /// Who is subscribed to a topic, on this node.
    #[must_use]
    pub fn present(&self, topic: &str) -> Vec<Present> {
        self.hub.topic(topic).map(|topic| topic.present()).unwrap_or_default()
    }

    /// The last messages of a topic, the oldest first: see [`RoomsConfig::history`]. They are those since the topic
    /// has had subscribers on this node.
    #[must_use]
    pub fn history(&self, topic: &str) -> Vec<Arc<Prepared>> {
        self.hub.topic(topic).map(|topic| topic.history()).unwrap_or_default()
    }

    /// How they are doing. Cheap, and not of a single instant.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.hub.counters.snapshot()
    }

    /// The configuration.
    pub fn config(&self) -> &RoomsConfig {
        &self.hub.config
    }
}
