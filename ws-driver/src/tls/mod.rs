//! TLS for clients: a stream that may have it, and how it begins.
//!
//! One stream serves every runtime, over rustls' own buffers. An adapter lends it the socket for the time of
//! a poll, as std's `Read` and `Write`, and says "would block" where the socket would have to wait. Without
//! the feature `rustls` the types of sessions have no values, so that the rest of the code is the same
//! either way.

mod error;
#[cfg(feature = "futures-io")]
mod futures_io;
mod maybe_tls;
mod peer;
mod polled;

#[cfg(feature = "rustls")]
mod config;
#[cfg(feature = "rustls")]
mod handshake;
#[cfg(not(feature = "rustls"))]
mod never;
#[cfg(feature = "rustls")]
mod provider;
#[cfg(feature = "rustls")]
mod reason;
#[cfg(feature = "rustls")]
mod received;
#[cfg(feature = "rustls")]
mod roots;
#[cfg(feature = "rustls")]
mod session;

#[cfg(not(feature = "rustls"))]
pub use self::never::{TlsConfig, TlsHandshake, TlsSession};
#[cfg(feature = "rustls")]
pub use self::{config::TlsConfig, handshake::TlsHandshake, session::TlsSession};
pub use self::{
    error::{TlsCause, TlsError},
    maybe_tls::MaybeTls,
    peer::Peer,
    polled::polled,
};
