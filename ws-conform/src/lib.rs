//! Judges WebSocket implementations from outside: what they make of raw octets, in the opening handshake (RFC 6455 4,
//! RFC 9110, RFC 9112), in frames (RFC 6455 5 to 8) and in the negotiation of permessage-deflate (RFC 7692).
//!
//! Most people want the program of the same name; its README has the commands. This is for tests in Rust:
//!
//! ```no_run
//! use ws_conform::{ServerRun, Setup};
//!
//! let setup = Setup { url: "ws://127.0.0.1:9001/".to_owned(), ..Setup::default() };
//! let report = ServerRun::new(vec![setup]).run(&|_, _| {}).expect("the server listens");
//! assert!(report.passes(), "{}", report.table());
//! ```
//!
//! [`cases`] has every case, with its [`Rule`] and its [`Grade`]; a run gives a [`Verdict`] and a [`Transcript`] for each.

mod case;
mod cases;
mod client;
mod grade;
mod memory;
mod peer;
mod report;
mod rule;
mod run;
mod scenario;
mod script;
mod server;
mod setup;
mod talk;
mod transcript;
mod vector;
mod verdict;
mod wire;

pub use case::Case;
pub use cases::{Side, cases};
pub use grade::Grade;
pub use report::Count;
pub use rule::Rule;
pub use run::client::ClientRun;
pub use run::server::ServerRun;
pub use run::{Filter, Outcome, Progress, Report};
pub use setup::Setup;
pub use transcript::{Direction, Entry, Transcript, escaped};
pub use verdict::Verdict;
