//! `cargo xtask interop http2`: WebSockets over HTTP/2 (RFC 8441), with what others have written.
//!
//! Servers of this workspace, on bare hyper and on axum, before clients of others and behind proxies of others; and
//! its clients before servers of others. Both are this program itself, called with `http2 serve` and `http2 check`.
//!
//! | file | holds |
//! |---|---|
//! | [`field`] | everything that runs |
//! | [`stacks`] | our servers, and what they say of who came |
//! | [`fronts`] | HAProxy and nghttpx, and their configuration |
//! | [`others`] | servers of others |
//! | [`names`] | the checks that each program owes |
//! | [`program`] | those servers and clients of ours |
//! | [`cases`] | who connects to whom, and what has to come of it |

mod cases;
mod field;
mod fronts;
mod names;
mod others;
mod program;
mod stacks;

use std::env;
use std::process::Command;

use self::cases::Case;
use self::field::Field;
use crate::failure::Failure;
use crate::install::does;
use crate::peers::install;
use crate::peers::tools::Tools;
use crate::secure::parts::{Part, Parts};
use crate::secure::report::conclude;
use crate::workers;

/// Runs the command: the cases, or with `serve` or `check` the servers and clients that they need.
///
/// Prints a line for each program that takes part, one for each case, and last `N passed, N failed, N skipped`.
///
/// # Errors
///
/// When a case failed, and where `CI` is `true` also when one was skipped.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    // What chooses runtimes for the other commands says nothing here.
    if matches!(args.first().map(String::as_str), Some("serve" | "check")) {
        return program::run(args);
    }
    install::programs()?;
    let tools = install::over_http2()?;
    let ours = env::current_exe().map_err(|error| format!("who am I? {error}"))?;
    let parts = Parts::install(&[Part::Haproxy, Part::Nghttpx], &tools.python);
    let versions = tools.versions().into_iter().chain(packages(&tools)).chain(parts.list());
    for (name, version) in versions {
        match version {
            Ok(version) => println!("with {name} {version}"),
            Err(why) => println!("without {name}: {why}"),
        }
    }
    let field = Field::prepare(ours, tools, &parts)?;
    let entries = workers::run(WORKERS, &Case::all(), |case| {
        let entry = case.run(&field);
        println!("{}", entry.line());
        entry
    });
    conclude(&entries)
}

/// Versions of the packages of Python that have to do with HTTP/2.
fn packages(tools: &Tools) -> impl Iterator<Item = (&'static str, Result<String, String>)> {
    ["h2", "hypercorn"].into_iter().map(|name| {
        let version = tools.python.as_ref().map_err(Clone::clone).and_then(|(interpreter, _)| {
            let ask = format!("import importlib.metadata as m; print(m.version('{name}'))");
            does(Command::new(interpreter).args(["-c", &ask]))
        });
        (name, version.map(|version| version.trim().to_owned()))
    })
}

/// How many cases are tried at the same time: some of them wait for most of the time.
const WORKERS: usize = 4;
