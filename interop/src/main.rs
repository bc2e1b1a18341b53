//! Implementations written by others, in front of the demo program of this workspace.
//!
//! `cargo xtask interop` is `interop peers`, `interop secure`, `interop http2` and `interop chat`, and `cargo xtask autobahn`
//! is `interop autobahn`, `cargo xtask conform` is `interop conform`; the programs and lists that these need lie beside `src`, see the README. `interop install` is
//! for tests elsewhere that need servers.
//!
//! | module | holds |
//! |---|---|
//! | [`peers`] | handshakes and messages with seven peers, in both directions |
//! | [`secure`] | TLS with them, and proxies and servers of others between client and server |
//! | [`autobahn`] | the Autobahn suite as client and as server |
//! | [`http2`] | WebSockets over HTTP/2 with clients, servers and proxies of others |
//! | [`chat`] | the page of the chat in a browser, and nodes of it with brokers |
//! | [`conform`] | the suite of this workspace, in front of ours and of what others have written |
//! | [`failure`] | how a command ends when it does not end well |
//! | [`runtimes`] | the runtimes that the demo program knows |
//! | [`site`] | where things are, and building the programs of this workspace |
//! | [`install`] | steps of an installation, and what keeps one from being done again |
//! | [`process`] | child processes that cannot hang or outlive the run |
//! | [`workers`] | several tasks at a time |

mod autobahn;
mod chat;
mod conform;
mod failure;
mod http2;
mod install;
mod peers;
mod process;
mod runtimes;
mod secure;
mod site;
mod workers;

use std::process::ExitCode;

use self::failure::{Failure, SKIPPED, skips_fail};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let ended = match args.split_first() {
        Some((name, rest)) if name == "peers" => peers::run(rest),
        Some((name, rest)) if name == "secure" => secure::run(rest),
        Some((name, rest)) if name == "autobahn" => autobahn::run(rest),
        Some((name, rest)) if name == "http2" => http2::run(rest),
        Some((name, rest)) if name == "chat" => chat::run(rest),
        Some((name, rest)) if name == "conform" => conform::run(rest),
        Some((name, rest)) if name == "install" => install_all(rest),
        _ => {
            eprintln!(
                "usage: interop peers|secure|http2|chat|autobahn|conform|install [arguments]"
            );
            return ExitCode::from(2);
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Reported) => ExitCode::FAILURE,
        Err(Failure::Error(why)) => {
            eprintln!("{}: {why}", args[0]);
            ExitCode::FAILURE
        }
        Err(Failure::Skipped(why)) => {
            println!("skipped: {why}");
            if skips_fail() { ExitCode::FAILURE } else { ExitCode::from(SKIPPED) }
        }
    }
}

/// Installs Debian's packages, each with the program of its name, where that is missing; and `peers`, what servers of
/// other languages are written with.
fn install_all(packages: &[String]) -> Result<(), Failure> {
    for package in packages {
        if package == "peers" {
            peers::install::others().map_err(Failure::Error)?;
            continue;
        }
        peers::system::program(package, package)
            .map_err(|why| Failure::Skipped(format!("{package}: {why}")))?;
    }
    Ok(())
}
