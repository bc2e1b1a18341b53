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
//!     while let Ok((stream, _)) = listener.accept().await {
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
//! What members are called, and what they say, is passed on as it is: pages have to escape it.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `deflate` | off | permessage-deflate (RFC 7692): that of `ws-tokio` |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod config;
mod error;
mod event;
mod hub;
mod mailbox;
mod member;
mod metrics;
mod rooms;
mod subscription;
mod topic;
mod topic_name;
mod wakers;

pub use ws_tokio;

pub use self::{
    config::RoomsConfig,
    error::{PublishError, SubscribeError, TopicError},
    event::Event,
    member::Member,
    metrics::Metrics,
    rooms::Rooms,
    subscription::{Joined, MemberId, Policy, Present, SubscribeConfig},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
