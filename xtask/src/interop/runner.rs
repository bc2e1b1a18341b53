//! Starting the servers and working off the cases.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::cases::{Case, FROM_OURS, Setup, TO_OURS};
use super::peers::{self, Peer, Tools};
use super::process::Server;
use super::report::{Entry, Outcome, Report};

/// Which side is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The server is ours, the peer its client.
    Server,
    /// The client is ours, the peer its server.
    Client,
}

impl Side {
    /// Both of them, in the order of the table.
    pub(crate) const ALL: [Self; 2] = [Self::Server, Self::Client];

    fn cases(self) -> &'static [Case] {
        match self {
            Self::Server => TO_OURS,
            Self::Client => FROM_OURS,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Server => "our server",
            Self::Client => "our client",
        })
    }
}

/// Lets every peer try its cases with the demo program on each of the runtimes, several at a time.
///
/// # Errors
///
/// When the demo program is not there.
pub(crate) fn run(demo: &Path, tools: &Tools, runtimes: &[&'static str]) -> Result<Report, String> {
    if !demo.is_file() {
        return Err(format!("no demo program at {}", demo.display()));
    }
    for peer in Peer::ALL {
        if let Some(reason) = tools.missing(peer) {
            println!("skip: {}: {reason}", peer.name());
        }
    }
    let field = Field { demo, tools, servers: start_servers(demo, tools, runtimes) };
    let attempts = attempts(runtimes);
    let next = AtomicUsize::new(0);
    let entries = Mutex::new(Vec::with_capacity(attempts.len()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(attempt) = attempts.get(at) else { break };
                    let entry = field.entry(attempt);
                    entries.lock().unwrap_or_else(PoisonError::into_inner).push((at, entry));
                }
            });
        }
    });
    let mut entries = entries.into_inner().unwrap_or_else(PoisonError::into_inner);
    entries.sort_by_key(|(at, _)| *at);
    let entries = entries.into_iter().map(|(_, entry)| entry).collect();
    Ok(Report::new(runtimes.to_vec(), entries))
}

/// One peer, one runtime, one case.
#[derive(Debug)]
struct Attempt {
    side: Side,
    peer: Peer,
    runtime: &'static str,
    case: &'static Case,
}

fn attempts(runtimes: &[&'static str]) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for side in Side::ALL {
        for case in side.cases() {
            for &peer in case.peers {
                for &runtime in runtimes {
                    attempts.push(Attempt { side, peer, runtime, case });
                }
            }
        }
    }
    attempts
}

/// Who runs a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    Ours(&'static str),
    Peer(Peer),
}

#[derive(Debug)]
struct Started {
    host: Host,
    setup: Setup,
    server: Result<Server, String>,
}

fn start_servers(demo: &Path, tools: &Tools, runtimes: &[&'static str]) -> Vec<Started> {
    let mut servers = Vec::new();
    for &runtime in runtimes {
        for setup in Setup::OURS {
            let server = Server::start(&mut peers::demo_server(demo, runtime, setup));
            servers.push(Started { host: Host::Ours(runtime), setup, server });
        }
    }
    for peer in [Peer::Websockets, Peer::Ws, Peer::Beast] {
        for setup in Setup::PEERS {
            let server =
                tools.server(peer, setup).and_then(|mut command| Server::start(&mut command));
            servers.push(Started { host: Host::Peer(peer), setup, server });
        }
    }
    servers
}

/// Everything an attempt needs.
#[derive(Debug)]
struct Field<'a> {
    demo: &'a Path,
    tools: &'a Tools,
    servers: Vec<Started>,
}

impl Field<'_> {
    fn entry(&self, attempt: &Attempt) -> Entry {
        let &Attempt { side, peer, runtime, case } = attempt;
        let outcome = match self.tools.missing(peer) {
            Some(_) => Outcome::Skipped,
            None => self.outcome(attempt),
        };
        Entry { side, peer, runtime, case: case.name, outcome }
    }

    fn outcome(&self, attempt: &Attempt) -> Outcome {
        let &Attempt { side, peer, runtime, case } = attempt;
        let host = match side {
            Side::Server => Host::Ours(runtime),
            Side::Client => Host::Peer(peer),
        };
        let server = match self.server(host, case.server) {
            Ok(server) => server,
            Err(message) => return Outcome::Failed(message),
        };
        let (seen, shows_answers) = match side {
            Side::Server => {
                (self.tools.attempt(peer, case, server.address()), peer.shows_answers())
            }
            Side::Client => (peers::demo_attempt(self.demo, runtime, case, server.address()), true),
        };
        match seen.and_then(|seen| case.expect.check(&seen, shows_answers)) {
            Ok(()) => Outcome::Passed,
            Err(message) => match server.log_tail() {
                log if log.is_empty() => Outcome::Failed(message),
                log => Outcome::Failed(format!("{message} (the server last said: {log})")),
            },
        }
    }

    fn server(&self, host: Host, setup: Setup) -> Result<&Server, String> {
        let started = self.servers.iter().find(|it| it.host == host && it.setup == setup);
        match started {
            Some(started) => started.server.as_ref().map_err(Clone::clone),
            None => Err(format!("no server is set up as {setup:?}")),
        }
    }
}
