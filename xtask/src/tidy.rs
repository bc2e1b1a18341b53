//! `cargo xtask tidy`: the invariants of ARCHITECTURE.md that a machine can check.
//!
//! Each file beside this one holds one rule, or a few about the same thing, as a function from
//! text to findings. Nothing here parses Rust fully: [`source`] and [`tokens`] take comments and tests
//! away, and the rules look at the words that remain.

mod adapters;
mod allow;
mod circles;
mod crates;
mod finding;
mod fuzzing;
mod imports;
mod layers;
mod length;
mod names;
mod packages;
mod purity;
mod source;
mod threats;
mod tokens;
mod tree;
mod unsafety;
mod workflows;

use self::crates::{ADAPTERS, APPLICATIONS, CORE, Crate, DRIVER, INTEGRATIONS};
use self::finding::Finding;
pub(crate) use self::source::Source;
use crate::jobs;
use crate::step::{Result, Skip};
use crate::workspace::{Member, members};

/// Runs every check and prints every finding; an error when there is one.
pub(crate) fn run(_args: &[String]) -> Result {
    let files = tree::files()?;
    let crates: Vec<Crate> =
        members()?.into_iter().map(|member| Crate::read(member, &files)).collect::<Result<_>>()?;
    let mut findings = check_crates(&crates);
    findings.extend(length::stale(&crates));
    findings.extend(adapters::stale(&crates));
    findings.extend(circles::check(&crates));
    findings.extend(packages::check_root());
    let read = |path: &str| Some(Source::new(path, &std::fs::read_to_string(path).ok()?));
    findings.extend(threats::check(&std::fs::read_to_string(threats::PATH)?, read));
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
    println!("lines of code in src/, without comments and tests:");
    for each in &crates {
        println!("  {:14} {:6}", each.member.name, each.code_len());
    }
    wasm()?;
    match findings.len() {
        0 => Ok(()),
        len => Err(format!("{len} finding{}", if len == 1 { "" } else { "s" }).into()),
    }
}

/// What a package ships in `src/`, for those who want to know which lines of it are tests.
pub(crate) fn shipped(member: Member) -> Result<Vec<Source>> {
    let of = Crate::read(member, &tree::files()?)?;
    let paths: Vec<_> = of.shipped().map(|source| source.path.clone()).collect();
    Ok(of.sources.into_iter().filter(|source| paths.contains(&source.path)).collect())
}

fn check_crates(crates: &[Crate]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for each in crates {
        let name = each.member.name.as_str();
        let is_thin = ADAPTERS.contains(&name) || INTEGRATIONS.contains(&name);
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
            if name == DRIVER || is_thin || APPLICATIONS.contains(&name) {
                findings.extend(adapters::check_protocol(source));
            }
            if is_thin {
                findings.extend(adapters::check_loops(source));
            }
        }
        if name == CORE {
            let targets = crates.iter().flat_map(|each| &each.sources);
            let targets = targets.filter(|source| source.path == fuzzing::TARGETS);
            findings.extend(targets.flat_map(|targets| fuzzing::check(each, targets)));
            findings.extend(purity::check_dependencies(&each.member));
            findings.extend(layers::check(each));
        }
    }
    let sizes: Vec<(&str, usize)> =
        crates.iter().map(|each| (each.member.name.as_str(), each.code_len())).collect();
    findings.extend(adapters::check_sizes(&sizes));
    findings
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
