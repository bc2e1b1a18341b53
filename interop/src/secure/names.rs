//! A name that only the proxies know.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::folder::Folder;
use crate::install::does;

/// The host that has no entry anywhere but in the proxies' own file of hosts.
///
/// Whoever else looks it up does not find it: a connection to it proves that the proxy did.
pub(crate) const NAME: &str = "ws.example.test";

/// Starts programs that read a file of hosts of their own.
///
/// They are in a mount namespace, where that file stands in the place of the system's.
#[derive(Debug)]
pub(crate) struct OwnHosts {
    hosts: PathBuf,
    unshare: &'static [&'static str],
}

impl OwnHosts {
    /// # Errors
    ///
    /// When there is no leave for mount namespaces, or when the system knows the name, too.
    pub(crate) fn prepare(folder: &Folder) -> Result<Self, String> {
        if fs::read_to_string(SYSTEM_HOSTS).is_ok_and(|hosts| hosts.contains(NAME)) {
            return Err(format!("{NAME} is known here"));
        }
        let hosts = format!("127.0.0.1 localhost\n127.0.0.1 {NAME}\n");
        let hosts = folder.write("hosts", &hosts)?;
        let attempt = |unshare: &'static [&'static str]| {
            let own = Self { hosts: hosts.clone(), unshare };
            does(&mut own.command("true")).map(|_| own)
        };
        attempt(&["--mount"])
            .or_else(|_| attempt(&["--user", "--map-root-user", "--mount"]))
            .map_err(|why| format!("no file of hosts for the proxies alone: {why}"))
    }

    /// A program that reads that file.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("unshare");
        command.args(self.unshare).args(["sh", "-c"]);
        command.arg(format!(r#"mount --bind "$0" {SYSTEM_HOSTS} && exec "$@""#));
        command.arg(&self.hosts).arg(program);
        command
    }

    /// Whether programs there are somebody else than whoever started them.
    pub(crate) fn changes_user(&self) -> bool {
        self.unshare.contains(&"--user")
    }

    /// The file.
    pub(crate) fn file(&self) -> &Path {
        &self.hosts
    }
}

const SYSTEM_HOSTS: &str = "/etc/hosts";
