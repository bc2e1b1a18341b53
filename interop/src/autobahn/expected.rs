//! The cases that are allowed to deviate, each with its reason.

use std::collections::BTreeMap;

/// What `expected.toml` says: case and reason.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    reasons: BTreeMap<String, String>,
}

impl Expected {
    /// Reads lines `"case" = "reason"`; other lines are empty, or comments.
    ///
    /// # Errors
    ///
    /// When a line is neither, names no case, names one again or gives no reason.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut reasons = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (case, reason) =
                entry(line).map_err(|why| format!("line {number}: {why}, found `{line}`"))?;
            if reasons.insert(case.to_owned(), reason.to_owned()).is_some() {
                return Err(format!("line {number}: {case} is listed twice"));
            }
        }
        Ok(Self { reasons })
    }

    /// Why a case may deviate, if it may.
    pub(crate) fn reason(&self, case: &str) -> Option<&str> {
        self.reasons.get(case).map(String::as_str)
    }

    /// All cases that may deviate.
    pub(crate) fn cases(&self) -> impl Iterator<Item = &str> {
        self.reasons.keys().map(String::as_str)
    }
}

fn entry(line: &str) -> Result<(&str, &str), &'static str> {
    let expected = "expected `\"case\" = \"reason\"`";
    let (case, rest) = string(line).ok_or(expected)?;
    let rest = rest.trim_start().strip_prefix('=').ok_or(expected)?;
    let (reason, rest) = string(rest.trim_start()).ok_or(expected)?;
    let rest = rest.trim_start();
    if !(rest.is_empty() || rest.starts_with('#')) {
        return Err(expected);
    }
    if case.split('.').any(|part| part.parse::<u32>().is_err()) {
        return Err("a case is numbers with dots between");
    }
    if reason.trim().is_empty() {
        return Err("an exception wants a reason");
    }
    Ok((case, reason))
}

/// The string that a text begins with, and what follows it. Escapes are more than anybody needs.
fn string(text: &str) -> Option<(&str, &str)> {
    let (string, rest) = text.strip_prefix('"')?.split_once('"')?;
    (!string.contains('\\')).then_some((string, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_this_workspace_is_understood() {
        Expected::parse(include_str!("../../autobahn/expected.toml")).unwrap();
    }

    #[test]
    fn cases_and_reasons_are_read() {
        let text = "# why\n\n\"6.4.3\" = \"we = the strict\" # so far\n  \"10.1.1\"=\"b\"\n";
        let expected = Expected::parse(text).unwrap();
        assert_eq!(expected.cases().collect::<Vec<_>>(), ["10.1.1", "6.4.3"]);
        assert_eq!(expected.reason("6.4.3"), Some("we = the strict"));
        assert_eq!(expected.reason("6.4.4"), None);
    }

    #[test]
    fn what_is_no_entry_is_told_with_its_line() {
        for (text, why) in [
            ("6.4.3 = \"bare key\"", "line 1: expected"),
            ("\n\"6.4.3\"", "line 2: expected"),
            ("\"6.4.3\" = reason", "line 1: expected"),
            ("\"6.4.3\" = \"open", "line 1: expected"),
            ("\"6.4.3\" = \"a\" b", "line 1: expected"),
            ("\"6.4.3\" = \"\\u0041\"", "line 1: expected"),
            ("[server]", "line 1: expected"),
            ("\"6.*\" = \"too many\"", "line 1: a case is numbers"),
            ("\"6.4.3\" = \" \"", "line 1: an exception wants a reason"),
            ("\"1.1.1\" = \"a\"\n\"1.1.1\" = \"b\"", "line 2: 1.1.1 is listed twice"),
        ] {
            let error = Expected::parse(text).unwrap_err();
            assert!(error.starts_with(why), "{text}: {error}");
        }
    }
}
