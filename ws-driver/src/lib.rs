//! The one place that moves bytes between `ws-core` and a stream.
//!
//! `ws-tokio`, `ws-smol`, `ws-async-std` and `ws-blocking` are this crate with a runtime filled in; take
//! one of those unless you are writing an adapter of your own, or code that is generic over runtimes.
//!
//! An adapter is a marker type that names a timer ([`Runtime`]), and two small traits that say how to
//! read and write ([`Reads`], [`Writes`]):
//!
//! ```
//! use std::{io, task::{Context, Poll}, time::Instant};
//! use bytes::Buf;
//! use ws_driver::{
//!     Accepting, Reads, Runtime, WebSocket, Writes,
//!     ws_core::{Negotiated, RecvBuf, Role, SendQueue, ServerConfig, WebSocketConfig},
//! };
//!
//! enum Memory {}
//!
//! impl Runtime for Memory {
//!     type Timer = ();
//!     fn poll_timer(_: &mut (), _: &mut Context<'_>, _: Instant) -> Poll<io::Result<()>> {
//!         Poll::Pending // there is no clock in memory
//!     }
//! }
//!
//! /// What the peer says, and what is said to it.
//! struct Script(&'static [u8], Vec<u8>);
//!
//! impl Reads<Script> for Memory {
//!     fn poll_read(
//!         io: &mut Script, _: &mut Context<'_>, recv: &mut RecvBuf, _: &mut (), _: Option<Instant>,
//!     ) -> Poll<io::Result<usize>> {
//!         let n = io::Read::read(&mut io.0, recv.space_mut())?;
//!         recv.commit(n);
//!         Poll::Ready(Ok(n))
//!     }
//! }
//!
//! impl Writes<Script> for Memory {
//!     fn poll_write(
//!         io: &mut Script, _: &mut Context<'_>, send: &mut SendQueue, _: &mut (), _: Option<Instant>,
//!     ) -> Poll<io::Result<usize>> {
//!         let n = send.remaining();
//!         io.1.extend_from_slice(send.chunk());
//!         send.advance(n);
//!         Poll::Ready(Ok(n))
//!     }
//!     fn poll_flush(
//!         _: &mut Script, _: &mut Context<'_>, _: &mut (), _: Option<Instant>,
//!     ) -> Poll<io::Result<()>> {
//!         Poll::Ready(Ok(()))
//!     }
//!     fn poll_close(
//!         _: &mut Script, _: &mut Context<'_>, _: &mut (), _: Option<Instant>,
//!     ) -> Poll<io::Result<()>> {
//!         Poll::Ready(Ok(()))
//!     }
//! }
//!
//! let mut context = Context::from_waker(std::task::Waker::noop());
//!
//! let script = Script(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", Vec::new());
//! let mut accepting = Accepting::<_, Memory>::new(script, &ServerConfig::new());
//! let Poll::Ready(Err(error)) = accepting.poll(&mut context) else { unreachable!() };
//! assert_eq!(error.name(), "no-connection"); // an ordinary GET; it was answered 426
//!
//! // A WebSocket that somebody else has opened, over which "hello" comes:
//! let script = Script(b"\x81\x05hello", Vec::new());
//! let config = WebSocketConfig::new();
//! let mut ws = WebSocket::<_, Memory>::from_upgraded(script, Role::Client, Negotiated::default(), &config);
//! let Poll::Ready(Ok(Some(message))) = ws.poll_recv(&mut context) else { unreachable!() };
//! assert_eq!(message.as_text(), Some("hello"));
//! ```
//!
//! Handshakes ([`Connect`], [`handshake`], [`accept`], [`Acceptor`]) are futures, and values with a
//! `poll` ([`Connecting`], [`Accepting`]). What they open is a [`WebSocket`]: receive and send, whole
//! messages or parts, also as `Stream` and `Sink`; [`split`](WebSocket::split) for two tasks;
//! [`ByteStream`] for tunnels; a [`Tracker`] ends all of it together. The [`adapter!`] macro gives a runtime all of it under the names that
//! every adapter has, as types of its own.
//!
//! Every future may be dropped at any time. What it held of a handshake is then gone, and the stream
//! with it; a stream that was lent (`&mut stream`) stays with its owner, who should close it, since
//! it is not known how much of the handshake the peer has seen. Of an open WebSocket nothing is lost: what
//! came stays where it is, and a message is queued whole or not at all.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `deflate` | off | permessage-deflate (RFC 7692) |
//! | `futures-io` | off | `FuturesIo`, the marker for runtimes that speak the traits of futures-io |
//! | `idna` | off | international host names in URLs (UTS 46), through the crate of that name |
//! | `observer` | off | somebody who is told what happens: `Observer` in the configurations |
//! | `metrics` | off | `MetricsObserver`, which counts with the crate of that name; implies `observer` |
//! | `tracing` | off | spans and events of the crate of that name; implies `observer` |
//! | `rustls` | off | TLS for clients; the features below imply it |
//! | `ring`, `aws-lc-rs` | off | what TLS is encrypted with; of the two aws-lc-rs, unless the program installs a default |
//! | `webpki-roots`, `native-roots`, `platform-verifier` | off | whom TLS trusts: Mozilla's list, the system's files, the system itself; of several the last |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod bell;
mod byte_stream;
mod client;
mod connect;
mod dial;
mod ending;
mod error;
mod event;
#[cfg(feature = "futures-io")]
mod futures_io;
mod hold;
mod inbound;
#[cfg(all(test, loom))]
mod models;
mod outbound;
mod parts;
#[cfg(test)]
mod played;
mod pool;
mod reconnect;
mod rejecting;
mod runtime;
mod server;
mod split;
mod stream;
mod surface;
mod sync;
mod tls;
mod tracker;
mod waiters;
mod waker_slot;
mod watch;
mod web_socket;
mod wire;

#[cfg(feature = "rustls")]
pub use rustls;
pub use {bytes, http, ws_core};
#[doc(hidden)]
pub use {futures_core, futures_sink};

#[cfg(feature = "futures-io")]
pub use self::futures_io::{Closes, FuturesIo, PollClose, connect_from};
#[cfg(feature = "metrics")]
pub use self::watch::MetricsObserver;
pub use self::{
    bell::Bell,
    byte_stream::ByteStream,
    client::{Connecting, handshake, handshake_request},
    connect::Connect,
    dial::{DialConfig, DialEvent, DialObserver, Dials, Unreached, dial},
    error::{Error, UnsentAnswer},
    event::{Event, Part},
    hold::{Hold, Own, Shared},
    parts::Parts,
    reconnect::{Reconnect, Session},
    runtime::{Reads, Runtime, Writes, write_queue},
    server::{Accepting, Acceptor, UpgradeRequest, accept, accept_buffered, accept_request},
    split::{RecvHalf, SendHalf},
    tls::{MaybeTls, Peer, TlsCause, TlsConfig, TlsError, TlsHandshake, TlsSession, polled},
    tracker::{Run, Tracker},
    watch::HandshakeWatch,
    web_socket::WebSocket,
};
#[doc(hidden)]
pub use self::{client::handshake_watched, dial::dial_watched};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
