//! One topic: who is in it, and what was said last.
//!
//! Everything that is to come to all subscribers in the same order happens under the topic's lock: it is held while
//! a message goes into their mailboxes, never while somebody is woken.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use slab::Slab;
use ws_tokio::{Prepared, Text};

use crate::{
    config::RoomsConfig,
    mailbox::{Entry, Mailbox, Pushed},
    metrics::{Counters, count},
    subscription::{Joined, MemberId, Present},
    wakers::Wakers,
};

#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) name: Arc<str>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    subscribers: Slab<Subscriber>,
    /// The places of those who are told who comes and goes: where nobody is, nobody is looked at for that.
    watching: BTreeSet<usize>,
    history: VecDeque<Arc<Prepared>>,
    history_len: usize,
    /// Nobody is in it, so whoever finds it has to make a new one.
    over: bool,
}

#[derive(Debug)]
pub(crate) struct Subscriber {
    pub(crate) mailbox: Arc<Mailbox>,
    /// The queue in the mailbox.
    pub(crate) key: usize,
    pub(crate) identity: Text,
    /// It is told who comes and goes.
    pub(crate) presence: bool,
}

impl Subscriber {
    fn present(&self) -> Present {
        Present { id: self.mailbox.id, identity: self.identity.clone() }
    }
}

/// What has come of handing something to all subscribers.
#[derive(Debug)]
pub(crate) struct FanOut {
    /// In how many mailboxes it is.
    pub(crate) queued: usize,
    /// Nobody is left.
    pub(crate) over: bool,
}

impl Topic {
    pub(crate) fn new(name: Arc<str>) -> Self {
        Self { name, state: Mutex::default() }
    }

    /// Adds a subscriber, unless the topic is over. It gets a place, by which it leaves.
    pub(crate) fn join(
        &self,
        subscriber: Subscriber,
        counters: &Counters,
        wakers: &mut Wakers,
    ) -> Result<(usize, Joined), Subscriber> {
        let mut state = self.state();
        if state.over {
            return Err(subscriber);
        }
        let who = Entry::Joined(Arc::new(subscriber.present()));
        // It is there before others may have to leave, so that the topic is not over meanwhile.
        let presence = subscriber.presence;
        let place = state.subscribers.insert(subscriber);
        state.tell(&who, counters, wakers);
        let mut present = Vec::new();
        if presence {
            state.watching.insert(place);
            present = state.subscribers.iter().map(|(_, it)| it.present()).collect();
        }
        let history = state.history.iter().cloned().collect();
        Ok((place, Joined { present, history }))
    }

    /// Takes a subscriber away, if it still is at its place. Gives whether nobody is left.
    pub(crate) fn leave(
        &self,
        place: usize,
        member: MemberId,
        counters: &Counters,
        wakers: &mut Wakers,
    ) -> bool {
        let mut state = self.state();
        let is_there =
            state.subscribers.get(place).is_some_and(|subscriber| subscriber.mailbox.id == member);
        if is_there {
            state.remove(vec![place], counters, wakers);
        }
        state.over
    }

    /// Hands a message to everybody but `except`, and keeps it as the configuration says.
    pub(crate) fn publish(
        &self,
        message: &Arc<Prepared>,
        except: Option<MemberId>,
        config: &RoomsConfig,
        counters: &Counters,
        wakers: &mut Wakers,
    ) -> FanOut {
        let mut state = self.state();
        state.keep(message, config);
        let entry = Entry::Message(Arc::clone(message));
        let queued = state.push(&entry, counters, wakers, except);
        FanOut { queued, over: state.over }
    }

    /// Tells everybody that something of other nodes may be missing. Gives whether nobody is left.
    pub(crate) fn gap(&self, counters: &Counters, wakers: &mut Wakers) -> bool {
        let mut state = self.state();
        state.push(&Entry::Gap, counters, wakers, None);
        state.over
    }

    pub(crate) fn present(&self) -> Vec<Present> {
        self.state().subscribers.iter().map(|(_, it)| it.present()).collect()
    }

    pub(crate) fn history(&self) -> Vec<Arc<Prepared>> {
        self.state().history.iter().cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Hands an entry to all subscribers but one. Those who are to leave because of it are taken away.
    fn push(
        &mut self,
        entry: &Entry,
        counters: &Counters,
        wakers: &mut Wakers,
        except: Option<MemberId>,
    ) -> usize {
        let to = self.subscribers.iter().filter(|(_, it)| Some(it.mailbox.id) != except);
        let (queued, slow) = hand(entry, to, counters, wakers);
        self.remove(slow, counters, wakers);
        queued
    }

    /// Hands an entry to those who want to know who comes and goes.
    fn tell(&mut self, entry: &Entry, counters: &Counters, wakers: &mut Wakers) {
        let slow = self.hand_to_watching(entry, counters, wakers);
        self.remove(slow, counters, wakers);
    }

    fn hand_to_watching(
        &self,
        entry: &Entry,
        counters: &Counters,
        wakers: &mut Wakers,
    ) -> Vec<usize> {
        let at = |place: &usize| Some((*place, self.subscribers.get(*place)?));
        hand(entry, self.watching.iter().filter_map(at), counters, wakers).1
    }

    /// Takes subscribers away, and tells the others, some of whom may have to leave for that.
    fn remove(&mut self, mut places: Vec<usize>, counters: &Counters, wakers: &mut Wakers) {
        while let Some(place) = places.pop() {
            let Some(subscriber) = self.subscribers.try_remove(place) else { continue };
            self.watching.remove(&place);
            let who = Entry::Left(Arc::new(subscriber.present()));
            places.extend(self.hand_to_watching(&who, counters, wakers));
        }
        if self.subscribers.is_empty() {
            *self = Self { over: true, ..Self::default() };
        }
    }

    fn keep(&mut self, message: &Arc<Prepared>, config: &RoomsConfig) {
        let len = message.message().len();
        if config.history == 0 || len > config.max_history_len {
            return;
        }
        self.history.push_back(Arc::clone(message));
        self.history_len += len;
        while self.history.len() > config.history || self.history_len > config.max_history_len {
            let Some(oldest) = self.history.pop_front() else { break };
            self.history_len -= oldest.message().len();
        }
    }
}

/// Puts an entry into mailboxes. Gives in how many of them it is, and the places of those who are to leave.
fn hand<'a>(
    entry: &Entry,
    to: impl Iterator<Item = (usize, &'a Subscriber)>,
    counters: &Counters,
    wakers: &mut Wakers,
) -> (usize, Vec<usize>) {
    let (mut queued, mut dropped, mut slow) = (0, 0, Vec::new());
    for (place, subscriber) in to {
        match subscriber.mailbox.push(subscriber.key, entry, wakers) {
            Pushed::Queued { dropped: others } => {
                queued += 1;
                dropped += others;
            }
            Pushed::Dropped => dropped += 1,
            Pushed::Removed => {
                count(&counters.removed, 1);
                slow.push(place);
            }
            Pushed::Gone => slow.push(place),
        }
    }
    count(&counters.dropped, dropped);
    (queued, slow)
}
