//! Running the cases for clients: one is started for each.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::again::again;
use super::patience::Patience;
use super::{Filter, MAX_GROWTH, Outcome, Progress, Report, looping, run_all};
use crate::case::Case;
use crate::cases::{Side, cases};
use crate::client::answering::Judge;
use crate::client::child::Client;
use crate::grade::Grade;
use crate::memory::{Bound, Process};
use crate::peer::Peer;
use crate::setup::Setup;
use crate::transcript::Transcript;
use crate::verdict::Verdict;

/// What is needed to judge a client.
#[derive(Clone, Debug)]
pub struct ClientRun {
    /// How it is started, and perhaps other ways; the first takes all cases that need none. Without a command, it is
    /// waited for.
    pub setups: Vec<Setup>,
    /// Where to listen. With a command, a port of its own is taken for each case.
    pub listen: SocketAddr,
    /// What reports call it.
    pub name: String,
    /// How long an answer may take: two seconds.
    pub timeout: Duration,
    /// How long it may take to connect: ten seconds, and a minute without a command, as somebody has to start it.
    pub wait: Duration,
    /// Cases at once: 4.
    pub jobs: usize,
    /// Which cases: all.
    pub filter: Filter,
    /// By how many octets it may grow for what is only declared, where that can be told: 32 MiB. Floods may take eight
    /// times as much.
    pub max_growth: u64,
}

impl ClientRun {
    /// A run with the usual settings, on the loopback interface.
    pub fn new(setups: Vec<Setup>) -> Self {
        let name = setups.first().map(|setup| setup.command.join(" ")).unwrap_or_default();
        let wait = Duration::from_secs(if name.is_empty() { 60 } else { 10 });
        Self {
            setups,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            name,
            timeout: Duration::from_secs(2),
            wait,
            jobs: 4,
            filter: Filter::default(),
            max_growth: MAX_GROWTH,
        }
    }

    /// Runs all cases.
    ///
    /// # Errors
    ///
    /// When it cannot listen, or the client cannot be started.
    pub fn run(&self, progress: Progress<'_>) -> Result<Report, String> {
        let first = self.setups.first().ok_or("no client was named")?;
        if first.command.is_empty() {
            let socket = TcpListener::bind(self.listen);
            let socket = socket.map_err(|error| format!("{}: {error}", self.listen))?;
            return self.run_at(&socket, progress);
        }
        let began = now();
        // Better to know at once than from each case.
        drop(Client::start(&first.command[..1], "")?);
        let (came, answers) = (Patience::default(), Patience::default());
        let outcomes =
            run_all(self.cases()?, self.jobs, self.jobs.div_ceil(4), progress, |case| {
                let outcome = self.one(case, &came, answers.of(self.timeout));
                answers.learn(&outcome.transcript);
                outcome
            })?;
        let outcomes = again(outcomes, self.timeout, |case| self.one(case, &came, self.timeout));
        let is_run = |outcome: &Outcome| !matches!(outcome.verdict, Verdict::Skipped(_));
        let is_absent = |outcome: &Outcome| outcome.verdict.why() == ABSENT;
        if outcomes.iter().any(is_absent) && outcomes.iter().filter(|it| is_run(it)).all(is_absent)
        {
            return Err("the client never connects".to_owned());
        }
        Ok(self.report(first.command.join(" "), began, outcomes))
    }

    /// Runs all cases with a client that comes to this socket by itself: see the README for what it asks.
    ///
    /// # Errors
    ///
    /// When the socket cannot be used, and when no client comes or none asks for a case.
    pub fn run_at(&self, socket: &TcpListener, progress: Progress<'_>) -> Result<Report, String> {
        let first = self.setups.first().ok_or("no client was named")?;
        let began = now();
        let judge = Judge { setup: first, timeout: self.timeout };
        let outcomes = looping::run(socket, &judge, &self.cases()?, self.wait, progress)?;
        Ok(self.report(self.listen.to_string(), began, outcomes))
    }

    fn cases(&self) -> Result<Vec<Case>, String> {
        let mut cases = cases(Side::Client)?;
        cases.retain(|case| self.filter.takes(&case.id));
        Ok(cases)
    }

    fn report(&self, target: String, began: u64, outcomes: Vec<Outcome>) -> Report {
        Report { side: Side::Client, name: self.name.clone(), target, began, outcomes }
    }

    fn one(&self, case: Case, came: &Patience, timeout: Duration) -> Outcome {
        let begun = Instant::now();
        let mut transcript = Transcript::new();
        let (mut growth, mut max) = (None, u64::MAX);
        let verdict = match case.needs.find(&self.setups) {
            Err(why) => Verdict::Skipped(why),
            Ok(_) if came.is_exhausted() => Verdict::Skipped(ABSENT.to_owned()),
            Ok(setup) => {
                if let Some(bound) = Bound::of(&case.id) {
                    max = bound.octets(self.max_growth, setup.max_message);
                }
                self.play(setup, &case, &mut transcript, came, timeout, &mut growth)
            }
        };
        let took = begun.elapsed();
        Outcome { case, verdict, transcript, growth: None, took }.weighed(growth, max)
    }

    fn play(
        &self,
        setup: &Setup,
        case: &Case,
        transcript: &mut Transcript,
        came: &Patience,
        timeout: Duration,
        growth: &mut Option<u64>,
    ) -> Verdict {
        let listener = match Listener::bind(self.listen.ip()) {
            Ok(listener) => listener,
            Err(why) => return Verdict::Skipped(why),
        };
        let url = format!("ws://{}/", listener.address);
        let mut client = match Client::start(&setup.command, &url) {
            Ok(client) => client,
            Err(why) => return Verdict::Skipped(why),
        };
        let Some(stream) = listener.accept(&mut client, self.wait) else {
            let crash = client.crash(Duration::ZERO);
            came.learn_of(crash.is_some());
            transcript.event(ABSENT);
            return Verdict::failed(Grade::Security, crash.unwrap_or_else(|| ABSENT.to_owned()));
        };
        came.learn_of(true);
        let judge = Judge { setup, timeout };
        let mut peer = Peer::new(stream, std::mem::take(transcript));
        let verdict = match peer.head(Instant::now() + self.wait) {
            Ok(request) => {
                let process = Bound::of(&case.id).and_then(|_| Process::new(client.id()).ok());
                let play = || judge.play(&mut peer, &request, case);
                let verdict;
                (verdict, *growth) = Process::watch_if(process.as_ref(), play);
                verdict
            }
            Err(nothing) => {
                Verdict::failed(case.grade, format!("no request: {}", nothing.describe()))
            }
        };
        *transcript = std::mem::take(&mut peer.transcript);
        drop(peer);
        // A client that has crashed has ended by now; others may take their time.
        match client.crash(Duration::from_millis(50)) {
            Some(why) => Verdict::failed(Grade::Security, why),
            None => verdict,
        }
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

const ABSENT: &str = "the client does not connect";

/// A port of one case.
#[derive(Debug)]
struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    fn bind(ip: IpAddr) -> Result<Self, String> {
        let socket =
            TcpListener::bind((ip, 0)).map_err(|error| format!("cannot listen: {error}"))?;
        socket.set_nonblocking(true).map_err(|error| error.to_string())?;
        let address = socket.local_addr().map_err(|error| error.to_string())?;
        Ok(Self { socket, address })
    }

    /// Waits for the client, unless that ends first.
    fn accept(&self, client: &mut Client, patience: Duration) -> Option<TcpStream> {
        let end = Instant::now() + patience;
        loop {
            let has_ended = client.has_ended().is_some();
            match self.socket.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false).ok()?;
                    return Some(stream);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => return None,
            }
            if has_ended || Instant::now() > end {
                return None;
            }
            sleep(Duration::from_millis(2));
        }
    }
}
