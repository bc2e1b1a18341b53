//! For programs.

use serde_json::{Value, json};

use crate::grade::Grade;
use crate::run::{Outcome, Report};
use crate::transcript::{Entry, escaped};

pub(super) fn json(report: &Report) -> String {
    let summary = Grade::ALL.iter().map(|&grade| {
        let count = report.count(grade);
        let of_grade = json!({
            "passed": count.passed,
            "failed": count.failed,
            "information": count.information,
            "skipped": count.skipped,
        });
        (grade.name().to_owned(), of_grade)
    });
    let all = json!({
        "suite": "ws-conform",
        "version": env!("CARGO_PKG_VERSION"),
        "side": report.side.name(),
        "name": report.name,
        "target": report.target,
        "date": report.date(),
        "passes": report.passes(),
        "summary": summary.collect::<serde_json::Map<_, _>>(),
        "cases": report.outcomes.iter().map(case).collect::<Vec<_>>(),
    });
    // A value made of strings and numbers is always written.
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}

fn case(outcome: &Outcome) -> Value {
    let case = &outcome.case;
    json!({
        "id": case.id,
        "title": case.title,
        "section": case.rule.section,
        "link": case.rule.link(),
        "rule": case.rule.text,
        "grade": case.grade.name(),
        "verdict": outcome.verdict.name(),
        "failed_as": outcome.verdict.failure().map(Grade::name),
        "why": outcome.verdict.why(),
        "growth": outcome.growth,
        "transcript": outcome.transcript.entries().iter().map(entry).collect::<Vec<_>>(),
    })
}

fn entry(entry: &Entry) -> Value {
    json!({
        "ms": u64::try_from(entry.at.as_millis()).unwrap_or(u64::MAX),
        "direction": entry.direction.name(),
        "octets": escaped(&entry.octets),
        "len": entry.len,
    })
}
