//! All topics, by name.
//!
//! A topic is made by its first subscriber and gone with its last. In between, two threads may find it: one that
//! subscribes to a topic that is over takes it out by itself, and makes a new one.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use ws_tokio::{Message, Prepared};

use crate::{
    config::RoomsConfig,
    error::{PublishError, SubscribeError},
    mailbox::Mailbox,
    metrics::{Counters, count},
    outbox::{
        Outbox,
        packet::{Body, Packet},
    },
    subscription::{Joined, MemberId, SubscribeConfig},
    topic::{Subscriber, Topic},
    topic_name,
    wakers::Wakers,
};

#[derive(Debug)]
pub(crate) struct Hub {
    pub(crate) config: RoomsConfig,
    pub(crate) counters: Counters,
    /// Names come from strangers, so they are hashed with a key.
    hasher: RandomState,
    shards: [Mutex<HashMap<Arc<str>, Arc<Topic>>>; SHARDS],
    next_member: AtomicU64,
    /// What goes to other nodes, if there may be any.
    outbox: Option<Arc<Outbox>>,
}

/// A member's part in a topic.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) topic: Arc<Topic>,
    /// In the topic.
    place: usize,
    /// In the mailbox.
    key: usize,
}

impl Hub {
    pub(crate) fn new(config: RoomsConfig, outbox: Option<Arc<Outbox>>) -> Self {
        Self {
            config,
            counters: Counters::default(),
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| Mutex::default()),
            next_member: AtomicU64::new(1),
            outbox,
        }
    }

    pub(crate) fn enter(&self) -> Arc<Mailbox> {
        self.counters.members.fetch_add(1, Relaxed);
        let id = MemberId(self.next_member.fetch_add(1, Relaxed));
        Arc::new(Mailbox::new(id, &self.config))
    }

    pub(crate) fn exit(&self) {
        self.counters.members.fetch_sub(1, Relaxed);
    }

    /// Subscribes to a topic whose name was checked.
    pub(crate) fn subscribe(
        &self,
        mailbox: &Arc<Mailbox>,
        name: &str,
        config: SubscribeConfig,
    ) -> Result<(Seat, Joined), SubscribeError> {
        let SubscribeConfig { policy, identity, presence } = config;
        let Some(key) = mailbox.open(name.into(), policy) else {
            return Err(SubscribeError::Removed);
        };
        let mut subscriber = Subscriber { mailbox: Arc::clone(mailbox), key, identity, presence };
        let mut wakers = Wakers::new();
        loop {
            let topic = self.topic_or_new(name).inspect_err(|_| mailbox.close(key))?;
            match topic.join(subscriber, &self.counters, &mut wakers) {
                Ok((place, joined)) => return Ok((Seat { topic, place, key }, joined)),
                Err(again) => subscriber = again,
            }
            self.take_out(&topic);
        }
    }

    pub(crate) fn unsubscribe(&self, mailbox: &Mailbox, seat: &Seat) {
        let mut wakers = Wakers::new();
        if seat.topic.leave(seat.place, mailbox.id, &self.counters, &mut wakers) {
            self.take_out(&seat.topic);
        }
        // Nothing comes from the topic any more, so the key may be another's from now on.
        mailbox.close(seat.key);
    }

    /// Publishes a message, and gives how many members of this node take it.
    pub(crate) fn publish(
        &self,
        name: &str,
        message: Message,
        except: Option<MemberId>,
    ) -> Result<usize, PublishError> {
        topic_name::check(name, &self.config)?;
        let (len, max) = (message.len(), self.config.max_queued_len);
        if len > max {
            return Err(PublishError::TooLong { len, max });
        }
        count(&self.counters.published, 1);
        let packet = self.outbox.as_ref().map(|outbox| {
            let body = Body::Message(message.clone());
            (outbox, Packet::encode(outbox.node, name, &body))
        });
        let queued = self.deliver(name, message, except);
        // Behind all locks. What one thread publishes goes to the broker in its order nevertheless.
        if let Some((outbox, packet)) = packet {
            if !outbox.push(name.into(), packet) {
                count(&self.counters.unsent, 1);
            }
        }
        Ok(queued)
    }

    /// Hands a message to the members of this node, and gives how many there are to take it.
    pub(crate) fn deliver(&self, name: &str, message: Message, except: Option<MemberId>) -> usize {
        // Without anybody to hear it, it need not be framed.
        let Some(topic) = self.topic(name) else { return 0 };
        let message = Arc::new(Prepared::new(message));
        let mut wakers = Wakers::new();
        let out = topic.publish(&message, except, &self.config, &self.counters, &mut wakers);
        if out.over {
            self.take_out(&topic);
        }
        out.queued
    }

    /// Something of other nodes may be missing in a topic.
    pub(crate) fn gap(&self, name: &str) {
        let Some(topic) = self.topic(name) else { return };
        let mut wakers = Wakers::new();
        if topic.gap(&self.counters, &mut wakers) {
            self.take_out(&topic);
        }
    }

    /// Something of other nodes may be missing in any topic.
    pub(crate) fn gaps(&self) {
        self.names().iter().for_each(|name| self.gap(name));
    }

    pub(crate) fn names(&self) -> Vec<Arc<str>> {
        let of = |shard: &Mutex<HashMap<Arc<str>, _>>| -> Vec<_> {
            shard.lock().unwrap_or_else(PoisonError::into_inner).keys().map(Arc::clone).collect()
        };
        self.shards.iter().flat_map(of).collect()
    }

    pub(crate) fn topic(&self, name: &str) -> Option<Arc<Topic>> {
        self.shard(name).get(name).map(Arc::clone)
    }

    fn topic_or_new(&self, name: &str) -> Result<Arc<Topic>, SubscribeError> {
        let mut shard = self.shard(name);
        if let Some(topic) = shard.get(name) {
            return Ok(Arc::clone(topic));
        }
        let max = self.config.max_topics;
        if self.counters.topics.fetch_add(1, Relaxed) >= max {
            self.counters.topics.fetch_sub(1, Relaxed);
            return Err(SubscribeError::TooManyTopics { max });
        }
        let name: Arc<str> = name.into();
        let topic = Arc::new(Topic::new(Arc::clone(&name)));
        shard.insert(name, Arc::clone(&topic));
        drop(shard);
        self.moved(&topic.name);
        Ok(topic)
    }

    /// Forgets a topic that is over, unless there is a new one of its name.
    fn take_out(&self, topic: &Arc<Topic>) {
        let mut shard = self.shard(&topic.name);
        if shard.get(&topic.name).is_some_and(|it| Arc::ptr_eq(it, topic)) {
            shard.remove(&topic.name);
            if shard.is_empty() {
                *shard = HashMap::new();
            }
            self.counters.topics.fetch_sub(1, Relaxed);
            drop(shard);
            self.moved(&topic.name);
        }
    }

    fn moved(&self, name: &Arc<str>) {
        self.outbox.iter().for_each(|outbox| outbox.moved(name));
    }

    fn shard(&self, name: &str) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Topic>>> {
        // The remainder is less than the length.
        let index = self.hasher.hash_one(name) as usize % SHARDS;
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.outbox.iter().for_each(|outbox| outbox.close());
    }
}

/// So that threads with different topics seldom meet.
const SHARDS: usize = 16;
