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
//! | end all WebSockets together | [`Tracker`]: see [below](#shutting-down) |
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
//! # Shutting down
//!
//! hyper ends its connections gracefully, and knows nothing of those that it has handed over. With a [`Tracker`] in
//! the configuration, these end as well: each WebSocket gets 1001 and time to answer, and requests that still come
//! get 503 with `Connection: close`.
//!
//! ```
//! use std::{convert::Infallible, pin::pin, time::Duration};
//!
//! use http_body_util::Full;
//! use hyper::{Request, Response, body::{Bytes, Incoming}, server::conn::http1, service::service_fn};
//! use hyper_util::rt::TokioIo;
//! use tokio::net::{TcpListener, TcpStream};
//! use ws_hyper::{ServerConfig, Tracker};
//!
//! async fn serve(listener: TcpListener, stop: impl Future<Output = ()>) {
//!     let (tracker, mut stop) = (Tracker::new(), pin!(stop));
//!     loop {
//!         tokio::select! {
//!             Ok((stream, _)) = listener.accept() => {
//!                 let connection = attend(stream, tracker.clone());
//!                 tokio::spawn(tracker.run(connection)); // ends by the deadline, whatever it does
//!             }
//!             () = &mut stop => break,
//!         }
//!     }
//!     let outcome = tracker.shut_down(Duration::from_secs(5)).await;
//!     println!("{} were closed, {} were cut", outcome.clean, outcome.cut);
//! }
//!
//! async fn attend(stream: TcpStream, tracker: Tracker) -> hyper::Result<()> {
//!     let config = ServerConfig::new().tracker(&tracker);
//!     let running = tracker.clone();
//!     let service = service_fn(move |request| {
//!         let answer = route(request, &config, &running);
//!         async { Ok::<_, Infallible>(answer) }
//!     });
//!     let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
//!     let mut connection = pin!(connection.with_upgrades());
//!     tokio::select! {
//!         ended = connection.as_mut() => return ended,
//!         () = tracker.shutting_down() => {}
//!     }
//!     connection.as_mut().graceful_shutdown(); // the request that is being answered is the last
//!     connection.await
//! }
//!
//! fn route(mut request: Request<Incoming>, config: &ServerConfig, tracker: &Tracker) -> Response<Full<Bytes>> {
//!     match ws_hyper::upgrade(&mut request, config) {
//!         Ok((response, upgrading)) => {
//!             tokio::spawn(tracker.run(async move {
//!                 let mut ws = upgrading.await?;
//!                 while let Some(message) = ws.recv().await? { // `None` after 1001, too
//!                     ws.send(message).await?;
//!                 }
//!                 Ok::<_, ws_tokio::Error>(())
//!             }));
//!             response
//!         }
//!         Err(rejection) => rejection.into_response(), // 503 from when it shuts down
//!     }
//! }
//! # let _ = |listener| serve(listener, std::future::pending());
//! ```
//!
//! An [`Upgrading`] counts until it has become a WebSocket.
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
    ClientConfig, CloseCode, Message, ServerConfig, Tracker, Verifier, WebSocket, WebSocketConfig,
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
