//! The way from a URL to an open WebSocket, over sockets: addresses, deadlines, proxies, TLS, redirects, and connections
//! that come back, with every adapter. Real times, so there is room for a busy machine: order and causes are exact, and so
//! is what has to be waited for; only that something is quick is meant loosely.

#![cfg(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "blocking"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

#[macro_use]
mod every;
#[expect(dead_code, reason = "other tests need more of it")]
#[path = "../tls/authority.rs"]
mod authority;
mod client;
mod proxy;
mod server;
mod silent;

mod addresses;
mod deadlines;
mod dropped;
mod environment;
mod open;
mod proxies;
mod reconnect;
mod redirects;
mod refusals;
mod secure;
mod surface;

/// The version of TLS that two of today agree on.
pub(crate) const NEWEST: &rustls::SupportedProtocolVersion = &rustls::version::TLS13;
