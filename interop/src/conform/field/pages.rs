//! `docs/conformance/`: a table, and a page for each implementation.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// What was found of one.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) note: &'static str,
    pub(crate) report: Value,
}

/// Writes the pages of these, and the table; the lines of those that were not judged this time stay.
///
/// # Errors
///
/// When a file cannot be read or written.
pub(crate) fn write(folder: &Path, found: &Path, rows: &[Row]) -> Result<(), String> {
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    for row in rows {
        let from = found.join(format!("{}.html", row.slug));
        let page = fs::read_to_string(&from).map_err(|error| failed(&from, error))?;
        let to = folder.join(format!("{}.html", row.slug));
        fs::write(&to, without_paths(&page, &row.report)).map_err(|error| failed(&to, error))?;
    }
    let index = folder.join("README.md");
    let kept = fs::read_to_string(&index).unwrap_or_default();
    fs::write(&index, table(&kept, rows)).map_err(|error| failed(&index, error))
}

/// Where a program lies on the machine that judged it is nobody's business.
fn without_paths(page: &str, report: &Value) -> String {
    let target = report["target"].as_str().unwrap_or_default();
    let words: Vec<_> = target.split(' ').collect();
    let short = words.iter().map(|word| word.rsplit('/').next().unwrap_or_default());
    match target.contains("{url}") {
        true => page.replace(target, &short.collect::<Vec<_>>().join(" ")),
        false => page.to_owned(),
    }
}

fn table(kept: &str, rows: &[Row]) -> String {
    let mut lines: Vec<String> =
        kept.lines().filter(|line| line.starts_with("| [")).map(str::to_owned).collect();
    for row in rows {
        let line = line(row);
        let begin = format!("]({}.html)", row.slug);
        match lines.iter_mut().find(|line| line.contains(&begin)) {
            Some(old) => *old = line,
            None => lines.push(line),
        }
    }
    let mut text = HEAD.to_owned();
    for (role, title) in [("-server.html", "Servers"), ("-client.html", "Clients")] {
        let _ = write!(text, "\n## {title}\n\n{COLUMNS}\n");
        let (ours, others): (Vec<_>, Vec<_>) =
            lines.iter().filter(|line| line.contains(role)).partition(|line| line.contains(OURS));
        for line in others.into_iter().chain(ours) {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

fn line(row: &Row) -> String {
    let count = |grade: &str| {
        let count = &row.report["summary"][grade];
        let of = |verdict: &str| count[verdict].as_u64().unwrap_or_default();
        // What is legitimate either way has not failed.
        format!("{} / {}", of("passed") + of("information"), of("failed"))
    };
    let told = &row.report["summary"]["information"]["information"];
    format!(
        "| [{}]({}.html) | {} | {} | {} | {} | {} | {} | {told} | {} |",
        row.name,
        row.slug,
        row.version,
        row.report["date"].as_str().unwrap_or_default(),
        count("MUST"),
        count("SHOULD"),
        count("security"),
        count("robustness"),
        row.note
    )
}

/// What lines of ours have in their last column.
const OURS: &str = "`ws-demo`";

const COLUMNS: &str = "| implementation | version | date | MUST | SHOULD | security | robustness | information | run |\n\
    |---|---|---|---|---|---|---|---|---|";

const HEAD: &str = "\
# The field, judged from outside

What [`ws-conform`](../../ws-conform) finds at other people's implementations, each as an echo server or client of a few
lines, in the way that its documentation shows first, with its defaults; and at ours, at the end. A pair of numbers is cases passed and failed, of
those that were run; a failure counts by what it weighs, which can be less than the case as a whole. *Information* is the number of
cases with two legitimate readings. Each name leads to a page with all cases: octets are shown of those that failed, but
for those of security, and of the others the names.

How to read it:

- A grade is about the text of the RFCs, not about anybody's users: many a MUST that fails here is leniency that somebody
  has asked for. What each grade means is in the [README](../../ws-conform/README.md#grades).
- A case says nothing about what is behind a setting that is off by default, and nothing about speed.
- Where a server takes its HTTP from another library, the handshake is that library's.
- What is in C, C++, Go or Java is Debian's, and its authors may have something newer. The programs, and what they do beside
  defaults, are in [interop](../../interop/README.md#the-field).
- If a case is unfair, its page has all that is needed to say so.

Made by `cargo xtask conform --field`.
";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(slug: &str, failed: u64) -> Row {
        let report = json!({
            "date": "2026-11-30",
            "target": "/x/python /y/echo.py {url}",
            "summary": {
                "MUST": {"passed": 3, "information": 2, "failed": failed},
                "information": {"information": 7},
            },
        });
        Row {
            slug: slug.to_owned(),
            name: "a".to_owned(),
            version: "1".to_owned(),
            note: "",
            report,
        }
    }

    #[test]
    fn lines_of_others_stay_and_those_of_the_same_are_replaced() {
        let first = table("", &[row("a-server", 1), row("b-client", 2)]);
        let second = table(&first, &[row("a-server", 0)]);
        assert!(second.contains("[a](a-server.html) | 1 | 2026-11-30 | 5 / 0 |"), "{second}");
        assert!(second.contains("b-client.html) | 1 | 2026-11-30 | 5 / 2 |"), "{second}");
        assert_eq!(second.matches("a-server.html").count(), 1);
    }

    #[test]
    fn ours_come_last() {
        let ours = Row { note: "`ws-demo`, as it is", ..row("ws-x-server", 0) };
        let all = table(&table("", &[ours]), &[row("b-server", 0)]);
        assert!(all.find("b-server") < all.find("ws-x-server"), "{all}");
    }

    #[test]
    fn pages_name_no_folder_of_a_machine() {
        let page = without_paths("<code>/x/python /y/echo.py {url}</code>", &row("a", 0).report);
        assert_eq!(page, "<code>python echo.py {url}</code>");
    }
}
