//! What is said of a run, in four forms.

mod count;
mod date;
mod html;
mod json;
mod junit;
mod table;

use crate::grade::Grade;
use crate::memory::mebibytes;
use crate::run::Report;
use crate::verdict::Verdict;

pub use count::Count;

impl Report {
    /// Whether no MUST and no security case failed.
    pub fn passes(&self) -> bool {
        !self.outcomes.iter().any(|it| it.verdict.failure().is_some_and(Grade::decides))
    }

    /// How many cases of a grade came to what. A failure counts where its own grade is.
    pub fn count(&self, grade: Grade) -> Count {
        let mut count = Count::default();
        for outcome in &self.outcomes {
            match &outcome.verdict {
                Verdict::Failed { grade: failed, .. } if *failed == grade => count.failed += 1,
                Verdict::Failed { .. } => {}
                _ if outcome.case.grade != grade => {}
                Verdict::Passed => count.passed += 1,
                Verdict::Information(_) => count.information += 1,
                Verdict::Skipped(_) => count.skipped += 1,
            }
        }
        count
    }

    /// By how much the process grew at most, and in which case; `None` where it was not seen.
    pub fn memory(&self) -> Option<String> {
        let grown = self.outcomes.iter().filter_map(|it| Some((it.growth?, &it.case.id)));
        let (most, id) = grown.max_by_key(|(growth, _)| *growth)?;
        Some(format!("the process grew by {} at most, in {id}", mebibytes(most)))
    }

    /// The day on which it began, as `2026-11-30`, by UTC.
    pub fn date(&self) -> String {
        date::of(self.began)
    }

    /// What failed, and the numbers, for a terminal.
    pub fn table(&self) -> String {
        table::table(self)
    }

    /// All of it, for programs.
    pub fn json(&self) -> String {
        json::json(self)
    }

    /// All of it, for CI.
    pub fn junit(&self) -> String {
        junit::junit(self)
    }

    /// All of it, for people: one page. With `brief`, octets are shown of the cases that failed, unless it is
    /// about security, and of the others the names alone.
    pub fn html(&self, brief: bool) -> String {
        html::html(self, brief)
    }
}
