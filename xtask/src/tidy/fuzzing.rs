//! No parser without a fuzz target: what reads octets or text in ws-core stands in the list of one.

use super::allow::NOT_FUZZED;
use super::source::Source;
use super::tokens::Token;
use super::{CORE, Crate, Finding};

/// Where the targets say what they are for.
pub(super) const TARGETS: &str = "fuzz/src/lib.rs";

/// Looks through the core; `targets` is the file that lists the targets.
pub(super) fn check(core: &Crate, targets: &Source) -> Vec<Finding> {
    let src = format!("{CORE}/src/");
    let files: Vec<_> = core.shipped().collect();
    let named: Vec<_> = targets.shipped_tokens().iter().filter_map(Token::literal).collect();
    let covered: Vec<_> = named.into_iter().filter(|name| name.ends_with(".rs")).collect();
    let exempt = |path: &str| NOT_FUZZED.iter().any(|(name, _)| *name == path);
    let mut findings = Vec::new();
    for source in &files {
        let Some(path) = source.path.strip_prefix(&src) else { continue };
        let is_covered = covered.contains(&path);
        if reads(source) && !is_covered && !exempt(path) {
            let text = "reads octets or text, and no fuzz target says that it covers it";
            findings.push(Finding::new(&source.path, 0, text));
        }
        if exempt(path) && (is_covered || !reads(source)) {
            let text = "needs no exception from fuzzing any more: take it off the list";
            findings.push(Finding::new(&source.path, 0, text));
        }
    }
    let is_there = |name: &str| files.iter().any(|file| file.path.strip_prefix(&src) == Some(name));
    let listed = covered.into_iter().map(|name| (TARGETS, name));
    let exceptions = NOT_FUZZED.iter().map(|(name, _)| ("xtask/src/tidy/allow.rs", *name));
    for (list, name) in listed.chain(exceptions).filter(|(_, name)| !is_there(name)) {
        findings.push(Finding::new(list, 0, format!("{name} is no file of {CORE}")));
    }
    findings
}

/// Whether a file takes octets by reference, or has a function that parses.
fn reads(source: &Source) -> bool {
    let tokens = source.shipped_tokens();
    let texts: Vec<_> = tokens.iter().map(|token| token.text).collect();
    texts.windows(3).enumerate().any(|(at, window)| match window {
        ["[", "u8", "]"] => is_behind_reference(&texts[..at]),
        ["fn", "parse" | "from_str", _] => true,
        _ => false,
    })
}

/// Whether an `&` is in front, with or without a lifetime, and without `mut`: who writes does not read.
fn is_behind_reference(before: &[&str]) -> bool {
    match before {
        [.., "&"] => true,
        [.., "&", lifetime] => lifetime.starts_with('\''),
        [.., "&", "'", _] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_found() {
        for (code, is_reader) in [
            ("fn f(bytes: &[u8]) {}", true),
            ("struct S<'a> { rest: &'a [u8] }", true),
            ("impl S { pub fn parse(text: &str) -> Self {} }", true),
            ("impl FromStr for S { fn from_str(text: &str) {} }", true),
            ("fn f(bytes: &mut [u8]) {}", false),
            ("fn f(bytes: [u8; 4]) {}", false),
            ("fn f() {}\n#[cfg(test)]\nmod tests { fn g(bytes: &[u8]) {} }", false),
        ] {
            assert_eq!(reads(&Source::new("x.rs", code)), is_reader, "{code}");
        }
    }
}
