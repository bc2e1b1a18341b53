//! Who connects to whom, and what has to come of it.

use std::process::Command;
use std::time::Duration;

use super::field::Field;
use super::fronts::Way;
use super::names::{H2, H2_ALONE, NODE, OURS};
use super::others::Other;
use super::stacks::{Stack, Version};
use crate::install::does;
use crate::peers::checks;
use crate::peers::compression::Compression;
use crate::peers::peer::Peer;
use crate::peers::side::Side;
use crate::process;
use crate::secure::report::{Absent, Entry};
use crate::secure::trust::trust;

/// One case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// A browser or another WebSocket client makes all of its checks of our server.
    Messages(Peer, Stack, bool, Version),
    /// Python's h2 looks at each frame of our server.
    H2(Stack, bool),
    /// The client of Node's module http2 does so to our server.
    Node(Stack, bool),
    /// curl asks our server for a page, by each version.
    Curl(Stack),
    /// Python's h2 and our client come to our server through a front.
    Through(Way, Stack),
    /// Our client comes to somebody else's server.
    To(Other, bool),
}

impl Case {
    /// All of them, those that take long first.
    pub(crate) fn all() -> Vec<Self> {
        // hypercorn waits for what our client waits for.
        let mut cases: Vec<_> = [false, true].map(|tls| Self::To(Other::Hypercorn, tls)).into();
        for stack in Stack::ALL {
            cases.push(Self::Messages(Peer::Chromium, stack, true, Version::Http2));
            cases.push(Self::Messages(Peer::Chromium, stack, false, Version::Http1));
            cases.push(Self::Messages(Peer::Ws, stack, true, Version::Http1));
            cases.push(Self::Messages(Peer::Builtin, stack, false, Version::Http1));
            cases.push(Self::Messages(Peer::Websockets, stack, true, Version::Http1));
        }
        for tls in [false, true] {
            cases.push(Self::To(Other::Node, tls));
            cases.extend(Stack::ALL.map(|stack| Self::H2(stack, tls)));
            cases.extend(Stack::ALL.map(|stack| Self::Node(stack, tls)));
        }
        for stack in Stack::ALL {
            cases.extend(Way::ALL.map(|way| Self::Through(way, stack)));
            cases.push(Self::Curl(stack));
        }
        cases
    }

    /// Tries it.
    pub(crate) fn run(self, field: &Field) -> Entry {
        match self.tried(field) {
            Ok(done) => Entry::tried(self.name(), Ok(done)),
            Err(Absent::Broken(why)) => Entry::tried(self.name(), Err(why)),
            Err(absent) => Entry::absent(self.name(), absent),
        }
    }

    fn name(self) -> String {
        match self {
            Self::Messages(peer, stack, tls, version) => {
                let (peer, stack, version) = (peer.name(), stack.name(), version.name());
                format!("{peer} -> {stack}, {version}{}", inside(tls))
            }
            Self::H2(stack, tls) => format!("python h2 -> {}, HTTP/2{}", stack.name(), inside(tls)),
            Self::Node(stack, tls) => {
                format!("Node's http2 -> {}, HTTP/2{}", stack.name(), inside(tls))
            }
            Self::Curl(stack) => format!("curl -> {}, pages", stack.name()),
            Self::Through(way, stack) => {
                format!("python h2, our client -> {} -> {}", way.name(), stack.name())
            }
            Self::To(other, tls) => {
                format!("our client -> {}, HTTP/2{}", other.name(), inside(tls))
            }
        }
    }

    fn tried(self, field: &Field) -> Result<String, Absent> {
        match self {
            Self::Messages(peer, stack, tls, version) => messages(field, peer, stack, tls, version),
            Self::H2(stack, tls) => {
                let address = field.ours(stack).address(tls);
                let mut command = h2(field, address, tls, "/h2")?;
                command.args(["--idle", stack.idle_streams(tls)]);
                checked(&mut command, &[H2, H2_ALONE].concat()).map_err(Absent::Broken)
            }
            Self::Node(stack, tls) => node(field, stack, tls),
            Self::Curl(stack) => curl(field, stack),
            Self::Through(way, stack) => through(field, way, stack),
            Self::To(other, tls) => to(field, other, tls),
        }
    }
}

/// All checks of a WebSocket client, which knows of no version: our server says what it was.
fn messages(
    field: &Field,
    peer: Peer,
    stack: Stack,
    tls: bool,
    version: Version,
) -> Result<String, Absent> {
    if let Some(why) = field.tools.missing(peer) {
        return Err(Absent::Missing(why.to_owned()));
    }
    let ours = field.ours(stack);
    let below = format!("/{peer:?}-{version:?}");
    let scheme = if tls { "wss" } else { "ws" };
    let url = format!("{scheme}://{}{below}", ours.address(tls));
    let mut command = field.tools.program(peer, "messages").map_err(Absent::Missing)?;
    command.args([format!("{url}/"), format!("{url}/limited")]);
    if version == Version::Http2 {
        command.arg("--http2");
    }
    if tls {
        trust(&mut command, peer, &field.identities, &field.folder, stack.name())
            .map_err(Absent::Missing)?;
    }
    let names = checks::of(Side::Server, peer, Compression::None);
    let done = checked(&mut command, &names).map_err(Absent::Broken)?;
    let count = ours.asked(&below, version).map_err(Absent::Broken)?;
    Ok(format!("{done}, {count} WebSockets"))
}

fn node(field: &Field, stack: Stack, tls: bool) -> Result<String, Absent> {
    let mut command = field.tools.program(Peer::Ws, "http2").map_err(Absent::Missing)?;
    let scheme = if tls { "https" } else { "http" };
    let address = field.ours(stack).address(tls);
    command.args(["check", &format!("{scheme}://{address}/node")]);
    if tls {
        command.arg(field.identities.authority());
    }
    checked(&mut command, NODE).map_err(Absent::Broken)
}

/// By ALPN, and without TLS as one who knows what the server speaks.
fn curl(field: &Field, stack: Stack) -> Result<String, Absent> {
    field.tools.curl.as_ref().map_err(|why| Absent::Missing(why.clone()))?;
    let ours = field.ours(stack);
    let [clear, secure] = [("http", false), ("https", true)]
        .map(|(scheme, tls)| format!("{scheme}://{}/", ours.address(tls)));
    let asks = [
        ("--http2-prior-knowledge", &clear, "2 200"),
        ("--http1.1", &clear, "1.1 200"),
        ("--http2", &secure, "2 200"),
        ("--http1.1", &secure, "1.1 200"),
    ];
    for (option, url, wanted) in asks {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--noproxy", "*", "--max-time", "10", option]);
        command.args(["--output", "/dev/null", "--write-out", "%{http_version} %{http_code}"]);
        command.arg("--cacert").arg(field.identities.authority()).arg(url);
        let got = does(&mut command).map_err(Absent::Broken)?;
        if got != wanted {
            return Err(Absent::Broken(format!("{option} {url}: expected {wanted}, got {got}")));
        }
    }
    Ok(String::new())
}

fn through(field: &Field, way: Way, stack: Stack) -> Result<String, Absent> {
    let front = field.front(way, stack)?;
    let at = Way::ALL.iter().position(|it| *it == way).unwrap_or_default();
    let below = format!("/through-{at}");
    let mut command = h2(field, front.address(), way.tls, &below)?;
    // Fronts let a hundred be open.
    command.args(["--behind", "--idle", "90"]);
    let first = checked(&mut command, H2).map_err(Absent::Broken)?;
    let mut client = field.client(front.address(), way.tls, &below);
    let second = checked(&mut client, OURS).map_err(Absent::Broken)?;
    field.ours(stack).asked(&below, way.version).map_err(Absent::Broken)?;
    Ok(format!("{first}, {second}"))
}

fn to(field: &Field, other: Other, tls: bool) -> Result<String, Absent> {
    let server = other.start(&field.tools, tls.then_some(&field.identities))?;
    let mut client = field.client(server.address(), tls, "");
    let done = checked(&mut client, OURS).map_err(Absent::Broken)?;
    match other.connections(&server) {
        Some(count) if count != 1 => Err(Absent::Broken(format!("{count} connections, not 1"))),
        _ => Ok(done),
    }
}

fn h2(field: &Field, address: &str, tls: bool, below: &str) -> Result<Command, Absent> {
    let mut command = field.tools.program(Peer::Websockets, "http2").map_err(Absent::Missing)?;
    command.args([address, "--below", below]);
    if tls {
        command.arg("--authority").arg(field.identities.authority());
    }
    Ok(command)
}

fn checked(command: &mut Command, names: &[&'static str]) -> Result<String, String> {
    checks::together(&checks::outcomes(names, process::run(command, LIMIT)))
}

fn inside(tls: bool) -> &'static str {
    if tls { " in TLS" } else { "" }
}

/// The longest that all checks of one program may take; a browser has to start first.
const LIMIT: Duration = Duration::from_secs(100);
