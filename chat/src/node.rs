//! What all pages of a node share.

use std::{
    fmt::Write,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use sha1::{Digest, Sha1};
use ws_rooms::{Engine, Nats, Redis, RelayEvent, Rooms, RoomsConfig};

use crate::{args::Broker, gossip::Gossip, presence::Presence};

/// A node: its rooms, and who is in them.
#[derive(Debug)]
pub struct Node {
    /// What it is called: eight hexadecimal digits.
    pub name: String,
    /// Where other nodes are, as `http://HOST:PORT`.
    pub peers: Vec<String>,
    /// Its topics.
    pub rooms: Rooms,
    /// Who is where.
    pub presence: Arc<Presence>,
    next_message: AtomicU64,
}

impl Node {
    /// Makes a node, and starts what it does by itself: on tokio. Without a broker it is alone.
    ///
    /// # Errors
    ///
    /// For the URL of a broker that is none.
    pub fn start(peers: Vec<String>, broker: Option<&Broker>) -> Result<Arc<Self>, String> {
        match broker {
            None => Self::new(peers, Rooms::new(config()), Presence::new(true).into()),
            Some(Broker::Nats(url)) => Self::shared(peers, Nats::new(url)),
            Some(Broker::Redis(url)) => {
                let redis =
                    Redis::new(url.as_str()).map_err(|error| format!("--broker: {error}"))?;
                Self::shared(peers, redis)
            }
        }
    }

    /// Makes a node that shares its rooms with others.
    ///
    /// # Errors
    ///
    /// None, as long as there is room for one topic.
    pub fn shared<E: Engine>(peers: Vec<String>, engine: E) -> Result<Arc<Self>, String> {
        let presence = Arc::new(Presence::new(false));
        let (rooms, relay) = Rooms::with_engine(config(), engine);
        let of_relay = Arc::clone(&presence);
        let relay = relay.prefix("ws-chat").inspect(move |event| tell(event, &of_relay));
        tokio::spawn(relay.run());
        Self::new(peers, rooms, presence)
    }

    fn new(peers: Vec<String>, rooms: Rooms, presence: Arc<Presence>) -> Result<Arc<Self>, String> {
        // Keys of a hasher are random. That is enough to tell nodes apart.
        let name = format!("{:08x}", RandomState::new().hash_one(()) >> 32);
        let gossip = Gossip::new(&rooms, name.clone(), Arc::clone(&presence));
        tokio::spawn(gossip.map_err(|error| error.to_string())?.run());
        Ok(Arc::new(Self { name, peers, rooms, presence, next_message: AtomicU64::new(0) }))
    }

    /// A name for a message that no other has.
    pub fn message_id(&self) -> String {
        format!("{}-{}", self.name, self.next_message.fetch_add(1, Relaxed))
    }
}

/// What others see of a page's secret.
#[must_use]
pub fn id_of(key: &str) -> String {
    let digest = Sha1::digest(key.as_bytes());
    digest.iter().take(ID_LEN).fold(String::new(), |mut id, byte| {
        // Writing to a string cannot fail.
        let _ = write!(id, "{byte:02x}");
        id
    })
}

/// Milliseconds since 1970.
#[must_use]
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// What happens to the connection to the broker, for logs and for pages.
fn tell(event: &RelayEvent, presence: &Presence) {
    match event {
        RelayEvent::Connected => {
            eprintln!("connected to the broker");
            presence.link(true);
        }
        RelayEvent::Disconnected { error, retry_in } => {
            eprintln!("no broker: {error}; trying again in {} ms", retry_in.as_millis());
            presence.link(false);
        }
        RelayEvent::Refused(error) => eprintln!("refused from the broker: {error}"),
        _ => {}
    }
}

fn config() -> RoomsConfig {
    RoomsConfig::new()
        .max_queued(MAX_QUEUED)
        .history(HISTORY)
        .max_topics(2 * MAX_ROOMS + 1)
        .max_topics_per_member(2 * MAX_ROOMS_PER_PAGE)
        .max_topic_len(MAX_TOPIC_LEN)
}

/// The reports of all rooms fit into it.
const MAX_QUEUED: usize = 512;

/// Messages that are shown to who comes later.
const HISTORY: usize = 50;

/// Each is two topics.
const MAX_ROOMS: usize = 256;

/// Rooms that a page may be in.
pub const MAX_ROOMS_PER_PAGE: usize = 8;

/// The longest name of a room, and what stands before it.
const MAX_TOPIC_LEN: usize = 4 * crate::text_rules::MAX_NAME_CHARS + 8;

/// Bytes of an id.
const ID_LEN: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_always_that_of_its_key() {
        assert_eq!(id_of("abc"), "a9993e364706816a");
        assert_ne!(id_of("abd"), id_of("abc"));
    }
}
