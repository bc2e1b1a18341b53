//! How everybody who takes part is called.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::cases::{Ask, Case};
use super::compression::{Compression, NARROW_WINDOW_BITS};
use super::curl;
use super::exchanges::Exchange;
use super::observation::Observation;
use super::peer::Peer;
use super::setup::Setup;
use crate::install::{does, has};
use crate::process::{self, Finished};

/// How the programs of the peers are started; an `Err` says why one is missing.
#[derive(Debug)]
pub(crate) struct Tools {
    /// Interpreter and folder of the programs.
    pub(crate) python: Result<(PathBuf, PathBuf), String>,
    /// Folder of the programs, beside their packages.
    pub(crate) node: Result<PathBuf, String>,
    /// Options that give Node its own client.
    pub(crate) builtin: Result<&'static [&'static str], String>,
    /// Whether there is curl.
    pub(crate) curl: Result<(), String>,
    /// The compiled program.
    pub(crate) beast: Result<PathBuf, String>,
    /// The browser.
    pub(crate) chromium: Result<PathBuf, String>,
}

impl Tools {
    /// Why a peer is missing, if it is.
    pub(crate) fn missing(&self, peer: Peer) -> Option<&str> {
        match peer {
            Peer::Websockets | Peer::Raw => self.python.as_ref().err(),
            Peer::Ws => self.node.as_ref().err(),
            Peer::Builtin => self.node.as_ref().err().or(self.builtin.as_ref().err()),
            Peer::Curl => self.curl.as_ref().err(),
            Peer::Beast => self.beast.as_ref().err(),
            Peer::Chromium => self.node.as_ref().err().or(self.chromium.as_ref().err()),
        }
        .map(String::as_str)
    }

    /// Name and version of those that speak TLS and are there, and of the others why they are not.
    pub(crate) fn versions(&self) -> Vec<(&'static str, Result<String, String>)> {
        let last = |said: String| said.split_whitespace().last().unwrap_or_default().to_owned();
        let websockets = self.python.as_ref().map_err(Clone::clone).and_then(|(interpreter, _)| {
            let ask = "import websockets; print(websockets.__version__)";
            does(Command::new(interpreter).args(["-c", ask]))
        });
        let ws = self.node.as_ref().map_err(Clone::clone).and_then(|folder| {
            let ask = "console.log(require('ws/package.json').version)";
            does(Command::new("node").args(["-e", ask]).current_dir(folder))
        });
        let chromium = self.chromium.as_ref().map_err(Clone::clone);
        let chromium = chromium.and_then(|browser| does(Command::new(browser).arg("--version")));
        let curl = has("curl", "--version");
        let second = |said: String| said.split_whitespace().nth(1).unwrap_or_default().to_owned();
        vec![
            ("python websockets", websockets.map(last)),
            ("npm ws", ws.map(last)),
            ("node", has("node", "--version")),
            ("curl", curl.map(second)),
            ("Chromium", chromium.map(second)),
        ]
    }

    /// The server of a peer, set up as told.
    ///
    /// # Errors
    ///
    /// When the peer is missing or has no server.
    pub(crate) fn server(&self, peer: Peer, setup: Setup) -> Result<Command, String> {
        let mut command = self.program(peer, "server")?;
        command.args(setup.args());
        Ok(command)
    }

    /// Lets a peer attempt a case against the server at `address`.
    ///
    /// # Errors
    ///
    /// When the peer is missing, fails, or says what cannot be understood.
    pub(crate) fn attempt(
        &self,
        peer: Peer,
        case: &Case,
        address: &str,
    ) -> Result<Observation, String> {
        if peer == Peer::Curl {
            return curl::attempt(case, address, ATTEMPT_LIMIT);
        }
        let mut command = self.program(peer, "client")?;
        command.arg(format!("ws://{address}{}", case.path)).args(shared_args(case));
        let finished = process::run(&mut command, ATTEMPT_LIMIT)?;
        if !finished.is_success() {
            return Err(finished.complaint());
        }
        Observation::of_peer(&finished.stdout)
    }

    /// Lets a peer make its checks of the messages of two servers, the second of them with limits.
    ///
    /// # Errors
    ///
    /// When the peer is missing or takes too long.
    pub(crate) fn check_servers(
        &self,
        peer: Peer,
        addresses: [&str; 2],
        compression: Compression,
    ) -> Result<Finished, String> {
        let mut command = self.program(peer, "messages")?;
        if peer == Peer::Raw {
            command.arg("server");
        }
        command.args(addresses.map(|address| format!("ws://{address}/")));
        command.args(compression.peer_args());
        process::run(&mut command, CHECKS_LIMIT)
    }

    /// Lets a peer make its checks of the messages of the demo program's client.
    ///
    /// # Errors
    ///
    /// As for [`Tools::check_servers`].
    pub(crate) fn check_client(
        &self,
        peer: Peer,
        demo: &Path,
        runtime: &str,
    ) -> Result<Finished, String> {
        let mut command = self.program(peer, "messages")?;
        command.arg("client").arg(demo).args(["connect", "--runtime", runtime]);
        process::run(&mut command, CHECKS_LIMIT)
    }

    /// A peer's program for a role: `client` for handshakes, `messages` for messages, `server`.
    ///
    /// # Errors
    ///
    /// When the peer is missing or has no such program.
    pub(crate) fn program(&self, peer: Peer, role: &str) -> Result<Command, String> {
        match peer {
            Peer::Websockets => self.in_python(role),
            Peer::Raw => self.in_python("raw"),
            Peer::Ws => self.in_node(role, &[]),
            Peer::Builtin => {
                let name = if role == "messages" { "builtin_messages" } else { "builtin" };
                self.in_node(name, self.builtin.as_ref().map_err(Clone::clone)?)
            }
            Peer::Chromium => {
                let mut command = self.in_node("chromium", &[])?;
                command.arg(self.chromium.as_ref().map_err(Clone::clone)?);
                Ok(command)
            }
            Peer::Beast => {
                let mut command = Command::new(self.beast.as_ref().map_err(Clone::clone)?);
                command.arg(role);
                Ok(command)
            }
            Peer::Curl => Err("curl has no program of ours".to_owned()),
        }
    }

    fn in_python(&self, name: &str) -> Result<Command, String> {
        let (interpreter, folder) = self.python.as_ref().map_err(Clone::clone)?;
        let mut command = Command::new(interpreter);
        // Without -B it leaves compiled files among the sources.
        command.arg("-B").arg(folder.join(format!("{name}.py")));
        Ok(command)
    }

    fn in_node(&self, name: &str, options: &[&str]) -> Result<Command, String> {
        let folder = self.node.as_ref().map_err(Clone::clone)?;
        let mut command = Command::new("node");
        command.args(options).arg(folder.join(format!("{name}.mjs")));
        Ok(command)
    }
}

/// The demo program's server on one of its runtimes.
pub(crate) fn demo_server(demo: &Path, runtime: &str, setup: Setup) -> Command {
    let mut command = Command::new(demo);
    command.args(["serve", "--runtime", runtime, "--addr", "127.0.0.1:0"]).args(setup.args());
    command
}

/// Lets the demo program's client attempt a case against the server at `address`.
///
/// # Errors
///
/// When it fails, says what cannot be understood, or ends with a status that contradicts what it
/// says.
pub(crate) fn demo_attempt(
    demo: &Path,
    runtime: &str,
    case: &Case,
    address: &str,
) -> Result<Observation, String> {
    let mut command = Command::new(demo);
    command
        .args(["connect", "--runtime", runtime, "--handshake-only"])
        .arg(format!("ws://{address}{}", case.path))
        .args(shared_args(case));
    let finished = process::run(&mut command, ATTEMPT_LIMIT)?;
    let seen = Observation::of_demo(&finished.stdout).map_err(|_| finished.complaint())?;
    match (finished.code, seen.is_open) {
        (Some(0), true) | (Some(2), false) => Ok(seen),
        (code, _) => Err(format!("exit status {code:?} though it said: {seen}")),
    }
}

/// Lets the demo program's client talk to the server at `address`.
///
/// # Errors
///
/// When it fails, or the conversation is another than it had to be.
pub(crate) fn demo_exchange(
    demo: &Path,
    runtime: &str,
    exchange: &Exchange,
    compression: Compression,
    address: &str,
) -> Result<(), String> {
    let mut command = Command::new(demo);
    command
        .args(["connect", "--runtime", runtime])
        .arg(format!("ws://{address}{}", exchange.path))
        .args(compression.args())
        .args(exchange.args());
    let finished = process::run(&mut command, ATTEMPT_LIMIT)?;
    exchange.check(&finished, compression)
}

/// The options all clients share; ours knows them but for `--window`.
fn shared_args(case: &Case) -> Vec<&'static str> {
    let mut args: Vec<_> =
        case.subprotocols.iter().flat_map(|name| ["--subprotocol", name]).collect();
    args.extend(case.headers.iter().flat_map(|line| ["--header", line]));
    match case.ask {
        Ask::Deflate => args.push("--deflate"),
        Ask::Narrow => args.extend(["--window", NARROW_WINDOW_BITS]),
        Ask::Upgrade | Ask::Get | Ask::GetTwice => {}
    }
    args
}

/// The longest that one attempt may take.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(20);

/// The longest that all checks of one program may take; a browser has to start first.
const CHECKS_LIMIT: Duration = Duration::from_secs(100);
