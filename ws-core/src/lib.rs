//! The WebSocket protocol without I/O: RFC 6455 from the opening handshake to the closing one, for
//! clients and servers.
//!
//! It names no socket, task, thread or clock. You move bytes and tell the time; it takes every protocol
//! decision. To use WebSockets on a runtime, take `ws-tokio`, `ws-smol`, `ws-async-std` or
//! `ws-blocking`; take this crate to bring your own I/O, or your own HTTP stack.
//!
//! # With your own I/O
//!
//! A connection is a buffer that you read into, a queue that you write from, and messages:
//!
//! ```
//! use bytes::Buf;
//! use ws_core::{Connection, Message, Negotiated, RecvBuf, Role, WebSocketConfig};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let config = WebSocketConfig::default();
//! let open = |role| Connection::new(role, Negotiated::default(), RecvBuf::new(), &config);
//! let (mut client, mut server) = (open(Role::Client), open(Role::Server));
//!
//! client.sender().send(&Message::text("hello"))?;
//!
//! // What is in the queue belongs on the wire, and what comes from the wire into the buffer.
//! let queue = client.send_queue();
//! while queue.has_remaining() {
//!     let n = queue.chunk().len();
//!     server.receiver().recv_buf().extend_from_slice(queue.chunk());
//!     queue.advance(n);
//! }
//!
//! while server.poll()?.is_some() {
//!     if let Some(message) = server.receiver().take_message() {
//!         assert_eq!(message.as_text(), Some("hello"));
//!         server.sender().send(&message)?; // the echo is in the server's queue
//!     }
//! }
//! assert_eq!(server.send_queue().chunk(), b"\x81\x05hello");
//! # Ok(())
//! # }
//! ```
//!
//! | | take |
//! |---|---|
//! | open a WebSocket | [`ServerHandshake`], [`ClientHandshake`]: read into `recv_buf`, `poll`, write `send_queue` |
//! | get through a proxy | [`ProxyHandshake`] asks a [`Proxy`], which [`ProxyRules`] may take from the environment |
//! | look at the request first | [`ServerHandshake::poll`] gives an [`UpgradeRequest`] |
//! | receive and send | [`Connection`]; on two tasks its [`Receiver`] and [`Sender`], with a [`Reply`] from the one to the other |
//! | the time | [`KeepAlive`] says what to do when it passes |
//! | end all connections together | [`Tracker`], with an [`Alarm`] for each |
//! | get to a server | [`Url`], [`Attempts`] at its addresses, [`Redirects`], [`Backoff`] before trying again |
//! | buffers | [`RecvBuf`], [`SendQueue`] |
//! | frames alone | [`FrameHead`], [`apply_mask`] |
//!
//! # With your own HTTP stack
//!
//! ```
//! use ws_core::{ServerConfig, is_upgrade, respond};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // A request that hyper, axum, actix or any other HTTP stack has parsed:
//! let request = http::Request::get("/chat")
//!     .header("host", "ws.example")
//!     .header("connection", "keep-alive, Upgrade")
//!     .header("upgrade", "websocket")
//!     .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
//!     .header("sec-websocket-version", "13")
//!     .header("sec-websocket-protocol", "chat.v2, chat.v1")
//!     .body(())?;
//!
//! assert!(is_upgrade(&request));
//! let config = ServerConfig::new().subprotocols(["chat.v1"]);
//! match respond(&request, &config) {
//!     Ok((response, negotiated)) => {
//!         assert_eq!(response.status(), 101);
//!         assert_eq!(negotiated.subprotocol(), Some("chat.v1"));
//!     }
//!     Err(rejection) => println!("send {:?}, because {rejection}", rejection.response()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A client makes its request with [`upgrade_request`] and checks the answer with the [`Verifier`]. What
//! was negotiated goes on as a [`Connection`], or as the `WebSocket` of an adapter.
//!
//! In HTTP/2 (RFC 8441) and HTTP/3 (RFC 9220) a WebSocket begins with CONNECT and is answered with 200. The
//! functions are the same, once they are told the `:protocol` of the request
//! ([`ParsedRequest::protocol`]); a client makes its request with [`connect_request`]. The stream of that
//! request is then the connection. The crate h3, as of 0.0.8, does not know `websocket` as a `:protocol`, so
//! that it takes another stack for HTTP/3.
//!
//! # Rules and limits
//!
//! Every rule has a name, a section of an RFC and what the peer is told: a status in a handshake, a
//! close code afterwards. See [`RequestRule`], [`ResponseRule`] and [`FrameRule`]. What a peer can make
//! it allocate is bounded, by [`Limits`] and by [`WebSocketConfig`].
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `deflate` | off | permessage-deflate (RFC 7692): ask for it with `ServerConfig::deflate` or `ClientConfig::deflate`, and a [`Connection`] compresses and inflates |
//! | `idna` | off | international host names in a [`Url`] (UTS 46), through the crate of that name |
//! | `observer` | off | somebody who is told what happens: `Observer` in the configurations, `Connection::set_tap` |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod close;
mod codec;
mod connection;
mod dial;
mod error_box;
mod handshake;
mod message;
#[cfg(all(test, loom))]
mod models;
mod negotiated;
#[cfg(feature = "observer")]
mod observer;
mod random;
mod role;
mod rule;
mod step;
mod sync;

pub use self::{
    close::{CloseCode, CloseFrame, CloseInfo, Side},
    codec::{
        DeflatePool, FrameRule, RecvBuf, SendQueue,
        field_name::FieldName,
        frame::{FrameHead, Opcode},
        mask::apply_mask,
    },
    connection::{
        Alarm, Connection, FrameViolation, Incoming, IntoOutgoing, KeepAlive, Outgoing, Prepared,
        ReceiveLimits, Receiver, Reply, SendError, SendProgress, Sender, Shutdown, ShutdownOutcome,
        StreamEnd, Timeout, TimeoutAction, Tracked, Tracker, Tracks, WebSocketConfig,
    },
    dial::{
        Attempt, Attempts, Backoff, BackoffConfig, MalformedAnswer, Proxy, ProxyError,
        ProxyHandshake, ProxyKind, ProxyRules, ProxyStep, ProxyUrlError, RedirectError, Redirects,
        Socks4Reply, Socks5Reply, Url, UrlError, is_transient_status, retry_after,
    },
    error_box::ErrorBox,
    handshake::{
        Accepted, ArgumentError, ClientConfig, ClientHandshake, ClientWindow, Declined,
        DeflateConfig, DeflateOffer, Established, HandshakeError, InvalidResponse, Lenient, Limits,
        ParsedRequest, Polled, Preference, RandomError, Redirect, Rejected, Rejection, RequestRule,
        ResponseRule, ServerConfig, ServerHandshake, UpgradeRequest, UpgradeResponse, Verifier,
        Violation, connect_request, credentials, is_upgrade, respond, upgrade_request,
    },
    message::{Message, MessageKind, Text, TextError},
    negotiated::{DeflateParams, Negotiated},
    role::Role,
    step::HandshakeStep,
};
#[cfg(feature = "observer")]
pub use self::{
    connection::Tap,
    observer::{
        HandshakeOutcome, Observed, ObservedEnd, ObservedHandshake, ObservedMessage, ObservedStep,
        Observer, SharedObserver, Totals,
    },
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
