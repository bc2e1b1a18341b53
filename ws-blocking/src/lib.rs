//! WebSocket on std's blocking sockets, a thread for each connection, or on non-blocking ones.
//!
//! ```
//! use std::{net::TcpListener, thread};
//! use ws_blocking::{CloseCode, Error, Message};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let url = format!("ws://{}/", listener.local_addr()?);
//!
//! let server = thread::spawn(move || {
//!     let (stream, _) = listener.accept()?;
//!     let mut ws = ws_blocking::accept(stream)?;
//!     while let Some(message) = ws.recv()? {
//!         ws.send(message)?; // pings, and the close, are answered by receiving
//!     }
//!     Ok::<_, Error>(())
//! });
//!
//! let (mut ws, _response) = ws_blocking::connect(&url).open()?;
//! ws.send("hello")?;
//! assert_eq!(ws.recv()?, Some(Message::text("hello")));
//! let info = ws.close_with(CloseCode::NORMAL_CLOSURE, "done")?;
//! assert!(info.is_clean());
//! # server.join().unwrap()?;
//! # Ok(())
//! # }
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
//! | receive | [`recv`](WebSocket::recv), [`recv_event`](WebSocket::recv_event), [`recv_part`](WebSocket::recv_part), or [`messages`](WebSocket::messages) |
//! | send | [`send`](WebSocket::send), [`feed`](WebSocket::feed) and [`flush`](WebSocket::flush), [`try_send`](WebSocket::try_send), [`send_part`](WebSocket::send_part), [`ping`](WebSocket::ping), [`pong`](WebSocket::pong) |
//! | send the same to many | [`Prepared`] |
//! | close | [`close`](WebSocket::close), [`close_with`](WebSocket::close_with), [`start_close`](WebSocket::start_close); [`close_info`](WebSocket::close_info) tells how it ended |
//! | receive and send on two threads | [`split`](WebSocket::split) with a handle of the socket for each, [`split_shared`](WebSocket::split_shared) for streams such as those of TLS, [`unsplit`](RecvHalf::unsplit) |
//! | tunnel bytes | [`ByteStream`], which is `Read + Write` |
//! | end everything gracefully | [`Tracker`]: see [below](#shutting-down) |
//! | set limits, deadlines, pings and an idle timeout | [`ServerConfig`], [`ClientConfig`], [`WebSocketConfig`] |
//! | compress messages | [`deflate`], with the feature of that name |
//! | know what went wrong | [`Error`]; [`handshake::HandshakeError`], and [`rules`] for each rule of the RFCs |
//!
//! # Streams
//!
//! Everything works on a [`Transport`]: `Read + Write` whose timeouts can be set, such as `TcpStream`
//! and `UnixStream`. For other streams there is [`Untimed`], which says what is lost. On non-blocking
//! streams, [`Connecting`] and [`Accepting`] do the handshake step by step.
//!
//! # Waiting
//!
//! Every function blocks as the stream does. Where a non-blocking stream would have to wait, or a read
//! timeout of yours has passed, you get [`WouldBlock`](std::io::ErrorKind::WouldBlock), nothing is
//! lost, and the next call goes on from there.
//!
//! Deadlines, such as those of keep-alive, use the stream's timeouts for as long as a call takes. What you have
//! set is put back before it returns, and read anew at the next call.
//!
//! # A server that looks first
//!
//! ```
//! use std::net::TcpStream;
//! use ws_blocking::{Acceptor, Error, ServerConfig, WebSocket, handshake::credentials};
//!
//! fn serve(stream: TcpStream) -> Result<WebSocket<TcpStream>, Error> {
//!     // The connection stays open after a rejection, for the next attempt.
//!     let config = ServerConfig::new().keep_alive(true);
//!     let mut acceptor = Acceptor::new(stream, &config);
//!     loop {
//!         let upgrade = acceptor.next_request()?;
//!         if upgrade.violation().is_some() {
//!             acceptor = upgrade.reject()?; // says what is wrong
//!         } else if credentials::is_basic(upgrade.request().headers(), "ada", "lovelace") {
//!             return upgrade.accept();
//!         } else {
//!             acceptor = upgrade.reject_with(credentials::unauthorized("chat"))?;
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
//! come get 503. Threads that receive or send notice it within 100 ms.
//!
//! ```
//! use std::{net::{TcpListener, TcpStream}, thread, time::Duration};
//! use ws_blocking::{Error, ServerConfig, Tracker, accept_with};
//!
//! fn run(listener: TcpListener, stop: impl FnOnce()) {
//!     let tracker = Tracker::new();
//!     let config = ServerConfig::new().tracker(&tracker);
//!     thread::spawn(move || {
//!         for stream in listener.incoming() {
//!             let Ok(stream) = stream else { // no descriptor is left, most likely
//!                 thread::sleep(Duration::from_millis(100));
//!                 continue;
//!             };
//!             let config = config.clone();
//!             thread::spawn(move || serve(stream, &config));
//!         }
//!     });
//!     stop(); // waits for a signal, for instance
//!     let outcome = tracker.shut_down(Duration::from_secs(5));
//!     println!("{} were closed, {} were cut", outcome.clean, outcome.cut);
//! }
//!
//! fn serve(stream: TcpStream, config: &ServerConfig) -> Result<(), Error> {
//!     let mut ws = accept_with(stream, config)?;
//!     while let Some(message) = ws.recv()? { // `None` after 1001, too
//!         ws.send(message)?;
//!     }
//!     Ok(())
//! }
//! # let _ = |listener| run(listener, || ());
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

mod block_on;
mod byte_stream;
mod maybe_tls;
mod non_blocking;
mod runtime;
mod shared;
mod sockets;
mod threads;
mod transport;
mod wait;

use std::net::TcpStream;

pub use self::{
    maybe_tls::MaybeTlsStream,
    non_blocking::{Accepting, Connecting},
    runtime::Blocking,
    shared::SharedStream,
    transport::{Timeouts, Transport, Untimed},
};

pub use ws_driver::{bytes, http, ws_core};

ws_driver::adapter!(blocking, Blocking, [Transport], Blocking, TcpStream);

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
