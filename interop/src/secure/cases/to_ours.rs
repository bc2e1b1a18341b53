//! Peers are the clients, our server has a certificate.

use std::fs;
use std::process::Command;
use std::time::Duration;

use super::super::field::{Field, Kind};
use super::super::fronts::Tls;
use super::super::identities::Identity;
use super::super::parts::Part;
use super::super::report::{Absent, Entry};
use crate::install::does;
use crate::peers::checks;
use crate::peers::compression::Compression;
use crate::peers::curl;
use crate::peers::peer::Peer;
use crate::peers::report::Outcome;
use crate::peers::side::Side;
use crate::peers::system;
use crate::process;

/// Those whose clients speak TLS, the slowest first.
pub(super) const PEERS: [Peer; 5] =
    [Peer::Chromium, Peer::Websockets, Peer::Ws, Peer::Builtin, Peer::Curl];

/// A peer makes all of its checks, over TLS. One of them does so through each of the fronts, too.
pub(super) fn run(field: &Field, peer: Peer, runtime: &'static str) -> Vec<Entry> {
    let what = if peer == Peer::Curl { "the upgrade" } else { "text, binary, 64 KiB, close, ..." };
    let client = peer.name();
    let name = format!("{client} -> our server on {runtime}, wss: {what}");
    if let Some(why) = field.tools.missing(peer) {
        return vec![Entry::absent(name, Absent::Missing(why.to_owned()))];
    }
    if peer == Peer::Curl {
        return vec![Entry::tried(name, upgraded(field, runtime))];
    }
    let port = field.port(runtime, Kind::Tls(Identity::Server));
    let mut entries =
        vec![Entry::tried(name, port.and_then(|port| checked(field, peer, runtime, port)))];
    if peer == THROUGH_FRONTS {
        for part in Part::FRONTS {
            let front = part.name();
            let name =
                format!("{client} -> {front} that ends TLS -> our server on {runtime}: {what}");
            entries.push(match field.front(part, runtime, Tls::Ends) {
                Ok(port) => Entry::tried(name, checked(field, peer, runtime, port)),
                Err(absent) => Entry::absent(name, absent),
            });
        }
    }
    entries
}

/// What it makes of the server behind a port, and of our server with limits.
fn checked(field: &Field, peer: Peer, runtime: &'static str, port: u16) -> Result<String, String> {
    let mut command = field.tools.program(peer, "messages")?;
    for port in [port, field.port(runtime, Kind::Limited)?] {
        // The browser is told to look up nothing.
        let host = if peer == Peer::Chromium { "127.0.0.1" } else { "localhost" };
        command.arg(format!("wss://{host}:{port}/"));
    }
    trust(&mut command, field, peer, runtime)?;
    let names = checks::of(Side::Server, peer, Compression::None);
    let finished = process::run(&mut command, CHECKS_LIMIT);
    let outcomes = checks::outcomes(&names, finished);
    let failed: Vec<_> = outcomes
        .iter()
        .filter_map(|(name, outcome)| match outcome {
            Outcome::Failed(why) => Some(format!("{name}: {why}")),
            _ => None,
        })
        .collect();
    match failed.is_empty() {
        true => Ok(format!("{} checks", outcomes.len())),
        false => {
            Err(format!("{} of {} checks: {}", failed.len(), outcomes.len(), failed.join("; ")))
        }
    }
}

/// Lets a peer trust our authority, in the way that its users do.
fn trust(
    command: &mut Command,
    field: &Field,
    peer: Peer,
    runtime: &'static str,
) -> Result<(), String> {
    let authority = field.identities.authority();
    match peer {
        Peer::Websockets => command.env("SSL_CERT_FILE", authority),
        Peer::Chromium => {
            let certutil = system::certutil()?;
            let home = field.folder.for_everybody(&format!("home-{runtime}"))?;
            let database = home.join(".pki").join("nssdb");
            fs::create_dir_all(&database).map_err(|error| error.to_string())?;
            let database = format!("sql:{}", database.display());
            does(Command::new(&certutil).args(["-N", "--empty-password", "-d", &database]))?;
            let add = ["-A", "-t", "C,,", "-n", "interop", "-d", &database, "-i"];
            does(Command::new(certutil).args(add).arg(authority))?;
            command.env("HOME", home)
        }
        _ => command.env("NODE_EXTRA_CA_CERTS", authority),
    };
    Ok(())
}

fn upgraded(field: &Field, runtime: &'static str) -> Result<String, String> {
    let port = field.port(runtime, Kind::Tls(Identity::Server))?;
    curl::upgrade_over_tls(&format!("https://localhost:{port}/"), &field.identities.authority())
}

/// The longest that all checks of one program may take; a browser has to start first.
const CHECKS_LIMIT: Duration = Duration::from_secs(100);

/// Who makes its checks through fronts as well.
const THROUGH_FRONTS: Peer = Peer::Websockets;
