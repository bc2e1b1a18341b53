//! The table and the totals.

use std::fmt::Write as _;

use super::expected::Expected;
use super::judge::{Grade, Verdict};
use super::session::{Outcome, Session};

/// All that came of a run.
#[derive(Debug)]
pub(crate) struct Report {
    sessions: Vec<(Session, Outcome)>,
    expected: Expected,
    is_complete: bool,
}

impl Report {
    /// `is_complete` tells that all cases were to be run: an exception for another is for none.
    pub(crate) fn new(
        sessions: Vec<(Session, Outcome)>,
        expected: Expected,
        is_complete: bool,
    ) -> Self {
        Self { sessions, expected, is_complete }
    }

    /// A line for everything that is not as it should be, and for each exception in use.
    pub(crate) fn lines(&self) -> String {
        let mut text = String::new();
        for (session, outcome) in &self.sessions {
            let verdicts = match &outcome.verdicts {
                Ok(verdicts) => verdicts,
                Err(why) => {
                    let _ = writeln!(text, "FAILED {session}: {why}");
                    continue;
                }
            };
            for Verdict { case, grade } in verdicts {
                let Grade::Deviating(what) = grade else { continue };
                let _ = match self.expected.reason(case) {
                    Some(reason) => writeln!(text, "expected {session} {case}: {what}: {reason}"),
                    None => {
                        let page = session.page(case);
                        writeln!(text, "FAILED {session} {case}: {what} ({})", page.display())
                    }
                };
            }
        }
        for case in self.unused() {
            let _ = writeln!(text, "FAILED {case}: an exception that nobody needs");
        }
        text
    }

    /// Role by runtime, with the number of cases of each grade.
    pub(crate) fn table(&self) -> String {
        let mut text = String::from(
            "runtime   | role   | cases |  OK | informational | expected | failed |    time\n\
             ----------|--------|-------|-----|---------------|----------|--------|--------\n",
        );
        for (session, outcome) in &self.sessions {
            let Counts { ok, informational, expected, failed } = self.counts(outcome);
            let _ = writeln!(
                text,
                "{:9} | {:6} | {:5} | {ok:3} | {informational:13} | {expected:8} | {failed:6} | {:5.1} s",
                session.runtime,
                session.role.name(),
                outcome.verdicts.as_ref().map_or(0, Vec::len),
                outcome.time.as_secs_f64(),
            );
        }
        text
    }

    /// The last line: `N passed, N failed`. A session that has no result counts as one failure, and
    /// so does an exception that nobody needs.
    pub(crate) fn totals(&self) -> String {
        let passed: usize = self.sessions.iter().map(|(_, it)| self.counts(it).passed()).sum();
        format!("{passed} passed, {} failed", self.failed())
    }

    /// What the last line says has failed.
    pub(crate) fn failed(&self) -> usize {
        let failed: usize = self.sessions.iter().map(|(_, it)| self.counts(it).failed).sum();
        failed + self.unused().len()
    }

    fn counts(&self, outcome: &Outcome) -> Counts {
        let mut counts = Counts::default();
        let Ok(verdicts) = &outcome.verdicts else { return Counts { failed: 1, ..counts } };
        for Verdict { case, grade } in verdicts {
            *match grade {
                Grade::Ok => &mut counts.ok,
                Grade::Informational => &mut counts.informational,
                Grade::Deviating(_) if self.expected.reason(case).is_some() => &mut counts.expected,
                Grade::Deviating(_) => &mut counts.failed,
            } += 1;
        }
        counts
    }

    /// The exceptions that this run shows not to be needed: no session deviated in that case.
    fn unused(&self) -> Vec<&str> {
        let verdicts = || self.sessions.iter().flat_map(|(_, it)| it.verdicts.iter().flatten());
        let is_unused = |case: &&str| {
            let mut grades = verdicts().filter(|it| it.case == **case).map(|it| &it.grade);
            let was_run = grades.clone().next().is_some();
            let is_needed = grades.any(|grade| matches!(grade, Grade::Deviating(_)));
            !is_needed && (was_run || self.is_complete)
        };
        self.expected.cases().filter(is_unused).collect()
    }
}

/// How many cases of a session got which grade.
#[derive(Debug, Default)]
struct Counts {
    ok: usize,
    informational: usize,
    expected: usize,
    failed: usize,
}

impl Counts {
    fn passed(&self) -> usize {
        self.ok + self.informational + self.expected
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::session::Role;
    use super::*;

    fn report(sessions: Vec<Result<Vec<(&str, Grade)>, String>>, expected: &str) -> Report {
        let session = Session { role: Role::Server, runtime: "smol" };
        let verdict = |(case, grade): (&str, Grade)| Verdict { case: case.to_owned(), grade };
        let outcome = |verdicts: Result<Vec<_>, String>| Outcome {
            verdicts: verdicts.map(|list| list.into_iter().map(verdict).collect()),
            time: Duration::from_secs(25),
        };
        let sessions = sessions.into_iter().map(|it| (session, outcome(it))).collect();
        Report::new(sessions, Expected::parse(expected).unwrap(), false)
    }

    fn deviating() -> Grade {
        Grade::Deviating("NON-STRICT".to_owned())
    }

    #[test]
    fn all_is_well() {
        let list = vec![("1.1.1", Grade::Ok), ("7.1.6", Grade::Informational)];
        let report = report(vec![Ok(list)], "");
        assert_eq!((report.totals().as_str(), report.failed()), ("2 passed, 0 failed", 0));
        assert_eq!(report.lines(), "");
        let row = "smol      | server |     2 |   1 |             1 |        0 |      0 |  25.0 s";
        assert_eq!(report.table().lines().last(), Some(row));
    }

    #[test]
    fn a_deviation_fails() {
        let report = report(vec![Ok(vec![("1.1.1", Grade::Ok), ("6.4.3", deviating())])], "");
        assert_eq!(report.totals(), "1 passed, 1 failed");
        assert!(report.lines().starts_with("FAILED smol server 6.4.3: NON-STRICT ("));
    }

    #[test]
    fn a_session_without_result_fails() {
        let report = report(vec![Ok(vec![("1.1.1", Grade::Ok)]), Err("no port".to_owned())], "");
        assert_eq!(report.totals(), "1 passed, 1 failed");
        assert_eq!(report.lines(), "FAILED smol server: no port\n");
    }

    #[test]
    fn an_exception_is_for_what_deviates() {
        let deviates = || vec![("1.1.1", Grade::Ok), ("6.4.3", deviating())];
        let right = vec![("1.1.1", Grade::Ok), ("6.4.3", Grade::Ok)];
        let used = report(vec![Ok(deviates()), Ok(right.clone())], r#""6.4.3" = "so""#);
        assert_eq!(used.totals(), "4 passed, 0 failed");
        assert_eq!(used.lines(), "expected smol server 6.4.3: NON-STRICT: so\n");
        let unused = report(vec![Ok(right)], r#""6.4.3" = "so""#);
        assert_eq!(unused.totals(), "2 passed, 1 failed");
        assert!(unused.lines().starts_with("FAILED 6.4.3: an exception that nobody needs"));
    }

    #[test]
    fn an_exception_for_a_case_that_was_not_run_may_be_needed_unless_all_were() {
        let mut report = report(vec![Ok(vec![("1.1.1", Grade::Ok)])], r#""6.4.3" = "so""#);
        assert_eq!(report.totals(), "1 passed, 0 failed");
        report.is_complete = true;
        assert_eq!(report.totals(), "1 passed, 1 failed");
    }
}
