//! How the suite is called, on this machine's Python or in a container.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::process;

/// An installed suite.
#[derive(Debug)]
pub(crate) enum Suite {
    /// For a Python of this machine.
    Python {
        /// Python 2.7.
        interpreter: PathBuf,
        /// The program that keeps the suite on this machine.
        launcher: PathBuf,
        /// The suite, and what it needs.
        packages: PathBuf,
    },
    /// In an image.
    Container {
        /// `UID:GID` of the user who is to own the report.
        user: Option<String>,
    },
}

impl Suite {
    /// What the suite's authors publish.
    pub(crate) const IMAGE: &str = "crossbario/autobahn-testsuite:25.10.1";

    /// What the suite says of itself.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub(crate) fn version(&self) -> Result<String, String> {
        let Self::Python { interpreter, launcher, packages } = self else {
            return Ok(Self::IMAGE.to_owned());
        };
        let mut command = Command::new(interpreter);
        command.args(["-W", "ignore"]).arg(launcher).arg(packages).arg("-a");
        let finished = process::run(&mut command, Duration::from_secs(60))?;
        match finished.is_success() {
            true => Ok(finished.stdout),
            false => Err(format!("the suite does not start: {}", finished.complaint())),
        }
    }

    /// How the suite calls this machine.
    pub(crate) fn host(&self) -> &'static str {
        match self {
            // Only Linux has a loopback interface that a container can share.
            Self::Container { .. } if !cfg!(target_os = "linux") => "host.docker.internal",
            _ => "127.0.0.1",
        }
    }

    /// Plays a client, as `spec.json` in `folder` says.
    pub(crate) fn client(&self, folder: &Path) -> Call {
        let network = if cfg!(target_os = "linux") { &["--network", "host"][..] } else { &[] };
        self.call("fuzzingclient", folder, network)
    }

    /// Plays a server on this port of 127.0.0.1, as `spec.json` in `folder` says.
    pub(crate) fn server(&self, folder: &Path, port: u16) -> Call {
        let publish = format!("127.0.0.1:{port}:{port}");
        self.call("fuzzingserver", folder, &["--publish", &publish])
    }

    fn call(&self, mode: &str, folder: &Path, network: &[&str]) -> Call {
        let mut container = None;
        let mut command = match self {
            Self::Python { interpreter, launcher, packages } => {
                let mut command = Command::new(interpreter);
                // Unbuffered: what it says is waited for.
                command.args(["-u", "-B", "-W", "ignore"]).arg(launcher).arg(packages);
                command.current_dir(folder);
                command
            }
            Self::Container { user } => {
                let name = container_name(mode, folder);
                let mut command = Command::new("docker");
                command.args(["run", "--rm", "--init", "--name", &name]).args(network);
                command.args(["--env", "PYTHONUNBUFFERED=1", "--env", "HOME=/tmp"]);
                if let Some(user) = user {
                    command.args(["--user", user]);
                }
                let volume = format!("{}:/autobahn", folder.display());
                command.args(["--volume", &volume, "--workdir", "/autobahn", Self::IMAGE]);
                command.arg("wstest");
                container = Some(name);
                command
            }
        };
        // Without a port for its web pages, which nobody looks at.
        command.args(["-m", mode, "-s", "spec.json", "-u", "0"]);
        Call { command, container }
    }
}

/// A command that runs the suite; nothing of it runs any more once this is dropped.
#[derive(Debug)]
pub(crate) struct Call {
    /// What is to be run. Where it runs, its output tells how far it is.
    pub(crate) command: Command,
    /// The engine keeps a container although its command was ended.
    container: Option<String>,
}

impl Drop for Call {
    fn drop(&mut self) {
        let Some(name) = &self.container else { return };
        let mut remove = Command::new("docker");
        remove.args(["rm", "--force", name]).stdout(Stdio::null()).stderr(Stdio::null());
        // It is gone already when it ended by itself.
        drop(remove.status());
    }
}

/// One for each folder, and for each of two runs at the same time.
fn container_name(mode: &str, folder: &Path) -> String {
    let runtime = folder.file_name().unwrap_or_default().to_string_lossy();
    format!("ws-autobahn-{mode}-{runtime}-{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(call: &Call) -> String {
        let command = &call.command;
        let words = [command.get_program()].into_iter().chain(command.get_args());
        words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn python_runs_in_the_folder_of_the_report() {
        let suite = Suite::Python {
            interpreter: "python2.7".into(),
            launcher: "wstest.py".into(),
            packages: "packages".into(),
        };
        let call = suite.server(Path::new("reports/client/smol"), 9001);
        let wanted = "python2.7 -u -B -W ignore wstest.py packages \
                      -m fuzzingserver -s spec.json -u 0";
        assert_eq!(words(&call), wanted);
        assert_eq!(call.command.get_current_dir(), Some(Path::new("reports/client/smol")));
        assert_eq!(suite.host(), "127.0.0.1");
    }

    #[test]
    fn a_container_is_reached_from_this_machine_only() {
        let suite = Suite::Container { user: Some("1000:1000".to_owned()) };
        // The container does not exist, so dropping the call ends nothing.
        let said = words(&suite.server(Path::new("reports/client/smol"), 9001));
        assert!(said.contains("--publish 127.0.0.1:9001:9001"), "{said}");
        assert!(said.contains("--volume reports/client/smol:/autobahn"), "{said}");
        assert!(said.contains("--user 1000:1000"), "{said}");
        assert!(said.ends_with(
            "crossbario/autobahn-testsuite:25.10.1 wstest -m fuzzingserver -s spec.json -u 0"
        ));
    }
}
