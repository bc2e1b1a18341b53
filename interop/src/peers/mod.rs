//! `cargo xtask interop`: handshakes and messages with WebSocket implementations written by others.
//!
//! The demo program of this workspace is put in front of its peers, as a server and as a client, on
//! each of its runtimes. The peers' own programs stand beside `src`; what they need is installed
//! below `target/interop` and kept for the next run.
//!
//! | file | holds |
//! |---|---|
//! | [`options`] | the command line |
//! | [`install`] | getting the peers, and building what is to be built |
//! | [`system`] | what the system's package manager has to bring |
//! | [`peer`], [`side`] | who takes part, and which side is ours |
//! | [`tools`] | how everybody is called |
//! | [`setup`] | how servers are set up |
//! | [`curl`] | the peer without a program of ours |
//! | [`cases`] | handshakes: what is asked of whom, and what has to come of it |
//! | [`observation`] | what a program said about its handshake |
//! | [`exchanges`] | messages of our client, and what has to come back |
//! | [`checks`] | messages of the peers: which checks their programs make, and what they said |
//! | [`compression`] | what both sides negotiate before they exchange messages |
//! | [`relay`] | listening in between client and server |
//! | [`wire`] | what has to be seen there |
//! | [`runner`] | starting the servers and working off the cases |
//! | [`report`] | the table and the totals |

mod cases;
pub(crate) mod checks;
pub(crate) mod compression;
pub(crate) mod curl;
pub(crate) mod exchanges;
pub(crate) mod install;
mod observation;
pub(crate) mod options;
pub(crate) mod peer;
mod relay;
pub(crate) mod report;
mod runner;
pub(crate) mod setup;
pub(crate) mod side;
pub(crate) mod system;
pub(crate) mod tools;
mod wire;

use self::options::Options;
use crate::failure::{Failure, skips_fail};

/// Runs the command with what stood behind `interop` on the command line.
///
/// Prints a line for everything installed and for every failed case, then a table, and last a line
/// `N passed, N failed, N skipped`. Fails when a case failed, and where `CI` is `true` also when a
/// peer is missing.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let options = Options::parse(args)?;
    install::programs()?;
    let (demo, tools) = install::everything(&options)?;
    let report = runner::run(&demo, &tools, &options.runtimes)?;
    print!("{}", report.table());
    println!("{}", report.totals());
    match report.failed() > 0 || (report.skipped() > 0 && skips_fail()) {
        true => Err(Failure::Reported),
        false => Ok(()),
    }
}
