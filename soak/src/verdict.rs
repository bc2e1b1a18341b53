//! What is found: faults, and the figures of the table.

use std::time::Duration;

use crate::{client::Done, gauge::Usage, population::Population, runtime::Name};

/// One adapter.
#[derive(Debug)]
pub(crate) struct Verdict {
    name: Name,
    faults: Vec<String>,
    rounds: usize,
    done: Done,
    /// For the heap during the attack: the most there was above that of idle connections, and the most there may be.
    attack: (usize, usize),
    /// The longest time on a processor in a quiet second.
    quiet: Duration,
    /// What the server has in the end, and had after the first round.
    left: (Usage, Usage),
}

impl Verdict {
    pub(crate) fn new(name: Name) -> Self {
        Self {
            name,
            faults: Vec::new(),
            rounds: 0,
            done: Done::default(),
            attack: (0, 0),
            quiet: Duration::ZERO,
            left: <(Usage, Usage)>::default(),
        }
    }

    /// Something is wrong.
    pub(crate) fn fault(&mut self, what: impl Into<String>) {
        let what = what.into();
        // Whatever is wrong with thousands is told a few times.
        if self.faults.len() < MAX_FAULTS {
            println!("{}: FAULT: {what}", self.name.text());
        }
        self.faults.push(what);
    }

    /// Something is wrong unless this is so.
    pub(crate) fn require(&mut self, is_so: bool, otherwise: impl FnOnce() -> String) {
        if !is_so {
            self.fault(otherwise());
        }
    }

    /// Says something that is neither right nor wrong.
    pub(crate) fn tell(&self, what: &str) {
        println!("{}: {what}", self.name.text());
    }

    pub(crate) fn add_round(&mut self) {
        self.rounds += 1;
    }

    pub(crate) fn add(&mut self, done: Done) {
        self.done.messages += done.messages;
        self.done.octets += done.octets;
    }

    /// The heap during an attack, above that of those who are idle.
    pub(crate) fn attacked(&mut self, held: usize, most: usize) {
        self.attack = self.attack.max((held, most));
        self.require(held <= most, || {
            format!(
                "{} KiB on the heap during the attack, where {} are promised",
                held >> 10,
                most >> 10
            )
        });
    }

    /// Time on a processor in a second in which nothing happens.
    pub(crate) fn quiet(&mut self, who: &str, cpu: Duration) {
        self.quiet = self.quiet.max(cpu);
        self.require(cpu <= MAX_QUIET, || format!("{who} computes for {cpu:?} in a quiet second"));
    }

    /// What is left of a process that had `before`, when everybody has gone.
    pub(crate) fn left(&mut self, who: &str, now: Usage, before: Usage, slack: usize) {
        let faults = [
            (now.heap > before.heap + slack, "octets on the heap", before.heap, now.heap),
            (
                now.descriptors > before.descriptors,
                "descriptors",
                before.descriptors,
                now.descriptors,
            ),
            (now.threads > before.threads, "threads", before.threads, now.threads),
        ];
        for (_, what, before, now) in faults.into_iter().filter(|(is_fault, ..)| *is_fault) {
            self.fault(format!("{who} had {before} {what}, and has {now}"));
        }
    }

    /// What the server has in the end, and had after the first round.
    pub(crate) fn server(&mut self, now: Usage, before: Usage) {
        self.left = (now, before);
    }

    pub(crate) fn is_good(&self) -> bool {
        self.faults.is_empty()
    }

    /// The row of the table.
    pub(crate) fn row(&self, population: &Population) -> String {
        let (now, before) = self.left;
        let kib = |octets: usize| octets >> 10;
        format!(
            "{:9} | {:>5} | {:>6} | {:>9} | {:>8} | {:>6} / {:>7} | {:>6} to {:>6} | {:>7} | {:>7} | {:>5} ms | {}",
            self.name.text(),
            population.len(),
            self.rounds,
            self.done.messages,
            self.done.octets >> 20,
            kib(self.attack.0),
            kib(self.attack.1),
            kib(before.heap),
            kib(now.heap),
            format!("{} to {}", before.descriptors, now.descriptors),
            format!("{} to {}", before.threads, now.threads),
            self.quiet.as_millis(),
            if self.is_good() { "ok".to_owned() } else { format!("{} FAULTS", self.faults.len()) }
        )
    }
}

/// Above the rows.
pub(crate) const HEADER: &str = "\
adapter   |  open | rounds |  messages |      MiB | attack KiB / most |   server heap KiB | descr.  | threads | quiet    | verdict";

/// In a second. What a runtime does by itself, and the questions that are asked, take some tenths of a millisecond; a
/// thread that spins takes all of it.
const MAX_QUIET: Duration = Duration::from_millis(100);

/// How many are told.
const MAX_FAULTS: usize = 20;
