//! Fault loops: whole sessions, from dialling to the closing handshake, of both roles and over every adapter, whose n-th
//! operation fails, for n = 0, 1, 2, ... until the session passes.
//!
//! The party under test has a stream in memory. At its other end is a [partner](partner) of ours, which answers as soon as
//! it is told something: everything happens on one thread, in one order, and only a deadline is ever waited for. What came
//! of a session is a [verdict](verdict), which all adapters have to agree about.
//!
//! `cargo xtask faults` shows how many faults there were. With `FAULTS=all`, which is what `cargo xtask faults --all`
//! sets, no operation is left out, also where octets come one by one over TLS.

#![cfg(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "blocking"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod agree;
#[expect(dead_code, reason = "other tests need more of it")]
#[path = "../tls/authority.rs"]
mod authority;
mod dials;
mod live;
mod messages;
mod pace;
mod partner;
mod party;
mod rig;
mod rules;
mod secured;
mod session;
mod socket;
mod tally;
mod verdict;

mod deadlines;
mod hooks;
mod operations;
mod waits;
