//! What the crates of this workspace cost, next to the least that anybody has to do and next to
//! other libraries.
//!
//! ```text
//! cargo xtask bench                     # all suites, one report
//! cargo xtask bench memory loopback     # some of them
//! cargo xtask bench --default           # in cargo's default release profile alone
//! cargo xtask bench --quick             # few and short rounds: does everything work?
//! ```
//!
//! writes `target/bench/report.md`, prints it, and draws ten of its figures as `target/bench/chart.svg`. All of these are of
//! cargo's default release profile, which is what most people build with, and so are the goals. What the same is with
//! optimisation across crates goes to `report-tuned.md`.
//!
//! # What is measured
//!
//! * `memory`: handshakes, receiving, sending, and the loops over payloads, on one thread and on
//!   streams in memory that are always ready. The work of the protocol and nothing else.
//! * `loopback`: echo servers in processes of their own, on a core of their own, over TCP. The load
//!   comes from sockets and frames made by hand, and none of the libraries has a part in it. The
//!   server says how much time it has spent on the processor, system calls included. Handshakes,
//!   one message at a time and many at once, on 1 to 64 connections; and each of our runtimes next
//!   to a plain echo on the same one. The server's core is kept awake, or the time it takes to wake
//!   it would be most of what is measured.
//! * `connections`: memory of a connection that is open and idle, its task included, in use by the
//!   process and given out by its allocator.
//! * `tls`: each library as a client at one server, over TLS by the same rustls: the time of the
//!   client's thread for an echo, and the memory of a connection that is open and idle.
//! * `deflate`: echoes of compressed text, time and bytes.
//! * `rooms`: one message to many connections, by `ws-rooms`, on one thread.
//! * `scale`: a thousand connections to a million of them, idle, pinged, and sent the same; and ten thousand handshakes
//!   at once.
//! * `weight`: the time to compile a small echo server, the crates in it, and its size.
//! * `clients`: the same of a small client, without TLS and with it.
//!
//! # How
//!
//! All libraries take turns within a round, and the first one is another one in each round. A figure
//! is the median of the rounds, shown with its spread; a ratio is the median of the ratios within a
//! round, so that what disturbs one side disturbs the other. Time is CPU time. Before it counts,
//! every side has to show once that it reads and gives back the very payload. Each library is used as
//! its documentation recommends for speed: what it can write at once is written at once. On x86 with
//! glibc the program starts itself again with a `memcpy` that does not depend on where buffers
//! happen to lie (`system::with_even_memcpy`).
//!
//! # What is not
//!
//! Handshakes of TLS; networks that lose, delay or limit; many cores; percentiles of latency; clients
//! over TCP without TLS (their sending is in `memory`); and what a library does beyond an echo. Defaults differ: how long
//! a message may be, how large a buffer is, where random keys come from. The notes in the report say
//! so where it matters. The load generator is one thread: a rate that a server could exceed is its
//! limit, a cost is not.
//!
//! # Features
//!
//! `peers`, off by default, builds all of that. Without it there are only the parts that have tests:
//! statistics, the report, frames, and our handshake on streams in memory, whose allocations
//! `tests/allocations.rs` counts. It is for Linux.

pub mod chart;
pub mod client;
pub mod figures;
pub mod floor;
pub mod frames;
pub mod goals;
pub mod options;
pub mod payload;
#[cfg(feature = "peers")]
pub mod peers;
pub mod replies;
pub mod report;
#[cfg(feature = "peers")]
mod run;
#[cfg(feature = "peers")]
mod secure;
pub mod server;
pub mod stats;
pub mod stream;
#[cfg(feature = "peers")]
pub mod suites;
#[cfg(feature = "peers")]
pub mod system;
#[cfg(feature = "peers")]
pub mod turns;
pub mod wire;

#[cfg(feature = "peers")]
pub use self::run::main;
