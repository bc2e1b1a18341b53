//! Getting the peers, and building what is to be built.
//!
//! Everything lands below `target/interop` and is kept: beside each thing lies a stamp with what it
//! was made from. A peer that cannot be had is not an error here, it is missing from [`Tools`] with
//! the reason.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread::{self, ScopedJoinHandle};

use super::options::Options;
use super::system;
use super::tools::Tools;
use crate::failure::Failure;
use crate::install::{Stamp, does, has, read};
use crate::site::Site;

/// Says which peers are skipped for want of a program.
///
/// # Errors
///
/// When there is none of these programs: hardly anybody would be left.
pub(crate) fn programs() -> Result<(), Failure> {
    let missing: Vec<&str> =
        PROGRAMS.into_iter().filter(|program| has(program, "--version").is_err()).collect();
    if missing.len() == PROGRAMS.len() {
        return Err(Failure::Skipped(format!("{} not installed", missing.join(", "))));
    }
    for program in missing {
        println!("{program} not installed: its peers are skipped");
    }
    Ok(())
}

/// The demo program and the peers, all at once: most of them wait for the network or for one
/// compiler.
///
/// # Errors
///
/// When there is no demo program to be had.
pub(crate) fn everything(options: &Options) -> Result<(PathBuf, Tools), String> {
    let site = Site::find()?;
    let installer = Installer { home: site.home("interop")?, site };
    thread::scope(|scope| {
        let demo = scope.spawn(|| installer.demo(options));
        let beast = scope.spawn(|| installer.beast());
        let python = scope.spawn(|| installer.python());
        let chromium = scope.spawn(system::chromium);
        let tools = Tools {
            node: installer.node(),
            builtin: builtin(),
            curl: has("curl", "--version").map(drop),
            python: result_of(python),
            beast: result_of(beast),
            chromium: result_of(chromium),
        };
        let demo = result_of(demo)?;
        Ok((demo, tools))
    })
}

/// The demo program, and the peers that speak TLS: all but Boost.Beast, whose program does not.
///
/// # Errors
///
/// When there is no demo program to be had.
pub(crate) fn over_tls(options: &Options) -> Result<(PathBuf, Tools), String> {
    let site = Site::find()?;
    let installer = Installer { home: site.home("interop")?, site };
    thread::scope(|scope| {
        let demo = scope.spawn(|| installer.demo(options));
        let tools = installer.without_beast();
        Ok((result_of(demo)?, tools))
    })
}

/// The peers that speak HTTP/2, or speak with servers that do.
///
/// # Errors
///
/// When there is no folder for them.
pub(crate) fn over_http2() -> Result<Tools, String> {
    let site = Site::find()?;
    Ok(Installer { home: site.home("interop")?, site }.without_beast())
}

fn result_of<T>(step: ScopedJoinHandle<'_, Result<T, String>>) -> Result<T, String> {
    step.join().unwrap_or_else(|_| Err("its installation ended early".to_owned()))
}

/// Installs what needs more than the system's packages.
#[derive(Debug)]
struct Installer {
    site: Site,
    /// Where peers are installed.
    home: PathBuf,
}

impl Installer {
    /// The peers that speak TLS.
    fn without_beast(&self) -> Tools {
        Tools {
            node: self.node(),
            builtin: builtin(),
            curl: has("curl", "--version").map(drop),
            python: self.python(),
            beast: Err("not over TLS".to_owned()),
            chromium: system::chromium(),
        }
    }

    /// The demo program: the one that was named, or it is built.
    fn demo(&self, options: &Options) -> Result<PathBuf, String> {
        match &options.demo {
            Some(path) => Ok(path.clone()),
            None => self.site.demo(),
        }
    }

    /// The interpreter of a virtual environment with the packages, and the folder of the programs.
    fn python(&self) -> Result<(PathBuf, PathBuf), String> {
        let programs = self.site.source("python");
        let requirements = programs.join("requirements.txt");
        let venv = self.home.join("python");
        let interpreter = venv.join("bin").join("python");
        let stamp = Stamp::new(&venv, read(&requirements)?);
        let usable = || {
            does(
                Command::new(&interpreter).args(["-c", "import h2, hypercorn, pproxy, websockets"]),
            )
        };
        if !stamp.is_current() || usable().is_err() {
            has("python3", "--version")?;
            let packages = stamp.content().split_whitespace().collect::<Vec<_>>().join(", ");
            println!("install: {packages} into {}", self.site.shown(&venv));
            let make = || does(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv));
            // Debian has that in a package of its own.
            make().or_else(|why| {
                system::install("python3-venv").map_err(|_| why).and_then(|()| make())
            })?;
            does(
                Command::new(&interpreter)
                    .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                    .arg("--requirement")
                    .arg(&requirements),
            )?;
            stamp.write()?;
        }
        Ok((interpreter, programs))
    }

    /// The folder of the programs: they are copied beside their packages, since Node looks for them
    /// there.
    fn node(&self) -> Result<PathBuf, String> {
        has("node", "--version")?;
        let programs = self.site.source("node");
        let folder = self.home.join("npm");
        let stamp = Stamp::new(&folder, read(&programs.join("package.json"))?);
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        for entry in fs::read_dir(&programs).map_err(|error| error.to_string())?.flatten() {
            if entry.path().is_file() {
                fs::copy(entry.path(), folder.join(entry.file_name()))
                    .map_err(|error| format!("cannot copy {}: {error}", entry.path().display()))?;
            }
        }
        if !stamp.is_current() || !folder.join("node_modules").join("ws").is_dir() {
            has("npm", "--version")?;
            println!("install: npm ws 8 into {}", self.site.shown(&folder));
            does(
                Command::new("npm")
                    .args(["install", "--no-audit", "--no-fund", "--no-package-lock"])
                    .args(["--loglevel", "error"])
                    .current_dir(&folder),
            )?;
            stamp.write()?;
        }
        Ok(folder)
    }

    /// The compiled program.
    fn beast(&self) -> Result<PathBuf, String> {
        let sources = self.site.source("beast");
        let program = self.home.join("beast-peer");
        // It runs for a few seconds and compiles for longer: nothing is optimized.
        let options = ["-std=c++17", "-O0", "-pthread", "-o"];
        let mut made_from = format!("{}\n{options:?}\n", has("g++", "--version")?);
        for name in ["peer.cpp", "messages.hpp"] {
            made_from += &read(&sources.join(name))?;
        }
        let stamp = Stamp::new(&program, made_from);
        if !stamp.is_current() || !program.is_file() {
            system::beast()?;
            println!("build: Boost.Beast's peer as {}", self.site.shown(&program));
            let mut compile = Command::new("g++");
            does(compile.args(options).arg(&program).arg(sources.join("peer.cpp")))?;
            stamp.write()?;
        }
        Ok(program)
    }
}

/// The options that give Node its own client: none from Node 22 on.
fn builtin() -> Result<&'static [&'static str], String> {
    let probe = "process.exit(typeof WebSocket === 'function' ? 0 : 1)";
    let choices: [&[&str]; 2] = [&[], &["--no-warnings", "--experimental-websocket"]];
    choices
        .into_iter()
        .find(|options| does(Command::new("node").args(*options).args(["-e", probe])).is_ok())
        .ok_or_else(|| "this Node has no WebSocket client".to_owned())
}

/// What the programs of the peers are run or built with.
const PROGRAMS: [&str; 4] = ["python3", "node", "npm", "g++"];
