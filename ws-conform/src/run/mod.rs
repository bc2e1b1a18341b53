//! Running cases: many at once, each within its time.

mod again;
pub(crate) mod client;
pub(crate) mod looping;
mod patience;
mod pool;
pub(crate) mod server;

use std::time::Duration;

use crate::case::Case;
use crate::cases::Side;
use crate::grade::Grade;
use crate::memory::mebibytes;
use crate::transcript::Transcript;
use crate::verdict::Verdict;

pub(crate) use pool::run_all;

/// A case, and what came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The case.
    pub case: Case,
    /// What came of it.
    pub verdict: Verdict,
    /// What went over the connection.
    pub transcript: Transcript,
    /// By how many octets the implementation's process grew meanwhile, in a case that is about memory.
    pub growth: Option<u64>,
    /// How long it was played.
    pub(crate) took: Duration,
}

impl Outcome {
    /// A growth beyond the bound of the case is a failure.
    pub(crate) fn weighed(mut self, growth: Option<u64>, max: u64) -> Self {
        self.growth = growth;
        let is_failed = self.verdict.failure().is_some_and(Grade::decides);
        if let Some(growth) = growth.filter(|growth| *growth > max && !is_failed) {
            let (growth, max) = (mebibytes(growth), mebibytes(max));
            let why = format!("the process grew by {growth}, and the bound is {max}");
            self.verdict = Verdict::failed(Grade::Security, why);
        }
        self
    }
}

/// How far a process may grow for what a peer only declares. Limits for messages are a megabyte or some in most
/// implementations, and heads have 12 MiB in these cases.
pub(crate) const MAX_GROWTH: u64 = 32 * 1024 * 1024;

/// All of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// Which side was under test.
    pub side: Side,
    /// What the implementation is called.
    pub name: String,
    /// Where it was, or how it was started.
    pub target: String,
    /// When it began, in seconds since the beginning of 1970.
    pub began: u64,
    /// In the order of the cases.
    pub outcomes: Vec<Outcome>,
}

/// Which cases to run.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Beginnings of names; empty for all.
    pub only: Vec<String>,
    /// Beginnings of names that are left out.
    pub skip: Vec<String>,
}

impl Filter {
    /// Whether a case is run.
    pub fn takes(&self, id: &str) -> bool {
        let begins = |prefixes: &[String]| prefixes.iter().any(|prefix| id.starts_with(prefix));
        (self.only.is_empty() || begins(&self.only)) && !begins(&self.skip)
    }
}

/// Is told how many cases are done, of how many.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);
