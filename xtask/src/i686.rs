//! `cargo xtask i686`: tests where a length that a peer declares may be more than memory has addresses.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cargo::{cargo, output, run};
use crate::step::{Result, Skip};
use crate::tools;
use crate::workspace::{Member, members, only_with_features};

/// Tests the published crates, or those that are named, with what rustup has for the target; where it has nothing, with
/// the oldest toolchain, which is Debian's, and with Debian's library for it below `target/i686/sysroot`.
pub(crate) fn run_i686(args: &[String]) -> Result {
    let members = members()?;
    let chosen = |member: &&Member| args.is_empty() || args.contains(&member.name);
    let tested: Vec<_> = members.iter().filter(|member| member.published).filter(chosen).collect();
    let Some(first) = tested.first() else { return Err("no such published package".into()) };
    let mut cargo = match tools::require_target(TARGET) {
        Ok(()) => cargo([""; 0]),
        Err(missing) => {
            let oldest = first.metadata["rust_version"].as_str().unwrap_or_default();
            let Some(mut cargo) = tools::cargo_of_system(oldest) else { return Err(missing) };
            library().map_err(|why| Skip::optional(format!("{missing}; {why}")))?;
            let sysroot = fs::canonicalize(SYSROOT)?.join("usr");
            cargo.env(RUSTFLAGS, format!("--sysroot {}", sysroot.display()));
            cargo
        }
    };
    linker().map_err(|why| Skip::optional(format!("nothing to link with: {why}")))?;
    cargo.args(["test", "--target", TARGET, "--lib", "--tests"]);
    let names: Vec<_> = tested.iter().map(|member| member.name.as_str()).collect();
    cargo.args(only_with_features(&members, &names));
    run(cargo.env("CARGO_TARGET_DIR", "target/i686"))
}

/// Debian's library for the target, without making its packages installable on this system.
fn library() -> Result {
    if Path::new(SYSROOT).join("usr/lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    let lists = "target/i686/lists";
    fs::create_dir_all(format!("{lists}/partial"))?;
    let apt = |args: &[&str], folder: &str| {
        let lists = format!("Dir::State::lists={}", fs::canonicalize(lists)?.display());
        let both = ["-o", "APT::Architectures::=amd64", "-o", "APT::Architectures::=i386"];
        let mut apt = Command::new("apt-get");
        output(apt.args(both).args(["-o", &lists]).args(args).current_dir(folder))
    };
    // Some of the lists may be missing, and not the one that counts.
    let _ = apt(&["update"], ".");
    let package = format!("libstd-rust-web-dev:i386={}", version_of("libstd-rust-web-dev")?);
    apt(&["download", &package], "target/i686")?;
    for entry in fs::read_dir("target/i686")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            output(Command::new("dpkg").arg("-x").arg(path).arg(SYSROOT))?;
        }
    }
    Ok(())
}

/// The version of a package that is installed: what is compiled for two targets has to be of one.
fn version_of(package: &str) -> Result<String> {
    output(Command::new("dpkg-query").args(["--show", "--showformat=${Version}", package]))
}

/// What a C compiler needs to link for the target; as root, Debian's.
fn linker() -> Result {
    let mut cc = Command::new("cc");
    let start = output(cc.args(["-m32", "-print-file-name=crt1.o"]))?;
    if Path::new(start.trim()).is_absolute() {
        return Ok(());
    }
    let install = ["install", "--yes", "--no-install-recommends", "gcc-multilib"];
    output(Command::new("apt-get").args(install)).map(drop)
}

const TARGET: &str = "i686-unknown-linux-gnu";
const SYSROOT: &str = "target/i686/sysroot";
const RUSTFLAGS: &str = "CARGO_TARGET_I686_UNKNOWN_LINUX_GNU_RUSTFLAGS";
