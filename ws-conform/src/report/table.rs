//! For a terminal.

use std::fmt::Write as _;

use crate::grade::Grade;
use crate::run::Report;
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
    text + "\n" + &totals(report)
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
