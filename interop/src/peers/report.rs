//! The table and the totals.

use std::fmt::Write as _;

use super::peer::Peer;
use super::side::Side;

/// What came of one attempt.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Which side was ours.
    pub(crate) side: Side,
    /// Who was on the other.
    pub(crate) peer: Peer,
    /// What ours ran on.
    pub(crate) runtime: &'static str,
    /// What was tried.
    pub(crate) case: String,
    /// How it went.
    pub(crate) outcome: Outcome,
}

/// How an attempt went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As it should.
    Passed,
    /// Not as it should, and how.
    Failed(String),
    /// Not at all: the peer is missing.
    Skipped,
}

impl From<Result<(), String>> for Outcome {
    fn from(result: Result<(), String>) -> Self {
        result.map_or_else(Self::Failed, |()| Self::Passed)
    }
}

/// All that came of a run.
#[derive(Debug)]
pub(crate) struct Report {
    runtimes: Vec<&'static str>,
    entries: Vec<Entry>,
}

impl Report {
    pub(crate) fn new(runtimes: Vec<&'static str>, entries: Vec<Entry>) -> Self {
        Self { runtimes, entries }
    }

    /// A line for each failure, then peers by runtimes in both directions, each cell
    /// `passed/tried`.
    pub(crate) fn table(&self) -> String {
        let mut text = String::new();
        for entry in &self.entries {
            if let Outcome::Failed(message) = &entry.outcome {
                let Entry { side, peer, runtime, case, .. } = entry;
                let peer = peer.name();
                let _ = writeln!(text, "FAILED {side} on {runtime}, {peer}: {case}: {message}");
            }
        }
        let _ = write!(text, "{:<12}{:<20}", "", "peer");
        for runtime in &self.runtimes {
            let _ = write!(text, "{runtime:<12}");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        for side in Side::ALL {
            for peer in Peer::ALL {
                self.row(&mut text, side, peer);
            }
        }
        text
    }

    /// The last line: `N passed, N failed`, and how many were skipped if any.
    pub(crate) fn totals(&self) -> String {
        let passed = self.count(|entry| entry.outcome == Outcome::Passed);
        let mut text = format!("{passed} passed, {} failed", self.failed());
        if self.skipped() > 0 {
            let _ = write!(text, ", {} skipped", self.skipped());
        }
        text
    }

    /// How many attempts failed.
    pub(crate) fn failed(&self) -> usize {
        self.count(|entry| matches!(entry.outcome, Outcome::Failed(_)))
    }

    /// How many attempts could not be made.
    pub(crate) fn skipped(&self) -> usize {
        self.count(|entry| entry.outcome == Outcome::Skipped)
    }

    fn row(&self, text: &mut String, side: Side, peer: Peer) {
        if !self.entries.iter().any(|entry| (entry.side, entry.peer) == (side, peer)) {
            return;
        }
        let _ = write!(text, "{side:<12}{:<20}", peer.name());
        for &runtime in &self.runtimes {
            let here =
                |entry: &Entry| (entry.side, entry.peer, entry.runtime) == (side, peer, runtime);
            let tried = self.count(|entry| here(entry) && entry.outcome != Outcome::Skipped);
            let passed = self.count(|entry| here(entry) && entry.outcome == Outcome::Passed);
            let cell = match tried {
                0 => "skipped".to_owned(),
                _ if passed < tried => format!("{passed}/{tried} !"),
                _ => format!("{passed}/{tried}"),
            };
            let _ = write!(text, "{cell:<12}");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }

    fn count(&self, is: impl Fn(&Entry) -> bool) -> usize {
        self.entries.iter().filter(|entry| is(entry)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_count_what_was_tried() {
        let entry = |peer, runtime, outcome| Entry {
            side: Side::Server,
            peer,
            runtime,
            case: "a case".to_owned(),
            outcome,
        };
        let report = Report::new(
            vec!["tokio", "smol"],
            vec![
                entry(Peer::Ws, "tokio", Outcome::Passed),
                entry(Peer::Ws, "smol", Outcome::Passed),
                entry(Peer::Ws, "smol", Outcome::Failed("expected this, got that".to_owned())),
                entry(Peer::Beast, "tokio", Outcome::Skipped),
                entry(Peer::Beast, "smol", Outcome::Skipped),
            ],
        );
        let table = "\
FAILED our server on smol, npm ws: a case: expected this, got that
            peer                tokio       smol
our server  npm ws              1/1         1/2 !
our server  Boost.Beast         skipped     skipped
";
        assert_eq!(report.table(), table);
        assert_eq!(report.totals(), "2 passed, 1 failed, 2 skipped");
    }
}
