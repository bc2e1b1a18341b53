//! How nodes share topics: through a broker, which an [`Engine`] connects to.

mod channel;
#[cfg(feature = "nats")]
mod nats;
#[cfg(feature = "redis")]
mod redis;
mod relay;

use std::error::Error;

use ws_tokio::bytes::Bytes;

#[cfg(feature = "nats")]
pub use self::nats::Nats;
#[cfg(feature = "redis")]
pub use self::redis::Redis;
pub use self::relay::{Relay, RelayEvent};

/// A broker that passes messages on to all who are subscribed to a channel.
///
/// `Nats` and `Redis` are two, behind the features of these names. For another one, say how to connect, and what to do
/// with a connection; a [`Relay`] does everything else: it connects again, subscribes again, tells gaps, and keeps out
/// what is not from another node. The broker need not keep anything, but it has to pass on what one connection
/// publishes in its order, and to give a connection also what it published itself.
pub trait Engine: Send + Sync + 'static {
    /// A connection to the broker.
    type Session: Session;

    /// Connects once. It need not watch the time.
    ///
    /// # Errors
    ///
    /// Why there is no connection. It is told to [`Relay::inspect`], and there is another attempt later.
    fn connect(&self) -> impl Future<Output = Result<Self::Session, EngineError>> + Send;
}

/// A connection to a broker. After an error it is dropped; it must not connect again by itself, because then nobody
/// would know that something is missing.
pub trait Session: Send + 'static {
    /// Subscribes to a channel, to which it is not subscribed. Names of channels are ASCII: letters, digits, `-`, `_`,
    /// `=` and `.`.
    ///
    /// # Errors
    ///
    /// Why the connection is of no use any more.
    fn subscribe(&mut self, channel: &str) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Leaves a channel to which it is subscribed.
    ///
    /// # Errors
    ///
    /// As [`subscribe`](Self::subscribe).
    fn unsubscribe(
        &mut self,
        channel: &str,
    ) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Publishes to a channel.
    ///
    /// # Errors
    ///
    /// As [`subscribe`](Self::subscribe). The packet counts as lost, and is not published again.
    fn publish(
        &mut self,
        channel: &str,
        packet: Bytes,
    ) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// The next thing that comes from the broker. Dropping this future loses nothing.
    ///
    /// # Errors
    ///
    /// As [`subscribe`](Self::subscribe), in particular that the connection has ended.
    fn next(&mut self) -> impl Future<Output = Result<Incoming, EngineError>> + Send;
}

/// What comes from a broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// Something that was published to a channel.
    Packet {
        /// The channel.
        channel: String,
        /// What was published.
        packet: Bytes,
    },
    /// Some of it was dropped on the way.
    Lost,
}

/// Why a broker cannot be reached, or a connection to it is of no use any more.
pub type EngineError = Box<dyn Error + Send + Sync>;
