//! Rooms for WebSockets on tokio: what is published to a topic goes to all who are subscribed to it.
//!
//! ```
//! use tokio::net::TcpListener;
//! use ws_rooms::{Member, Policy, Rooms, RoomsConfig};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let rooms = Rooms::new(RoomsConfig::new());
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let url = format!("ws://{}/", listener.local_addr()?);
//!
//! tokio::spawn(async move {
//!     loop {
//!         let Ok((stream, _)) = listener.accept().await else { // no descriptor is left, most likely
//!             tokio::time::sleep(std::time::Duration::from_millis(100)).await;
//!             continue;
//!         };
//!         let rooms = rooms.clone();
//!         tokio::spawn(async move {
//!             let mut member = rooms.join(ws_tokio::accept(stream).await?);
//!             let _joined = member.subscribe("tea", Policy::DropOldest)?;
//!             member.send("welcome").await?;
//!             while let Some(message) = member.recv().await? { // delivers what others publish, too
//!                 rooms.publish("tea", message)?;
//!             }
//!             Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
//!         });
//!     }
//! });
//!
//! let (mut ada, _response) = ws_tokio::connect(&url).await?;
//! let (mut bob, _response) = ws_tokio::connect(&url).await?;
//! for ws in [&mut ada, &mut bob] {
//!     assert_eq!(ws.recv().await?, Some("welcome".into()));
//! }
//! ada.send("hello").await?;
//! assert_eq!(ada.recv().await?, Some("hello".into()));
//! assert_eq!(bob.recv().await?, Some("hello".into()));
//! # Ok(())
//! # }
//! ```
//!
//! One task serves a member: [`Member::recv`] receives from its peer, and writes to it what is published. There are no
//! channels to set up, no halves, and no `select!`.
//!
//! # Where to begin
//!
//! | to | take |
//! |---|---|
//! | make a member of a WebSocket | [`Rooms::join`]; it is that of `ws-tokio` and `ws-hyper`, and of `ws-axum` by `into_inner` |
//! | subscribe, and say what becomes of what is too much | [`Member::subscribe`], [`Policy`] |
//! | publish | [`Rooms::publish`] to all, [`Member::publish`] to all others |
//! | receive, and deliver meanwhile | [`Member::recv`] |
//! | know who is there, who comes and who goes | [`Joined::present`], [`Rooms::present`], [`SubscribeConfig::presence`], [`Event`] |
//! | show what was said before | [`RoomsConfig::history`], [`Joined::history`] |
//! | know that something was dropped, and where | [`Event::Missed`] by [`Member::recv_event`] |
//! | send to one member alone | [`Member::send`] |
//! | limit what all of it may cost | [`RoomsConfig`] |
//! | watch it | [`Rooms::metrics`] |
//! | share topics with other nodes | [`Rooms::with_engine`], `Nats`, `Redis`, or an [`Engine`] of your own |
//!
//! ```toml
//! [dependencies]
//! tokio = { version = "1", features = ["macros", "net", "rt"] }
//! ws-rooms = "0.1"
//! ws-tokio = "0.1"
//! ```
//!
//! # What a publication costs
//!
//! It is framed once, and compressed once for each window and level that subscribers have negotiated. Its payload is in
//! memory twice, as it is and framed, however many it waits for. A delivery is a place in a queue, the waking of a task
//! and a write; it allocates nothing.
//!
//! [`Rooms::publish`] waits for nobody: it puts the message into all queues, under locks that are held for nothing
//! else, and returns. So a member that is slow delays no other.
//!
//! # What the slow cost
//!
//! A member has a queue for each of its topics. It takes [`max_queued`](RoomsConfig::max_queued) messages (128) and
//! [`max_queued_len`](RoomsConfig::max_queued_len) bytes (256 KiB); what comes then is the business of the
//! subscriber's [`Policy`]. So a member that reads nothing costs at most
//!
//! - 64 KiB, the buffer of its WebSocket, and one message;
//! - for each topic, a place of 24 bytes for each message in the queue, which may have grown to twice as many;
//! - the messages in the queue, of which there is one for all who wait for it.
//!
//! A member that is disconnected, by [`Policy::Disconnect`], costs nothing of this from then on. Its peer is told 1013
//! within the WebSocket's `close_timeout`.
//!
//! Nobody can subscribe to more than [`max_topics_per_member`](RoomsConfig::max_topics_per_member) topics (32), of
//! [`max_topics`](RoomsConfig::max_topics) (65,536) altogether. A topic is gone, with its history, when its last
//! subscriber has left. Publishing to a topic without subscribers makes none.
//!
//! # What is promised
//!
//! - Each subscriber gets the messages of a topic in the order in which they were published, which is the same for all,
//!   and each message at most once. What is dropped leaves an [`Event::Missed`] with its number at its place.
//! - Between what [`Member::subscribe`] returns and what is delivered, nothing is missing, and nothing comes twice.
//! - Delivering goes on while you receive. A program that does something else for long is a slow member.
//! - Every future may be dropped at any time: nothing that was received is lost, and nothing that was to be delivered.
//!
//! # More than one node
//!
//! ```
//! # #[cfg(feature = "redis")] {
//! use ws_rooms::{Redis, RelayEvent, Rooms, RoomsConfig};
//!
//! # async fn f() -> Result<(), ws_rooms::EngineError> {
//! let redis = Redis::new("redis://localhost")?;
//! let (rooms, relay) = Rooms::with_engine(RoomsConfig::new(), redis);
//! let relay = relay.prefix("chat").inspect(|event| {
//!     if let RelayEvent::Disconnected { error, retry_in } = event {
//!         eprintln!("no broker: {error}, trying again in {retry_in:?}");
//!     }
//! });
//! tokio::spawn(relay.run());
//! // From here on, nothing is different: `rooms.join(ws)`, `rooms.publish(topic, message)`.
//! # drop(rooms);
//! # Ok(())
//! # }
//! # }
//! ```
//!
//! Nodes share topics through a broker that is there already, NATS or Redis (or Valkey). A node subscribes to those topics
//! that its members are in. What is promised between nodes is less than on one:
//!
//! - A message comes at most once. What one node publishes to a topic comes to each other node in its order; what several
//!   publish may come to the members of one node in another order than to those of the next.
//! - There is no echo, and there are no loops: a node takes nothing from the broker that it has sent, and passes nothing on.
//! - While the broker is away, members of a node go on hearing each other, and nobody is disconnected. What is published
//!   meanwhile is kept, up to 1 MiB or 4,096 messages, and sent later. The relay connects again, after a delay that
//!   grows to 5 seconds.
//! - Where something may be missing, members are told [`Event::Gap`]: after every connection, for the topics that they
//!   were in already; when the broker has dropped something; and when another node has, or may have, lost what it
//!   published. A gap may be told when nothing is missing, not the other way round.
//! - A node that subscribes to a topic hears what others publish once the broker knows of it, a moment later.
//! - [Presence](Rooms::present) and [history](Rooms::history) are those of one node.
//!
//! Whoever can publish at the broker can speak in every topic, so keep it to yourself. What comes from it is checked: what
//! is no packet of this version, or of another topic than that of its channel, is [refused](RelayEvent::Refused) and counted.
//!
//! What members are called, and what they say, is passed on as it is: pages have to escape it.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `deflate` | off | permessage-deflate (RFC 7692): that of `ws-tokio` |
//! | `nats` | off | `Nats`, by async-nats 0.46 to 0.51, of which the last takes Rust 1.89 |
//! | `redis` | off | `Redis`, by redis 1 |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod config;
mod engine;
mod error;
mod event;
mod hub;
mod mailbox;
mod member;
mod metrics;
mod outbox;
mod rooms;
mod subscription;
mod topic;
mod topic_name;
mod wakers;

pub use ws_tokio;

pub use self::{
    config::RoomsConfig,
    engine::{Engine, EngineError, Incoming, Relay, RelayEvent, Session},
    error::{PublishError, SubscribeError, TopicError},
    event::Event,
    member::Member,
    metrics::Metrics,
    outbox::packet::PacketError,
    rooms::Rooms,
    subscription::{Joined, MemberId, Policy, Present, SubscribeConfig},
};

#[cfg(feature = "nats")]
pub use self::engine::Nats;
#[cfg(feature = "redis")]
pub use self::engine::Redis;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
