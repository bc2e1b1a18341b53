//! The commands that are one or two child processes each.

use std::path::Path;
use std::process::Command;

use crate::cargo::{cargo, cargo_of, output, run, status};
use crate::step::{Reported, Result, Skip};
use crate::tools;
use crate::workspace::{members, with_features};

/// Unit, integration and documentation tests.
pub(crate) fn test(_args: &[String]) -> Result {
    tests()?;
    doc_tests()
}

/// All tests but those in documentation, with nextest where it is installed.
pub(crate) fn tests() -> Result {
    let everything = with_features(&members()?);
    if tools::has_subcommand("nextest") {
        return run(cargo(["nextest", "run"]).args(everything));
    }
    let kinds = ["--lib", "--bins", "--tests", "--examples"];
    run(cargo(["test"]).args(everything).args(kinds))
}

/// The examples in documentation and READMEs; nextest does not run these.
pub(crate) fn doc_tests() -> Result {
    run(cargo(["test", "--doc"]).args(with_features(&members()?)))
}

/// Every client against every server, through the demo program.
pub(crate) fn demo(args: &[String]) -> Result {
    let mut demo = cargo(["run", "--release", "-q", "-p", "demo", "--"]);
    if args.is_empty() { run(demo.arg("matrix")) } else { run(demo.args(args)) }
}

/// The demo against implementations written by other people. A missing peer is a line of its report,
/// and under `CI=true` a failure; without any of the programs there is nothing to run at all.
pub(crate) fn interop(args: &[String]) -> Result {
    judged_by("peers", args)
}

/// The demo against the Autobahn suite.
pub(crate) fn autobahn(args: &[String]) -> Result {
    judged_by("autobahn", args)
}

fn judged_by(others: &str, args: &[String]) -> Result {
    tells(cargo(["run", "--package", "interop", "--", others]).args(args))
}

/// How many instructions the hot paths take; `--record` writes that down.
pub(crate) fn instructions(args: &[String]) -> Result {
    if !tools::missing(&["valgrind"]).is_empty() {
        return Err(Skip::required("valgrind not installed").into());
    }
    let example = ["--release", "--package", "bench", "--example", "instructions", "--"];
    tells(cargo(["run"]).args(example).args(args))
}

/// Runs a program that tells its own story, with its totals last.
fn tells(program: &mut Command) -> Result {
    /// The exit status of a program that was skipped where it may be.
    const SKIPPED: i32 = 77;
    match status(program)?.code() {
        Some(0) => Ok(()),
        Some(SKIPPED) => Err(Skip::told().into()),
        _ => Err(Reported.into()),
    }
}

/// Ours next to other libraries; the arguments are names of suites, and `--quick`.
pub(crate) fn bench(args: &[String]) -> Result {
    let release = ["--release", "-q", "-p", "bench", "--features", "peers"];
    // One of the suites starts the servers of the other program, too.
    run(cargo(["build"]).args(release).arg("--bins"))?;
    run(cargo(["run"]).args(release).args(["--bin", "bench", "--"]).args(args))
}

/// Clippy knows since when std has what it has; the oldest toolchain knows everything else.
pub(crate) fn msrv(_args: &[String]) -> Result {
    let lint = ["--", "-D", "clippy::incompatible_msrv"];
    let members = members()?;
    run(cargo(["clippy"]).args(with_features(&members)).args(lint))?;
    let published: Vec<_> = members.into_iter().filter(|member| member.published).collect();
    let oldest = published.first().and_then(|member| member.metadata["rust_version"].as_str());
    let oldest = oldest.ok_or("no rust-version in the manifests")?;
    if !tools::has_toolchain(oldest) {
        println!("skipped: toolchain {oldest} not installed; only clippy looked");
        return Ok(());
    }
    let mut check = cargo_of(oldest, ["check", "--all-features"]);
    run(check.args(published.iter().flat_map(|member| ["-p", member.name.as_str()])))
}

/// A target without sockets, threads and clocks: what compiles for it asked for none at link time.
pub(crate) fn wasm(_args: &[String]) -> Result {
    const TARGET: &str = "wasm32-unknown-unknown";
    tools::require_target(TARGET)?;
    // A program that embeds the core there brings its own source of randomness, so the build names none.
    let randomness = r#"--cfg getrandom_backend="custom""#;
    let mut build = cargo(["build", "-p", "ws-core", "--target", TARGET]);
    run(build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", randomness))
}

/// The core's unit tests, interpreted.
pub(crate) fn miri(args: &[String]) -> Result {
    tools::require_nightly("miri")?;
    run(cargo_of("nightly", ["miri", "test", "-p", "ws-core", "--lib"]).args(args))
}

/// All tests of the published crates with every memory access checked.
pub(crate) fn asan(_args: &[String]) -> Result {
    tools::require_nightly("")?;
    let host = tools::host()?;
    if !host.ends_with("-linux-gnu") {
        return Err(Skip::optional(format!("no AddressSanitizer run for {host}")).into());
    }
    let kinds = ["--lib", "--tests", "--exclude", "xtask", "--exclude", "interop"];
    // A package that is left out must not be named by a feature; these have none.
    let mut test = cargo_of("nightly", ["test", "--target", &host]);
    run(test.args(with_features(&members()?)).args(kinds).env("RUSTFLAGS", "-Zsanitizer=address"))
}

/// Every target of `fuzz/` for a while: `cargo xtask fuzz [seconds]`.
pub(crate) fn fuzz(args: &[String]) -> Result {
    let seconds: u32 = args.first().map_or(Ok(60), |seconds| seconds.parse())?;
    if !Path::new("fuzz/Cargo.toml").is_file() {
        return Err(Skip::optional("there is no fuzz target yet").into());
    }
    tools::require_nightly("fuzz")?;
    let limit = format!("-max_total_time={seconds}");
    for target in output(&mut cargo_of("nightly", ["fuzz", "list"]))?.split_whitespace() {
        run(&mut cargo_of("nightly", ["fuzz", "run", target, "--", &limit]))?;
    }
    Ok(())
}

/// Which lines the tests reach.
pub(crate) fn coverage(args: &[String]) -> Result {
    tools::require_subcommand("tarpaulin")?;
    let scope = ["--exclude", "xtask", "--exclude", "interop", "--skip-clean"];
    run(cargo(["tarpaulin"]).args(with_features(&members()?)).args(scope).args(args))
}

/// Licences, advisories, banned crates and sources, as deny.toml has them.
pub(crate) fn deny(_args: &[String]) -> Result {
    tools::require_subcommand("deny")?;
    run(&mut cargo(["deny", "--all-features", "check"]))
}

/// The public API against the last release.
pub(crate) fn semver(_args: &[String]) -> Result {
    tools::require_subcommand("semver-checks")?;
    let Ok(tag) = output(Command::new("git").args(["describe", "--tags", "--abbrev=0"])) else {
        return Err(Skip::optional("no earlier release to compare with").into());
    };
    run(cargo(["semver-checks", "--workspace", "--baseline-rev"]).arg(tag.trim()))
}
