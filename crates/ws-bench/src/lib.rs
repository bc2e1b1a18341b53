//! Side-by-side benchmarks.
//!
//! What is measured runs in memory, without sockets: the work of the protocol and nothing else.
//! Three columns are put next to each other:
//!
//! * **ws-core**, driven the way an adapter drives it, in buffers that are used again;
//! * **the floor**: the parts that nobody can leave out, bare (take the head apart with `httparse`,
//!   SHA-1, base64, and for a client the system's random bytes), with the very crates `ws-core`
//!   uses; no field is looked at and no rule is checked;
//! * **tungstenite**, on a stream of the same shape.
//!
//! `cargo bench -p ws-bench --bench handshake` gives times and allocations of each.
//! `cargo bench -p ws-bench --bench ratios` runs the columns in turn, a few microseconds each, and
//! prints how they compare: what disturbs one disturbs all, so the ratios hold still on a busy
//! machine. `tests/allocations.rs` asserts the allocation counts. What was found is written down
//! in `docs/performance.md`.

pub mod client;
pub mod floor;
pub mod server;
pub mod stream;
pub mod wire;
