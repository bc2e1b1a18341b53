//! `cargo xtask autobahn`: the Autobahn suite against every runtime, as server and as client.
//!
//! The suite is the judge of RFC 6455 that everybody uses: its fuzzing client breaks every rule in
//! front of a server, its fuzzing server in front of a client. It is installed below
//! `target/autobahn` and kept for the next run; the `autobahn` folder at the root of the workspace
//! holds what it is installed from, and the list of cases that are allowed to deviate.
//!
//! | file | holds |
//! |---|---|
//! | [`options`] | the command line |
//! | [`install`] | getting the suite |
//! | [`suite`] | how the suite is called, on this machine's Python or in a container |
//! | [`session`] | one runtime in one role, from the first case to the report |
//! | [`judge`] | what the suite's report says of each case |
//! | [`expected`] | the cases that are allowed to deviate |
//! | [`report`] | the table and the totals |

mod expected;
mod install;
mod judge;
mod options;
mod report;
mod session;
mod suite;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{env, fs, thread};

use self::expected::Expected;
use self::options::Options;
use self::report::Report;
use self::session::{Field, Session};
use crate::Result;
use crate::cargo::{cargo, run as execute};
use crate::step::{Reported, Skip};

/// Runs the command with what stood behind `autobahn` on the command line.
///
/// Prints a line for every case that is not as it should be, then a table, and last a line
/// `N passed, N failed` that counts cases.
pub(crate) fn run(args: &[String]) -> Result {
    let options = Options::parse(args)?;
    let expected = fs::read_to_string(EXPECTED)
        .map_err(|error| error.to_string())
        .and_then(|text| Expected::parse(&text))
        .map_err(|why| format!("{EXPECTED}: {why}"))?;
    let target = std::path::absolute(target())?;
    let home = target.join("autobahn");
    let suite = install::suite(Path::new("autobahn"), &home)
        .map_err(|why| Skip::required(format!("no Autobahn suite: {why}")))?;
    execute(&mut cargo(["build", "--quiet", "--release", "--package", "demo"]))?;

    let demo = target.join("release").join("ws-demo");
    let reports = home.join("reports");
    let (cases, excluded) = (&options.cases[..], &options.excluded()[..]);
    let field = Field { suite: &suite, demo: &demo, reports: &reports, cases, excluded };
    let report = Report::new(run_all(&field, &options), expected, options.is_complete());
    print!("{}", report.lines());
    print!("{}", report.table());
    if options.quick {
        println!("of 12.* and 13.*, compression, only those with small messages were run");
    }
    println!("reports: {}/ROLE/RUNTIME/index.html", shown(&reports));
    println!("{}", report.totals());
    if report.failed() == 0 { Ok(()) } else { Err(Reported.into()) }
}

/// Runs the sessions, as many at a time as there are processors: the suite needs one for itself.
fn run_all(field: &Field<'_>, options: &Options) -> Vec<(Session, session::Outcome)> {
    let sessions = options.sessions();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(sessions.len()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(session) = sessions.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = session.run(field);
                    println!("{session}: {outcome}");
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((*session, outcome));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(session, _)| sessions.iter().position(|each| each == session));
    done
}

/// Where cargo builds.
fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from)
}

/// A path as short as it can be told from the workspace's root.
fn shown(path: &Path) -> String {
    let root = env::current_dir().unwrap_or_default();
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// The cases that are allowed to deviate.
const EXPECTED: &str = "autobahn/expected.toml";
