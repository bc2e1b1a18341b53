//! `cargo xtask autobahn`: the Autobahn suite against every runtime, as server and as client.
//!
//! The suite is the judge of RFC 6455 that everybody uses: its fuzzing client breaks every rule in
//! front of a server, its fuzzing server in front of a client. It is installed below
//! `target/autobahn` and kept for the next run; the folder `autobahn` beside `src` holds what it is
//! installed from, and the list of cases that are allowed to deviate.
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

use std::thread;

use self::expected::Expected;
use self::options::Options;
use self::report::Report;
use self::session::Field;
use crate::failure::Failure;
use crate::install::read;
use crate::site::Site;
use crate::workers;

/// Runs the command with what stood behind `autobahn` on the command line.
///
/// Prints a line for every case that is not as it should be, then a table, and last a line
/// `N passed, N failed` that counts cases.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let options = Options::parse(args)?;
    let site = Site::find()?;
    let source = site.source("autobahn");
    let list = source.join("expected.toml");
    let expected =
        Expected::parse(&read(&list)?).map_err(|why| format!("{}: {why}", site.shown(&list)))?;
    let home = site.home("autobahn")?;
    let suite = install::suite(&source, &home)
        .map_err(|why| Failure::Skipped(format!("no Autobahn suite: {why}")))?;
    let demo = site.demo()?;

    let reports = home.join("reports");
    let (cases, excluded) = (&options.cases[..], &options.excluded()[..]);
    let field = Field { suite: &suite, demo: &demo, reports: &reports, cases, excluded };
    let sessions = options.sessions();
    // The suite needs a processor for itself.
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let outcomes = workers::run(workers, &sessions, |session| {
        let outcome = session.run(&field);
        println!("{session}: {outcome}");
        outcome
    });
    let judged = sessions.into_iter().zip(outcomes).collect();
    let report = Report::new(judged, expected, options.is_complete());
    print!("{}", report.lines());
    print!("{}", report.table());
    if options.quick {
        println!("of 12.* and 13.*, compression, only those with small messages were run");
    }
    println!("reports: {}/ROLE/RUNTIME/index.html", site.shown(&reports));
    println!("{}", report.totals());
    if report.failed() == 0 { Ok(()) } else { Err(Failure::Reported) }
}
