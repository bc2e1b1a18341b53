//! WebSocket for axum 0.8: an extractor with the names of axum's own, strict about RFC 6455.
//!
//! ```
//! use axum::{Router, response::Response, routing::any};
//! use tokio::net::TcpListener;
//! use ws_axum::{Message, WebSocket, WebSocketUpgrade};
//!
//! async fn echo(ws: WebSocketUpgrade) -> Response {
//!     ws.on_upgrade(serve)
//! }
//!
//! async fn serve(mut socket: WebSocket) {
//!     while let Some(Ok(message)) = socket.recv().await {
//!         if matches!(message, Message::Text(_) | Message::Binary(_)) {
//!             let _ = socket.send(message).await; // the next `recv` says if the client is gone
//!         }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let app = Router::new().route("/echo", any(echo));
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let url = format!("ws://{}/echo", listener.local_addr()?);
//! tokio::spawn(async { axum::serve(listener, app).await });
//!
//! let (mut ws, _response) = ws_tokio::connect(&url).await?;
//! ws.send("hello").await?;
//! assert_eq!(ws.recv().await?, Some("hello".into()));
//! ws.close().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Moving from `axum::extract::ws` is a change of the import: names, signatures and what they mean are the same.
//! What differs is in the [last section](#what-is-not-as-in-axum).
//!
//! # Where to begin
//!
//! | to | take |
//! |---|---|
//! | open a WebSocket | [`WebSocketUpgrade`], and its [`on_upgrade`](WebSocketUpgrade::on_upgrade) |
//! | serve ordinary HTTP at the same path | `Option<WebSocketUpgrade>` |
//! | let in pages of some origins only | [`same_origin`](WebSocketUpgrade::same_origin), [`origins`](WebSocketUpgrade::origins) |
//! | configure all routes at once | an `Extension` with a [`ServerConfig`], as a layer |
//! | choose a subprotocol | [`protocols`](WebSocketUpgrade::protocols), [`requested_protocols`](WebSocketUpgrade::requested_protocols), [`set_selected_protocol`](WebSocketUpgrade::set_selected_protocol) |
//! | set limits, deadlines, pings, compression | [`max_message_size`](WebSocketUpgrade::max_message_size) and the like, or [`config`](WebSocketUpgrade::config) with everything |
//! | receive and send | [`recv`](WebSocket::recv), [`send`](WebSocket::send), or as a `Stream` and a `Sink` |
//! | send the same to many | [`Prepared`], [`send_prepared`](WebSocket::send_prepared) |
//! | close, and know how it ended | [`close_with`](WebSocket::close_with), [`close_info`](WebSocket::close_info) |
//! | have messages in parts, halves without a lock, a stream of bytes, the socket | the native WebSocket: [`into_inner`](WebSocket::into_inner), [`accept`](WebSocketUpgrade::accept) |
//! | look at the request first | [`inspect`](WebSocketUpgrade::inspect) |
//! | know what went wrong | [`rejection`] for requests, [`cause`] for an [`Error`] |
//! | end all WebSockets together | [`Tracker`]: see [below](#shutting-down) |
//! | put a WebSocket in front of a route, as a layer | `ws_hyper::tower::UpgradeLayer`, with the feature `tower` of `ws-hyper` |
//!
//! ```toml
//! [dependencies]
//! axum = "0.8"
//! tokio = { version = "1", features = ["macros", "net", "rt"] }
//! ws-axum = "0.1"
//! ```
//!
//! # HTTP/2
//!
//! With the feature `http2`, and axum's of that name, `axum::serve` takes WebSockets over HTTP/2, too (RFC 8441): the same
//! handlers, on routes with `any`, since the method is CONNECT. Rules, configuration and what is negotiated are the same,
//! and a stream is ended as a connection would be. What hyper does with windows is told by [`ws_hyper`](ws_hyper#http2).
//!
//! # Shutting down
//!
//! `with_graceful_shutdown` does not end WebSockets: it knows nothing of those over HTTP/1.1, and waits for ever for those
//! over HTTP/2. A [`Tracker`] ends both. Each gets 1001 and has until a deadline to answer, and then it is cut; so are the
//! tasks of [`on_upgrade`](WebSocketUpgrade::on_upgrade), whatever they wait for. Requests for WebSockets that still come
//! get 503.
//!
//! ```
//! use std::{io, net::SocketAddr, time::Duration};
//!
//! use axum::{Extension, Router, response::Response, routing::any, serve::Listener};
//! use tokio::net::{TcpListener, TcpStream};
//! use ws_axum::{ServerConfig, TrackedStream, Tracker, WebSocketUpgrade};
//!
//! async fn chat(ws: WebSocketUpgrade) -> Response {
//!     ws.on_upgrade(|mut socket| async move {
//!         while let Some(Ok(message)) = socket.recv().await { // `None` after 1001, too
//!             println!("{message:?}");
//!         }
//!     })
//! }
//!
//! /// Its connections end by the deadline, even where a client takes nothing any more.
//! struct Tracked(TcpListener, Tracker);
//!
//! impl Listener for Tracked {
//!     type Io = TrackedStream<TcpStream>;
//!     type Addr = SocketAddr;
//!
//!     async fn accept(&mut self) -> (Self::Io, SocketAddr) {
//!         let (stream, address) = Listener::accept(&mut self.0).await;
//!         let _ = stream.set_nodelay(true); // a little slower without
//!         (TrackedStream::new(stream, &self.1), address)
//!     }
//!
//!     fn local_addr(&self) -> io::Result<SocketAddr> {
//!         self.0.local_addr()
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tracker = Tracker::new();
//! let config = ServerConfig::new().tracker(&tracker); // for one route: `WebSocketUpgrade::tracker`
//! let app = Router::new().route("/chat", any(chat)).layer(Extension(config));
//! let listener = Tracked(TcpListener::bind("127.0.0.1:0").await?, tracker.clone());
//! let url = format!("ws://{}/chat", listener.local_addr()?);
//! let server = axum::serve(listener, app).with_graceful_shutdown(tracker.shutting_down());
//! let server = tokio::spawn(async { server.await });
//!
//! let (mut ws, _response) = ws_tokio::connect(&url).await?;
//! let client = tokio::spawn(async move { ws.recv().await.map(|_| ws.close_info()) });
//!
//! // When a signal comes:
//! let outcome = tracker.shut_down(Duration::from_secs(5)).await;
//! server.await??;
//! assert_eq!((outcome.clean, outcome.cut), (1, 0));
//! assert_eq!(client.await??.received.unwrap().code.get(), 1001);
//! # Ok(())
//! # }
//! ```
//!
//! The listener is for clients of HTTP/2 that give no window, and for those that take nothing from their sockets: what hyper
//! has for them it keeps, and the stream and the connection with it, until they take it. Over HTTP/1.1 it also ends
//! connections on which a request does not come to its end. The tasks of [`accept`](WebSocketUpgrade::accept) are yours:
//! [`Upgrading::spawn`] minds the tracker, and [`Tracker::run`] is for all others.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `auto` | off | [`Upgrading::downcast`] finds the `TcpStream` under `axum::serve` |
//! | `deflate` | off | permessage-deflate (RFC 7692): `WebSocketUpgrade::deflate` |
//! | `http2` | off | WebSockets over HTTP/2 (RFC 8441), with axum's feature of that name: routes with `any` |
//! | `observer` | off | somebody who is told what happens, in the [`ServerConfig`]: see `ws_tokio::observe` |
//! | `metrics` | off | an observer that counts with the crate of that name; implies `observer` |
//! | `tracing` | off | spans and events of the crate of that name, without being asked for; implies `observer` |
//!
//! # What is not as in axum
//!
//! - Requests are checked against all rules of RFC 6455 4.2.1. `upgrade` has to be one of the tokens of Connection,
//!   in whichever of its lines, and the key has to be a key. The status is that of the rule, and the text says what
//!   is wrong.
//! - `requested_protocols` keeps the client's order, which is its preference (RFC 6455 4.1).
//! - `set_selected_protocol` with a name that was not offered is answered with 500: clients would fail the connection.
//! - There is no `accept_unmasked_frames`: "a server MUST close the connection upon receiving a frame that is not
//!   masked" (RFC 6455 5.1). Take the call out.
//! - A message may have 16 MiB, and 256 KiB of output may be pending, after which sending waits.
//! - The peer's close has been answered when it is received. A close frame with a code that may not be sent is an error.
//! - What is configured after the request came may still refuse it; then `on_upgrade` gives that response.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod cause;
mod close;
pub mod close_code;
mod extract;
mod failed_upgrade;
mod message;
pub mod rejection;
mod upgrade;
mod utf8_bytes;
mod web_socket;

pub use {axum_core::Error, ws_hyper};

pub use ws_hyper::{
    ServerConfig, TrackedStream, Tracker, Upgraded, Upgrading, WebSocketConfig,
    ws_tokio::{CloseInfo, Prepared},
};

pub use self::{
    cause::cause,
    close::{CloseCode, CloseFrame},
    failed_upgrade::{DefaultOnFailedUpgrade, OnFailedUpgrade},
    message::Message,
    upgrade::WebSocketUpgrade,
    utf8_bytes::Utf8Bytes,
    web_socket::WebSocket,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
