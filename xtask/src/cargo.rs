//! Child processes: cargo with the running toolchain or another one, output shown as it comes.

use std::ffi::OsStr;
use std::process::{Command, ExitStatus};

use crate::step::Result;

/// `cargo` of the toolchain that runs xtask.
pub(crate) fn cargo<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args);
    command
}

/// A program that sees what a shell would show it: what cargo sets for the program that it runs, which is this one, is
/// left out. Some build scripts look at that, and what is above them would be compiled again for each program that
/// calls cargo.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_package(name)) {
        command.env_remove(name);
    }
    command
}

/// Whether cargo sets a variable for the program that it runs.
fn is_of_package(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|prefix| name.starts_with(prefix))
}

/// `cargo` of another toolchain, through rustup.
pub(crate) fn cargo_of<S: AsRef<OsStr>>(
    toolchain: &str,
    args: impl IntoIterator<Item = S>,
) -> Command {
    let mut command = program("rustup");
    command.args(["run", toolchain, "cargo"]).args(args);
    command
}

/// Runs a command with this process's input and output, after printing it.
pub(crate) fn run(command: &mut Command) -> Result {
    let status = status(command)?;
    if status.success() {
        return Ok(());
    }
    Err(format!("`{}` ended with {status}", shown(command)).into())
}

/// Runs a command in the same way, for how it ended.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    let shown = shown(command);
    println!("$ {shown}");
    Ok(command.status().map_err(|error| format!("cannot start `{shown}`: {error}"))?)
}

/// Runs a command and returns what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command.output().map_err(|error| format!("cannot start `{shown}`: {error}"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{shown}` ended with {}: {}", output.status, stderr.trim()).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The command as one could type it: environment first, program by its short name.
fn shown(command: &Command) -> String {
    let mut words = Vec::new();
    for (name, value) in command.get_envs() {
        let Some(value) = value else { continue };
        words.push(format!("{}='{}'", name.to_string_lossy(), value.to_string_lossy()));
    }
    let program = std::path::Path::new(command.get_program());
    words.push(program.file_stem().unwrap_or_default().to_string_lossy().into_owned());
    words.extend(command.get_args().map(|arg| arg.to_string_lossy().into_owned()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(shown(&command), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
    }

    #[test]
    fn cargo_is_called_as_from_a_shell() {
        for command in [cargo(["check"]), cargo_of("nightly", ["check"])] {
            let removed = |name: &str| command.get_envs().any(|it| it == (name.as_ref(), None));
            // Whoever runs this test sets them.
            assert!(removed("CARGO_MANIFEST_DIR") && removed("CARGO_PKG_NAME"));
            assert!(!removed("CARGO_TARGET_DIR") && !removed("PATH"));
            assert!(shown(&command).ends_with("cargo check"), "{}", shown(&command));
        }
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        assert!(run(&mut Command::new("no-such-program-anywhere")).is_err());
        assert!(output(&mut Command::new("no-such-program-anywhere")).is_err());
    }
}
