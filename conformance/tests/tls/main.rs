//! TLS: how it begins, what goes wrong, and what goes over it, with a server of rustls in memory; and over
//! sockets, with every adapter.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

mod authority;
mod pair;

mod data;
mod errors;
mod octets;
mod stacked;
