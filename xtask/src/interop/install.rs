//! Getting the peers, and building what is to be built.
//!
//! Everything lands below `target/interop` and is kept: beside each thing lies a stamp with what it
//! was made from. A peer that cannot be had is not an error here, it is missing from [`Tools`] with
//! the reason.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;
use std::{env, fs};

use super::options::Options;
use super::peers::Tools;
use super::{process, system};

/// The demo program and the peers, all at once: most of them wait for the network or for one
/// compiler.
///
/// # Errors
///
/// When there is no demo program to be had.
pub(crate) fn everything(options: &Options) -> Result<(PathBuf, Tools), String> {
    let site = Site::find()?;
    thread::scope(|scope| {
        let demo = scope.spawn(|| match &options.demo {
            Some(path) => Ok(path.clone()),
            None => site.demo(),
        });
        let beast = scope.spawn(|| site.beast());
        let python = scope.spawn(|| site.python());
        let chromium = scope.spawn(system::chromium);
        let tools = Tools {
            node: site.node(),
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

fn result_of<T>(step: ScopedJoinHandle<'_, Result<T, String>>) -> Result<T, String> {
    step.join().unwrap_or_else(|_| Err("its installation ended early".to_owned()))
}

/// Where things are.
#[derive(Debug)]
struct Site {
    /// The root of the workspace.
    root: PathBuf,
    /// Where cargo builds.
    target: PathBuf,
    /// Where peers are installed.
    home: PathBuf,
}

impl Site {
    fn find() -> Result<Self, String> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = match manifest.as_deref().and_then(Path::parent) {
            Some(root) => root.to_owned(),
            None => env::current_dir().map_err(|error| format!("no current folder: {error}"))?,
        };
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let home = target.join("interop");
        fs::create_dir_all(&home)
            .map_err(|error| format!("cannot create {}: {error}", home.display()))?;
        Ok(Self { root, target, home })
    }

    fn demo(&self) -> Result<PathBuf, String> {
        println!("build: ws-demo");
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--release", "--package", "demo", "--target-dir"])
            .arg(&self.target)
            .current_dir(&self.root)
            .status()
            .map_err(|error| format!("cannot start cargo: {error}"))?;
        match status.success() {
            true => Ok(self.target.join("release").join("ws-demo")),
            false => Err("ws-demo does not build".to_owned()),
        }
    }

    /// The interpreter of a virtual environment with the packages, and the folder of the programs.
    fn python(&self) -> Result<(PathBuf, PathBuf), String> {
        let programs = self.root.join("interop").join("python");
        let requirements = programs.join("requirements.txt");
        let venv = self.home.join("python");
        let interpreter = venv.join("bin").join("python");
        let stamp = Stamp::new(&venv, read(&requirements)?);
        let usable = || does(Command::new(&interpreter).args(["-c", "import websockets"]));
        if !stamp.is_current() || usable().is_err() {
            has("python3", "--version")?;
            println!("install: {} into {}", stamp.content.trim(), self.shown(&venv));
            does(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
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
        let programs = self.root.join("interop").join("node");
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
            println!("install: npm ws 8 into {}", self.shown(&folder));
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
        let sources = self.root.join("interop").join("beast");
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
            println!("build: Boost.Beast's peer as {}", self.shown(&program));
            let mut compile = Command::new("g++");
            does(compile.args(options).arg(&program).arg(sources.join("peer.cpp")))?;
            stamp.write()?;
        }
        Ok(program)
    }

    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

/// What something was made from, kept beside it.
#[derive(Debug)]
struct Stamp {
    path: PathBuf,
    content: String,
}

impl Stamp {
    fn new(made: &Path, content: String) -> Self {
        Self { path: made.with_extension("stamp"), content }
    }

    fn is_current(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|kept| kept == self.content)
    }

    fn write(&self) -> Result<(), String> {
        fs::write(&self.path, &self.content)
            .map_err(|error| format!("cannot write {}: {error}", self.path.display()))
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

/// Runs a command that has to succeed, for what it prints.
///
/// # Errors
///
/// How it failed.
pub(crate) fn does(command: &mut Command) -> Result<String, String> {
    let finished = process::run(command, INSTALL_LIMIT)?;
    match finished.is_success() {
        true => Ok(finished.stdout),
        false => {
            let program = command.get_program().to_string_lossy().into_owned();
            Err(format!("{program}: {}", finished.complaint()))
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// The longest that one step may take: a compiler on a busy machine, a slow registry.
const INSTALL_LIMIT: Duration = Duration::from_secs(300);
