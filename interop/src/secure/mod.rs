//! `cargo xtask interop secure`: TLS in both directions, and what others have written to stand in
//! between.
//!
//! The demo program of this workspace is put before and behind clients and servers of others that
//! speak TLS, behind proxies, and behind servers that end TLS. What is needed comes from Debian's
//! packages, PyPI and npm. All of it runs for as long as the command does, on free ports of the
//! loopback interface, with files in a temporary folder.
//!
//! | file | holds |
//! |---|---|
//! | [`parts`] | what stands in between: finding it, and installing it |
//! | [`folder`], [`ports`] | where files and listeners go |
//! | [`identities`], [`trust`] | certificates, and how peers come to trust them |
//! | [`names`] | a name that only the proxies know |
//! | [`fronts`] | nginx, HAProxy and stunnel, and their configuration |
//! | [`proxies`] | the proxies, their configuration and their logs |
//! | [`field`] | everything that runs |
//! | [`ours`] | our client, and what has to come of it |
//! | [`cases`] | the cases |
//! | [`report`] | lines and totals |

mod cases;
mod field;
pub(crate) mod folder;
mod fronts;
pub(crate) mod identities;
mod names;
mod ours;
pub(crate) mod parts;
pub(crate) mod ports;
mod proxies;
pub(crate) mod report;
pub(crate) mod trust;

use self::cases::Group;
use self::field::Field;
use self::parts::{Part, Parts};
use self::report::{Entry, conclude};
use crate::failure::Failure;
use crate::peers::install;
use crate::peers::options::Options;
use crate::workers;

/// Runs the command with what stood behind `secure` on the command line.
///
/// Prints a line for each program that takes part, one for each case, and last `N passed, N failed,
/// N skipped`. Fails when a case failed, and where `CI` is `true` also when one was skipped.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let options = Options::parse(args)?;
    let (demo, tools) = install::over_tls(&options)?;
    let parts = Parts::install(&Part::ALL, &tools.python);
    for (name, version) in tools.versions().into_iter().chain(parts.list()) {
        match version {
            Ok(version) => println!("with {name} {version}"),
            Err(why) => println!("without {name}: {why}"),
        }
    }
    let field = Field::prepare(demo, tools, &parts, &options.runtimes)?;
    let groups = Group::all(&options.runtimes);
    let tried = workers::run(WORKERS, &groups, |group| told(group.run(&field)));
    let mut entries: Vec<_> = tried.into_iter().flatten().collect();
    entries.extend(told(cases::alone(&field)));
    conclude(&entries)
}

/// Prints the lines of a group, together.
fn told(entries: Vec<Entry>) -> Vec<Entry> {
    let lines: Vec<_> = entries.iter().map(Entry::line).collect();
    println!("{}", lines.join("\n"));
    entries
}

/// How many groups are tried at the same time: most of them wait for most of the time.
const WORKERS: usize = 4;
