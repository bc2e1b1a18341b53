//! `unsafe` stands nowhere but in listed files of ws-core, and in one of a tool.

use super::allow::{UNSAFE_FILES, UNSAFE_TOOLS};
use super::source::Source;
use super::{CORE, Finding};

/// Looks through one file, its tests included.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let core = format!("{CORE}/src/");
    let is_in = |list: &[(&str, &str)]| list.iter().any(|(path, _)| *path == source.path);
    let is_core = source.path.starts_with(&core);
    if (is_core && is_in(UNSAFE_FILES)) || is_in(UNSAFE_TOOLS) {
        return Vec::new();
    }
    let tokens = source.all_tokens();
    let unsafe_words = tokens.iter().filter(|token| token.text == "unsafe");
    unsafe_words
        .map(|token| {
            Finding::new(&source.path, token.line, "`unsafe` in a file that is not listed")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_is_found_in_code_only() {
        let found = |code| check(&Source::new("ws-core/src/x.rs", code)).len();
        assert_eq!(found("fn f() { unsafe { g() } }"), 1);
        assert_eq!(found("#[cfg(test)]\nmod tests { unsafe fn f() {} }"), 1);
        assert_eq!(found("#![forbid(unsafe_code)]\n// unsafe\nconst A: &str = \"unsafe\";"), 0);
    }
}
