//! A line for each case, and the totals.

use crate::failure::{Failure, skips_fail};

/// What came of one case.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Client, what lies between, and server; then what is tried, and what has to come of it.
    pub(crate) name: String,
    /// How it went.
    pub(crate) outcome: Outcome,
}

/// How a case went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As it should. There may be something to add.
    Passed(String),
    /// Not as it should, and how.
    Failed(String),
    /// Not at all, and what is missing.
    Skipped(String),
}

/// Why something does not run that a case needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    /// It cannot be had here.
    Missing(String),
    /// It is here, and does not start as we want it to.
    Broken(String),
}

impl Entry {
    /// A case that was tried.
    pub(crate) fn tried(name: String, result: Result<String, String>) -> Self {
        Self { name, outcome: result.map_or_else(Outcome::Failed, Outcome::Passed) }
    }

    /// A case that could not be.
    pub(crate) fn absent(name: String, absent: Absent) -> Self {
        let outcome = match absent {
            Absent::Missing(why) => Outcome::Skipped(why),
            Absent::Broken(why) => Outcome::Failed(why),
        };
        Self { name, outcome }
    }

    /// Whether it was tried and went wrong.
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_))
    }

    /// Its line.
    pub(crate) fn line(&self) -> String {
        let name = &self.name;
        match &self.outcome {
            Outcome::Passed(more) if more.is_empty() => format!("passed  {name}"),
            Outcome::Passed(more) => format!("passed  {name}: {more}"),
            Outcome::Failed(why) => format!("FAILED  {name}: {why}"),
            Outcome::Skipped(why) => format!("skipped {name}: {why}"),
        }
    }
}

/// How many cases went how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Totals {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl Totals {
    /// Counts.
    fn of(entries: &[Entry]) -> Self {
        let mut totals = Self::default();
        for entry in entries {
            match entry.outcome {
                Outcome::Passed(_) => totals.passed += 1,
                Outcome::Failed(_) => totals.failed += 1,
                Outcome::Skipped(_) => totals.skipped += 1,
            }
        }
        totals
    }

    /// The last line: `N passed, N failed`, and how many were skipped if any.
    pub(crate) fn line(&self) -> String {
        let Self { passed, failed, skipped } = self;
        match skipped {
            0 => format!("{passed} passed, {failed} failed"),
            _ => format!("{passed} passed, {failed} failed, {skipped} skipped"),
        }
    }
}

/// Prints once more what failed, and the totals last.
///
/// # Errors
///
/// When a case failed, and where `CI` is `true` also when one was skipped.
pub(crate) fn conclude(entries: &[Entry]) -> Result<(), Failure> {
    let totals = Totals::of(entries);
    for entry in entries.iter().filter(|entry| entry.is_failure()) {
        println!("{}", entry.line());
    }
    println!("{}", totals.line());
    match totals.failed > 0 || (totals.skipped > 0 && skips_fail()) {
        true => Err(Failure::Reported),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_is_a_line_and_all_are_counted() {
        let entries = [
            Entry::tried("a".to_owned(), Ok(String::new())),
            Entry::tried("b".to_owned(), Ok("252 ms".to_owned())),
            Entry::tried("c".to_owned(), Err("no".to_owned())),
            Entry::absent("d".to_owned(), Absent::Missing("not here".to_owned())),
            Entry::absent("e".to_owned(), Absent::Broken("no port".to_owned())),
        ];
        let lines: Vec<_> = entries.iter().map(Entry::line).collect();
        let expected = [
            "passed  a",
            "passed  b: 252 ms",
            "FAILED  c: no",
            "skipped d: not here",
            "FAILED  e: no port",
        ];
        assert_eq!(lines, expected);
        assert_eq!(Totals::of(&entries).line(), "2 passed, 2 failed, 1 skipped");
        assert_eq!(Totals::of(&entries[..2]).line(), "2 passed, 0 failed");
    }
}
