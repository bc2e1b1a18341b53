//! What observers, traces and metrics are told: every adapter, over the pipe and from URLs.

#![cfg(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "blocking"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod recorder;

mod dials;
mod every_case;
mod halves;
mod handshakes;
mod messages;
mod metrics;
mod secrets;
mod tracing;
