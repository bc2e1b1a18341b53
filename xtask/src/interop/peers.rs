//! Who takes part, and how each is called.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::cases::{Ask, Case, NARROW_WINDOW_BITS, Setup};
use super::observation::Observation;
use super::process;

/// An implementation written by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Python's `websockets`.
    Websockets,
    /// npm's `ws`.
    Ws,
    /// The WebSocket client built into Node.
    Builtin,
    /// curl with an upgrade written by hand.
    Curl,
    /// Boost.Beast.
    Beast,
}

impl Peer {
    /// All of them, in the order of the table.
    pub(crate) const ALL: [Self; 5] =
        [Self::Websockets, Self::Ws, Self::Builtin, Self::Curl, Self::Beast];

    /// What it is called in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Websockets => "python websockets",
            Self::Ws => "npm ws",
            Self::Builtin => "node built-in",
            Self::Curl => "curl",
            Self::Beast => "Boost.Beast",
        }
    }

    /// Whether it shows its caller the answer that refused it.
    pub(crate) fn shows_answers(self) -> bool {
        self != Self::Builtin
    }
}

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
}

impl Tools {
    /// Why a peer is missing, if it is.
    pub(crate) fn missing(&self, peer: Peer) -> Option<&str> {
        match peer {
            Peer::Websockets => self.python.as_ref().err(),
            Peer::Ws => self.node.as_ref().err(),
            Peer::Builtin => self.node.as_ref().err().or(self.builtin.as_ref().err()),
            Peer::Curl => self.curl.as_ref().err(),
            Peer::Beast => self.beast.as_ref().err(),
        }
        .map(String::as_str)
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
            return curl(case, address);
        }
        let mut command = self.program(peer, "client")?;
        command.arg(format!("ws://{address}{}", case.path)).args(shared_args(case));
        let finished = process::run(&mut command, ATTEMPT_LIMIT)?;
        if !finished.is_success() {
            return Err(finished.complaint());
        }
        Observation::of_peer(&finished.stdout)
    }

    fn program(&self, peer: Peer, role: &str) -> Result<Command, String> {
        let node = |options: &[&str], name: &str| {
            let folder = self.node.as_ref()?;
            let mut command = Command::new("node");
            command.args(options).arg(folder.join(format!("{name}.mjs")));
            Ok::<_, &String>(command)
        };
        match peer {
            Peer::Websockets => self.python.as_ref().map(|(interpreter, folder)| {
                let mut command = Command::new(interpreter);
                command.arg(folder.join(format!("{role}.py")));
                command
            }),
            Peer::Ws => node(&[], role),
            Peer::Builtin => self.builtin.as_ref().and_then(|options| node(options, "builtin")),
            Peer::Beast => self.beast.as_ref().map(|program| {
                let mut command = Command::new(program);
                command.arg(role);
                command
            }),
            Peer::Curl => return Err("curl has no program of ours".to_owned()),
        }
        .map_err(Clone::clone)
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

fn curl(case: &Case, address: &str) -> Result<Observation, String> {
    let url = format!("http://{address}{}", case.path);
    let mut command = Command::new("curl");
    // Unlike `--include` this writes the head when it is complete, not when the connection ends.
    command.args(["--silent", "--show-error", "--dump-header", "-", "--http1.1"]);
    command.args(["--noproxy", "*", "--max-time", "10"]);
    command.args(case.headers.iter().flat_map(|line| ["--header", line]));
    if matches!(case.ask, Ask::Get | Ask::GetTwice) {
        command.args(["--write-out", "\nconnects: %{num_connects}\n", &url]);
        if case.ask == Ask::GetTwice {
            command.arg(&url);
        }
        let finished = process::run(&mut command, ATTEMPT_LIMIT)?;
        return match finished.is_success() {
            true => Observation::of_answer(&finished.stdout),
            false => Err(finished.complaint()),
        };
    }

    command.args(["--header", "Connection: Upgrade", "--header", "Upgrade: websocket"]);
    command.args(["--header", "Sec-WebSocket-Version: 13"]);
    command.args(["--header", &format!("Sec-WebSocket-Key: {KEY}")]);
    if !case.subprotocols.is_empty() {
        let list = case.subprotocols.join(", ");
        command.args(["--header", &format!("Sec-WebSocket-Protocol: {list}")]);
    }
    match case.ask {
        Ask::Deflate => {
            let offer = "permessage-deflate; client_max_window_bits";
            command.args(["--header", &format!("Sec-WebSocket-Extensions: {offer}")]);
        }
        Ask::Narrow => {
            let offer = format!("permessage-deflate; server_max_window_bits={NARROW_WINDOW_BITS}");
            command.args(["--header", &format!("Sec-WebSocket-Extensions: {offer}")]);
        }
        Ask::Upgrade | Ask::Get | Ask::GetTwice => {}
    }
    command.arg(&url);
    // An opened connection stays open: curl would wait for its end, so it is ended once it has
    // shown the head. That of a refusal is shown with its body, and curl ends by itself.
    let finished = process::run_until(&mut command, ATTEMPT_LIMIT, |said| {
        said.starts_with("HTTP/1.1 101") && said.contains("\r\n\r\n")
    })?;
    let seen = Observation::of_answer(&finished.stdout).map_err(|_| finished.complaint())?;
    match seen.header("sec-websocket-accept") {
        accept if seen.is_open && accept != Some(ACCEPT) => {
            Err(format!("expected Sec-WebSocket-Accept {ACCEPT}, got {accept:?}"))
        }
        _ => Ok(seen),
    }
}

/// Key and answer of the example in RFC 6455 1.3.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// The longest that one attempt may take.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(20);
