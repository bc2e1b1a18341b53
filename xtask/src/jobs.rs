//! The commands that are one or two child processes each.

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
    if !tools::has_subcommand("nextest") {
        let kinds = ["--lib", "--bins", "--tests", "--examples"];
        return run(cargo(["test"]).args(everything).args(kinds));
    }
    run(cargo(["nextest", "run", "--no-run"]).args(&everything))?;
    let mut nextest = cargo(["nextest", "run"]);
    nextest.args(everything);
    let mut limited = Command::new("sh");
    limited.args(["-c", r#"ulimit -S -t "$0" && exec "$@""#, MAX_CPU_SECONDS]);
    limited.arg(nextest.get_program()).args(nextest.get_args());
    run(if cfg!(unix) { &mut limited } else { &mut nextest })
}

/// How long a test's process may compute before SIGXCPU ends it: many times as long as the dearest, five
/// seconds, on any machine. A clock on the wall would end what waits for a busy one.
const MAX_CPU_SECONDS: &str = "240";

/// The examples in documentation and READMEs; nextest does not run these.
pub(crate) fn doc_tests() -> Result {
    run(cargo(["test", "--doc"]).args(with_features(&members()?)))
}

/// What TLS is encrypted with and whom it trusts, by the features; `--quick` leaves out those that take
/// minutes to compile.
pub(crate) fn providers(args: &[String]) -> Result {
    let quick = args.iter().any(|arg| arg == "--quick");
    let sets = ["rustls", "rustls,webpki-roots", "ring", "ring,webpki-roots", "ring,native-roots"];
    let slow = ["aws-lc-rs", "aws-lc-rs,webpki-roots", "aws-lc-rs,ring,webpki-roots"];
    for features in sets.iter().chain(if quick { &[][..] } else { &slow }) {
        let tests = ["--lib", "--test", "providers", "--test", "provider_installed"];
        run(cargo(["test", "--quiet", "-p", "ws-driver", "--features", features]).args(tests))?;
    }
    Ok(())
}

/// Every client against every server, through the demo program.
pub(crate) fn demo(args: &[String]) -> Result {
    let mut demo = cargo(["run", "--release", "-p", "demo", "--"]);
    if args.is_empty() { run(demo.arg("matrix")) } else { run(demo.args(args)) }
}

/// What is here against what other people have written: one of the parts, or all.
pub(crate) fn interop(args: &[String]) -> Result {
    let part = |part: &str, args: &[String]| tells(cargo(INTEROP).arg(part).args(args));
    match args.split_first() {
        Some((name, rest)) if INTEROP_PARTS.contains(&name.as_str()) => part(name, rest),
        // A failure of one does not stop the next.
        _ => INTEROP_PARTS.map(|name| part(name, args)).into_iter().collect(),
    }
}

/// Rooms that share topics through brokers. The tests run with all others, too, and there skip what is not installed.
pub(crate) fn rooms(_args: &[String]) -> Result {
    tells(cargo(INTEROP).args(["install", "nats-server", "redis-server"]))?;
    let tests = ["-p", "ws-rooms", "--features", "nats,redis", "--test", "brokers"];
    run(cargo(["test"]).args(tests))
}

/// The demo against the Autobahn suite.
pub(crate) fn autobahn(args: &[String]) -> Result {
    tells(cargo(INTEROP).arg("autobahn").args(args))
}

/// The parts of `interop`.
pub(crate) const INTEROP_PARTS: [&str; 4] = ["peers", "secure", "http2", "chat"];

const INTEROP: [&str; 4] = ["run", "--package", "interop", "--"];

/// How many instructions the hot paths take; `--record` writes that down.
pub(crate) fn instructions(args: &[String]) -> Result {
    if !tools::is_installed("valgrind") {
        return Err(Skip::required("valgrind not installed").into());
    }
    let example = ["--release", "--package", "bench", "--example", "instructions", "--"];
    tells(cargo(["run"]).args(example).args(args))
}

/// Runs a program that tells its own story; the status 77 says that it was skipped where it may be.
fn tells(program: &mut Command) -> Result {
    match status(program)?.code() {
        Some(0) => Ok(()),
        Some(77) => Err(Skip::optional("").into()),
        _ => Err(Reported.into()),
    }
}

/// Ours next to other libraries: as people build it, and then with optimisation across crates. The arguments are names
/// of suites, `--quick`, and `--default` or `--tuned` for one of the two.
pub(crate) fn bench(args: &[String]) -> Result {
    let (chosen, args): (Vec<_>, Vec<_>) =
        args.iter().partition(|arg| ["--default", "--tuned"].contains(&arg.as_str()));
    for (option, profile) in [("--default", "release"), ("--tuned", "tuned")] {
        if !chosen.is_empty() && !chosen.iter().any(|chosen| *chosen == option) {
            continue;
        }
        let package = ["--profile", profile, "-p", "bench", "--features", "peers"];
        // One of the suites starts the servers of the other program, too.
        run(cargo(["build"]).args(package).arg("--bins"))?;
        let tuned = (profile == "tuned").then_some("--tuned");
        run(cargo(["run"]).args(package).args(["--bin", "bench", "--"]).args(&args).args(tuned))?;
    }
    Ok(())
}

/// Clippy knows since when std has what it has; the oldest toolchain knows everything else, and runs the tests.
pub(crate) fn msrv(_args: &[String]) -> Result {
    let lint = ["--", "-D", "clippy::incompatible_msrv"];
    let members = members()?;
    run(cargo(["clippy"]).args(with_features(&members)).args(lint))?;
    let published: Vec<_> = members.into_iter().filter(|member| member.published).collect();
    let oldest = published.first().and_then(|member| member.metadata["rust_version"].as_str());
    let oldest = oldest.ok_or("no rust-version in the manifests")?;
    let of_rustup = tools::has_toolchain(oldest).then(|| cargo_of(oldest, [""; 0]));
    let Some(mut cargo) = of_rustup.or_else(|| tools::cargo_of_system(oldest)) else {
        println!("skipped: toolchain {oldest} not installed; only clippy looked");
        return Ok(());
    };
    let packages = published.iter().flat_map(|member| ["-p", member.name.as_str()]);
    run(cargo.args(["test", "--all-features", "--lib", "--tests"]).args(packages))
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

/// Two parties that do anything in any order, for as long as wanted: `cargo xtask simulate [seconds]`.
pub(crate) fn simulate(args: &[String]) -> Result {
    let seconds: u32 = args.first().map_or(Ok(3600), |seconds| seconds.parse())?;
    let mut test = cargo(["test", "--release", "-p", "conformance", "--test", "simulation", "--"]);
    run(test.arg("--nocapture").env("SIMULATION_SECONDS", seconds.to_string()))
}

/// Whole sessions in which something goes wrong at each place, and how often; with `--all` at each place of all of them.
pub(crate) fn faults(args: &[String]) -> Result {
    let all = args.iter().any(|arg| arg == "--all");
    let mut test = cargo(["test", "-p", "conformance", "--test", "faults"]);
    if all {
        test.arg("--release").env("FAULTS", "all");
    }
    run(test.args(["--", "--nocapture", "--test-threads=1"]))
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
