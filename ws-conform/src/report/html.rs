//! For people: one page that needs nothing from elsewhere.

use std::fmt::Write as _;

use super::count::Count;
use super::junit::quoted;
use crate::grade::Grade;
use crate::memory::mebibytes;
use crate::run::{Outcome, Report};
use crate::transcript::{Direction, escaped};
use crate::verdict::Verdict;

pub(super) fn html(report: &Report, brief: bool) -> String {
    let title = format!("{}, {}", report.name, report.side.name());
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{0}: ws-conform</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n",
        quoted(&title),
        include_str!("page.css"),
    );
    // Writing to a string does not fail.
    let _ = writeln!(
        page,
        "<p>The {} <code>{}</code>, as ws-conform {} saw it on {}.</p>\n{}",
        report.side.name(),
        quoted(&report.target),
        env!("CARGO_PKG_VERSION"),
        report.date(),
        verdict(report),
    );
    page.push_str(&numbers(report));
    if let Some(memory) = report.memory() {
        let _ = writeln!(page, "<p>Memory: {}.</p>", quoted(&memory));
    }
    page.push_str(&meanings());
    page.push_str(&filters(report));
    for grade in Grade::ALL {
        let mut of_grade = report.outcomes.iter().filter(|it| weight(it) == grade).peekable();
        if of_grade.peek().is_none() {
            continue;
        }
        let count = report.count(grade);
        let all = count.passed + count.failed + count.information;
        let _ = writeln!(
            page,
            "<section>\n<h2>{grade} <small>{} of {all} failed</small></h2>",
            count.failed
        );
        let (mut told, short): (Vec<_>, Vec<_>) =
            of_grade.partition(|it| !brief || it.verdict.failure().is_some());
        told.sort_by_key(|outcome| order(&outcome.verdict));
        for outcome in told {
            page.push_str(&case(outcome, brief));
        }
        for verdict in ["information", "passed", "skipped"] {
            page.push_str(&names(verdict, &short));
        }
        page.push_str("</section>\n");
    }
    let _ = write!(page, "<script>{}</script>\n</body>\n</html>\n", include_str!("page.js"));
    page
}

/// What failed comes first.
fn order(verdict: &Verdict) -> usize {
    match verdict {
        Verdict::Failed { .. } => 0,
        Verdict::Information(_) => 1,
        Verdict::Passed => 2,
        Verdict::Skipped(_) => 3,
    }
}

/// The names of those with a verdict, and what there is to say.
fn names(verdict: &str, outcomes: &[&Outcome]) -> String {
    let named = outcomes.iter().filter(|outcome| outcome.verdict.name() == verdict);
    let names: Vec<_> = named
        .map(|outcome| {
            let why = match &outcome.verdict {
                Verdict::Information(why) => format!(": {}", quoted(why)),
                _ => String::new(),
            };
            format!("<li><code>{}</code>{why}", quoted(&outcome.case.id))
        })
        .collect();
    if names.is_empty() {
        return String::new();
    }
    let head = format!("<span class=verdict>{verdict}</span> {} cases", names.len());
    let list = names.join("\n");
    format!("<details class=\"{verdict}\"><summary>{head}</summary><ul>{list}</ul></details>\n")
}

/// Where a case is listed: a failure counts as what it weighs.
fn weight(outcome: &Outcome) -> Grade {
    outcome.verdict.failure().unwrap_or(outcome.case.grade)
}

fn numbers(report: &Report) -> String {
    let mut table = String::from(
        "<table><thead><tr><th>grade<th>passed<th>failed<th>information<th>skipped</thead><tbody>\n",
    );
    for grade in Grade::ALL {
        let count = report.count(grade);
        let _ = writeln!(
            table,
            "<tr><th>{grade}<td>{}<td>{}<td>{}<td>{}",
            count.passed, count.failed, count.information, count.skipped
        );
    }
    table + "</tbody></table>\n"
}

/// Whether it passes, in a sentence.
fn verdict(report: &Report) -> String {
    let failed = |grade: Grade| format!("{} {grade}", report.count(grade).failed);
    let [must, should, security, robustness] =
        [Grade::Must, Grade::Should, Grade::Security, Grade::Robustness].map(failed);
    match report.passes() {
        true => format!(
            "<p class=\"sum passed\"><span class=verdict>passes</span>: no MUST and no security case failed; {should} and {robustness} did.</p>\n"
        ),
        false => format!(
            "<p class=\"sum failed\"><span class=verdict>fails</span>: {must} and {security} cases; and {should} and {robustness}, which do not decide.</p>\n"
        ),
    }
}

fn meanings() -> String {
    let rows = Grade::ALL.map(|grade| format!("<dt>{grade}<dd>{}", grade.meaning()));
    format!("<details><summary>What that means</summary><dl>{}</dl></details>\n", rows.concat())
}

/// Which verdicts are shown; at first what failed, if anything did.
fn filters(report: &Report) -> String {
    let counts = Grade::ALL.map(|grade| report.count(grade));
    let sum = |of: fn(&Count) -> usize| counts.iter().map(of).sum::<usize>();
    let failed = sum(|count| count.failed);
    let rows = [
        ("failed", failed),
        ("information", sum(|count| count.information)),
        ("passed", sum(|count| count.passed)),
        ("skipped", sum(|count| count.skipped)),
    ];
    let buttons = rows.map(|(name, count)| {
        let is_pressed = failed == 0 || name == "failed";
        format!("<button data-show={name} aria-pressed={is_pressed}>{name} {count}</button> ")
    });
    let search = "<label>name <input type=search></label>";
    format!("<p class=filters>{}{search}</p>\n", buttons.concat())
}

fn case(outcome: &Outcome, brief: bool) -> String {
    let case = &outcome.case;
    let verdict = &outcome.verdict;
    let mut text = format!(
        "<details class=\"{0}\" id=\"{1}\"><summary><span class=verdict>{0}</span> {2}\
         <span class=more>{3} <code>{1}</code></span></summary>\n",
        verdict.name(),
        quoted(&case.id),
        quoted(&case.title),
        quoted(verdict.why()),
    );
    let _ = writeln!(
        text,
        "<p class=rule>{} <a href=\"{}\">{}</a></p>",
        quoted(case.rule.text),
        case.rule.link(),
        quoted(&case.rule.section),
    );
    if let Some(growth) = outcome.growth {
        let _ = writeln!(text, "<p>The process grew by {}.</p>", mebibytes(growth));
    }
    // What can be used against somebody is told by its kind where a page may be published.
    let is_told = verdict.failure().is_some_and(|grade| grade != Grade::Security);
    if !brief || is_told {
        text.push_str(&transcript(outcome, brief));
    }
    text + "</details>\n"
}

fn transcript(outcome: &Outcome, brief: bool) -> String {
    let entries = outcome.transcript.entries();
    if entries.is_empty() {
        return String::new();
    }
    let max_len = if brief { 400 } else { 2048 };
    let mut list = String::from("<ol class=octets>\n");
    for entry in entries {
        let at = entry.at.as_millis();
        let name = entry.direction.name();
        if entry.direction == Direction::Event {
            let event = String::from_utf8_lossy(&entry.octets).into_owned();
            let _ = writeln!(list, "<li class=event><small>{at} ms</small> {}", quoted(&event));
            continue;
        }
        let shown = &entry.octets[..entry.octets.len().min(max_len)];
        let more = match entry.len - shown.len() {
            0 => String::new(),
            more => format!(", {more} more"),
        };
        let _ = writeln!(
            list,
            "<li class={name}><small>{at} ms, {name} {} octets{more}</small><pre>{}</pre>",
            entry.len,
            quoted(&escaped(shown))
        );
    }
    if outcome.transcript.left_out() > 0 {
        let _ = writeln!(list, "<li class=event>and {} more pieces", outcome.transcript.left_out());
    }
    list + "</ol>\n"
}
