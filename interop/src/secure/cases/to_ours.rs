//! Peers are the clients, our server has a certificate.

use std::time::Duration;

use super::super::field::{Field, Kind};
use super::super::fronts::Tls;
use super::super::identities::Identity;
use super::super::parts::Part;
use super::super::report::{Absent, Entry};
use super::super::trust::trust;
use crate::peers::checks;
use crate::peers::compression::Compression;
use crate::peers::curl;
use crate::peers::peer::Peer;
use crate::peers::side::Side;
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
        return vec![
            Entry::tried(name.clone(), upgraded(field, runtime)),
            Entry::tried(format!("{name}, with a certificate"), upgraded_as_client(field, runtime)),
            Entry::tried(format!("{name}, without one"), refused_without(field, runtime)),
        ];
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
    trust(&mut command, peer, &field.identities, &field.folder, runtime)?;
    let names = checks::of(Side::Server, peer, Compression::None);
    let finished = process::run(&mut command, CHECKS_LIMIT);
    checks::together(&checks::outcomes(&names, finished))
}

fn upgraded(field: &Field, runtime: &'static str) -> Result<String, String> {
    let port = field.port(runtime, Kind::Tls(Identity::Server))?;
    curl::upgrade_over_tls(&url(port), &field.identities.authority(), None)
}

fn upgraded_as_client(field: &Field, runtime: &'static str) -> Result<String, String> {
    let identities = &field.identities;
    let own = (identities.certificate(Identity::Client), identities.key(Identity::Client));
    let url = url(field.port(runtime, Kind::Demanding)?);
    curl::upgrade_over_tls(&url, &identities.authority(), Some((&own.0, &own.1)))
}

fn refused_without(field: &Field, runtime: &'static str) -> Result<String, String> {
    let url = url(field.port(runtime, Kind::Demanding)?);
    match curl::upgrade_over_tls(&url, &field.identities.authority(), None) {
        Ok(_) => Err("it was upgraded".to_owned()),
        Err(why) if why.contains("certificate required") => Ok("certificate required".to_owned()),
        Err(why) => Err(why),
    }
}

fn url(port: u16) -> String {
    format!("https://localhost:{port}/")
}

/// The longest that all checks of one program may take; a browser has to start first.
const CHECKS_LIMIT: Duration = Duration::from_secs(100);

/// Who makes its checks through fronts as well.
const THROUGH_FRONTS: Peer = Peer::Websockets;
