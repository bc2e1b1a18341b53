//! A file is one concept, and one concept fits in 500 lines.

use super::allow::LONG_FILES;
use super::source::Source;
use super::{Crate, Finding};

/// Lines with anything on them, comments counted and tests not.
const MAX_LEN: usize = 500;

/// Measures one file.
pub(super) fn check(source: &Source) -> Option<Finding> {
    let len = source.reading_len();
    let listed = LONG_FILES.iter().any(|(path, _)| *path == source.path);
    let text = || format!("{len} lines without tests, at most {MAX_LEN}: two concepts?");
    (len > MAX_LEN && !listed).then(|| Finding::new(&source.path, 0, text()))
}

/// Entries of the allow-list that are not long, or not there.
pub(super) fn stale(crates: &[Crate]) -> Vec<Finding> {
    let long = |path: &str| {
        let mut files = crates.iter().flat_map(Crate::shipped).filter(|file| file.path == path);
        files.any(|file| file.reading_len() > MAX_LEN)
    };
    let stale = LONG_FILES.iter().filter(|(path, _)| !long(path));
    stale
        .map(|(path, _)| Finding::new(path, 0, "not long any more: take it off the list"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_are_found_and_tests_do_not_count() {
        let body = "fn f() {}\n".repeat(MAX_LEN);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{body}}}\n");
        assert!(check(&Source::new("x.rs", &format!("{body}\n{tests}"))).is_none());
        assert!(check(&Source::new("x.rs", &format!("{body}fn g() {{}}\n"))).is_some());
    }
}
