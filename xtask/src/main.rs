//! `cargo xtask <command>`: what a laptop and CI both run.
//!
//! The workflows call these commands and nothing else, so a red job can be repeated here with the
//! same words. `cargo xtask help` lists them.

mod api;
mod cargo;
mod copy;
mod coverage;
mod features;
mod fuzz;
mod i686;
mod jobs;
mod loom;
mod minimal;
mod mutants;
mod package;
mod sanitize;
mod step;
mod test_all;
mod tidy;
mod tools;
mod workspace;

use std::error::Error;
use std::process::ExitCode;

use crate::step::{Reported, Result, Skip};

type Command = fn(&[String]) -> Result;

const COMMANDS: &[(&str, &str, Command)] = &[
    ("test-all", "everything below that decides whether the tree is good", test_all::run),
    ("test", "unit, integration and documentation tests", jobs::test),
    (
        "providers",
        "what TLS is encrypted with, for each set of features: [--quick]",
        jobs::providers,
    ),
    ("tidy", "the invariants a machine can check", tidy::run),
    ("demo", "every client against every server (arguments replace `matrix`)", jobs::demo),
    ("interop", "against what other people have written: [peers|secure|http2|chat]", jobs::interop),
    ("rooms", "ws-rooms through nats-server and redis-server", jobs::rooms),
    ("autobahn", "against the Autobahn suite, as server and as client", jobs::autobahn),
    (
        "conform",
        "ws-conform in front of ours: [--runtime R].., or of others: --field",
        jobs::conform,
    ),
    ("bench", "ours next to other libraries: [SUITE].. [--quick]", jobs::bench),
    ("instructions", "of the hot paths, next to a floor: [--record]", jobs::instructions),
    ("msrv", "clippy's incompatible_msrv, and the oldest toolchain when it is here", jobs::msrv),
    ("wasm", "ws-core for wasm32-unknown-unknown", jobs::wasm),
    ("miri", "ws-core's unit tests under Miri (nightly)", jobs::miri),
    (
        "sanitize",
        "tests under a sanitizer (nightly, Linux): [address|thread] [-p PACKAGE]..",
        sanitize::sanitize,
    ),
    ("valgrind", "the core's codec under valgrind: [TEST]", sanitize::valgrind),
    (
        "fuzz",
        "the fuzz targets: [--seconds N|--replay|--minimize|--seed] [TARGET]..",
        fuzz::run_fuzz,
    ),
    (
        "simulate",
        "two parties, in any order, for an hour or as many seconds as given",
        jobs::simulate,
    ),
    ("faults", "whole sessions in which something goes wrong, counted: [--all]", jobs::faults),
    (
        "soak",
        "thousands of connections, honest and hostile: [--seconds N] [--connections N] [--runtime NAME]",
        jobs::soak,
    ),
    ("loom", "what threads share, in every order: [TEST]", loom::run_loom),
    (
        "i686",
        "tests of the published crates where addresses have 32 bits: [PACKAGE]..",
        i686::run_i686,
    ),
    (
        "coverage",
        "lines and branches of core and driver that tests reach: [--html] [CRATE]..",
        coverage::run_coverage,
    ),
    (
        "mutants",
        "changes to core and driver that no test notices: [--quick|--again] [--shard K/N] [CRATE]..",
        mutants::run_mutants,
    ),
    ("deny", "licences, advisories and sources with cargo-deny", jobs::deny),
    ("features", "each combination of two features: [PACKAGE]..", features::run_features),
    (
        "minimal",
        "the oldest versions of dependencies that are allowed: [--check]",
        minimal::run_minimal,
    ),
    ("package", "the published crates, built from their packages", package::run_package),
    ("api", "public API against docs/api: [--bless] [PACKAGE]..", api::run_api),
    ("semver", "public API against the last tagged release, or any commit: [REV]", jobs::semver),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = args.split_first() else {
        eprint!("{}", usage());
        return ExitCode::from(2);
    };
    if matches!(name.as_str(), "help" | "-h" | "--help") {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    }
    let Some((_, _, command)) = COMMANDS.iter().find(|(known, ..)| known == name) else {
        eprintln!("unknown command {name:?}\n\n{}", usage());
        return ExitCode::from(2);
    };
    match workspace::enter_root().and_then(|()| command(rest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(name, error.as_ref()),
    }
}

/// A skipped command is a success, unless it is one that CI counts on.
fn report(name: &str, error: &(dyn Error + 'static)) -> ExitCode {
    if let Some(skip) = error.downcast_ref::<Skip>() {
        skip.tell();
        return if skip.is_failure() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    if !error.is::<Reported>() {
        eprintln!("cargo xtask {name}: {error}");
    }
    ExitCode::FAILURE
}

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask <command> [arguments]\n\n");
    for (name, about, _) in COMMANDS {
        text.push_str(&format!("  {name:<12} {about}\n"));
    }
    text + ABOUT_TEST_ALL
}

const ABOUT_TEST_ALL: &str = "
test-all takes about 20 minutes on two cores. It installs peers below target/interop, the Autobahn suite
below target/autobahn (361 of its 517 cases are run), and as root Boost, Chromium and proxies with apt-get.
";
