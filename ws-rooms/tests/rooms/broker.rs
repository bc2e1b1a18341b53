//! A broker in memory that can be killed, started, and be made deaf.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use ws_rooms::{Engine, EngineError, Incoming, Session, ws_tokio::bytes::Bytes};

#[derive(Clone, Default)]
pub(crate) struct Broker(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_down: bool,
    /// Takes what is published, and passes nothing on.
    is_deaf: bool,
    connections: HashMap<u64, Connection>,
    next: u64,
    published: Vec<(String, Bytes)>,
}

struct Connection {
    channels: HashSet<String>,
    to: UnboundedSender<Incoming>,
}

impl Broker {
    /// Ends all connections, and takes no more.
    pub(crate) fn kill(&self) {
        let mut state = self.state();
        state.is_down = true;
        state.connections.clear();
    }

    pub(crate) fn start(&self) {
        self.state().is_down = false;
    }

    pub(crate) fn set_deaf(&self, is_deaf: bool) {
        self.state().is_deaf = is_deaf;
    }

    pub(crate) fn connections(&self) -> usize {
        self.state().connections.len()
    }

    pub(crate) fn subscriptions(&self) -> usize {
        self.state().connections.values().map(|it| it.channels.len()).sum()
    }

    pub(crate) fn is_subscribed(&self, channel: &str) -> bool {
        self.state().connections.values().any(|it| it.channels.contains(channel))
    }

    /// Everything but heartbeats that was published so far.
    pub(crate) fn published(&self) -> Vec<(String, Bytes)> {
        self.state().published.clone()
    }

    pub(crate) fn publish(&self, channel: &str, packet: impl Into<Bytes>) {
        let packet = packet.into();
        for connection in self.state().connections.values() {
            if connection.channels.contains(channel) {
                let (channel, packet) = (channel.to_owned(), packet.clone());
                let _ = connection.to.send(Incoming::Packet { channel, packet });
            }
        }
    }

    /// Tells all connections that it has dropped something.
    pub(crate) fn lose(&self) {
        for connection in self.state().connections.values() {
            connection.to.send(Incoming::Lost).unwrap();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl Engine for Broker {
    type Session = Link;

    async fn connect(&self) -> Result<Link, EngineError> {
        let mut state = self.state();
        if state.is_down {
            return Err("down".into());
        }
        state.next += 1;
        let id = state.next;
        let (to, from) = unbounded_channel();
        state.connections.insert(id, Connection { channels: HashSet::new(), to });
        Ok(Link { broker: self.clone(), id, from })
    }
}

pub(crate) struct Link {
    broker: Broker,
    id: u64,
    from: UnboundedReceiver<Incoming>,
}

impl Link {
    fn with<O>(&self, then: impl FnOnce(&mut Connection) -> O) -> Result<O, EngineError> {
        self.broker.state().connections.get_mut(&self.id).map(then).ok_or("cut".into())
    }
}

impl Session for Link {
    async fn subscribe(&mut self, channel: &str) -> Result<(), EngineError> {
        assert!(self.with(|it| it.channels.insert(channel.to_owned()))?, "{channel} twice");
        Ok(())
    }

    async fn unsubscribe(&mut self, channel: &str) -> Result<(), EngineError> {
        assert!(self.with(|it| it.channels.remove(channel))?, "{channel} is not there");
        Ok(())
    }

    async fn publish(&mut self, channel: &str, packet: Bytes) -> Result<(), EngineError> {
        self.with(|_| ())?;
        if !channel.contains(".n.") {
            self.broker.state().published.push((channel.to_owned(), packet.clone()));
        }
        if !self.broker.state().is_deaf {
            self.broker.publish(channel, packet);
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Incoming, EngineError> {
        self.from.recv().await.ok_or("cut".into())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.broker.state().connections.remove(&self.id);
    }
}
