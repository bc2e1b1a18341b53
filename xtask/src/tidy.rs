//! `cargo xtask tidy`: the invariants of ARCHITECTURE.md that a machine can check.
//!
//! Each file beside this one holds one rule, or a few about the same thing, as a function from
//! text to findings. Nothing here parses Rust fully: [`source`] blanks comments, literals and
//! tests, and the rules look at the words that remain.

mod adapters;
mod allow;
mod length;
mod names;
mod packages;
mod purity;
mod source;
mod tokens;
mod tree;
mod unsafety;
mod workflows;

use std::fmt;

use crate::step::Skip;
use crate::workspace::{Member, members};
use crate::{Result, jobs};
use source::Source;

/// The crate that must not know what a socket is.
const CORE: &str = "ws-core";
/// The crate that turns the core into futures.
const DRIVER: &str = "ws-driver";
/// The crates that lend a runtime to the driver.
const ADAPTERS: &[&str] = &["ws-tokio", "ws-smol", "ws-async-std", "ws-blocking"];

/// A broken rule, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    text: String,
}

impl Finding {
    /// At a line, counted from 1; 0 when the file as a whole is meant.
    fn new(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, text: text.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.text),
            line => write!(f, "{}:{line}: {}", self.path, self.text),
        }
    }
}

/// A package with its sources read.
struct Crate {
    member: Member,
    sources: Vec<Source>,
}

impl Crate {
    /// What `src/` ships, leaving out `tests/`, `benches/`, examples and test modules.
    fn shipped(&self) -> impl Iterator<Item = &Source> {
        let src = format!("{}/src/", self.member.folder);
        self.sources.iter().filter(move |source| source.path.starts_with(&src) && !source.is_test)
    }

    /// Lines of `src/` that hold code: no comments, no blank lines, no tests.
    fn code_len(&self) -> usize {
        self.shipped().map(Source::code_len).sum()
    }
}

/// Runs every check and prints every finding; an error when there is one.
pub(crate) fn run(_args: &[String]) -> Result {
    let files = tree::files()?;
    let crates: Vec<Crate> =
        members()?.into_iter().map(|member| read(member, &files)).collect::<Result<_>>()?;
    let mut findings = check_crates(&crates);
    findings.extend(length::stale(&crates));
    findings.extend(adapters::stale(&crates));
    findings.extend(packages::check_root());
    for path in &files {
        let Ok(bytes) = std::fs::read(path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        findings.extend(tree::check(path, &text));
        if path.starts_with(".github/workflows/") {
            findings.extend(workflows::check(path, &text));
        }
    }
    for finding in &findings {
        println!("{finding}");
    }
    print_sizes(&crates);
    wasm()?;
    match findings.len() {
        0 => Ok(()),
        1 => Err("1 finding".into()),
        many => Err(format!("{many} findings").into()),
    }
}

fn read(member: Member, files: &[String]) -> Result<Crate> {
    let folder = format!("{}/", member.folder);
    let rust = files.iter().filter(|path| path.starts_with(&folder) && path.ends_with(".rs"));
    let sources: std::io::Result<Vec<Source>> =
        rust.map(|path| Ok(Source::new(path, &std::fs::read_to_string(path)?))).collect();
    let mut sources = sources?;
    source::mark_test_modules(&mut sources);
    Ok(Crate { member, sources })
}

fn check_crates(crates: &[Crate]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for each in crates {
        let name = each.member.name.as_str();
        findings.extend(packages::check(each));
        for source in &each.sources {
            findings.extend(unsafety::check(source));
            findings.extend(names::check(source));
        }
        for source in each.shipped() {
            findings.extend(length::check(source));
            if name == CORE {
                findings.extend(purity::check(source));
            }
            if name == DRIVER || ADAPTERS.contains(&name) {
                findings.extend(adapters::check_protocol(source));
            }
            if ADAPTERS.contains(&name) {
                findings.extend(adapters::check_loops(source));
            }
        }
        if name == CORE {
            findings.extend(purity::check_dependencies(&each.member));
        }
    }
    let sizes: Vec<(&str, usize)> =
        crates.iter().map(|each| (each.member.name.as_str(), each.code_len())).collect();
    findings.extend(adapters::check_sizes(&sizes));
    findings
}

fn print_sizes(crates: &[Crate]) {
    println!("lines of code in src/, without comments and tests:");
    for each in crates {
        println!("  {:14} {:6}", each.member.name, each.code_len());
    }
}

/// The strongest proof of purity. Where the target cannot be had, say so and go on, in CI too.
fn wasm() -> Result {
    match jobs::wasm(&[]) {
        Err(error) if error.is::<Skip>() => {
            println!("wasm build of {CORE} skipped: {error}");
            Ok(())
        }
        result => result,
    }
}
