//! `cargo xtask mutants [--shard K/N] [CRATE]..`: changes that no test notices.
//!
//! cargo-mutants changes the core and the driver in one place at a time. The tests that are compiled the soonest see each
//! change first, and only what they let pass is shown to the next ones. All changes take hours: `--shard 3/100` tries
//! every hundredth, from the third on. A change that survives needs an entry in [`survivors`], and an entry for one that
//! is caught is a failure as well.

mod outcome;
mod survivors;

use std::fs;
use std::process::Command;

use self::outcome::{Outcome, Tried};
use crate::cargo::{cargo, output, run, status};
use crate::step::{Reported, Result};
use crate::tools;
use crate::workspace::{Member, members, only_with_features};

/// What is changed, and the tests that look at it, one set after the other: packages and kinds of tests.
const STAGES: &[(&str, &[Tests])] = &[
    (
        "ws-core",
        &[
            (&["ws-core"], &["--lib"]),
            (&["ws-core"], &["--tests"]),
            (&["ws-core", "conformance"], CORE_TESTS),
        ],
    ),
    (
        "ws-driver",
        &[(&["ws-driver"], &["--lib", "--tests"]), (&["ws-driver", "conformance"], DRIVER_TESTS)],
    ),
];

type Tests = (&'static [&'static str], &'static [&'static str]);

/// Those of `conformance` that need no runtime.
const CORE_TESTS: &[&str] = &[
    "--test=core",
    "--test=core_peers",
    "--test=core_scenarios",
    "--test=core_threats",
    "--test=messages_cases",
    "--test=pure",
];

/// Those of `conformance` that say the most about the driver.
const DRIVER_TESTS: &[&str] = &[
    "--test=adapters",
    "--test=dial",
    "--test=injection",
    "--test=live",
    "--test=messages_cases",
    "--test=messages_faults",
    "--test=observer",
    "--test=shutdown",
    "--test=stream_sink",
    "--test=tls",
    "--test=wake_ups",
];

/// The version whose names of changes [`survivors`] has.
const VERSION: &str = "27.1.0";

/// Changes what was asked for, and shows what became of it.
pub(crate) fn run_mutants(args: &[String]) -> Result {
    let (shard, crates) = parse(args)?;
    if !tools::has_subcommand("mutants") {
        // No toolchain has it, and a job should need no other step than this command.
        run(&mut cargo(["install", "--locked", "--version", VERSION, "cargo-mutants"]))?;
    }
    let members = members()?;
    let mut all = Vec::new();
    for (name, stages) in STAGES.iter().filter(|(name, _)| crates.contains(name)) {
        let outcome = stages.iter().try_fold(Outcome::default(), |so_far, tests| {
            try_on(&members, name, tests, shard.as_deref(), so_far)
        })?;
        println!("\n{name}: {outcome}");
        all.push(outcome);
    }
    let findings = survivors::check(&all, shard.is_none());
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() { Ok(()) } else { Err(Reported.into()) }
}

/// The part to be tried, and the crates.
fn parse(args: &[String]) -> Result<(Option<String>, Vec<&'static str>)> {
    let mut shard = None;
    let mut crates = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--shard" {
            shard = Some(args.next().ok_or("--shard of what? K/N, from 0/N on")?.to_owned());
            continue;
        }
        let known = STAGES.iter().map(|(name, _)| *name).find(|name| name == arg);
        crates.push(known.ok_or_else(|| format!("{arg:?} is no crate whose mutants are known"))?);
    }
    let all = || STAGES.iter().map(|(name, _)| *name).collect();
    Ok((shard, if crates.is_empty() { all() } else { crates }))
}

/// Shows to some tests what the ones before have let pass, or everything when there were none.
fn try_on(
    members: &[Member],
    name: &str,
    (packages, kinds): &Tests,
    shard: Option<&str>,
    so_far: Outcome,
) -> Result<Outcome> {
    if so_far.is_settled() {
        return Ok(so_far);
    }
    let folder = format!("target/mutants/{name}");
    fs::create_dir_all(&folder)?;
    let mut mutants = cargo(["mutants", "--package", name, "--output", &folder, "--no-shuffle"]);
    mutants.arg("--test-package").arg(packages.join(","));
    // `--package` and the name of each, and then the features of all.
    mutants.args(only_with_features(members, packages).split_off(2 * packages.len()));
    mutants.args(["--baseline=run", "--minimum-test-timeout=60", "--timeout-multiplier=5"]);
    let results = format!("{folder}/mutants.out");
    match shard {
        _ if so_far.is_begun() => {
            // A pattern for those that are left would not do: some kinds of changes pass any.
            let all = output(&mut cargo(["mutants", "--list", "--package", name]))?;
            let others: Vec<_> = all.lines().filter(|name| !so_far.is_left(name)).collect();
            fs::write(format!("{results}/previously_caught.txt"), others.join("\n"))?;
            mutants.arg("--iterate");
        }
        // Neighbours are changes of one function: what represents all of them is one of each N.
        Some(shard) => drop(mutants.args(["--sharding=round-robin", "--shard", shard])),
        None => {}
    }
    mutants.arg("--").args(*kinds);
    // Compiling is most of the work, so nothing is compiled for debuggers, and dependencies only once.
    mutants.env("CARGO_PROFILE_DEV_DEBUG", "false").env("CARGO_PROFILE_DEV_INCREMENTAL", "true");
    mutants.env("CARGO_TARGET_DIR", std::env::current_dir()?.join("target/mutants/build"));
    finished(&mut mutants)?;
    Ok(so_far.then(Tried::read(&results)?))
}

/// Runs cargo-mutants. That changes survive, or that tests wait for ever, is for the caller to judge.
fn finished(mutants: &mut Command) -> Result {
    match status(mutants)?.code() {
        Some(0 | 2 | 3) => Ok(()),
        Some(4) => Err("the tests fail without any change".into()),
        code => Err(format!("cargo mutants ended with {code:?}").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_understood() {
        let parsed = |args: &str| parse(&args.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(parse(&[]).unwrap(), (None, vec!["ws-core", "ws-driver"]));
        let (shard, crates) = parsed("--shard 3/100 ws-driver").unwrap();
        assert_eq!((shard.as_deref(), crates), (Some("3/100"), vec!["ws-driver"]));
        assert!(parsed("--shard").is_err() && parsed("ws-tokio").is_err());
    }
}
