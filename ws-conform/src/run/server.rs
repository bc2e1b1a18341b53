//! Running the cases for servers.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::again::again;
use super::patience::Patience;
use super::{Filter, MAX_GROWTH, Outcome, Progress, Report, run_all};
use crate::case::{Case, Play};
use crate::cases::{Side, cases};
use crate::grade::Grade;
use crate::memory::{Bound, Process};
use crate::script::Script;
use crate::server::exchange;
use crate::server::opening::open;
use crate::server::target::{Place, Target};
use crate::setup::Setup;
use crate::talk::Talk;
use crate::transcript::Transcript;
use crate::verdict::Verdict;
use crate::wire::deflate::Deflation;
use crate::wire::extension::{agreed as agreed_upon, misfit};

/// What is needed to judge a server.
///
/// ```no_run
/// use ws_conform::{ServerRun, Setup};
///
/// let setup = Setup { url: "ws://127.0.0.1:9001/".to_owned(), ..Setup::default() };
/// let report = ServerRun::new(vec![setup]).run(&|_, _| {}).expect("the server listens");
/// assert!(report.passes(), "{}", report.table());
/// ```
#[derive(Clone, Debug)]
pub struct ServerRun {
    /// The server, and others of the same implementation with other settings; the first takes all cases that need none.
    pub setups: Vec<Setup>,
    /// What reports call it.
    pub name: String,
    /// How long an answer may take: two seconds.
    pub timeout: Duration,
    /// How long it may take until the server listens: no time.
    pub wait: Duration,
    /// Cases at once: 16.
    pub jobs: usize,
    /// Which cases: all.
    pub filter: Filter,
    /// The server's process, if it is on this machine. On Linux it is found by its port, when that is one of the loopback
    /// interface.
    pub pid: Option<u32>,
    /// By how many octets it may grow for what is only declared: 32 MiB. Floods may take eight times as much.
    pub max_growth: u64,
}

impl ServerRun {
    /// A run with the usual settings.
    pub fn new(setups: Vec<Setup>) -> Self {
        let name = setups.first().map(|setup| setup.url.clone()).unwrap_or_default();
        let (timeout, wait) = (Duration::from_secs(2), Duration::ZERO);
        Self {
            setups,
            name,
            timeout,
            wait,
            jobs: 16,
            filter: Filter::default(),
            pid: None,
            max_growth: MAX_GROWTH,
        }
    }

    /// Runs all cases.
    ///
    /// # Errors
    ///
    /// When no server listens at a URL, or one is not understood, or there is no process of that number.
    pub fn run(&self, progress: Progress<'_>) -> Result<Report, String> {
        let first = self.setups.first().ok_or("no server was named")?;
        let places: Vec<Place> =
            self.setups.iter().map(|setup| Place::of(&setup.url)).collect::<Result<_, _>>()?;
        for (place, setup) in places.iter().zip(&self.setups) {
            self.await_server(place).map_err(|why| format!("{}: {why}", setup.url))?;
        }
        let mut cases = cases(Side::Server)?;
        cases.retain(|case| self.filter.takes(&case.id));
        let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let gone: Vec<AtomicBool> = places.iter().map(|_| AtomicBool::new(false)).collect();
        let patience = Patience::default();
        let processes = self.processes(&places)?;
        // What grows is only known of one case at a time.
        let dear = if processes.iter().any(Option::is_some) { 1 } else { self.jobs.div_ceil(4) };
        let one = |case: Case, timeout: Duration| {
            let found = case.needs.find(&self.setups).map(|setup| {
                let same = |at: &usize| std::ptr::eq(&self.setups[*at], setup);
                (0..places.len()).find(same).unwrap_or_default()
            });
            let begun = Instant::now();
            let mut transcript = Transcript::new();
            let mut growth = None;
            let bound = Bound::of(&case.id);
            let mut max = u64::MAX;
            let verdict = match found {
                Err(why) => Verdict::Skipped(why),
                Ok(at) => {
                    let target = Target {
                        place: &places[at],
                        setup: &self.setups[at],
                        grade: case.grade,
                        timeout,
                        gone: &gone[at],
                    };
                    if let Some(bound) = &bound {
                        max = bound.octets(self.max_growth, self.setups[at].max_message);
                    }
                    let process = bound.and(processes[at].as_ref());
                    let verdict;
                    (verdict, growth) =
                        Process::watch_if(process, || play(&target, &case, &mut transcript));
                    verdict
                }
            };
            patience.learn(&transcript);
            let took = begun.elapsed();
            Outcome { case, verdict, transcript, growth: None, took }.weighed(growth, max)
        };
        let outcomes =
            run_all(cases, self.jobs, dear, progress, |case| one(case, patience.of(self.timeout)))?;
        let outcomes = again(outcomes, self.timeout, |case| one(case, self.timeout));
        let (side, name, target) = (Side::Server, self.name.clone(), first.url.clone());
        Ok(Report { side, name, target, began, outcomes })
    }

    /// The processes behind the setups, as far as they are known.
    fn processes(&self, places: &[Place]) -> Result<Vec<Option<Process>>, String> {
        let found = |place: &Place| place.addresses.first().and_then(|at| Process::listening(*at));
        let mut processes: Vec<_> = places.iter().map(found).collect();
        if let (Some(first), Some(pid)) = (processes.first_mut(), self.pid) {
            *first = Some(Process::new(pid)?);
        }
        Ok(processes)
    }

    fn await_server(&self, place: &Place) -> Result<(), String> {
        let end = Instant::now() + self.wait;
        loop {
            if place.connect(self.timeout).is_some() {
                return Ok(());
            }
            if Instant::now() >= end {
                return Err("nobody listens there".to_owned());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

fn play(target: &Target<'_>, case: &Case, transcript: &mut Transcript) -> Verdict {
    match &case.play {
        Play::Handshake(vector) => exchange::play(target, vector, transcript),
        Play::Scenario(scenario) => scenario(target, transcript),
        Play::Messages(script) => messages(target, script, transcript),
        Play::Request(_) => Verdict::Skipped("is for clients".to_owned()),
    }
}

fn messages(target: &Target<'_>, script: &Script, transcript: &mut Transcript) -> Verdict {
    let (mut peer, agreed) = match open(target, script.extension, transcript) {
        Ok(opened) => opened,
        // How such an offer is answered is asked in cases of its own.
        Err(_) if script.extension.is_some_and(|offer| offer.contains(';')) => {
            return Verdict::Skipped("there is no handshake with this offer".to_owned());
        }
        Err(verdict) => return verdict,
    };
    let offer = script.extension.unwrap_or_default();
    let answer = agreed.unwrap_or_default();
    let deflation = agreed_upon(&answer).map(|agreed| Deflation::new(agreed, true));
    let verdict = if let Some(why) = misfit(&answer, offer).filter(|_| !answer.is_empty()) {
        Verdict::failed(Grade::Must, why)
    } else if script.extension.is_some() && deflation.is_none() {
        Verdict::Skipped("permessage-deflate is not agreed upon".to_owned())
    } else {
        let mut talk = Talk {
            peer: &mut peer,
            is_client: true,
            unfinished: None,
            deflation,
            grade: target.grade,
            timeout: target.timeout,
            max_message: target.setup.max_message,
        };
        talk.play(script, &mut || serves_others(target))
    };
    *transcript = peer.transcript;
    verdict
}

/// Opens another WebSocket.
fn serves_others(target: &Target<'_>) -> Result<(), String> {
    // Whatever was done to the server may keep it busy for a moment.
    let patient = Target { timeout: target.timeout * 3, grade: Grade::Security, ..*target };
    match open(&patient, None, &mut Transcript::new()) {
        Ok(_) => Ok(()),
        Err(verdict) => Err(format!("another client is not served: {}", verdict.why())),
    }
}
