//! `cargo xtask coverage [--html] [CRATE]..`: which lines and branches of the core and the driver the tests reach.
//!
//! The tests are those of the two crates, of the adapters, of `ws-hyper` and of `conformance`; what applications do with
//! the crates counts for nothing, since it asserts little about them. Test code is left out, and so are other members. A line that
//! no test reaches needs an entry in [`explained`], and an entry that no line needs any more is a failure as well.

mod explained;
mod lcov;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use self::table::Measured;
use crate::cargo::{cargo_of, output, run, status};
use crate::step::{Reported, Result};
use crate::tidy;
use crate::tools;
use crate::workspace::{Member, members, only_with_features};

/// What is measured.
const MEASURED: &[&str] = &["ws-core", "ws-driver"];

/// Whose tests are run.
pub(crate) const TESTED: &[&str] = &[
    "ws-core",
    "ws-driver",
    "conformance",
    "ws-tokio",
    "ws-smol",
    "ws-async-std",
    "ws-blocking",
    "ws-hyper",
];

/// Runs the tests and shows what they reach.
pub(crate) fn run_coverage(args: &[String]) -> Result {
    let (html, crates) = parse(args)?;
    tools::require_nightly("")?;
    let [profdata, cov] = ["llvm-profdata", "llvm-cov"].map(tools::llvm_of_nightly);
    let (profdata, cov) = (profdata?, cov?);
    let members = members()?;
    let build = Build::new(&members);

    let programs = build.programs()?;
    let profile = build.profile(&profdata)?;
    let mut export = report(&cov, &["export", "--format=lcov"], &profile, &programs, &crates);
    let files = lcov::parse(&output(&mut export)?);
    if html {
        let folder = format!("--output-dir={FOLDER}/html");
        let show = ["show", "--format=html", "--show-branches=count", &folder];
        run(&mut report(&cov, &show, &profile, &programs, &crates))?;
    }
    let mut findings = Vec::new();
    for member in members.into_iter().filter(|member| crates.contains(&member.name.as_str())) {
        let name = member.name.clone();
        let sources = tidy::shipped(member)?;
        let measured = Measured::new(&name, &sources, &files);
        println!("\n{measured}");
        findings.extend(measured.shortfalls());
        findings.extend(explained::check(&measured, &sources));
    }
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() { Ok(()) } else { Err(Reported.into()) }
}

/// Whether to write pages, and what is measured.
fn parse(args: &[String]) -> Result<(bool, Vec<&'static str>)> {
    let mut crates = Vec::new();
    for arg in args.iter().filter(|arg| *arg != "--html") {
        let known = MEASURED.iter().find(|name| *name == arg);
        crates.push(*known.ok_or_else(|| format!("{arg:?} is none of {}", MEASURED.join(", ")))?);
    }
    let html = args.iter().any(|arg| arg == "--html");
    Ok((html, if crates.is_empty() { MEASURED.to_vec() } else { crates }))
}

/// What is compiled, and how. Dependencies are left as they are.
struct Build {
    flags: Vec<String>,
    selection: Vec<String>,
}

impl Build {
    fn new(members: &[Member]) -> Self {
        let mut flags = vec!["-Zprofile-rustflags".to_owned()];
        for name in TESTED {
            let rustc = r#"["-Cinstrument-coverage", "-Zcoverage-options=branch"]"#;
            flags.push(format!("--config=profile.dev.package.{name}.rustflags={rustc}"));
        }
        let mut selection = only_with_features(members, TESTED);
        selection.extend(["--lib", "--tests"].map(str::to_owned));
        Self { flags, selection }
    }

    fn cargo(&self, command: &[&str]) -> Command {
        let mut cargo = cargo_of("nightly", command);
        cargo.args(&self.flags).args(&self.selection).env("CARGO_TARGET_DIR", FOLDER);
        cargo
    }

    /// Compiles the tests; the programs that they are.
    fn programs(&self) -> Result<Vec<PathBuf>> {
        run(&mut self.cargo(&["test", "--no-run"]))?;
        let messages = output(self.cargo(&["test", "--no-run"]).arg("--message-format=json"))?;
        let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let programs = messages.filter_map(|it| Some(PathBuf::from(it["executable"].as_str()?)));
        Ok(programs.collect())
    }

    /// Runs the tests, and sums up what each process has counted.
    fn profile(&self, profdata: &Path) -> Result<String> {
        let folder = std::env::current_dir()?.join(FOLDER).join("counts");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        // One process for all tests of a program: starting and ending one takes longer than most tests.
        let mut tests = self.cargo(&["test", "--quiet", "--no-fail-fast"]);
        tests.env("LLVM_PROFILE_FILE", folder.join("%4m.profraw"));
        if !status(&mut tests)?.success() {
            println!(
                "a test failed: what it would have reached is missing, and `cargo xtask test` says why"
            );
        }
        let profile = format!("{FOLDER}/all.profdata");
        run(Command::new(profdata).args(["merge", "--sparse", "-o", &profile]).arg(folder))?;
        Ok(profile)
    }
}

/// A command of llvm-cov about the sources of some crates.
fn report(
    cov: &Path,
    command: &[&str],
    profile: &str,
    programs: &[PathBuf],
    crates: &[&str],
) -> Command {
    let mut report = Command::new(cov);
    report.args(command).arg(format!("--instr-profile={profile}"));
    for (at, program) in programs.iter().enumerate() {
        // The first one is an argument, the others are options.
        report.args((at > 0).then_some("--object")).arg(program);
    }
    report.arg("--sources").args(crates.iter().map(|name| format!("{name}/src")));
    report
}

/// Where the tests are compiled, and what is found.
const FOLDER: &str = "target/coverage";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_understood() {
        let parsed = |args: &str| parse(&args.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(parse(&[]).unwrap(), (false, vec!["ws-core", "ws-driver"]));
        assert_eq!(parsed("--html ws-core").unwrap(), (true, vec!["ws-core"]));
        assert!(parsed("ws-tokio").is_err() && parsed("--htm").is_err());
    }
}
