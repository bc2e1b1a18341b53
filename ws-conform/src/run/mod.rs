//! Running cases: many at once, each within its time.

pub(crate) mod client;
pub(crate) mod looping;
mod patience;
mod pool;
pub(crate) mod server;

use crate::case::Case;
use crate::cases::Side;
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
}

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
