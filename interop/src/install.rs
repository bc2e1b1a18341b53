//! Steps of an installation, and what keeps one from being done again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use crate::process;

/// Runs a command that has to succeed, for what it prints.
///
/// # Errors
///
/// How it failed.
pub(crate) fn does(command: &mut Command) -> Result<String, String> {
    let finished = process::run(command, STEP_LIMIT)?;
    match finished.is_success() {
        true => Ok(finished.stdout),
        false => {
            let program = Path::new(command.get_program()).file_name().unwrap_or_default();
            Err(format!("{}: {}", program.to_string_lossy(), finished.complaint()))
        }
    }
}

/// Whether a program is there: the first line of what it says of itself.
///
/// # Errors
///
/// When it is not.
pub(crate) fn has(program: &str, question: &str) -> Result<String, String> {
    match does(Command::new(program).arg(question)) {
        Ok(said) => Ok(said.lines().next().unwrap_or_default().to_owned()),
        Err(_) => Err(format!("no {program} here")),
    }
}

/// Where a program is: servers are not always where programs for everybody are.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// The text of a file.
///
/// # Errors
///
/// When it cannot be read.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// What something was made from, kept beside it.
#[derive(Debug)]
pub(crate) struct Stamp {
    path: PathBuf,
    content: String,
}

impl Stamp {
    /// `made` is made from `content`.
    pub(crate) fn new(made: &Path, content: String) -> Self {
        Self { path: made.with_extension("stamp"), content }
    }

    /// Whether it was made from the same last time.
    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|kept| kept == self.content)
    }

    /// It has been made.
    ///
    /// # Errors
    ///
    /// When that cannot be written down.
    pub(crate) fn write(&self) -> Result<(), String> {
        fs::write(&self.path, &self.content)
            .map_err(|error| format!("cannot write {}: {error}", self.path.display()))
    }

    /// What it is made from.
    pub(crate) fn content(&self) -> &str {
        &self.content
    }
}

/// The longest that one step may take: a compiler on a busy machine, a slow registry.
const STEP_LIMIT: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_current_until_something_changes() {
        let made = env::temp_dir().join(format!("ws-interop-{}", std::process::id()));
        let stamp = |content: &str| Stamp::new(&made, content.to_owned());
        assert!(!stamp("a 1").is_current());
        stamp("a 1").write().unwrap();
        assert!(stamp("a 1").is_current() && !stamp("a 2").is_current());
        fs::remove_file(made.with_extension("stamp")).unwrap();
    }

    #[test]
    fn a_step_that_fails_says_who_failed_and_how() {
        let mut step = Command::new("sh");
        assert_eq!(
            does(step.args(["-c", "echo no >&2; exit 3"])).unwrap_err(),
            "sh: exit status 3: no"
        );
        assert!(has("no-such-program-anywhere", "--version").is_err());
    }
}
