//! What is installed here, and what a command does when something is not.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::cargo::{cargo, cargo_of, output};
use crate::step::{Result, Skip};

/// Those of the given programs that no folder of `PATH` holds.
pub(crate) fn missing<'a>(programs: &[&'a str]) -> Vec<&'a str> {
    programs.iter().copied().filter(|program| find(program).is_none()).collect()
}

/// Whether `cargo <name>` exists for the toolchain in use.
pub(crate) fn has_subcommand(name: &str) -> bool {
    succeeds(cargo([name, "--version"]))
}

/// Skips the calling job when `cargo <name>` does not exist.
pub(crate) fn require_subcommand(name: &str) -> Result {
    if has_subcommand(name) {
        return Ok(());
    }
    Err(Skip::optional(format!("cargo-{name} not installed")).into())
}

/// Whether a toolchain is installed. Asks rustup for its list: naming a toolchain may install it.
pub(crate) fn has_toolchain(name: &str) -> bool {
    let list = output(Command::new("rustup").args(["toolchain", "list"])).unwrap_or_default();
    list.lines().any(|line| is_toolchain(line, name))
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

/// The triple this machine compiles for.
pub(crate) fn host() -> Result<String> {
    let version = output(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("`rustc -vV` names no host")?.to_owned())
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).map(|folder| folder.join(&file)).find(|file| file.is_file())
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
    fn only_absent_programs_are_missing() {
        assert_eq!(missing(&["cargo", "no-such-program-anywhere"]), ["no-such-program-anywhere"]);
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
