//! WebSocket on smol, and on everything else that speaks the traits of futures-io.
//!
//! ```
//! use smol::net::TcpListener;
//! use ws_smol::{CloseCode, Error, Message};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> { smol::block_on(async {
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let url = format!("ws://{}/", listener.local_addr()?);
//!
//! let server = smol::spawn(async move {
//!     let (stream, _) = listener.accept().await?;
//!     let mut ws = ws_smol::accept(stream).await?;
//!     while let Some(message) = ws.recv().await? {
//!         ws.send(message).await?; // pings, and the close, are answered by receiving
//!     }
//!     Ok::<_, Error>(())
//! });
//!
//! let (mut ws, _response) = ws_smol::connect(&url).await?;
//! ws.send("hello").await?;
//! assert_eq!(ws.recv().await?, Some(Message::text("hello")));
//! let info = ws.close_with(CloseCode::NORMAL_CLOSURE, "done").await?;
//! assert!(info.is_clean());
//! # server.await?;
//! # Ok(())
//! # }) }
//! ```
//!
//! # Where to begin
//!
//! | to | take |
//! |---|---|
//! | open a WebSocket as a client | [`connect`]: `ws` and `wss`, proxies, redirects, [reconnecting](Connect::reconnect); over a stream that is connected already, [`handshake()`] |
//! | sign the request, or see it first | [`upgrade_request`], then [`handshake_request`] |
//! | accept one as a server | [`accept`], [`accept_with`]; where something was read before, [`accept_buffered`] |
//! | look at the request, decide in your own time, answer | [`Acceptor`], which reads an [`UpgradeRequest`] |
//! | accept one under an HTTP stack of your own | [`is_upgrade`], [`respond`], [`WebSocket::from_upgraded`] |
//! | receive | [`recv`](WebSocket::recv), [`recv_event`](WebSocket::recv_event), [`recv_part`](WebSocket::recv_part), or as a `Stream` of messages |
//! | send | [`send`](WebSocket::send), [`feed`](WebSocket::feed) and [`flush`](WebSocket::flush), [`try_send`](WebSocket::try_send), [`send_part`](WebSocket::send_part), [`ping`](WebSocket::ping), [`pong`](WebSocket::pong) |
//! | send the same to many | [`Prepared`] |
//! | close | [`close`](WebSocket::close), [`close_with`](WebSocket::close_with), [`start_close`](WebSocket::start_close); [`close_info`](WebSocket::close_info) tells how it ended |
//! | receive and send on two tasks | [`split`](WebSocket::split), [`unsplit`](RecvHalf::unsplit) |
//! | tunnel bytes | [`ByteStream`], which is `AsyncRead + AsyncWrite` |
//! | end everything gracefully | [`Tracker`]: see [below](#shutting-down) |
//! | set limits, deadlines, pings and an idle timeout | [`ServerConfig`], [`ClientConfig`], [`WebSocketConfig`] |
//! | compress messages | [`deflate`], with the feature of that name |
//! | know what went wrong | [`Error`]; [`handshake::HandshakeError`], and [`rules`] for each rule of the RFCs |
//!
//! # Streams
//!
//! Everything works on any `AsyncRead + AsyncWrite + Unpin` of futures-io, TLS streams included.
//!
//! # Cancelling
//!
//! Every future may be dropped at any time. A handshake that is dropped takes its stream with it; of
//! an open WebSocket nothing is lost, because what came stays where it is, and a message is queued
//! whole or not at all.
//!
//! # A server that looks first
//!
//! ```
//! use smol::net::TcpStream;
//! use ws_smol::{Acceptor, Error, ServerConfig, WebSocket, handshake::credentials};
//!
//! async fn serve(stream: TcpStream) -> Result<WebSocket<TcpStream>, Error> {
//!     // The connection stays open after a rejection, for the next attempt.
//!     let config = ServerConfig::new().keep_alive(true);
//!     let mut acceptor = Acceptor::new(stream, &config);
//!     loop {
//!         let upgrade = acceptor.next_request().await?;
//!         if upgrade.violation().is_some() {
//!             acceptor = upgrade.reject().await?; // says what is wrong
//!         } else if credentials::is_basic(upgrade.request().headers(), "ada", "lovelace") {
//!             return upgrade.accept().await;
//!         } else {
//!             acceptor = upgrade.reject_with(credentials::unauthorized("chat")).await?;
//!         }
//!     }
//! }
//! # let _ = serve;
//! ```
//!
//! More programs are in this crate's `examples`: both halves at once, a chat that does not wait for
//! the slow, streaming a file, subprotocols, a graceful shutdown.
//!
//! # Shutting down
//!
//! With a [`Tracker`] in the configuration each WebSocket gets 1001 at the end, and time to answer; requests that still
//! come get 503.
//!
//! ```
//! use std::{future::Future, time::Duration};
//! use smol::net::{TcpListener, TcpStream};
//! use ws_smol::{Error, ServerConfig, Tracker, accept_with};
//!
//! async fn run(listener: TcpListener, stop: impl Future<Output = ()>) {
//!     let tracker = Tracker::new();
//!     smol::spawn(listen(listener, tracker.clone())).detach();
//!     stop.await; // a signal, for instance
//!     let outcome = tracker.shut_down(Duration::from_secs(5)).await;
//!     println!("{} were closed, {} were cut", outcome.clean, outcome.cut);
//! }
//!
//! async fn listen(listener: TcpListener, tracker: Tracker) {
//!     let config = ServerConfig::new().tracker(&tracker);
//!     while !tracker.is_shutting_down() {
//!         let Ok((stream, _)) = listener.accept().await else { // no descriptor is left, most likely
//!             smol::Timer::after(Duration::from_millis(100)).await;
//!             continue;
//!         };
//!         let serving = tracker.run(serve(stream, config.clone())); // ends by the deadline, whatever it does
//!         smol::spawn(serving).detach();
//!     }
//! }
//!
//! async fn serve(stream: TcpStream, config: ServerConfig) -> Result<(), Error> {
//!     let mut ws = accept_with(stream, &config).await?;
//!     while let Some(message) = ws.recv().await? { // `None` after 1001, too
//!         ws.send(message).await?;
//!     }
//!     Ok(())
//! }
//! # let _ = |listener| run(listener, std::future::pending());
//! ```
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `deflate` | off | permessage-deflate (RFC 7692): `ServerConfig::deflate`, `ClientConfig::deflate` |
//! | `idna` | off | international host names in URLs (UTS 46), through the crate of that name |
//! | `observer` | off | somebody who is told what happens: `observe::Observer`, in the configurations |
//! | `metrics` | off | an observer that counts with the crate of that name: `observe::MetricsObserver`; implies `observer` |
//! | `tracing` | off | spans and events of the crate of that name, without being asked for; implies `observer` |
//! | `rustls` | off | TLS for clients, by rustls: [`MaybeTlsStream`], [`tls`]; the features below imply it |
//! | `ring`, `aws-lc-rs` | off | what TLS is encrypted with; of both aws-lc-rs, unless the program installs a default of its own |
//! | `webpki-roots`, `native-roots`, `platform-verifier` | off | whom TLS trusts: Mozilla's list, the system's files, the system itself; of several the last |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod maybe_tls;
mod sockets;

use async_net::TcpStream;
use futures_io::{AsyncBufRead, AsyncRead, AsyncWrite};

pub use self::{maybe_tls::MaybeTlsStream, sockets::Sockets};
pub use ws_driver::FuturesIo;

pub use ws_driver::{bytes, http, ws_core};

ws_driver::adapter!(async, FuturesIo, [AsyncRead + AsyncWrite + Unpin], Sockets, TcpStream);
ws_driver::__futures_io_byte_stream!(
    AsyncRead,
    AsyncBufRead,
    AsyncWrite,
    [AsyncRead + AsyncWrite + Unpin]
);

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
