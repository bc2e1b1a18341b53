//! For CI: the XML that JUnit made common.

use std::fmt::Write as _;

use crate::grade::Grade;
use crate::run::Report;
use crate::verdict::Verdict;

pub(super) fn junit(report: &Report) -> String {
    let outcomes = &report.outcomes;
    let failures =
        outcomes.iter().filter(|it| it.verdict.failure().is_some_and(Grade::decides)).count();
    let skipped = outcomes.iter().filter(|it| matches!(it.verdict, Verdict::Skipped(_))).count();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "<testsuite name=\"ws-conform {} {}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">",
        report.side.name(),
        quoted(&report.name),
        outcomes.len(),
    );
    for outcome in outcomes {
        let case = &outcome.case;
        let _ = write!(
            text,
            "  <testcase classname=\"ws-conform.{}\" name=\"{}: {}\">",
            case.grade.name(),
            quoted(&case.id),
            quoted(&case.title)
        );
        let why = quoted(outcome.verdict.why());
        let _ = match &outcome.verdict {
            Verdict::Passed => Ok(()),
            Verdict::Skipped(_) => write!(text, "<skipped message=\"{why}\"/>"),
            Verdict::Failed { grade, .. } if grade.decides() => write!(
                text,
                "<failure type=\"{grade}\" message=\"{why}\">{} {}</failure>",
                quoted(&case.rule.section),
                quoted(case.rule.text)
            ),
            Verdict::Failed { grade, .. } => {
                write!(text, "<system-out>failed as {grade}: {why}</system-out>")
            }
            Verdict::Information(_) => write!(text, "<system-out>{why}</system-out>"),
        };
        text.push_str("</testcase>\n");
    }
    text + "</testsuite>\n"
}

/// Characters that XML cannot have are left out, and those that mean something are written as what they are.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => quoted.push_str("&amp;"),
            '<' => quoted.push_str("&lt;"),
            '>' => quoted.push_str("&gt;"),
            '"' => quoted.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted
}
