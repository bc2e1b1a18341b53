//! `cargo xtask mutants [--quick|--again] [--shard K/N] [CRATE]..`: changes that no test notices.
//!
//! cargo-mutants knows how to change the core and the driver in one place at a time, and compiles the tests again for each
//! change. Nearly all of them can be compiled together instead, each behind a [`switch`]; then the tests that [come to
//! it](trial) see one after the other. Only what does not go behind a switch is left to cargo-mutants, which takes far
//! longer for each: `--quick` leaves that out. `--again` tries what the last run missed and has no entry, with tests that
//! take longer. `--shard 3/100` tries every hundredth, from the third on. A change that survives needs an entry in
//! [`survivors`], and an entry for one that is caught is a failure as well.

mod change;
mod outcome;
mod survivors;
mod switch;
mod tree;
mod trial;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::time::Duration;

use self::change::Change;
use self::outcome::{Outcome, Tried};
use self::tree::{Built, Tree};
use self::trial::{Trial, Verdict};
use crate::cargo::{cargo, output, run, status};
use crate::step::{Reported, Result};
use crate::tidy::Source;
use crate::tools;
use crate::workspace::{Member, members, only_with_features};

/// What is changed, and the tests that look at what does not go behind a switch, one set after the other: packages and kinds of tests.
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

/// What the last run missed, a name to a line.
const MISSED: &str = "target/mutants/missed.txt";

/// How long the tests take in all that a change is shown to. Most of the time goes to changes that nobody notices, and of
/// which tests that take longer than these would notice hardly any.
const SHORT: Duration = Duration::from_secs(10);

/// For those of which it is worth knowing.
const LONG: Duration = Duration::from_secs(60);

/// The version whose names of changes [`survivors`] has.
const VERSION: &str = "27.1.0";

/// Changes what was asked for, and shows what became of it.
pub(crate) fn run_mutants(args: &[String]) -> Result {
    let asked = parse(args)?;
    if !tools::has_subcommand("mutants") {
        // No toolchain has it, and a job should need no other step than this command.
        run(&mut cargo(["install", "--locked", "--version", VERSION, "cargo-mutants"]))?;
    }
    let members = members()?;
    let mut all = Vec::new();
    for ((name, stages), (switched, left)) in asked.crates().zip(switched(&members, &asked)?) {
        println!("\n{name}, behind switches: {switched}");
        let left = if asked.quick {
            let file = format!("target/mutants/{name}-left.txt");
            println!("{} others were not tried: see {file}", left.len());
            fs::write(file, left.join("\n"))?;
            Outcome::default()
        } else {
            stages.iter().try_fold(Outcome::beginning_with(left), |so_far, tests| {
                try_on(&members, name, tests, so_far)
            })?
        };
        let outcome = switched.and(left);
        println!("\n{name}: {outcome}");
        all.push(outcome);
    }
    let findings = survivors::check(&all, asked.shard.is_none() && !asked.quick);
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() { Ok(()) } else { Err(Reported.into()) }
}

/// What is to be tried.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    /// Only what goes behind a switch.
    quick: bool,
    /// Of that only what the last run missed.
    again: bool,
    /// A part.
    shard: Option<String>,
    /// All, if none is named.
    named: Vec<&'static str>,
}

impl Asked {
    fn crates(&self) -> impl Iterator<Item = &'static (&'static str, &'static [Tests])> {
        let is_it = |name: &&str| self.named.is_empty() || self.named.contains(name);
        STAGES.iter().filter(move |(name, _)| is_it(name))
    }
}

fn parse(args: &[String]) -> Result<Asked> {
    let mut asked = Asked::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--quick" => asked.quick = true,
            "--again" => (asked.quick, asked.again) = (true, true),
            "--shard" => {
                let shard = args.next().ok_or("--shard of what? K/N, from 0/N on")?;
                asked.shard = Some(shard.to_owned());
            }
            _ => {
                let known = STAGES.iter().map(|(name, _)| *name).find(|name| name == arg);
                let unknown = || format!("{arg:?} is no crate whose mutants are known");
                asked.named.push(known.ok_or_else(unknown)?);
            }
        }
    }
    Ok(asked)
}

/// Tries whatever goes behind a switch, in all crates at once. For each crate what came of it, and the rest.
fn switched(members: &[Member], asked: &Asked) -> Result<Vec<(Outcome, Vec<String>)>> {
    let mut changes: Vec<Change> = Vec::new();
    for (name, _) in asked.crates() {
        let mut list = cargo(["mutants", "--list", "--json", "--package", name]);
        if let Some(shard) = &asked.shard {
            // Neighbours are changes of one function: what represents all of them is one of each N.
            list.args(["--sharding=round-robin", "--shard", shard]);
        }
        changes.extend(change::parse(&output(&mut list)?)?);
    }
    let mut changes = of_no_test(changes)?;
    if asked.again {
        let missed = fs::read_to_string(MISSED)?;
        changes.retain(|it| {
            missed.lines().any(|name| name == it.name) && !survivors::is_known(&it.name)
        });
    }
    let Built { programs, switched, unviable } = Tree::new(members)?.build(&changes)?;
    let (all, behind, none) = (changes.len(), switched.len(), unviable.len());
    println!("of {all} changes {behind} behind switches, {none} that cannot be compiled");
    let trial = Trial::new(&programs, if asked.again { LONG } else { SHORT })?;
    let verdicts = trial.run(&switched, &changes);
    let missed = verdicts.iter().filter(|(_, verdict)| **verdict == Verdict::Missed);
    let missed: Vec<_> = missed.map(|(number, _)| changes[*number].name.as_str()).collect();
    fs::write(MISSED, missed.join("\n"))?;
    let each = asked.crates().map(|(name, _)| {
        let (mut tried, mut left) = ([(); 3].map(|()| Tried::default()), Vec::new());
        let prefix = format!("{name}/");
        let of_it = changes.iter().enumerate().filter(|(_, it)| it.file.starts_with(&prefix));
        for (number, Change { name: change, .. }) in of_it {
            let change = change.clone();
            match verdicts.get(&number) {
                Some(Verdict::Noticed(by)) => {
                    let by = &programs[*by];
                    let stage = if by.package != *name { 2 } else { usize::from(!by.is_unit) };
                    tried[stage].caught.push(change);
                }
                Some(Verdict::TimedOut) => tried[2].timeouts.push(change),
                Some(Verdict::Missed) => tried[2].missed.push(change),
                None if unviable.contains(&number) => tried[2].unviable.push(change),
                None => left.push(change),
            }
        }
        (tried.into_iter().fold(Outcome::default(), Outcome::then), left)
    });
    Ok(each.collect())
}

/// Leaves out what belongs to tests. cargo-mutants does not see that of each.
fn of_no_test(mut changes: Vec<Change>) -> Result<Vec<Change>> {
    let mut sources = BTreeMap::new();
    for Change { file, .. } in &changes {
        if !sources.contains_key(file) {
            sources.insert(file.clone(), Source::new(file, &fs::read_to_string(file)?));
        }
    }
    changes.retain(|change| !sources[&change.file].is_in_test(change.span[0].0));
    Ok(changes)
}

/// Shows to some tests what the ones before have let pass.
fn try_on(
    members: &[Member],
    name: &str,
    (packages, kinds): &Tests,
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
    // A pattern for those that are left would not do: some kinds of changes pass any.
    let all = output(&mut cargo(["mutants", "--list", "--package", name]))?;
    let others: Vec<_> = all.lines().filter(|name| !so_far.is_left(name)).collect();
    fs::create_dir_all(&results)?;
    fs::write(format!("{results}/previously_caught.txt"), others.join("\n"))?;
    mutants.arg("--iterate");
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
        assert_eq!(parse(&[]).unwrap(), Asked::default());
        assert!(Asked::default().crates().map(|(name, _)| *name).eq(["ws-core", "ws-driver"]));
        let asked = parsed("--shard 3/100 ws-driver --quick").unwrap();
        assert_eq!((asked.shard.as_deref(), asked.quick), (Some("3/100"), true));
        assert!(asked.crates().map(|(name, _)| *name).eq(["ws-driver"]));
        assert!(parsed("--again").is_ok_and(|asked| asked.quick && asked.again));
        assert!(parsed("--shard").is_err() && parsed("ws-tokio").is_err());
    }
}
