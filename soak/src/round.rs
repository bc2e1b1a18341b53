//! One round: honest clients talk, and are silent; then everybody is attacked; then everybody leaves.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver},
    },
    thread,
    time::{Duration, Instant},
};

use conformance::random::Random;

use crate::{
    client::{Talk, Told},
    error::Result,
    gate::{self, Key},
    gauge::{self, Usage},
    hostile::{self, Peer},
    ledger::Outcomes,
    population::Population,
    promise::{Cost, KEPT, POOLS},
    remote::Remote,
    runtime::{CLOSED, Runtime, STACK_LEN},
    settings::{self, PATIENCE},
    slow,
    verdict::Verdict,
};

/// What a round is made with.
pub(crate) struct Round<'a> {
    pub(crate) runtime: &'a dyn Runtime,
    pub(crate) server: &'a mut Remote,
    pub(crate) verdict: &'a mut Verdict,
    pub(crate) population: Population,
    pub(crate) random: &'a mut Random,
    /// How long honest clients talk before the attack.
    pub(crate) talk: Duration,
    /// How long nobody does anything.
    pub(crate) silence: Duration,
}

/// Those who are there all the time.
struct Crowd {
    told: Receiver<Told>,
    attack: Key,
    over: Arc<AtomicBool>,
    leave: Key,
    dead: Vec<Peer>,
}

impl Round<'_> {
    /// Plays it.
    ///
    /// # Errors
    ///
    /// When it makes no sense to go on: the server has crashed, or hangs.
    pub(crate) fn play(mut self) -> Result {
        let start = Instant::now();
        let Crowd { told, attack, over, leave, dead } = self.gather()?;
        let honest = self.population.honest - self.hear(&told, self.population.honest)?;
        let present = honest + dead.len();
        let idle = self.settle("nobody has left", |_, open| open == present)?;
        self.listen_to_silence()?;

        let silent = start.elapsed();
        self.server.watch()?;
        attack.open();
        self.attack()?;
        over.store(true, Ordering::Relaxed);
        let wronged = self.hear(&told, self.population.busy)?;
        let held = self.server.most()?.saturating_sub(idle.heap);
        self.verdict.attacked(held, self.promised());
        let present = present - wronged;
        let what = "the attack is over, and what it took is given back";
        self.settle(what, |usage, open| open == present && usage.heap <= idle.heap + KEPT)?;

        hostile::let_go();

        let attacked = start.elapsed();
        drop(dead);
        leave.open();
        self.hear(&told, honest - wronged)?;
        self.settle("everybody has left", |_, open| open == 0)?;
        let outcomes = self.server.outcomes()?;
        self.judge(&outcomes);
        self.verdict.tell(&format!(
            "{present} talked and were silent until {silent:.1?} ({} KiB each), {} attacked until {attacked:.1?}, all had left after {:.1?}",
            (idle.heap >> 10) / present.max(1),
            self.population.hostile * hostile::kinds().count(),
            start.elapsed()
        ));
        self.verdict.add_round();
        Ok(())
    }

    /// Connects the honest and the dead.
    fn gather(&mut self) -> Result<Crowd> {
        let (tell, told) = mpsc::channel();
        let (attack_key, attack) = gate::closed();
        let (leave_key, leave) = gate::closed();
        let over = Arc::new(AtomicBool::new(false));
        let until = Instant::now() + self.talk;
        for number in 0..self.population.honest {
            self.runtime.talk(Talk {
                url: format!("ws://{}{HONEST}", self.server.patient),
                config: settings::client(number),
                random: Random::new(self.random.bits()),
                until,
                attack: attack.clone(),
                is_busy: number < self.population.busy,
                over: Arc::clone(&over),
                leave: leave.clone(),
                tell: tell.clone(),
            })?;
        }
        let dead = (0..self.population.dead).map(|_| Peer::open(self.server.patient, DEAD, ""));
        let dead = dead.collect::<io::Result<_>>()?;
        Ok(Crowd { told, attack: attack_key, over, leave: leave_key, dead })
    }

    /// Waits until so many clients have told something. Gives how many were wronged.
    fn hear(&mut self, told: &Receiver<Told>, count: usize) -> Result<usize> {
        let mut wronged = 0;
        for heard in 0..count {
            match told.recv_timeout(PATIENCE) {
                Ok(Told::Quiet | Told::Over) => {}
                Ok(Told::Left(done)) => self.verdict.add(done),
                Ok(Told::Wronged(why)) => {
                    wronged += 1;
                    self.verdict.fault(why);
                }
                Err(_) => return Err(format!("{} of {count} clients hang", count - heard).into()),
            }
        }
        Ok(wronged)
    }

    /// Sends in the hostile and the slow, and waits until all have gone.
    fn attack(&mut self) -> Result {
        let patient = self.server.patient;
        let mut slow = Vec::new();
        for _ in 0..self.population.slow {
            let builder = thread::Builder::new().stack_size(STACK_LEN);
            slow.push(builder.spawn(move || slow::talk(patient))?);
        }
        for why in hostile::attack(self.server.strict, self.population.hostile)? {
            self.verdict.fault(why);
        }
        for slow in slow {
            match slow.join() {
                Ok(Ok(())) => {}
                Ok(Err(why)) => self.verdict.fault(format!("slow: {why}")),
                Err(_) => self.verdict.fault("a client panicked"),
            }
        }
        Ok(())
    }

    /// The heap that the attack may take: what is promised for each who takes part in it.
    fn promised(&self) -> usize {
        let hostile: usize = hostile::kinds().map(|kind| kind.cost.most()).sum();
        let others = self.population.busy + self.population.slow;
        self.population.hostile * hostile + others * Cost::Open.most() + POOLS
    }

    /// Nobody says anything, and both processes have nothing to do.
    fn listen_to_silence(&mut self) -> Result {
        let before = [self.server.cpu()?, gauge::cpu()];
        thread::sleep(self.silence);
        let after = [self.server.cpu()?, gauge::cpu()];
        for (who, at) in [("the server", 0), ("the client", 1)] {
            self.verdict.quiet(who, after[at].saturating_sub(before[at]));
        }
        Ok(())
    }

    /// Waits until something is so of the server, and gives what it then has.
    fn settle(&mut self, what: &str, is_so: impl Fn(&Usage, usize) -> bool) -> Result<Usage> {
        let deadline = Instant::now() + PATIENCE / 2;
        loop {
            let (usage, open) = self.server.usage()?;
            if is_so(&usage, open) {
                return Ok(usage);
            }
            if Instant::now() > deadline {
                self.verdict.fault(format!("not so: {what}; {open} are open, {usage:?}"));
                return Ok(usage);
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether every connection ended as it has to.
    fn judge(&mut self, outcomes: &Outcomes) {
        for fault in faults(outcomes, &self.population) {
            self.verdict.fault(fault);
        }
    }
}

/// Compares how connections ended with how they may.
fn faults(outcomes: &Outcomes, population: &Population) -> Vec<String> {
    let mut faults = Vec::new();
    let mut left = outcomes.clone();
    let mut expect = |path: &str, ends: &[&str], count: usize| {
        let mut found = 0;
        for end in ends {
            found += left.remove(&format!("{path}: {end}")).unwrap_or(0);
        }
        if found != count {
            faults.push(format!("{count} of {path} should have ended with {ends:?}, {found} have"));
        }
    };
    expect(HONEST, &[CLOSED], population.honest);
    expect(DEAD, &["disconnected"], population.dead);
    expect(slow::PATH, &[CLOSED], population.slow);
    // Those without a path are told apart by how they end.
    let (heads, frames): (Vec<_>, Vec<_>) =
        hostile::kinds().partition(|kind| kind.cost == Cost::Handshake);
    let mut ends: Vec<_> = heads.iter().flat_map(|kind| kind.ends).copied().collect();
    ends.sort_unstable();
    ends.dedup();
    if let Some(head) = heads.first() {
        expect(head.path(), &ends, heads.len() * population.hostile);
    }
    for kind in frames {
        expect(kind.path(), kind.ends, population.hostile);
    }
    faults.extend(left.iter().map(|(outcome, count)| format!("{count} ended with {outcome}")));
    faults
}

/// The paths that clients ask for.
const HONEST: &str = "/honest";
const DEAD: &str = "/dead";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_ends_otherwise_is_found() {
        let population = Population { honest: 3, busy: 1, dead: 2, slow: 1, hostile: 2 };
        let mut outcomes = Outcomes::new();
        for kind in hostile::kinds() {
            *outcomes.entry(format!("{}: {}", kind.path(), kind.ends[0])).or_default() += 2;
        }
        for (outcome, count) in
            [("/honest: closed", 3), ("/dead: disconnected", 2), ("/slow: closed", 1)]
        {
            outcomes.insert(outcome.to_owned(), count);
        }
        assert_eq!(faults(&outcomes, &population), [""; 0]);
        outcomes.insert("/honest: closed".to_owned(), 2);
        outcomes.insert("dropped: without a word".to_owned(), 1);
        assert_eq!(
            faults(&outcomes, &population),
            [
                "3 of /honest should have ended with [\"closed\"], 2 have",
                "1 ended with dropped: without a word"
            ]
        );
    }
}
