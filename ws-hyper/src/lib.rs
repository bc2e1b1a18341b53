//! WebSocket for hyper 1: servers that upgrade requests, and clients, over HTTP/1.1 and HTTP/2.
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
//!     loop {
//!         let Ok((stream, _)) = listener.accept().await else { // no descriptor is left, most likely
//!             tokio::time::sleep(std::time::Duration::from_millis(100)).await;
//!             continue;
//!         };
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
//! | the same where a framework has taken the request apart | [`UpgradeRequest::from_parts`]; to look only, [`inspect`] |
//! | put WebSockets in front of a service of tower | `tower::UpgradeLayer`, with the feature `tower` |
//! | tell it from ordinary HTTP | [`is_upgrade`] |
//! | say why it is not upgraded | [`Rejection::into_response`] |
//! | have the stream that hyper was given, a `TcpStream` for instance | [`Upgrading::downcast`] |
//! | open a WebSocket as a client, over a connection of hyper's | [`handshake()`], [`handshake_with`] |
//! | send the request in your own way | [`upgrade_request`], then [`upgrade_response`] |
//! | do the same over HTTP/2, or get from a URL to a WebSocket by either version | `http2`, with the feature of that name |
//! | receive, send, close | [`WebSocket`], which is that of `ws-tokio` |
//! | use the WebSocket in a task of its own | [`Upgrading::spawn`] |
//! | end all WebSockets together | [`Tracker`]: see [below](#shutting-down) |
//! | end a connection with them that something else drives | [`TrackedStream`] |
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
//! # HTTP/2
//!
//! With the feature `http2`, all of the above takes requests of HTTP/2, too (RFC 8441): a CONNECT whose `:protocol`
//! is `websocket`, on a stream of its own, beside other requests and other WebSockets on the same connection. It is
//! answered with 200, and the rules are those of HTTP/1.1. Say that clients may ask, which hyper does not do by
//! itself:
//!
//! ```
//! # #[cfg(feature = "http2")] {
//! use hyper::server::conn::http2;
//! use hyper_util::rt::TokioExecutor;
//!
//! let mut builder = http2::Builder::new(TokioExecutor::new());
//! builder.enable_connect_protocol().max_concurrent_streams(1000); // each WebSocket is one
//! # }
//! ```
//!
//! `server::conn::auto` of hyper-util has the same behind `http2()`, and takes both versions on one port. A router
//! has to let CONNECT through to the handler, which a route for GET does not. Set `TCP_NODELAY` on the sockets.
//!
//! * **Ends.** A stream that is closed, or dropped, is ended (END_STREAM) as a socket would be, and not reset: after
//!   a reset, browsers fall back to HTTP/1.1. What does not end its own side within a second is reset then. A stream
//!   that the peer ends without a close is [`Disconnected`](ws_tokio::Error::Disconnected), and so is one that it
//!   cancels; other resets are an error of the kind `ConnectionReset`.
//! * **Flushing.** When `send` is done, the message is with hyper, and goes out when the windows of the peer allow
//!   that: see [`Upgraded`]. A peer that gives no window makes `send` wait, and the deadlines for sending, for
//!   closing and for silence hold. hyper keeps what it has taken until the window opens or the connection ends.
//! * **Windows.** Messages that nobody receives stay in the window of the connection, which all its streams share.
//!   hyper's server has 1 MiB for each of the two by default, so one WebSocket that is not read from stops the
//!   whole connection: give streams less with `initial_stream_window_size`. h2 also ends a connection on which too
//!   many small messages wait to be read, some two thousand of less than 256 octets; the number grows with
//!   `initial_connection_window_size`.
//!   What hyper has taken and there is no window for stays with hyper, and the stream as well, until the connection
//!   ends: dropping the WebSocket does not reset it.
//! * **The stream** is hyper's: [`Upgrading::downcast`] finds no socket inside.
//! * **A CONNECT with a body** is answered by hyper, which resets the stream and ends the connection.
//!
//! The functions of `ws-core` are ready for HTTP/3 (RFC 9220), which is the same form; hyper has no HTTP/3, and the
//! crate h3, as of 0.0.8, cannot carry it.
//!
//! # Deadlines
//!
//! [`ServerConfig::timeout`] is how long an [`Upgrading`] waits for the 101 to be sent, from [`upgrade`] on; to
//! limit the time for requests is hyper's part, with a timer and `header_read_timeout`. A client's
//! [`timeout`](ClientConfig::timeout) is for all of [`handshake()`]. The runtime needs its timer (`enable_time`).
//!
//! # Shutting down
//!
//! hyper ends its connections gracefully, and knows nothing of those that it has handed over; over HTTP/2 it waits for
//! their streams, for ever. With a [`Tracker`] in the configuration, WebSockets end as well: each gets 1001 and time to
//! answer, and requests that still come get 503, over HTTP/1.1 with `Connection: close`.
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
//!         let accepted = tokio::select! {
//!             accepted = listener.accept() => accepted,
//!             () = &mut stop => break,
//!         };
//!         let Ok((stream, _)) = accepted else { // no descriptor is left, most likely
//!             tokio::time::sleep(Duration::from_millis(100)).await;
//!             continue;
//!         };
//!         let connection = attend(stream, tracker.clone());
//!         tokio::spawn(tracker.run(connection)); // ends by the deadline, whatever it does
//!     }
//!     let outcome = tracker.shut_down(Duration::from_secs(5)).await;
//!     println!("{} were closed, {} were cut", outcome.clean, outcome.cut);
//! }
//!
//! async fn attend(stream: TcpStream, tracker: Tracker) -> hyper::Result<()> {
//!     let config = ServerConfig::new().tracker(&tracker);
//!     let service = service_fn(move |request| {
//!         let answer = route(request, &config);
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
//! fn route(mut request: Request<Incoming>, config: &ServerConfig) -> Response<Full<Bytes>> {
//!     match ws_hyper::upgrade(&mut request, config) {
//!         Ok((response, upgrading)) => {
//!             upgrading.spawn(|upgrading| async { // ends by the deadline, too
//!                 let mut ws = upgrading.await?;
//!                 while let Some(message) = ws.recv().await? { // `None` after 1001, too
//!                     ws.send(message).await?;
//!                 }
//!                 Ok::<_, ws_tokio::Error>(())
//!             });
//!             response
//!         }
//!         Err(rejection) => rejection.into_response(), // 503 from when it shuts down
//!     }
//! }
//! # let _ = |listener| serve(listener, std::future::pending());
//! ```
//!
//! An [`Upgrading`] counts until it has become a WebSocket. With `server::conn::http2` or `auto` the program is the same:
//! `graceful_shutdown`, and [`Tracker::run`] around the connection. Where something else spawns the tasks of connections,
//! `axum::serve` for instance, a [`TrackedStream`] ends them: a peer that has given no window for what hyper has taken, or
//! takes nothing from its socket, would keep its connection.
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
//! | `auto` | off | [`Upgrading::downcast`] finds the streams of hyper-util's `server::conn::auto`, too; implies `http2` |
//! | `deflate` | off | permessage-deflate (RFC 7692): `ServerConfig::deflate`, `ClientConfig::deflate` |
//! | `http2` | off | WebSockets over HTTP/2 (RFC 8441), for servers and clients |
//! | `rustls` | off | TLS for `http2::Client`, which also takes features of `ws-tokio`: what to encrypt with, and whom to trust |
//! | `tower` | off | `tower::UpgradeLayer`, for services of tower and what is built on them |
//! | `observer` | off | somebody who is told what happens: [`ws_tokio`]'s `observe::Observer`, in the configurations |
//! | `metrics` | off | an observer that counts with the crate of that name: `observe::MetricsObserver`; implies `observer` |
//! | `tracing` | off | spans and events of the crate of that name, without being asked for; implies `observer` |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod deadline;
mod error;
#[cfg(feature = "http2")]
pub mod http2;
mod parsed;
mod rejection;
mod server;
#[cfg(feature = "http2")]
mod stream;
#[cfg(feature = "tower")]
pub mod tower;
mod tracked_stream;
mod upgrade_request;
mod upgraded;
mod upgrading;

pub use {hyper, ws_tokio};

pub use ws_tokio::{
    ClientConfig, CloseCode, Message, ServerConfig, Tracker, Verifier, WebSocket, WebSocketConfig,
    upgrade_request,
};

pub use self::{
    client::{handshake, handshake_with, upgrade_response},
    error::Error,
    parsed::is_upgrade,
    rejection::Rejection,
    server::upgrade,
    tracked_stream::TrackedStream,
    upgrade_request::{UpgradeRequest, inspect},
    upgraded::Upgraded,
    upgrading::Upgrading,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
