//! Getting the implementations, and starting them.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::compiled::Language;
use super::implementations::{Implementation, Means};
use crate::install::{Stamp, does, has, read};
use crate::peers::system;
use crate::process::Server;
use crate::site::Site;

/// What is installed; an `Err` says why it is not.
#[derive(Debug)]
pub(crate) struct Programs {
    /// Interpreter and program.
    python: Result<(PathBuf, PathBuf), String>,
    node: Result<PathBuf, String>,
    bench: Result<PathBuf, String>,
    beast: Result<PathBuf, String>,
    /// Where compiled programs lie, and what they are made of.
    home: PathBuf,
    folder: PathBuf,
    /// The versions that this workspace has of other libraries.
    lock: String,
}

/// A server that runs until it is dropped.
#[derive(Debug)]
pub(crate) enum Running {
    /// One that says where it listens.
    Told(Server),
    /// One of the benchmarks, which ends with its standard input.
    Held(Child, String),
}

impl Running {
    /// Where it listens, `HOST:PORT`.
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Told(server) => server.address().to_owned(),
            Self::Held(_, address) => address.clone(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Self::Held(child, _) = self {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Programs {
    /// Installs everything below `target/interop`.
    ///
    /// # Errors
    ///
    /// When there is no folder for it.
    pub(crate) fn install(site: &Site) -> Result<Self, String> {
        let home = site.home("interop")?;
        let folder = site.source("field");
        Ok(Self {
            python: python(&home.join("field-python"), &folder),
            node: node(&home.join("field-npm"), &folder),
            bench: site.bench(),
            beast: beast(&home.join("field-beast"), &folder),
            home,
            folder,
            lock: read(&site.of_root("Cargo.lock"))?,
        })
    }

    /// The version of an implementation.
    ///
    /// # Errors
    ///
    /// When it cannot be told, as a rule because it is not here.
    pub(crate) fn version(&self, of: &Implementation) -> Result<String, String> {
        match of.means {
            Means::Bench => {
                self.bench.as_ref().map_err(Clone::clone)?;
                let begin = format!("name = \"{}\"\nversion = \"", of.package);
                let versions = self.lock.match_indices(&begin).map(|(at, _)| {
                    self.lock[at + begin.len()..].split('"').next().unwrap_or_default()
                });
                // Where something else has an older one, the benchmarks have the newest.
                versions.last().map(str::to_owned).ok_or_else(|| "no version".to_owned())
            }
            Means::Beast => {
                self.beast.as_ref().map_err(Clone::clone)?;
                let header = read(&PathBuf::from("/usr/include/boost/version.hpp"))?;
                let mut lines = header
                    .lines()
                    .filter_map(|line| line.strip_prefix("#define BOOST_LIB_VERSION \""));
                let version = lines.next().ok_or("no version in its headers")?;
                Ok(version.trim_end_matches('"').replace('_', "."))
            }
            Means::Compiled(recipe) => {
                recipe.make(&self.home, &self.folder)?;
                recipe.version()
            }
            Means::Python | Means::Node => {
                let words = self.words(of, "version")?;
                Ok(does(Command::new(&words[0]).args(&words[1..]))?.trim().to_owned())
            }
        }
    }

    /// Starts a server.
    ///
    /// # Errors
    ///
    /// When it is not here, or does not start.
    pub(crate) fn server(&self, of: &Implementation) -> Result<Running, String> {
        if of.means == Means::Bench {
            return held(self.bench.as_ref().map_err(Clone::clone)?, of.package);
        }
        let words = self.words(of, "server")?;
        Server::start(Command::new(&words[0]).args(&words[1..])).map(Running::Told)
    }

    /// How a client is started, with `{url}`.
    ///
    /// # Errors
    ///
    /// When it is not here.
    pub(crate) fn client(&self, of: &Implementation) -> Result<Vec<String>, String> {
        let mut words = self.words(of, "client")?;
        words.push("{url}".to_owned());
        Ok(words)
    }

    fn words(&self, of: &Implementation, role: &str) -> Result<Vec<String>, String> {
        let shown = |path: &PathBuf| path.display().to_string();
        Ok(match of.means {
            Means::Python => {
                let (interpreter, program) = self.python.as_ref().map_err(Clone::clone)?;
                let package = if role == "server" && of.package == "wsproto" {
                    "uvicorn"
                } else {
                    of.package
                };
                [&shown(interpreter), "-B", &shown(program), package, role]
                    .map(str::to_owned)
                    .into()
            }
            Means::Node => {
                let program = shown(self.node.as_ref().map_err(Clone::clone)?);
                let mut words = vec!["node".to_owned()];
                if of.package == "node" {
                    // Node 22 and later have it without.
                    words.extend(["--no-warnings", "--experimental-websocket"].map(str::to_owned));
                }
                words.extend([&program, of.package, role].map(str::to_owned));
                words
            }
            Means::Beast => vec![shown(self.beast.as_ref().map_err(Clone::clone)?)],
            Means::Bench => {
                let bench = self.bench.as_ref().map_err(Clone::clone)?;
                let client = bench.with_file_name("examples").join("echo_client");
                vec![shown(&client), of.package.to_owned()]
            }
            Means::Compiled(recipe) => {
                let mut words = recipe.make(&self.home, &self.folder)?;
                match recipe.language {
                    // One program for both libraries.
                    Language::Go => words.extend([of.package, role].map(str::to_owned)),
                    Language::C(_) => words.push(role.to_owned()),
                    Language::Java(_) => {}
                }
                words
            }
        })
    }
}

/// A server of the benchmarks.
fn held(program: &Path, name: &str) -> Result<Running, String> {
    let mut command = Command::new(program);
    command.args(["serve", name]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::null()).spawn().map_err(|error| error.to_string())?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line).map_err(|error| error.to_string())?;
    }
    match line.trim().parse::<u16>() {
        Ok(port) => Ok(Running::Held(child, format!("127.0.0.1:{port}"))),
        Err(_) => Err(format!("{name} does not say where it listens")),
    }
}

fn python(venv: &Path, folder: &Path) -> Result<(PathBuf, PathBuf), String> {
    let requirements = folder.join("requirements.txt");
    let interpreter = venv.join("bin").join("python");
    let stamp = Stamp::new(venv, read(&requirements)?);
    if !stamp.is_current() || !interpreter.is_file() {
        has("python3", "--version")?;
        println!("install: Python's libraries");
        does(Command::new("python3").args(["-m", "venv", "--clear"]).arg(venv))?;
        let quiet =
            ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
        does(Command::new(&interpreter).args(quiet).arg(&requirements))?;
        stamp.write()?;
    }
    Ok((interpreter, folder.join("echo.py")))
}

/// The program is copied beside its packages, since Node looks for them there.
fn node(home: &Path, folder: &Path) -> Result<PathBuf, String> {
    has("node", "--version")?;
    let stamp = Stamp::new(home, read(&folder.join("package.json"))?);
    fs::create_dir_all(home).map_err(|error| error.to_string())?;
    for name in ["package.json", "echo.mjs"] {
        fs::copy(folder.join(name), home.join(name)).map_err(|error| error.to_string())?;
    }
    if !stamp.is_current() || !home.join("node_modules").is_dir() {
        println!("install: Node's libraries");
        let quiet =
            ["install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel", "error"];
        does(Command::new("npm").args(quiet).current_dir(home))?;
        stamp.write()?;
    }
    Ok(home.join("echo.mjs"))
}

/// The headers may come from the system's packages.
fn beast(program: &Path, folder: &Path) -> Result<PathBuf, String> {
    let source = folder.join("echo.cpp");
    let options = ["-std=c++17", "-O0", "-pthread", "-o"];
    let stamp = Stamp::new(program, format!("{}{}", has("g++", "--version")?, read(&source)?));
    if !stamp.is_current() || !program.is_file() {
        system::beast()?;
        println!("build: an echo server on Boost.Beast");
        does(Command::new("g++").args(options).arg(program).arg(&source))?;
        stamp.write()?;
    }
    Ok(program.to_owned())
}
