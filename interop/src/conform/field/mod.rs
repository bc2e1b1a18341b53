//! Everybody else, what they are and how they are had; and the pages that tell what was found of them and of ours.
//!
//! | file | holds |
//! |---|---|
//! | [`implementations`] | who they are |
//! | [`programs`] | getting and starting them |
//! | [`compiled`] | those that a compiler makes of one file |
//! | [`pages`] | `docs/conformance/` |

use std::path::Path;

use serde_json::Value;

mod compiled;
mod implementations;
mod pages;
mod programs;

use self::implementations::{ALL, Implementation, is_chosen};
use self::pages::Row;
use self::programs::Programs;
use super::judge::{Accused, Judge, Target, count};
use super::ours;
use crate::failure::Failure;
use crate::runtimes::RUNTIMES;
use crate::site::Site;

/// Judges all of them, or those whose names begin with `only`, and writes the pages. What they fail at is what the
/// pages are for, and no failure of the command.
///
/// # Errors
///
/// When a page cannot be written.
pub(crate) fn run(
    site: &Site,
    judge: &Judge,
    demo: &Path,
    only: Option<&str>,
) -> Result<(), Failure> {
    let programs = Programs::install(site)?;
    let folder = site.of_root("docs/conformance");
    let mut judged = 0;
    for each in ALL.iter().filter(|each| each.is_chosen(only)) {
        match one(judge, &programs, each) {
            Ok(row) => {
                let [passed, failed] =
                    ["passed", "failed"].map(|verdict| count(&row.report, verdict));
                println!("{:24} {:10} {passed} passed, {failed} failed", row.slug, row.version);
                // At once: all of them take a while.
                pages::write(&folder, &judge.folder, &[row])?;
                judged += 1;
            }
            Err(why) => println!("{:24} skipped: {why}", each.slug()),
        }
    }
    for runtime in RUNTIMES {
        for (role, judge_it) in [("server", ours::server as Judging), ("client", ours::client)] {
            let slug = ours::slug(runtime, role);
            if is_chosen(&slug, only) {
                let (report, version) = (judge_it(judge, demo, runtime)?, OUR_VERSION.to_owned());
                let name = format!("ws-{runtime}");
                let row = Row { slug, name, version, note: OUR_NOTE, report };
                pages::write(&folder, &judge.folder, &[row])?;
                judged += 1;
            }
        }
    }
    match judged {
        0 => Err(Failure::Skipped("none of them is here".to_owned())),
        _ => Ok(()),
    }
}

fn one(judge: &Judge, programs: &Programs, each: &Implementation) -> Result<Row, String> {
    let version = programs.version(each)?;
    let slug = each.slug();
    let running = if each.is_server { Some(programs.server(each)?) } else { None };
    let target = match &running {
        Some(running) => Target::Server(running.address()),
        None => Target::Client(programs.client(each)?),
    };
    // Interpreters need a moment to start, and this machine may have others to serve.
    let jobs = if each.is_server { "8" } else { "4" };
    let mut more = vec!["--timeout", "5", "--wait", "30", "--jobs", jobs];
    if each.deflates {
        more.push("--deflate");
    }
    let report = judge.judge(&Accused {
        slug: &slug,
        name: &format!("{} {version}", each.name),
        target,
        setups: Vec::new(),
        more: more.into_iter().map(str::to_owned).collect(),
    })?;
    Ok(Row { slug, name: each.name.to_owned(), version, note: each.note, report })
}

/// Judges the demo program on one runtime.
type Judging = fn(&Judge, &Path, &str) -> Result<Value, String>;

const OUR_VERSION: &str = env!("CARGO_PKG_VERSION");
const OUR_NOTE: &str = "`ws-demo`, with the settings that cases want";
