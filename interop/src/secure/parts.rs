//! What others have written to stand between a client and a server.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::install::{does, find};
use crate::peers::system;

/// A program that connections go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Nginx,
    Haproxy,
    Stunnel,
    Tinyproxy,
    Squid,
    Dante,
    Microsocks,
    Openssh,
    Pproxy,
    Nghttpx,
}

impl Part {
    /// All but nghttpx, which has no place where nobody speaks HTTP/2.
    pub(crate) const ALL: [Self; 9] = [
        Self::Nginx,
        Self::Haproxy,
        Self::Stunnel,
        Self::Tinyproxy,
        Self::Squid,
        Self::Dante,
        Self::Microsocks,
        Self::Openssh,
        Self::Pproxy,
    ];

    /// Those that speak TLS on one side, and not on the other.
    pub(crate) const FRONTS: [Self; 3] = [Self::Nginx, Self::Haproxy, Self::Stunnel];

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "HAProxy",
            Self::Stunnel => "stunnel",
            Self::Tinyproxy => "tinyproxy",
            Self::Squid => "squid",
            Self::Dante => "dante",
            Self::Microsocks => "microsocks",
            Self::Openssh => "OpenSSH",
            Self::Pproxy => "pproxy",
            Self::Nghttpx => "nghttpx",
        }
    }

    /// Debian's package and the name of the program in it; `None` for what comes from PyPI.
    fn package(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::Nginx => ("nginx", "nginx"),
            Self::Haproxy => ("haproxy", "haproxy"),
            Self::Stunnel => ("stunnel4", "stunnel"),
            Self::Tinyproxy => ("tinyproxy", "tinyproxy"),
            Self::Squid => ("squid", "squid"),
            Self::Dante => ("dante-server", "danted"),
            Self::Microsocks => ("microsocks", "microsocks"),
            // It brings the package with the client.
            Self::Openssh => ("openssh-server", "sshd"),
            Self::Nghttpx => ("nghttp2-proxy", "nghttpx"),
            Self::Pproxy => return None,
        })
    }
}

/// The programs of all parts; an `Err` says why one is missing.
#[derive(Debug)]
pub(crate) struct Parts(Vec<(Part, Result<Program, String>)>);

/// One that is installed.
#[derive(Clone, Debug)]
struct Program {
    path: PathBuf,
    version: String,
}

impl Parts {
    /// Finds the programs of `parts`, and installs those that are not there; pproxy is in the folder of
    /// Python's interpreter.
    pub(crate) fn install(parts: &[Part], python: &Result<(PathBuf, PathBuf), String>) -> Self {
        let install = |part: Part| match part.package() {
            Some((package, program)) => debian(package, program),
            None => {
                python.as_ref().map_err(Clone::clone).and_then(|(interpreter, _)| pypi(interpreter))
            }
        };
        Self(parts.iter().map(|&part| (part, install(part))).collect())
    }

    /// A program.
    ///
    /// # Errors
    ///
    /// Why it is missing.
    pub(crate) fn program(&self, part: Part) -> Result<&PathBuf, String> {
        let program = self.0.iter().find(|(it, _)| *it == part).map(|(_, program)| program);
        match program {
            Some(Ok(program)) => Ok(&program.path),
            Some(Err(why)) => Err(format!("{}: {why}", part.name())),
            None => Err(format!("{}: not looked for", part.name())),
        }
    }

    /// Name and version of what is there, and of the rest why it is not.
    pub(crate) fn list(&self) -> Vec<(&'static str, Result<String, String>)> {
        let version = |program: &Result<Program, String>| match program {
            Ok(program) => Ok(program.version.clone()),
            Err(why) => Err(why.clone()),
        };
        self.0.iter().map(|(part, program)| (part.name(), version(program))).collect()
    }
}

fn debian(package: &str, program: &str) -> Result<Program, String> {
    if find(program).is_none() {
        system::install(package)?;
    }
    let path = find(program).ok_or("not found, though it was installed")?;
    let mut query = Command::new("dpkg-query");
    let version = does(query.args(["--show", "--showformat", "${Version}", package]));
    Ok(Program { path, version: version.unwrap_or_else(|_| "of unknown version".to_owned()) })
}

fn pypi(interpreter: &Path) -> Result<Program, String> {
    let path = interpreter.with_file_name("pproxy");
    let version = does(Command::new(&path).arg("--version"))?;
    let version = version.split_whitespace().last().unwrap_or_default().to_owned();
    Ok(Program { path, version })
}
