//! The task between rooms and a broker.
//!
//! ```text
//! connect ---> subscribe to everything ---> tell the gap ---> serve: packets out, packets in, topics, heartbeats
//!    ^                                                          v
//!    '------------ wait a little <------------- an error, or no heartbeat
//! ```
//!
//! A node sends itself a heartbeat through the broker. When it comes back, everything that was published before it has
//! come to the broker as well; when it does not, the connection is dead, even if its socket does not know yet.

use std::{
    collections::HashSet,
    fmt,
    future::{Future, poll_fn},
    hash::{BuildHasher, RandomState},
    pin::pin,
    sync::{Arc, Weak},
    task::Poll,
    time::Duration,
};

use tokio::time::{Instant, sleep_until, timeout};
use ws_tokio::{bytes::Bytes, dial::BackoffConfig, ws_core::Backoff};

use super::{
    Engine, EngineError, Incoming, Session,
    channel::{Channels, prefix},
};
use crate::{
    hub::Hub,
    metrics::count,
    outbox::{
        Outbox, Work,
        packet::{Body, Packet, PacketError},
        topics::Topics,
    },
};

/// Carries messages between the rooms of this node and a broker; comes from
/// [`Rooms::with_engine`](crate::Rooms::with_engine). Run it on a task of its own: it ends when the rooms and all their
/// members are gone.
///
/// Without it, or while the broker is away, the rooms work as rooms of this node alone.
#[must_use = "without `run`, nothing goes to other nodes"]
pub struct Relay<E> {
    engine: E,
    hub: Weak<Hub>,
    outbox: Arc<Outbox>,
    channels: Channels,
    backoff: BackoffConfig,
    heartbeat: Duration,
    inspect: Box<dyn FnMut(&RelayEvent) + Send>,
}

/// What happens to a [`Relay`].
#[derive(Debug)]
#[non_exhaustive]
pub enum RelayEvent {
    /// There is a connection, and all topics are subscribed to.
    Connected,
    /// There is no connection, or none any more; the next attempt is after this time.
    Disconnected {
        /// Why.
        error: EngineError,
        /// How long to wait.
        retry_in: Duration,
    },
    /// Something came that is no packet of another node.
    Refused(PacketError),
}

impl<E: Engine> Relay<E> {
    pub(crate) fn new(engine: E, hub: &Arc<Hub>, outbox: Arc<Outbox>) -> Self {
        Self {
            engine,
            hub: Arc::downgrade(hub),
            outbox,
            channels: Channels { prefix: prefix("ws-rooms") },
            // A broker is near, and there are few nodes to come at once.
            backoff: BackoffConfig::new()
                .first(Duration::from_millis(200))
                .initial(Duration::from_millis(500))
                .max(Duration::from_secs(5)),
            heartbeat: Duration::from_secs(5),
            inspect: Box::new(|_| {}),
        }
    }

    /// What the names of channels begin with: `ws-rooms`. Nodes with the same prefix at the same broker share their
    /// topics.
    pub fn prefix(mut self, text: &str) -> Self {
        self.channels.prefix = prefix(text);
        self
    }

    /// How long to wait before connecting again: up to 0.2 s, then half a second, and longer up to 5 s.
    pub fn backoff(mut self, config: BackoffConfig) -> Self {
        self.backoff = config.max_retries(None);
        self
    }

    /// How often the connection is tested: every 5 s. One that has not answered for three times as long is given up.
    pub fn heartbeat(mut self, interval: Duration) -> Self {
        self.heartbeat = interval.max(Duration::from_millis(1));
        self
    }

    /// Calls a function for everything that happens, for logs.
    pub fn inspect(mut self, inspect: impl FnMut(&RelayEvent) + Send + 'static) -> Self {
        self.inspect = Box::new(inspect);
        self
    }

    /// Connects, and serves, until the rooms are gone.
    pub async fn run(mut self) {
        let mut backoff = Backoff::new(self.backoff.clone());
        loop {
            let ended = match within(self.engine.connect()).await {
                Ok(session) => {
                    let since = Instant::now();
                    let ended = self.serve(session).await;
                    self.outbox.disconnected();
                    backoff.held(since.elapsed());
                    ended
                }
                Err(error) => Ended::Failed(error),
            };
            let Ended::Failed(error) = ended else { return };
            let random = RandomState::new().hash_one(());
            let retry_in = backoff.next_delay(random, None).unwrap_or(self.heartbeat);
            (self.inspect)(&RelayEvent::Disconnected { error, retry_in });
            if timeout(retry_in, self.outbox.closed()).await.is_ok() {
                return;
            }
        }
    }

    async fn serve(&mut self, session: E::Session) -> Ended {
        let heartbeat = self.heartbeat;
        let mut serving = Serving {
            session,
            channels: self.channels.clone(),
            outbox: Arc::clone(&self.outbox),
            subscribed: HashSet::new(),
            sent: Topics::new(),
            on_the_way: Topics::new(),
        };
        let ended = match serving.begin(&self.hub).await {
            Ok(true) => {
                (self.inspect)(&RelayEvent::Connected);
                let refused = &mut |error| (self.inspect)(&RelayEvent::Refused(error));
                serving.run(&self.hub, heartbeat, refused).await
            }
            Ok(false) => Ended::Closed,
            Err(error) => Ended::Failed(error),
        };
        let Serving { mut sent, on_the_way, .. } = serving;
        sent.extend(on_the_way);
        self.outbox.lost(sent);
        ended
    }
}

/// A connection while it lasts.
struct Serving<S> {
    session: S,
    channels: Channels,
    outbox: Arc<Outbox>,
    subscribed: HashSet<Arc<str>>,
    /// Where something was published since the last heartbeat.
    sent: Topics,
    /// And before it, when it has not come back.
    on_the_way: Topics,
}

enum Ended {
    Closed,
    Failed(EngineError),
}

impl<S: Session> Serving<S> {
    /// Subscribes to everything, and tells members that something may be missing. Gives whether there are rooms.
    async fn begin(&mut self, hub: &Weak<Hub>) -> Result<bool, EngineError> {
        for channel in [self.channels.node(self.outbox.node), self.channels.all_nodes()] {
            within(self.session.subscribe(&channel)).await?;
        }
        // What begins behind the list is told.
        self.outbox.connected();
        let Some(topics) = hub.upgrade().map(|hub| hub.names()) else { return Ok(false) };
        for topic in &topics {
            within(self.session.subscribe(&self.channels.topic(topic))).await?;
            self.subscribed.insert(Arc::clone(topic));
        }
        if let Some(hub) = hub.upgrade() {
            topics.iter().for_each(|topic| hub.gap(topic));
        }
        Ok(true)
    }

    async fn run(
        &mut self,
        hub: &Weak<Hub>,
        heartbeat: Duration,
        refused: &mut (dyn FnMut(PacketError) + Send),
    ) -> Ended {
        let mut beat_at = Instant::now();
        let mut dead_at = beat_at + 3 * heartbeat;
        // Whether the heartbeat that was sent last is under way.
        let mut awaited = false;
        // Neither direction may keep the other from its turn.
        let mut out_first = false;
        loop {
            out_first = !out_first;
            let next = {
                let mut work = pin!(self.outbox.work());
                let mut incoming = pin!(self.session.next());
                let mut wake = pin!(sleep_until(if awaited { dead_at } else { beat_at }));
                poll_fn(|cx| {
                    if out_first {
                        if let Poll::Ready(work) = work.as_mut().poll(cx) {
                            return Poll::Ready(Next::Work(work));
                        }
                    }
                    if let Poll::Ready(incoming) = incoming.as_mut().poll(cx) {
                        return Poll::Ready(Next::Incoming(incoming));
                    }
                    if wake.as_mut().poll(cx).is_ready() {
                        return Poll::Ready(Next::Time);
                    }
                    work.as_mut().poll(cx).map(Next::Work)
                })
                .await
            };
            let done = match next {
                Next::Work(Work::Closed) => return Ended::Closed,
                Next::Work(work) => self.work(work, hub).await,
                Next::Time if awaited => Err("the broker does not pass on heartbeats".into()),
                Next::Time => {
                    let now = Instant::now();
                    (awaited, beat_at, dead_at) = (true, now + heartbeat, now + 3 * heartbeat);
                    let sent = self.sent.take();
                    self.on_the_way.extend(sent);
                    let packet = Packet::encode(self.outbox.node, "", &Body::Beat);
                    within(self.session.publish(&self.channels.node(self.outbox.node), packet))
                        .await
                }
                Next::Incoming(Err(error)) => Err(error),
                Next::Incoming(Ok(Incoming::Lost)) => {
                    if let Some(hub) = hub.upgrade() {
                        hub.gaps();
                    }
                    Ok(())
                }
                Next::Incoming(Ok(Incoming::Packet { channel, packet })) => {
                    match self.take(&channel, packet, hub) {
                        Ok(Taken::Beat) => {
                            awaited = false;
                            self.on_the_way = Topics::new();
                        }
                        Ok(Taken::Other) => {}
                        Err(error) => {
                            if let Some(hub) = hub.upgrade() {
                                count(&hub.counters.refused, 1);
                            }
                            refused(error);
                        }
                    }
                    Ok(())
                }
            };
            if let Err(error) = done {
                return Ended::Failed(error);
            }
        }
    }

    async fn work(&mut self, work: Work, hub: &Weak<Hub>) -> Result<(), EngineError> {
        match work {
            Work::Closed => Ok(()),
            Work::Moved(topics) => {
                let names: Vec<Arc<str>> = match topics {
                    Topics::Some(names) => names.into_iter().collect(),
                    // Too many to tell: look at those of before, and those of now.
                    Topics::All => {
                        let now = hub.upgrade().map(|hub| hub.names()).unwrap_or_default();
                        now.into_iter().chain(self.subscribed.iter().cloned()).collect()
                    }
                };
                for name in names {
                    self.follow(name, hub).await?;
                }
                Ok(())
            }
            Work::Publish(topic, packet) => {
                self.sent.add(&topic);
                within(self.session.publish(&self.channels.topic(&topic), packet)).await?;
                if let Some(hub) = hub.upgrade() {
                    count(&hub.counters.relayed, 1);
                }
                Ok(())
            }
            Work::Gaps(topics) => {
                let gap = |topic: &str| Packet::encode(self.outbox.node, topic, &Body::Gap);
                let packets: Vec<(String, Bytes)> = match &topics {
                    Topics::Some(names) => {
                        let each = names.iter().map(|name| (self.channels.topic(name), gap(name)));
                        each.collect()
                    }
                    Topics::All => vec![(self.channels.all_nodes(), gap(""))],
                };
                self.sent.extend(topics);
                for (channel, packet) in packets {
                    within(self.session.publish(&channel, packet)).await?;
                }
                Ok(())
            }
        }
    }

    /// Subscribes to a topic that has begun, and leaves one that has ended.
    async fn follow(&mut self, name: Arc<str>, hub: &Weak<Hub>) -> Result<(), EngineError> {
        let is_wanted = hub.upgrade().is_some_and(|hub| hub.topic(&name).is_some());
        if is_wanted == self.subscribed.contains(&name) {
            return Ok(());
        }
        let channel = self.channels.topic(&name);
        if is_wanted {
            within(self.session.subscribe(&channel)).await?;
            self.subscribed.insert(name);
        } else {
            within(self.session.unsubscribe(&channel)).await?;
            self.subscribed.remove(&name);
        }
        Ok(())
    }

    /// Takes what came from the broker, which anybody may have sent.
    fn take(&self, channel: &str, packet: Bytes, hub: &Weak<Hub>) -> Result<Taken, PacketError> {
        let Packet { node, topic, body } = Packet::decode(packet)?;
        let is_own = node == self.outbox.node;
        let topic = std::str::from_utf8(&topic).map_err(|_| PacketError::Topic)?;
        let expected = match body {
            Body::Beat => self.channels.node(node),
            Body::Gap if topic.is_empty() => self.channels.all_nodes(),
            _ => self.channels.topic(topic),
        };
        if channel != expected {
            return Err(PacketError::Topic);
        }
        match body {
            Body::Beat if is_own => return Ok(Taken::Beat),
            // An echo of what this node has said.
            _ if is_own => {}
            Body::Beat => {}
            Body::Gap => {
                if let Some(hub) = hub.upgrade() {
                    if topic.is_empty() { hub.gaps() } else { hub.gap(topic) }
                }
            }
            Body::Message(message) => {
                if let Some(hub) = hub.upgrade() {
                    if message.len() > hub.config.max_queued_len {
                        return Err(PacketError::TooLong);
                    }
                    count(&hub.counters.received, 1);
                    hub.deliver(topic, message, None);
                }
            }
        }
        Ok(Taken::Other)
    }
}

enum Next {
    Work(Work),
    Incoming(Result<Incoming, EngineError>),
    Time,
}

enum Taken {
    Beat,
    Other,
}

/// What a broker is asked for takes no time, unless it is gone.
async fn within<O>(asked: impl Future<Output = Result<O, EngineError>>) -> Result<O, EngineError> {
    timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err("the broker does not answer".into()))
}

/// Long enough for a broker that is starting, short enough to try again.
const PATIENCE: Duration = Duration::from_secs(10);

impl<E: fmt::Debug> fmt::Debug for Relay<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay")
            .field("engine", &self.engine)
            .field("prefix", &self.channels.prefix)
            .finish_non_exhaustive()
    }
}
