//! `cargo xtask interop`: handshakes and messages with WebSocket implementations written by others.
//!
//! The demo program of this workspace is put in front of its peers, as a server and as a client, on
//! each of its runtimes. The peers' own programs stand in the `interop` folder at the root of
//! the workspace; what they need is installed below `target/interop` and kept for the next run.
//!
//! | file | holds |
//! |---|---|
//! | [`options`] | the command line |
//! | [`process`] | child processes that cannot hang or outlive the run |
//! | [`install`] | getting the peers, and building what is to be built |
//! | [`system`] | what the system's package manager has to bring |
//! | [`peers`] | who takes part, and how each is called |
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
mod checks;
mod compression;
mod curl;
mod exchanges;
mod install;
mod observation;
pub(crate) mod options;
mod peers;
pub(crate) mod process;
mod relay;
mod report;
mod runner;
mod system;
mod wire;

use std::env;
use std::process::ExitCode;

use self::options::Options;
use self::report::Report;

/// Runs the command with what stood behind `interop` on the command line.
///
/// Prints a line for everything installed and for every failed case, then a table, and last a line
/// `N passed, N failed, N skipped`. Fails when a case failed, and where `CI` is `true` also when a
/// peer is missing.
pub(crate) fn run(args: &[String]) -> ExitCode {
    match run_all(args) {
        Ok(report) => {
            let skips_fail = env::var("CI").is_ok_and(|value| value == "true");
            print!("{}", report.table());
            println!("{}", report.totals());
            if report.failed() > 0 || (skips_fail && report.skipped() > 0) {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            }
        }
        Err(message) => {
            eprintln!("interop: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run_all(args: &[String]) -> Result<Report, String> {
    let options = Options::parse(args)?;
    let (demo, tools) = install::everything(&options)?;
    runner::run(&demo, &tools, &options.runtimes)
}
