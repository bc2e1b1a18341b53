//! Everything that runs while cases are tried.

use std::path::{Path, PathBuf};

use super::folder::Folder;
use super::fronts::{Front, Tls};
use super::identities::{Identities, Identity};
use super::names::OwnHosts;
use super::ours;
use super::parts::{Part, Parts};
use super::proxies::{Running, Stand};
use super::report::Absent;
use crate::peers::compression::Compression;
use crate::peers::peer::Peer;
use crate::peers::setup::Setup;
use crate::peers::tools::Tools;
use crate::process::Server;
use crate::workers;

/// Servers, what stands in front of them, and proxies; an `Err` says why one does not run.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) demo: PathBuf,
    pub(crate) tools: Tools,
    pub(crate) runtimes: Vec<&'static str>,
    pub(crate) identities: Identities,
    ours: Vec<(&'static str, Kind, Server)>,
    peers: Vec<(Peer, Result<Server, Absent>)>,
    fronts: Vec<(Part, Result<Front, Absent>)>,
    stands: Vec<(Stand, Result<Running, Absent>)>,
    // Dropped last: what runs may still write there.
    pub(crate) folder: Folder,
}

/// A server of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Without TLS.
    Plain,
    /// With TLS and this certificate.
    Tls(Identity),
    /// With TLS and with limits, as the programs of the peers want it.
    Limited,
}

impl Field {
    /// Starts everything.
    ///
    /// # Errors
    ///
    /// When one of ours does not start, or files cannot be written.
    pub(crate) fn prepare(
        demo: PathBuf,
        tools: Tools,
        parts: &Parts,
        runtimes: &[&'static str],
    ) -> Result<Self, String> {
        let folder = Folder::create()?;
        let identities = Identities::make(&folder)?;
        let ours = start_ours(&demo, runtimes, &identities)?;
        let address = |runtime, kind| {
            let found = ours.iter().find(|(on, it, _)| (*on, *it) == (runtime, kind));
            found.map(|(_, _, server)| server.address().to_owned()).unwrap_or_default()
        };
        let targets: Vec<_> = runtimes
            .iter()
            .map(|&on| (on, address(on, Kind::Plain), address(on, Kind::Tls(Identity::Server))))
            .collect();
        let start_front = |part: &Part| {
            let program = parts.program(*part).map_err(Absent::Missing);
            let started = program.and_then(|program| {
                let start = || Front::start(*part, program, &targets, &folder, &identities);
                again(start).map_err(Absent::Broken)
            });
            (*part, started)
        };
        let fronts = workers::run(WORKERS, &Part::FRONTS, start_front);
        let hosts = OwnHosts::prepare(&folder);
        let start_stand = |stand: &Stand| {
            let hosts = hosts.as_ref().map_err(|why| Absent::Missing(why.clone()));
            let program = parts.program(stand.part()).map_err(Absent::Missing);
            let started = hosts.and_then(|hosts| {
                stand.runs_with(hosts).map_err(Absent::Missing)?;
                let program = program?;
                let start = || Running::start(*stand, program, hosts, &folder, &identities);
                again(start).map_err(Absent::Broken)
            });
            (*stand, started)
        };
        let stands = workers::run(WORKERS, &Stand::ALL, start_stand);
        let peers = [Peer::Websockets, Peer::Ws]
            .map(|peer| (peer, start_peer(&tools, peer, &identities)))
            .into();
        let runtimes = runtimes.to_vec();
        Ok(Self { demo, tools, runtimes, identities, ours, peers, fronts, stands, folder })
    }

    /// Where a server of ours listens, `HOST:PORT`.
    pub(crate) fn ours(&self, runtime: &str, kind: Kind) -> Result<&str, String> {
        let found = self.ours.iter().find(|(on, it, _)| (*on, *it) == (runtime, kind));
        let address = found.map(|(_, _, server)| server.address());
        address.ok_or_else(|| format!("none of our servers is {kind:?} on {runtime}"))
    }

    /// The port of a server of ours.
    pub(crate) fn port(&self, runtime: &str, kind: Kind) -> Result<u16, String> {
        let address = self.ours(runtime, kind)?;
        port(address).ok_or_else(|| format!("no port in {address}"))
    }

    /// The server of a peer, over TLS.
    pub(crate) fn peer(&self, peer: Peer) -> Result<&Server, Absent> {
        found(&self.peers, peer)
    }

    /// The port of a front that leads to our server on a runtime.
    pub(crate) fn front(&self, part: Part, runtime: &str, tls: Tls) -> Result<u16, Absent> {
        let port = found(&self.fronts, part)?.port(runtime, tls);
        port.ok_or_else(|| Absent::Broken("it does not lead there".to_owned()))
    }

    /// A proxy.
    pub(crate) fn stand(&self, stand: Stand) -> Result<&Running, Absent> {
        found(&self.stands, stand)
    }
}

/// What was started under this key.
fn found<K: Copy + PartialEq, T>(started: &[(K, Result<T, Absent>)], key: K) -> Result<&T, Absent> {
    match started.iter().find(|(it, _)| *it == key) {
        Some((_, started)) => started.as_ref().map_err(Clone::clone),
        None => Err(Absent::Broken("nobody has started it".to_owned())),
    }
}

/// Starts something, and once more if that fails: a port may have been taken meanwhile.
fn again<T>(start: impl Fn() -> Result<T, String>) -> Result<T, String> {
    start().or_else(|_| start())
}

fn start_ours(
    demo: &Path,
    runtimes: &[&'static str],
    identities: &Identities,
) -> Result<Vec<(&'static str, Kind, Server)>, String> {
    let mut servers = Vec::new();
    for &runtime in runtimes {
        for kind in KINDS {
            let (identity, setup) = match kind {
                Kind::Plain => (None, Setup::Echo(Compression::None)),
                Kind::Tls(identity) => (Some(identity), Setup::Echo(Compression::None)),
                Kind::Limited => (Some(Identity::Server), Setup::Limited(Compression::None)),
            };
            let identity = identity.map(|identity| (identities, identity));
            let mut command = ours::server(demo, runtime, identity, &setup.args());
            servers.push((runtime, kind, Server::start(&mut command)?));
        }
    }
    Ok(servers)
}

fn start_peer(tools: &Tools, peer: Peer, identities: &Identities) -> Result<Server, Absent> {
    let mut command = tools.server(peer, Setup::Plain).map_err(Absent::Missing)?;
    command.arg("--cert").arg(identities.certificate(Identity::Server));
    command.arg("--key").arg(identities.key(Identity::Server));
    Server::start(&mut command).map_err(Absent::Broken)
}

/// The port in `HOST:PORT`.
fn port(address: &str) -> Option<u16> {
    address.rsplit_once(':')?.1.parse().ok()
}

const KINDS: [Kind; 6] = [
    Kind::Plain,
    Kind::Limited,
    Kind::Tls(Identity::Server),
    Kind::Tls(Identity::Expired),
    Kind::Tls(Identity::Other),
    Kind::Tls(Identity::Stranger),
];

/// Most of what is started at the same time waits.
const WORKERS: usize = 8;
