//! NATS, by the crate async-nats.

use std::{collections::HashMap, fmt, pin::Pin};

use async_nats::{Client, ConnectOptions, Event, Subscriber};
use futures_core::Stream;
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    task::AbortHandle,
};
use ws_tokio::bytes::Bytes;

use super::{Engine, EngineError, Incoming, Session};

/// A NATS server, or a cluster of them.
///
/// ```
/// use ws_rooms::Nats;
///
/// let nats = Nats::new("nats://nats.internal:4222").options(|options| options.name("chat"));
/// ```
///
/// A server takes messages of up to its `max_payload`, 1 MiB by default; a longer one is not sent, and the connection
/// begins anew. So [`max_queued_len`](crate::RoomsConfig::max_queued_len) has to stay below it.
pub struct Nats {
    url: String,
    options: Box<dyn Fn(ConnectOptions) -> ConnectOptions + Send + Sync>,
}

impl Nats {
    /// The server at a URL such as `nats://user:password@host:4222`, or at one of several, between commas.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), options: Box::new(|options| options) }
    }

    /// Changes the options of the client: credentials, TLS. Connecting again is not its business, so that callbacks for
    /// events and the number of attempts are as needed here.
    #[must_use]
    pub fn options(
        mut self,
        change: impl Fn(ConnectOptions) -> ConnectOptions + Send + Sync + 'static,
    ) -> Self {
        self.options = Box::new(change);
        self
    }
}

impl fmt::Debug for Nats {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nats").finish_non_exhaustive()
    }
}

impl Engine for Nats {
    type Session = NatsSession;

    async fn connect(&self) -> Result<NatsSession, EngineError> {
        let (to, incoming) = channel(WAITING);
        let events = to.clone();
        let options = (self.options)(ConnectOptions::new())
            .max_reconnects(1)
            .event_callback(move |event| tell(events.clone(), event));
        let servers: Vec<&str> = self.url.split(',').map(str::trim).collect();
        let client = options.connect(servers).await?;
        Ok(NatsSession { client, to, incoming, topics: HashMap::new() })
    }
}

/// A connection to NATS.
#[derive(Debug)]
pub struct NatsSession {
    client: Client,
    to: Sender<Result<Incoming, EngineError>>,
    incoming: Receiver<Result<Incoming, EngineError>>,
    /// The tasks that take what comes, by channel.
    topics: HashMap<String, AbortHandle>,
}

impl Session for NatsSession {
    async fn subscribe(&mut self, channel: &str) -> Result<(), EngineError> {
        let subscriber = self.client.subscribe(channel.to_owned()).await?;
        let taking = tokio::spawn(take(subscriber, self.to.clone()));
        self.topics.insert(channel.to_owned(), taking.abort_handle());
        Ok(())
    }

    async fn unsubscribe(&mut self, channel: &str) -> Result<(), EngineError> {
        // The subscriber is dropped with its task, and tells the server.
        if let Some(taking) = self.topics.remove(channel) {
            taking.abort();
        }
        Ok(())
    }

    async fn publish(&mut self, channel: &str, packet: Bytes) -> Result<(), EngineError> {
        Ok(self.client.publish(channel.to_owned(), packet).await?)
    }

    async fn next(&mut self) -> Result<Incoming, EngineError> {
        // There is always a sender: this has one itself.
        self.incoming.recv().await.unwrap_or_else(|| Err("the connection to NATS has ended".into()))
    }
}

impl Drop for NatsSession {
    fn drop(&mut self) {
        self.topics.values().for_each(AbortHandle::abort);
    }
}

/// Takes what comes over one channel, in its order.
async fn take(mut subscriber: Subscriber, to: Sender<Result<Incoming, EngineError>>) {
    while let Some(message) =
        std::future::poll_fn(|cx| Pin::new(&mut subscriber).poll_next(cx)).await
    {
        let channel = message.subject.to_string();
        let incoming = Incoming::Packet { channel, packet: message.payload };
        if to.send(Ok(incoming)).await.is_err() {
            return;
        }
    }
}

/// Something has happened to the connection.
async fn tell(to: Sender<Result<Incoming, EngineError>>, event: Event) {
    let told = match event {
        Event::Disconnected | Event::LameDuckMode | Event::Closed => {
            Err(format!("the connection to NATS has ended: {event}").into())
        }
        Event::SlowConsumer(_) => Ok(Incoming::Lost),
        Event::ServerError(error) => Err(error.into()),
        _ => return,
    };
    // Who does not listen any more has dropped the connection.
    let _ = to.send(told).await;
}

/// So many messages may wait for this node before the client drops some, which it tells.
const WAITING: usize = 1024;
