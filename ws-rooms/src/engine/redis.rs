//! Redis, and Valkey, by the crate redis.

use std::{fmt, pin::Pin};

use futures_core::Stream;
use redis::{
    Client, IntoConnectionInfo,
    aio::{MultiplexedConnection, PubSubSink, PubSubStream},
};
use ws_tokio::bytes::Bytes;

use super::{Engine, EngineError, Incoming, Session};

/// A Redis or Valkey server.
///
/// ```
/// use ws_rooms::Redis;
///
/// let redis = Redis::new("redis://:password@redis.internal:6379")?;
/// # Ok::<(), ws_rooms::EngineError>(())
/// ```
///
/// It takes two connections, one to publish and one to hear. The server drops the second when more than its
/// `client-output-buffer-limit pubsub` waits for this node, which is a gap like any other.
pub struct Redis {
    client: Client,
}

impl Redis {
    /// The server at a URL such as `redis://user:password@host:6379`. With TLS, which takes a feature of the crate redis,
    /// it is `rediss`.
    ///
    /// # Errors
    ///
    /// When that is no URL of a Redis server.
    pub fn new(url: impl IntoConnectionInfo) -> Result<Self, EngineError> {
        Ok(Self { client: Client::open(url)? })
    }

    /// Through a client that is configured already.
    pub fn with_client(client: Client) -> Self {
        Self { client }
    }
}

impl fmt::Debug for Redis {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").finish_non_exhaustive()
    }
}

impl Engine for Redis {
    type Session = RedisSession;

    async fn connect(&self) -> Result<RedisSession, EngineError> {
        let publishing = self.client.get_multiplexed_async_connection().await?;
        let (subscriptions, incoming) = self.client.get_async_pubsub().await?.split();
        Ok(RedisSession { publishing, subscriptions, incoming })
    }
}

/// A connection to Redis.
pub struct RedisSession {
    publishing: MultiplexedConnection,
    subscriptions: PubSubSink,
    incoming: PubSubStream,
}

impl Session for RedisSession {
    async fn subscribe(&mut self, channel: &str) -> Result<(), EngineError> {
        Ok(self.subscriptions.subscribe(channel).await?)
    }

    async fn unsubscribe(&mut self, channel: &str) -> Result<(), EngineError> {
        Ok(self.subscriptions.unsubscribe(channel).await?)
    }

    async fn publish(&mut self, channel: &str, packet: Bytes) -> Result<(), EngineError> {
        let mut publish = redis::cmd("PUBLISH");
        publish.arg(channel).arg(&*packet);
        Ok(publish.exec_async(&mut self.publishing).await?)
    }

    async fn next(&mut self) -> Result<Incoming, EngineError> {
        let next = std::future::poll_fn(|cx| Pin::new(&mut self.incoming).poll_next(cx)).await;
        let Some(message) = next else { return Err("the connection to Redis has ended".into()) };
        let channel = message.get_channel_name().to_owned();
        Ok(Incoming::Packet {
            channel,
            packet: Bytes::copy_from_slice(message.get_payload_bytes()),
        })
    }
}

impl fmt::Debug for RedisSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisSession").finish_non_exhaustive()
    }
}
