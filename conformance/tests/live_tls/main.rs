//! The same open connections as in `live`, over TLS.

#![cfg(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "blocking"))]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this is how a test fails"
)]

#[macro_use]
#[path = "../live/every.rs"]
mod every;
#[expect(dead_code, reason = "other tests need more of it")]
#[path = "../tls/authority.rs"]
mod authority;
mod over;
#[path = "../live/peer.rs"]
mod peer;
mod tunnel;

#[path = "../live/closing.rs"]
mod closing;
#[path = "../live/handshake.rs"]
mod handshake;
#[path = "../live/tasks.rs"]
mod tasks;
#[path = "../live/time.rs"]
mod time;
