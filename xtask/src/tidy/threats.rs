//! Each failure in `docs/threats.md` names tests that are there, or says why it has none.

use super::Finding;
use super::source::Source;
use super::tokens::Token;

/// The table.
pub(super) const PATH: &str = "docs/threats.md";

/// What a row without a test begins its last column with.
const NO_TEST: &str = "does not apply:";

/// Looks through the table; `read` gives the file of a path, if there is one.
pub(super) fn check(text: &str, read: impl Fn(&str) -> Option<Source>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut found = |line, text: String| findings.push(Finding::new(PATH, line, text));
    let mut rows = 0;
    let mut expected = 1;
    for (line, content) in (1..).zip(text.lines()) {
        for reference in references(content) {
            let (path, name) = match reference.split_once("::") {
                Some((path, name)) => (path, Some(name)),
                None => (reference, None),
            };
            match (read(path), name) {
                (None, _) => found(line, format!("there is no {path}")),
                (Some(source), Some(name)) if !is_test(&source.all_tokens(), name) => {
                    found(line, format!("{path} has no test `{name}`"));
                }
                _ => {}
            }
        }
        let mut columns = content.split('|').map(str::trim).skip(1);
        if columns.next().is_some_and(|first| first.starts_with("---")) {
            expected = 1;
        }
        let Some(number) = row_number(content) else { continue };
        rows += 1;
        if number != expected {
            found(line, format!("row {number}, where {expected} comes"));
        }
        expected = number + 1;
        let has_test = references(content).any(|reference| reference.contains("::"));
        if !has_test && !content.to_lowercase().contains(NO_TEST) {
            found(line, format!("row {number} has neither a test nor `{NO_TEST}`"));
        }
    }
    if rows == 0 {
        found(0, "no rows".to_owned());
    }
    findings
}

/// The number in the first column.
fn row_number(line: &str) -> Option<usize> {
    line.strip_prefix('|')?.split('|').next()?.trim().parse().ok()
}

/// What stands between backticks and is a file of Rust, or something in it.
fn references(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split('`').skip(1).step_by(2);
    code.filter(|code| code.contains('/') && (code.contains(".rs::") || code.ends_with(".rs")))
}

/// Whether a function of this name is run as a test: by its attribute, or by the macro `every` that makes a
/// test of it for each runtime.
fn is_test(tokens: &[Token<'_>], name: &str) -> bool {
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.text == text);
    let named = (0..tokens.len()).filter(|&at| is(at, name));
    let mut is_function = false;
    let mut is_listed = false;
    for at in named {
        if at > 0 && is(at - 1, "fn") {
            is_function = true;
            if has_test_attribute(&tokens[..at - 1]) {
                return true;
            }
        } else if at > 0 && matches!(tokens[at - 1].text, "(" | ",") {
            let opening = tokens[..at].iter().rposition(|token| token.text == "(");
            is_listed |=
                opening.is_some_and(|open| open >= 2 && is(open - 1, "!") && is(open - 2, "every"));
        }
    }
    is_function && is_listed
}

/// Whether the attributes that these tokens end with, in front of a function, have one that makes it a test.
fn has_test_attribute(mut before: &[Token<'_>]) -> bool {
    while let [rest @ .., last] = before {
        match last.text {
            "async" | "pub" => before = rest,
            "]" => {
                let Some(open) = before.iter().rposition(|token| token.text == "[") else { break };
                let path = before[open + 1..].iter().take_while(|token| token.text != "(");
                // `test`, or `tokio::test` and what stands in parentheses behind it.
                if path.filter(|token| token.is_word()).last().is_some_and(|it| it.text == "test") {
                    return true;
                }
                before = &before[..open.saturating_sub(1)];
            }
            _ => break,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "
        #[test] fn plain() {}
        /// In words.
        #[tokio::test(flavor = \"multi_thread\")]
        #[ignore = \"later\"]
        async fn with_more() {}
        fn helper() {}
        fn on_each<L: Live>(role: Role) {}
        every!(another, on_each);
        macro_rules! suite { ($a:expr) => { mod x { #[test] fn in_a_macro() { $a; } } } }
    ";

    fn found(text: &str) -> Vec<String> {
        let read = |path: &str| (path == "a/b.rs").then(|| Source::new(path, FILE));
        check(text, read).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn tests_that_are_there_are_no_finding() {
        let table = "| # | id | tests |\n|---|---|---|\n\
             | 1 | CVE | `a/b.rs::plain`, `a/b.rs::with_more` |\n\
             | 2 | CVE | `a/b.rs::on_each`<br>`a/b.rs::in_a_macro`; see `a/b.rs`, `b.rs::x` and `a/b` |\n\
             | 3 | CVE | Does not apply: there is no such thing |\n\n\
             |---|---|\n| 1 | `a/b.rs::plain` |\n";
        assert_eq!(found(table), [""; 0]);
    }

    #[test]
    fn tests_that_are_gone_are_found() {
        for (row, finding) in [
            ("| 1 | `a/b.rs::gone` |", "a/b.rs has no test `gone`"),
            ("| 1 | `a/b.rs::helper` |", "a/b.rs has no test `helper`"),
            ("| 1 | `a/b.rs::another` |", "a/b.rs has no test `another`"),
            ("| 1 | `a/c.rs::plain` |", "there is no a/c.rs"),
            ("| 1 | `a/b.rs::plain`, and `a/c.rs` |", "there is no a/c.rs"),
            ("| 1 | `a/b.rs` |", "row 1 has neither a test nor `does not apply:`"),
            ("| 2 | `a/b.rs::plain` |", "row 2, where 1 comes"),
            ("| 1 | `a/b.rs::plain` |\n| 3 | `a/b.rs::plain` |", "row 3, where 2 comes"),
            ("nothing", "no rows"),
        ] {
            let all = found(row);
            assert!(all.len() == 1 && all[0].ends_with(finding), "{row}: {all:?}");
        }
    }
}
