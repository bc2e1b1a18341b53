//! WebSocket for hyper 1: servers that upgrade requests, and clients.
//!
//! ```
//! use std::convert::Infallible;
//!
//! use http_body_util::Full;
//! use hyper::{Request, Response, body::{Bytes, Incoming}, server::conn::http1, service::service_fn};
//! use hyper_util::rt::TokioIo;
//! use tokio::net::TcpListener;
//! use ws_hyper::{Message, ServerConfig, Upgrading};
//!
//! async fn route(mut request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     if request.uri().path() != "/echo" {
//!         return Ok(Response::new("WebSockets are at /echo\n".into()));
//!     }
//!     Ok(match ws_hyper::upgrade(&mut request, &ServerConfig::new()) {
//!         Ok((response, upgrading)) => {
//!             tokio::spawn(echo(upgrading));
//!             response // 101; when hyper has sent it, it hands over the connection
//!         }
//!         Err(rejection) => rejection.into_response(), // says what is wrong
//!     })
//! }
//!
//! async fn echo(upgrading: Upgrading) -> Result<(), ws_tokio::Error> {
//!     let mut ws = upgrading.await?;
//!     while let Some(message) = ws.recv().await? {
//!         ws.send(message).await?;
//!     }
//!     Ok(())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let url = format!("ws://{}/echo", listener.local_addr()?);
//! tokio::spawn(async move {
//!     while let Ok((stream, _)) = listener.accept().await {
//!         let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(route));
//!         tokio::spawn(connection.with_upgrades()); // without that, hyper keeps connections to itself
//!     }
//! });
//!
//! let (mut ws, _response) = ws_tokio::connect(&url).await?;
//! ws.send("hello").await?;
//! assert_eq!(ws.recv().await?, Some(Message::text("hello")));
//! ws.close().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Where to begin
//!
//! | to | take |
//! |---|---|
//! | upgrade a request | [`upgrade`], which gives the 101 and an [`Upgrading`] |
//! | look at it first, choose a subprotocol, add fields to the 101 | [`UpgradeRequest`] |
//! | tell it from ordinary HTTP | [`is_upgrade`] |
//! | say why it is not upgraded | [`Rejection::into_response`] |
//! | have the stream that hyper was given, a `TcpStream` for instance | [`Upgrading::downcast`] |
//! | open a WebSocket as a client, over a connection of hyper's | [`handshake()`], [`handshake_with`] |
//! | send the request in your own way | [`upgrade_request`], then [`upgrade_response`] |
//! | receive, send, close | [`WebSocket`], which is that of `ws-tokio` |
//! | set subprotocols, origins, limits, compression | [`ServerConfig`], [`ClientConfig`] |
//! | know what went wrong | [`Rejection`] for requests, [`Error`] until it is open, [`ws_tokio::Error`] from then on |
//!
//! ```toml
//! [dependencies]
//! hyper = { version = "1", features = ["http1", "server"] }
//! hyper-util = { version = "0.1", features = ["tokio"] }
//! tokio = { version = "1", features = ["macros", "net", "rt"] }
//! ws-hyper = "0.1"
//! ```
//!
//! # What hyper does
//!
//! hyper reads requests and writes responses, so limits on heads, and whether a connection stays open after a
//! rejection, are settings of hyper's. It answers what is no HTTP with a 400 of its own. What it has read too far
//! becomes the first frames.
//!
//! A connection is handed over by what drives it: `with_upgrades` of a server's and of a client's connection,
//! `serve_connection_with_upgrades` of hyper-util. If nothing hands over, [`Upgrading`] is an error.
//!
//! # Deadlines
//!
//! [`ServerConfig::timeout`] is how long an [`Upgrading`] waits for the 101 to be sent, from [`upgrade`] on; to
//! limit the time for requests is hyper's part, with a timer and `header_read_timeout`. A client's
//! [`timeout`](ClientConfig::timeout) is for all of [`handshake()`]. The runtime needs its timer (`enable_time`).
//!
//! # Cancelling
//!
//! Every future may be dropped at any time. An [`Upgrading`] that is dropped closes the connection once the 101
//! has been sent, and so does [`handshake()`] once the request has been.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `auto` | off | [`Upgrading::downcast`] finds the streams of hyper-util's `server::conn::auto`, too |
//! | `deflate` | off | permessage-deflate (RFC 7692): `ServerConfig::deflate`, `ClientConfig::deflate` |
//! | `observer` | off | somebody who is told what happens: [`ws_tokio`]'s `observe::Observer`, in the configurations |
//! | `metrics` | off | an observer that counts with the crate of that name: `observe::MetricsObserver`; implies `observer` |
//! | `tracing` | off | spans and events of the crate of that name, without being asked for; implies `observer` |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod deadline;
mod error;
mod rejection;
mod server;
mod upgrade_request;
mod upgraded;
mod upgrading;

pub use {hyper, ws_tokio};

pub use ws_tokio::{
    ClientConfig, CloseCode, Message, ServerConfig, Verifier, WebSocket, WebSocketConfig,
    is_upgrade, upgrade_request,
};

pub use self::{
    client::{handshake, handshake_with, upgrade_response},
    error::Error,
    rejection::Rejection,
    server::upgrade,
    upgrade_request::UpgradeRequest,
    upgraded::Upgraded,
    upgrading::Upgrading,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
