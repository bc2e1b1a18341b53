//! What is installed here, and what a command does when something is not.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cargo::{cargo, cargo_of, output, run};
use crate::step::{Result, Skip};

/// Whether a folder of `PATH` holds a program.
pub(crate) fn is_installed(program: &str) -> bool {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(&file).is_file())
}

/// Whether `cargo <name>` exists for the toolchain in use.
pub(crate) fn has_subcommand(name: &str) -> bool {
    succeeds(cargo([name, "--version"]))
}

/// `cargo <name>` in this version, to which the arguments are added: installed below `target/tools` if it is not there.
pub(crate) fn own(name: &str, version: &str) -> Result<Command> {
    let root = Path::new("target/tools");
    let package = format!("cargo-{name}@{version}");
    // Nothing is asked for, and nothing is done, when it is there in this very version. It takes less time to compile like
    // this, and more to run; the one is what one waits for.
    let mut install = cargo(["install", "--quiet", "--locked", "--debug", "--root"]);
    install.arg(root).arg(&package).env("CARGO_TARGET_DIR", root.join("build"));
    if let Err(why) = run(&mut install) {
        return Err(Skip::required(format!("{package} cannot be installed: {why}")).into());
    }
    let program = root.join("bin").join(format!("cargo-{name}{}", std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(std::fs::canonicalize(program)?);
    command.arg(name);
    Ok(command)
}

/// `cargo <name>` as it is installed, in any version; where there is none, [`own`].
pub(crate) fn installed_or_own(name: &str, version: &str) -> Result<Command> {
    if has_subcommand(name) { Ok(cargo([name])) } else { own(name, version) }
}

/// Whether a toolchain is installed.
pub(crate) fn has_toolchain(name: &str) -> bool {
    toolchain(name).is_some()
}

/// The whole name of a toolchain, if it is installed: `nightly` may be that of a day. Asks rustup for its list:
/// naming a toolchain may install it.
pub(crate) fn toolchain(name: &str) -> Option<String> {
    let list = output(Command::new("rustup").args(["toolchain", "list"])).unwrap_or_default();
    let line = list.lines().find(|line| is_toolchain(line, name))?;
    line.split(' ').next().map(str::to_owned)
}

/// `cargo` of a version that is older, from the system's packages: Debian has `cargo-web` beside
/// its usual one, and others with the version in their names.
pub(crate) fn cargo_of_system(version: &str) -> Option<Command> {
    let suffixes = [format!("-{version}"), String::new()];
    suffixes.iter().find_map(|suffix| {
        let [cargo, rustc] = ["cargo", "rustc"].map(|name| format!("/usr/bin/{name}{suffix}"));
        let said = output(Command::new(&rustc).arg("--version")).ok()?;
        let mut command = Command::new(cargo);
        // In a folder of its own: one compiler would throw away what another has built.
        command.env("RUSTC", &rustc).env("CARGO_TARGET_DIR", "target/msrv");
        is_toolchain(said.strip_prefix("rustc ")?, version).then_some(command)
    })
}

/// Skips the calling job when nightly, or one of its cargo subcommands, is missing.
pub(crate) fn require_nightly(subcommand: &str) -> Result {
    if !has_toolchain("nightly") {
        return Err(Skip::optional("nightly toolchain not installed").into());
    }
    if !subcommand.is_empty() && !succeeds(cargo_of("nightly", [subcommand, "--version"])) {
        let why = format!("cargo {subcommand} not installed for the nightly toolchain");
        return Err(Skip::optional(why).into());
    }
    Ok(())
}

/// Skips the calling job when the standard library of a target is missing.
pub(crate) fn require_target(target: &str) -> Result {
    let mut rustc = Command::new("rustc");
    let sysroot = PathBuf::from(output(rustc.args(["--print", "sysroot"]))?.trim());
    if sysroot.join("lib/rustlib").join(target).join("lib").is_dir() {
        return Ok(());
    }
    Err(Skip::optional(format!("target {target} not installed")).into())
}

/// A program of LLVM, as new as nightly's: from its component `llvm-tools`, or from the system's packages, which have the
/// version in their names. Skips the calling job when there is none.
pub(crate) fn llvm_of_nightly(program: &str) -> Result<PathBuf> {
    let rustc = |args: [&str; 2]| {
        output(Command::new("rustup").args(["run", "nightly", "rustc"]).args(args))
    };
    let about = rustc(["--version", "--verbose"])?;
    let value = |key: &str| about.lines().find_map(|line| line.strip_prefix(key));
    let host = value("host: ").ok_or("`rustc -vV` names no host")?;
    let version = value("LLVM version: ").and_then(|version| version.split('.').next());
    let version = version.ok_or("`rustc -vV` names no version of LLVM")?;
    let sysroot = PathBuf::from(rustc(["--print", "sysroot"])?.trim());
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let component = sysroot.join("lib/rustlib").join(host).join("bin").join(file);
    let packaged = format!("{program}-{version}");
    match component.is_file() {
        true => Ok(component),
        false if is_installed(&packaged) => Ok(packaged.into()),
        false => {
            let why = "neither nightly's component llvm-tools nor the program is installed";
            Err(Skip::required(format!("{packaged}: {why}")).into())
        }
    }
}

/// The triple this machine compiles for.
pub(crate) fn host() -> Result<String> {
    let version = output(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("`rustc -vV` names no host")?.to_owned())
}

fn succeeds(mut command: Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|it| it.success())
}

/// `1.85` is `1.85-x86_64-unknown-linux-gnu` and `1.85.1-..`, but not `1.850-..`.
fn is_toolchain(line: &str, name: &str) -> bool {
    let rest = line.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_from_what_is_none() {
        assert!(is_installed("cargo") && !is_installed("no-such-program-anywhere"));
    }

    #[test]
    fn toolchains_are_told_apart() {
        assert!(is_toolchain("nightly-x86_64-unknown-linux-gnu", "nightly"));
        assert!(is_toolchain("1.85.1-x86_64-unknown-linux-gnu", "1.85"));
        assert!(is_toolchain("stable-x86_64-unknown-linux-gnu (default)", "stable"));
        assert!(!is_toolchain("1.850-x86_64-unknown-linux-gnu", "1.85"));
        assert!(!is_toolchain("stable-x86_64-unknown-linux-gnu", "nightly"));
    }
}
