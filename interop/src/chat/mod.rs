//! `cargo xtask interop chat`: the page of the chat in a browser, and what becomes of it when nodes and brokers go.
//!
//! The program `node/chat.mjs` starts everything, kills what is to be killed, and does in pages what people do; here is
//! what has to be there for it, and which checks it owes.

mod names;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use self::names::{NODES, PAGE};
use crate::failure::Failure;
use crate::install::has;
use crate::peers::{checks, system};
use crate::process;
use crate::secure::report::{Absent, Entry, conclude};
use crate::site::Site;
use crate::workers;

/// Runs the command. It takes no arguments but those that others take, which say nothing here.
///
/// Prints a line for each case, and last `N passed, N failed, N skipped`. Screenshots are below `target/interop/chat`.
///
/// # Errors
///
/// When a case failed, and where `CI` is `true` also when one was skipped.
pub(crate) fn run(_args: &[String]) -> Result<(), Failure> {
    let missing = |what: &str, why: String| Failure::Skipped(format!("{what}: {why}"));
    let node = has("node", "--version").map_err(|why| missing("Node", why))?;
    let browser = system::chromium().map_err(|why| missing("Chromium", why))?;
    println!("with Node {node}");
    let site = Site::find()?;
    let field = Field {
        script: site.source("node").join("chat.mjs"),
        browser,
        chat: site.chat()?,
        pictures: site.home("interop/chat")?,
    };
    let entries = workers::run(WORKERS, &Case::ALL, |case| {
        let entry = case.run(&field);
        println!("{}", entry.line());
        entry
    });
    println!("screenshots: {}", site.shown(&field.pictures));
    conclude(&entries)
}

/// What all cases need.
#[derive(Debug)]
struct Field {
    script: PathBuf,
    browser: PathBuf,
    chat: PathBuf,
    /// Where screenshots go.
    pictures: PathBuf,
}

/// One case.
#[derive(Clone, Copy, Debug)]
enum Case {
    /// Pages of one node.
    Page,
    /// Two nodes, and a broker: its name, and its program and package.
    Nodes(&'static str, &'static str),
}

impl Case {
    const ALL: [Self; 3] =
        [Self::Page, Self::Nodes("nats", "nats-server"), Self::Nodes("redis", "redis-server")];

    fn run(self, field: &Field) -> Entry {
        let name = match self {
            Self::Page => "Chromium -> chat, one node".to_owned(),
            Self::Nodes(broker, _) => format!("Chromium -> chat, two nodes, {broker}"),
        };
        match self.tried(field) {
            Err(absent @ Absent::Missing(_)) => Entry::absent(name, absent),
            Err(Absent::Broken(why)) => Entry::tried(name, Err(why)),
            Ok(done) => Entry::tried(name, Ok(done)),
        }
    }

    fn tried(self, field: &Field) -> Result<String, Absent> {
        match self {
            Self::Page => checked(field, "page", &[field.pictures.as_path()], PAGE),
            Self::Nodes(broker, server) => {
                let server = system::program(server, server).map_err(Absent::Missing)?;
                checked(field, "nodes", &[Path::new(broker), &server], NODES)
            }
        }
    }
}

fn checked(
    field: &Field,
    part: &str,
    args: &[&Path],
    names: &[&'static str],
) -> Result<String, Absent> {
    let mut command = Command::new("node");
    command.arg(&field.script).arg(part).arg(&field.browser).arg(&field.chat).args(args);
    let outcomes = checks::outcomes(names, process::run(&mut command, LIMIT));
    checks::together(&outcomes).map_err(Absent::Broken)
}

/// They wait for most of the time.
const WORKERS: usize = 2;

/// The longest that all checks of a case may take: half a minute on a machine that does nothing else.
const LIMIT: Duration = Duration::from_secs(400);
