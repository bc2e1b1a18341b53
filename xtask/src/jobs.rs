//! The commands that are one or two child processes each.

use std::path::Path;
use std::process::Command;

use crate::cargo::{cargo, cargo_of, output, program, run, status};
use crate::step::{Result, Skip, told};
use crate::tools;
use crate::workspace::{members, published_packages, with_features};

/// Unit, integration and documentation tests.
pub(crate) fn test(_args: &[String]) -> Result {
    tests()?;
    doc_tests()
}

/// All tests but those in documentation, with nextest where it is installed.
pub(crate) fn tests() -> Result {
    let mut everything = with_features(&members()?);
    if cfg!(not(unix)) {
        // It starts servers and proxies that there are for Unix.
        everything.extend(["--exclude".to_owned(), "interop".to_owned()]);
    }
    if !tools::has_subcommand("nextest") {
        let kinds = ["--lib", "--bins", "--tests", "--examples"];
        return run(cargo(["test"]).args(everything).args(kinds));
    }
    run(cargo(["nextest", "run", "--no-run"]).args(&everything))?;
    let mut nextest = cargo(["nextest", "run"]);
    nextest.args(["--test-threads", &TESTS_PER_CPU.saturating_mul(cpus()).to_string()]);
    nextest.args(everything);
    let mut limited = limited(&format!("-t {MAX_CPU_SECONDS}"), &nextest);
    run(if cfg!(unix) { &mut limited } else { &mut nextest })
}

/// A command that the shell starts behind a soft limit.
fn limited(limit: &str, command: &Command) -> Command {
    let mut limited = program("sh");
    limited.args(["-c", &format!(r#"ulimit -S {limit} && exec "$0" "$@""#)]);
    limited.arg(command.get_program()).args(command.get_args());
    limited
}

/// How long a test's process may compute before SIGXCPU ends it: many times as long as the dearest, five
/// seconds, on any machine. A clock on the wall would end what waits for a busy one.
const MAX_CPU_SECONDS: u32 = 240;

/// Most of the dearer tests wait for a peer that says nothing, and those that look at a clock have the machine to
/// themselves.
const TESTS_PER_CPU: usize = 5;

fn cpus() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

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
    let part = |part: &str, args: &[String]| tells(interop_program()?.arg(part).args(args));
    match args.split_first() {
        Some((name, rest)) if INTEROP_PARTS.contains(&name.as_str()) => part(name, rest),
        // A failure of one does not stop the next.
        _ => INTEROP_PARTS.map(|name| part(name, args)).into_iter().collect(),
    }
}

/// Servers that some tests start, which skip what is not there.
pub(crate) fn servers() -> Result {
    tells(interop_program()?.args(["install", "nats-server", "redis-server"]))
}

/// Rooms that share topics through brokers. The tests run with all others, too.
pub(crate) fn rooms(_args: &[String]) -> Result {
    servers()?;
    let tests = ["-p", "ws-rooms", "--features", "nats,redis", "--test", "brokers"];
    run(cargo(["test"]).args(tests))
}

/// The demo against the Autobahn suite.
pub(crate) fn autobahn(args: &[String]) -> Result {
    tells(&mut autobahn_program(args)?)
}

/// What runs the suite.
pub(crate) fn autobahn_program(args: &[String]) -> Result<Command> {
    let mut program = interop_program()?;
    program.arg("autobahn").args(args);
    Ok(program)
}

/// The conformance suite in front of the demo, or of what other people have written.
pub(crate) fn conform(args: &[String]) -> Result {
    tells(interop_program()?.arg("conform").args(args))
}

/// The parts of `interop`.
pub(crate) const INTEROP_PARTS: [&str; 4] = ["peers", "secure", "http2", "chat"];

/// The program with these parts. It is built as the tests are: by itself, what is below it would have other features, and
/// be compiled once more.
fn interop_program() -> Result<Command> {
    run(cargo(["build", "--bin", "interop"]).args(with_features(&members()?)))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    Ok(program(Path::new(&target).join("debug").join("interop")))
}

/// How many instructions the hot paths take; `--record` writes that down.
pub(crate) fn instructions(args: &[String]) -> Result {
    install_valgrind()?;
    let example = ["--release", "--package", "bench", "--example", "instructions", "--"];
    tells(cargo(["run"]).args(example).args(args))
}

/// As root it comes from Debian's packages.
pub(crate) fn install_valgrind() -> Result {
    if tools::is_installed("valgrind") {
        return Ok(());
    }
    tells(interop_program()?.args(["install", "valgrind"]))
}

/// Runs a program that tells its own story.
fn tells(program: &mut Command) -> Result {
    told(status(program)?.code())
}

/// Ours next to other libraries: as people build it, and then with optimisation across crates. The arguments are names
/// of suites, `--quick`, and `--default` or `--tuned` for one of the two.
pub(crate) fn bench(args: &[String]) -> Result {
    let (chosen, args): (Vec<_>, Vec<_>) =
        args.iter().partition(|arg| ["--default", "--tuned"].contains(&arg.as_str()));
    // Some peers are not in Rust. What is not to be had is left out.
    if args.is_empty() || args.iter().any(|arg| *arg == "loopback") {
        tells(interop_program()?.args(["install", "peers"]))?;
    }
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
    let mut published = members.iter().filter(|member| member.published);
    let oldest = published.next().and_then(|member| member.metadata["rust_version"].as_str());
    let oldest = oldest.ok_or("no rust-version in the manifests")?;
    let of_rustup = tools::has_toolchain(oldest).then(|| cargo_of(oldest, [""; 0]));
    let Some(mut cargo) = of_rustup.or_else(|| tools::cargo_of_system(oldest)) else {
        println!("skipped: toolchain {oldest} not installed; only clippy looked");
        return Ok(());
    };
    let kinds = ["test", "--all-features", "--lib", "--tests"];
    run(cargo.args(kinds).args(published_packages(&members)))
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

/// Thousands of connections to each adapter, honest and hostile; the arguments are those of the program.
pub(crate) fn soak(args: &[String]) -> Result {
    if !cfg!(target_os = "linux") {
        return Err(Skip::optional("only Linux tells what a process has").into());
    }
    if args.iter().any(|arg| arg == "--demo") {
        run(&mut cargo(["build", "--release", "--package", "demo"]))?;
    }
    let mut soak = cargo(["run", "--release", "--package", "soak", "--"]);
    soak.args(args);
    run(&mut limited(r#"-n "$(ulimit -H -n)""#, &soak))
}

/// Licences, banned crates and sources, as deny.toml has them, and advisories where their database can be had.
pub(crate) fn deny(_args: &[String]) -> Result {
    let deny = |args: &[&str]| {
        let mut deny = tools::installed_or_own("deny", DENY)?;
        run(deny.args(args))
    };
    deny(&["--all-features", "check", "bans", "licenses", "sources"])?;
    if deny(&["fetch", "db"]).is_err() {
        return Err(Skip::required("advisories: no database to be had").into());
    }
    deny(&["--offline", "--all-features", "check", "advisories"])
}

/// The public API against the last release, or against any commit.
pub(crate) fn semver(args: &[String]) -> Result {
    let mut describe = Command::new("git");
    let baseline = match args.first() {
        Some(revision) => revision.clone(),
        None => output(describe.args(["describe", "--tags", "--abbrev=0"]))
            .map_err(|_| Skip::optional("no earlier release to compare with"))?,
    };
    let mut semver = tools::installed_or_own("semver-checks", SEMVER_CHECKS)?;
    let packages = published_packages(&members()?);
    run(semver.args(["--baseline-rev", baseline.trim()]).args(packages))
}

/// The versions that are installed where there is none.
const DENY: &str = "0.20.2";
const SEMVER_CHECKS: &str = "0.42.0";
