//! Starting the servers and working off the cases.

use std::path::Path;

use super::cases::{Case, FROM_OURS, TO_OURS};
use super::checks;
use super::compression::Compression;
use super::exchanges::{EXCHANGES, Exchange};
use super::peer::Peer;
use super::relay::Relay;
use super::report::{Entry, Outcome, Report};
use super::setup::Setup;
use super::side::Side;
use super::tools::{self, Tools};
use super::wire;
use crate::process::Server;
use crate::workers;

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
    let made = workers::run(WORKERS, &attempts, |attempt| field.entries(attempt));
    let entries = made.into_iter().flatten().collect();
    Ok(Report::new(runtimes.to_vec(), entries))
}

/// One peer, one runtime, one run of a program.
#[derive(Debug)]
struct Attempt {
    side: Side,
    peer: Peer,
    runtime: &'static str,
    task: Task,
}

/// What the program does.
#[derive(Clone, Copy, Debug)]
enum Task {
    /// It shakes hands.
    Handshake(&'static Case),
    /// It is our client and talks.
    Exchange(&'static Exchange, Compression),
    /// It is the peer's and makes all of its checks.
    Checks(Compression),
}

impl Task {
    /// What is tried by it.
    fn names(self, side: Side, peer: Peer) -> Vec<&'static str> {
        match self {
            Self::Handshake(case) => vec![case.name],
            Self::Exchange(exchange, _) => vec![exchange.name],
            Self::Checks(compression) => {
                [&checks::of(side, peer, compression)[..], checks::on_the_wire(side, peer)].concat()
            }
        }
    }

    fn compression(self) -> Compression {
        match self {
            Self::Handshake(_) => Compression::None,
            Self::Exchange(_, compression) | Self::Checks(compression) => compression,
        }
    }
}

/// All attempts, those that take longest first.
fn attempts(runtimes: &[&'static str]) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    let mut add = |side, task, peers: &[Peer]| {
        // Runtime by runtime: browsers that start at the same time are slow.
        for &runtime in runtimes {
            for &peer in peers {
                attempts.push(Attempt { side, peer, runtime, task });
            }
        }
    };
    for side in Side::ALL {
        for compression in Compression::ALL {
            let makes_checks = |peer: &Peer| !checks::of(side, *peer, compression).is_empty();
            let peers: Vec<_> = Peer::ALL.into_iter().rev().filter(makes_checks).collect();
            add(side, Task::Checks(compression), &peers);
        }
    }
    for side in Side::ALL {
        let cases = if side == Side::Server { TO_OURS } else { FROM_OURS };
        for case in cases {
            add(side, Task::Handshake(case), case.peers);
        }
    }
    for compression in Compression::ALL {
        for exchange in EXCHANGES {
            add(Side::Client, Task::Exchange(exchange, compression), &Peer::SERVERS);
        }
    }
    attempts
}

/// How many programs run at the same time: most of them wait for most of the time.
const WORKERS: usize = 4;

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
        for setup in Setup::ours() {
            let server = Server::start(&mut tools::demo_server(demo, runtime, setup));
            servers.push(Started { host: Host::Ours(runtime), setup, server });
        }
    }
    for peer in Peer::SERVERS {
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
    fn entries(&self, attempt: &Attempt) -> Vec<Entry> {
        let &Attempt { side, peer, runtime, task } = attempt;
        let names = task.names(side, peer);
        let outcomes = match (self.tools.missing(peer), task) {
            (Some(_), _) => {
                names.iter().map(|name| ((*name).to_owned(), Outcome::Skipped)).collect()
            }
            (None, Task::Checks(compression)) => self.checks(attempt, compression),
            (None, Task::Handshake(case)) => {
                vec![(case.name.to_owned(), self.handshake(side, peer, runtime, case))]
            }
            (None, Task::Exchange(exchange, compression)) => {
                let outcome = self.exchange(peer, runtime, exchange, compression);
                vec![(exchange.name.to_owned(), outcome)]
            }
        };
        let entry = |(case, outcome): (String, _)| {
            let case = task.compression().name(&case);
            Entry { side, peer, runtime, case, outcome }
        };
        outcomes.into_iter().map(entry).collect()
    }

    fn handshake(&self, side: Side, peer: Peer, runtime: &'static str, case: &Case) -> Outcome {
        let host = match side {
            Side::Server => Host::Ours(runtime),
            Side::Client => Host::Peer(peer),
        };
        self.outcome(host, case.server, |server| {
            let (seen, shows_answers) = match side {
                Side::Server => {
                    (self.tools.attempt(peer, case, server.address()), peer.shows_answers())
                }
                Side::Client => {
                    (tools::demo_attempt(self.demo, runtime, case, server.address()), true)
                }
            };
            seen.and_then(|seen| case.expect.check(&seen, shows_answers))
        })
    }

    fn exchange(
        &self,
        peer: Peer,
        runtime: &str,
        exchange: &Exchange,
        compression: Compression,
    ) -> Outcome {
        self.outcome(Host::Peer(peer), Setup::of_peer(compression), |server| {
            let relay = Relay::start(server.address())?;
            let address = relay.address();
            let talked = tools::demo_exchange(self.demo, runtime, exchange, compression, &address);
            let heard = relay.finish();
            let compresses = [Some(compression.is_some()); 2];
            talked?;
            wire::check(&heard, compression, compresses)?;
            match exchange.shows_contexts() {
                true => wire::check_contexts(&heard, compression, compresses),
                false => Ok(()),
            }
        })
    }

    /// What comes of a peer's checks; who messages with our server is listened to.
    fn checks(&self, attempt: &Attempt, compression: Compression) -> Vec<(String, Outcome)> {
        let &Attempt { side, peer, runtime, .. } = attempt;
        let names = &checks::of(side, peer, compression)[..];
        if side == Side::Client {
            let finished = self.tools.check_client(peer, self.demo, runtime);
            return checks::outcomes(names, finished);
        }
        let server = |setup| self.server(Host::Ours(runtime), setup).map(Server::address);
        let relay = server(Setup::Echo(compression)).and_then(Relay::start);
        let finished = relay.as_ref().map_err(Clone::clone).and_then(|relay| {
            let addresses = [&*relay.address(), server(Setup::Limited(compression))?];
            self.tools.check_servers(peer, addresses, compression)
        });
        let mut outcomes = checks::outcomes(names, finished);
        let heard = relay.map(Relay::finish).unwrap_or_default();
        let compresses = [peer.compresses(compression), Some(compression.is_some())];
        for (&name, check) in checks::on_the_wire(side, peer).iter().zip(wire::CHECKS) {
            let outcome = check(&heard, compression, compresses).into();
            outcomes.push((name.to_owned(), outcome));
        }
        outcomes
    }

    /// What comes of an attempt against a server.
    fn outcome(
        &self,
        host: Host,
        setup: Setup,
        attempt: impl FnOnce(&Server) -> Result<(), String>,
    ) -> Outcome {
        let server = match self.server(host, setup) {
            Ok(server) => server,
            Err(message) => return Outcome::Failed(message),
        };
        match attempt(server) {
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
