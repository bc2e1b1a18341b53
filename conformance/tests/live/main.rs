//! Open connections over sockets, towards peers that are slow, mute, talkative or gone: every adapter, both roles, whole and
//! split. Real times, so each test leaves room for a busy machine.

#![cfg(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "blocking"))]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this is how a test fails"
)]

#[macro_use]
mod every;
mod over;
mod peer;

mod closing;
mod handshake;
mod shutdown;
mod tasks;
mod time;
