//! A second chance for who was slow: the machine may have had others to serve.

use std::time::Duration;

use super::Outcome;
use crate::case::Case;

/// Runs again, alone, what failed after it had been waited for, when that is so of a few cases only; who answers
/// nothing is no faster the second time.
pub(super) fn again(
    outcomes: Vec<Outcome>,
    timeout: Duration,
    run: impl Fn(Case) -> Outcome,
) -> Vec<Outcome> {
    let is_slow = |it: &Outcome| it.verdict.failure().is_some() && it.took >= timeout;
    let count = outcomes.iter().filter(|it| is_slow(it)).count();
    if count > FEW || count * PART > outcomes.len() {
        return outcomes;
    }
    let retried = |it: Outcome| if is_slow(&it) { run(it.case) } else { it };
    outcomes.into_iter().map(retried).collect()
}

/// More than these are no accident.
const FEW: usize = 6;
/// Nor is it one when more than one of so many was slow.
const PART: usize = 20;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::cases::{Side, cases};
    use crate::grade::Grade;
    use crate::transcript::Transcript;
    use crate::verdict::Verdict;

    const TIMEOUT: Duration = Duration::from_secs(2);

    fn outcome(case: Case, verdict: Verdict, took: Duration) -> Outcome {
        Outcome { case, verdict, transcript: Transcript::new(), growth: None, took }
    }

    /// How many of so many slow failures are run again and pass, beside so many that pass at once, and other failures.
    fn retried(slow: usize, all: usize) -> usize {
        let mut cases = cases(Side::Server).unwrap().into_iter();
        let failed = || Verdict::failed(Grade::Must, "nothing came in time");
        let mut outcomes: Vec<_> =
            cases.by_ref().take(slow).map(|case| outcome(case, failed(), TIMEOUT)).collect();
        outcomes.extend(cases.by_ref().take(3).map(|case| outcome(case, failed(), TIMEOUT / 2)));
        outcomes.extend(cases.take(all).map(|case| outcome(case, Verdict::Passed, TIMEOUT * 2)));
        let runs = Cell::new(0);
        let found = again(outcomes, TIMEOUT, |case| {
            runs.set(runs.get() + 1);
            outcome(case, Verdict::Passed, Duration::ZERO)
        });
        let failed = found.iter().filter(|it| it.verdict.failure().is_some()).count();
        assert_eq!(failed, 3 + slow - runs.get());
        runs.get()
    }

    #[test]
    fn a_few_that_were_waited_for_are_run_again() {
        assert_eq!((retried(0, 500), retried(1, 500), retried(FEW, 500)), (0, 1, FEW));
        assert_eq!((retried(FEW + 1, 500), retried(2, 3)), (0, 0));
    }
}
