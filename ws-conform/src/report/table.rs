//! For a terminal.

use std::fmt::Write as _;

use crate::grade::Grade;
use crate::run::{Outcome, Report};
use crate::verdict::Verdict;

pub(super) fn table(report: &Report) -> String {
    let mut text = format!("{} {}\n\n", report.side.name(), report.target);
    for grade in Grade::ALL {
        for outcome in &report.outcomes {
            let Verdict::Failed { grade: failed, why } = &outcome.verdict else { continue };
            if *failed != grade {
                continue;
            }
            let case = &outcome.case;
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "FAILED  {grade:11} {}  {} [{}]",
                case.id, case.title, case.rule.section
            );
            let _ = writeln!(text, "        {why}");
        }
    }
    text.push_str(&skipped(report));
    if let Some(memory) = report.memory() {
        let _ = writeln!(text, "memory: {memory}\n");
    }
    text.push_str("grade       | passed | failed | information | skipped\n");
    text.push_str("------------|--------|--------|-------------|--------\n");
    for grade in Grade::ALL {
        let count = report.count(grade);
        let failed =
            if grade == Grade::Information { "-".to_owned() } else { count.failed.to_string() };
        let _ = writeln!(
            text,
            "{grade:11} | {:>6} | {failed:>6} | {:>11} | {:>7}",
            count.passed, count.information, count.skipped
        );
    }
    text + "\n" + &totals(report) + &first_cause(report)
}

/// Where not even the plainest handshake passes, most of the rest fails for the same reason, and what has to be refused
/// passes for no merit.
fn first_cause(report: &Report) -> String {
    let plainest = |outcome: &&Outcome| outcome.case.id.ends_with("/ok/minimal");
    let failed = report.outcomes.iter().find(plainest).filter(|it| it.verdict.failure().is_some());
    failed.map_or_else(String::new, |outcome| {
        let (id, why) = (&outcome.case.id, outcome.verdict.why());
        format!("Begin with {id}, the plainest handshake: {why}. Little of the rest means much until it passes.\n")
    })
}

/// Why cases were not run, and how many.
fn skipped(report: &Report) -> String {
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    for outcome in &report.outcomes {
        if let Verdict::Skipped(why) = &outcome.verdict {
            // One line for all settings; the other reports have each.
            let why = why.split(" {").next().unwrap_or_default();
            match reasons.iter_mut().find(|(reason, _)| *reason == why) {
                Some((_, count)) => *count += 1,
                None => reasons.push((why, 1)),
            }
        }
    }
    let mut text = String::new();
    for (why, count) in &reasons {
        let more =
            if why.starts_with("nothing") { " what they need (`ws-conform setups`)" } else { "" };
        let _ = writeln!(text, "skipped {count}: {why}{more}");
    }
    if reasons.is_empty() { text } else { text + "\n" }
}

/// The last line.
fn totals(report: &Report) -> String {
    let failing = [Grade::Must, Grade::Should, Grade::Security, Grade::Robustness];
    let counts = failing.map(|grade| format!("{} {grade}", report.count(grade).failed));
    format!("{} failed\n", counts.join(", "))
}
