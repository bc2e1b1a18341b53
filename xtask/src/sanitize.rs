//! `cargo xtask sanitize` and `cargo xtask valgrind`: tests with every access to memory watched.
//!
//! ```text
//! cargo xtask sanitize [address] [-p PACKAGE].. [TEST]     all tests with AddressSanitizer, or those of some packages
//! cargo xtask sanitize thread [-p PACKAGE].. [TEST]        those of the core, the driver and the adapters with ThreadSanitizer
//! cargo xtask valgrind [TEST]                        the core's codec, which has all of its `unsafe`, under valgrind
//! ```
//!
//! AddressSanitizer needs no other standard library than the one that comes with nightly: memory is watched by the
//! allocator that it puts in place of the usual one, and what std does not have instrumented are std's own accesses.
//! ThreadSanitizer is worth something only with a std that was compiled for it. What a std without does to keep threads
//! apart, it does not see: in a program of thirty lines that has nothing but an `Arc`, a `Mutex` and a channel, it reports
//! races in all three. So it is skipped where the sources of std are missing: a list of exceptions would have to name
//! everything that is shared.

use std::path::PathBuf;
use std::process::Command;

use crate::cargo::{cargo, cargo_of, output, run};
use crate::step::{Result, Skip};
use crate::workspace::{members, with_features};
use crate::{jobs, tools};

/// Tests under AddressSanitizer or ThreadSanitizer.
pub(crate) fn sanitize(args: &[String]) -> Result {
    let (sanitizer, rest) = match args.split_first() {
        Some((first, rest)) if !first.starts_with('-') => (Sanitizer::named(first)?, rest),
        _ => (Sanitizer::Address, args),
    };
    tools::require_nightly("")?;
    let host = tools::host()?;
    if !host.ends_with("-linux-gnu") {
        return Err(Skip::optional(format!("no run with sanitizers for {host}")).into());
    }
    run(&mut sanitizer.tests(&host, rest)?)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sanitizer {
    Address,
    Thread,
}

impl Sanitizer {
    fn named(name: &str) -> Result<Self> {
        match name {
            "address" => Ok(Self::Address),
            "thread" => Ok(Self::Thread),
            _ => Err(format!("no sanitizer {name:?}; there are address and thread").into()),
        }
    }

    /// The command, for all packages that are of interest or those that are named.
    fn tests(self, host: &str, rest: &[String]) -> Result<Command> {
        let names_packages = rest.iter().any(|arg| arg == "-p");
        let mut test = cargo_of("nightly", ["test", "--target", host, "--lib", "--tests"]);
        match self {
            Self::Address => {
                test.env("RUSTFLAGS", "-Zsanitizer=address");
                if !names_packages {
                    // A package that is left out must not be named by a feature; these have none.
                    test.args(with_features(&members()?));
                    test.args(["--exclude", "xtask", "--exclude", "interop"]);
                }
            }
            Self::Thread => {
                require_sources_of_std()?;
                test.arg("-Zbuild-std").env("RUSTFLAGS", "-Zsanitizer=thread");
                if !names_packages {
                    test.args(THREADED.iter().flat_map(|package| ["-p", package]));
                }
            }
        }
        test.args(rest);
        Ok(test)
    }
}

/// Where threads meet: the driver and the adapters, and the suites that are mounted over them.
const THREADED: &[&str] = &[
    "ws-core",
    "ws-driver",
    "ws-tokio",
    "ws-smol",
    "ws-async-std",
    "ws-blocking",
    "ws-rooms",
    "conformance",
];

fn require_sources_of_std() -> Result {
    let sysroot = output(Command::new("rustc").args(["+nightly", "--print", "sysroot"]))?;
    if PathBuf::from(sysroot.trim()).join("lib/rustlib/src/rust/library/std").is_dir() {
        return Ok(());
    }
    let why = "rust-src not installed for the nightly toolchain: without a std that is instrumented, \
               ThreadSanitizer reports races where there are none";
    Err(Skip::required(why).into())
}

/// Tests under valgrind, where every octet knows whether it was ever written. Other tests than those of the codec can be
/// named.
pub(crate) fn valgrind(args: &[String]) -> Result {
    jobs::install_valgrind()?;
    let runner = format!("CARGO_TARGET_{}_RUNNER", tools::host()?.to_uppercase().replace('-', "_"));
    let mut test = cargo(["test", "--package", "ws-core", "--features", "deflate", "--lib", "--"]);
    test.arg("--test-threads=1").env(runner, VALGRIND);
    if args.is_empty() { run(test.arg("codec::")) } else { run(test.args(args)) }
}

/// The harness of tests never frees what it knows of its own thread, so leaks are left to AddressSanitizer.
const VALGRIND: &str = "valgrind --quiet --error-exitcode=1 --leak-check=no";

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(sanitizer: Sanitizer, rest: &[&str]) -> Option<String> {
        let rest: Vec<_> = rest.iter().map(|arg| (*arg).to_owned()).collect();
        let command = sanitizer.tests("host", &rest).ok()?;
        let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
        Some(args.join(" "))
    }

    #[test]
    fn packages_that_are_named_are_the_only_ones() {
        let all = arguments(Sanitizer::Address, &[]).unwrap();
        assert!(all.contains("--workspace") && all.contains("--exclude xtask"), "{all}");
        let one = arguments(Sanitizer::Address, &["-p", "ws-core", "mask"]).unwrap();
        assert!(one.ends_with("--tests -p ws-core mask"), "{one}");
    }

    #[test]
    fn sanitizers_have_names() {
        assert_eq!(Sanitizer::named("thread").unwrap(), Sanitizer::Thread);
        assert!(Sanitizer::named("memory").is_err());
    }
}
