//! One Rust file, with its tests told apart from the rest.

use std::ops::Range;

use super::tokens::{Place, Token, places};

/// A file of Rust.
#[derive(Debug)]
pub(crate) struct Source {
    /// Relative to the workspace's root, with `/` between parts.
    pub(crate) path: String,
    /// The text as it stands.
    pub(crate) text: String,
    /// Whether the whole file is compiled for tests only.
    pub(super) is_test: bool,
    /// Where its tokens stand.
    places: Vec<Place>,
    /// Which of them are items under a `#[cfg(test)]`, attribute included.
    test_items: Vec<Range<usize>>,
}

impl Source {
    /// Takes a file apart.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let mut source = Self {
            path: path.to_owned(),
            text: text.to_owned(),
            is_test: path.contains("/tests/") || path.ends_with("/tests.rs"),
            places: places(text),
            test_items: Vec::new(),
        };
        let tokens = source.all_tokens();
        let begins: String = tokens.iter().take(8).map(|token| token.text).collect();
        let (begins_so, test_items) = (begins == "#![cfg(test)]", test_items(&tokens));
        source.is_test |= begins_so;
        source.test_items = test_items;
        source
    }

    /// What stands outside comments and tests.
    pub(super) fn shipped_tokens(&self) -> Vec<Token<'_>> {
        let mut tokens = self.all_tokens();
        for item in self.test_items.iter().rev() {
            tokens.drain(item.clone());
        }
        tokens
    }

    /// What stands outside comments, tests included.
    pub(super) fn all_tokens(&self) -> Vec<Token<'_>> {
        let token = |(range, line): &Place| Token { text: &self.text[range.clone()], line: *line };
        self.places.iter().map(token).collect()
    }

    /// Lines that hold code outside tests.
    pub(super) fn code_len(&self) -> usize {
        let mut lines: Vec<_> = self.shipped_tokens().iter().map(|token| token.line).collect();
        lines.dedup();
        lines.len()
    }

    /// All lines but blank ones and those of tests: what a reader has to get through.
    pub(super) fn reading_len(&self) -> usize {
        let written = (1..).zip(self.text.lines()).filter(|(_, line)| !line.trim().is_empty());
        written.filter(|(at, _)| !self.is_in_test(*at)).count()
    }

    /// Whether a line, counted from 1, is one of a test, in a file that is not one as a whole.
    pub(crate) fn is_in_test(&self, line: usize) -> bool {
        let lines = |item: &Range<usize>| self.places[item.start].1..=self.places[item.end - 1].1;
        self.test_items.iter().any(|item| lines(item).contains(&line))
    }
}

/// Marks the files that a `#[cfg(test)] mod name;` elsewhere brings in.
pub(super) fn mark_test_modules(sources: &mut [Source]) {
    let mut modules = Vec::new();
    for source in sources.iter() {
        let Some(path) = source.path.strip_suffix(".rs") else { continue };
        let folder = path.strip_suffix("/mod").or(path.strip_suffix("/lib")).unwrap_or(path);
        let tokens = source.all_tokens();
        for item in &source.test_items {
            let texts: Vec<_> = tokens[item.clone()].iter().map(|token| token.text).collect();
            if let [.., "mod", name, ";"] = texts[..] {
                modules.push(format!("{folder}/{name}"));
            }
        }
    }
    for source in sources {
        source.is_test |= modules.iter().any(|module| {
            let rest = source.path.strip_prefix(module.as_str());
            rest.is_some_and(|rest| rest.starts_with(['.', '/']))
        });
    }
}

/// The items that stand under a `#[cfg(test)]`, or under one that asks for more than that.
fn test_items(tokens: &[Token<'_>]) -> Vec<Range<usize>> {
    let mut items: Vec<Range<usize>> = Vec::new();
    for at in 0..tokens.len() {
        let texts = || tokens[at..].iter().map(|token| token.text);
        if items.last().is_some_and(|last| at < last.end)
            || !texts().take(4).eq(["#", "[", "cfg", "("])
        {
            continue;
        }
        let asks: Vec<_> = texts().take_while(|text| *text != "]").collect();
        if asks.contains(&"test") && !asks.contains(&"not") && !asks.contains(&"any") {
            items.push(at..at + asks.len() + 1 + item_len(&tokens[at + asks.len() + 1..]));
        }
    }
    items
}

/// How far the item reaches that begins here: to its `;`, or to its closing brace.
fn item_len(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(token.text, "}" | ";") {
            return at + 1;
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_not_shipped() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() { \"in\"; }\n\n}\nfn c() { \"out\"; }\n";
        let source = Source::new("x.rs", text);
        let has = |tokens: Vec<Token<'_>>, text| tokens.iter().any(|token| token.text == text);
        assert!(has(source.all_tokens(), "b") && has(source.all_tokens(), "\"in\""));
        assert!(!has(source.shipped_tokens(), "b") && !has(source.shipped_tokens(), "\"in\""));
        assert!(has(source.shipped_tokens(), "c") && has(source.shipped_tokens(), "\"out\""));
        assert_eq!(source.code_len(), 2);
        assert_eq!(source.reading_len(), 2);
    }

    #[test]
    fn a_cfg_that_is_not_about_tests_is_shipped() {
        let source = Source::new("x.rs", "#[cfg(not(test))]\nfn a() {}\n#[cfg(unix)]\nfn b() {}\n");
        assert_eq!(source.code_len(), 4);
    }

    #[test]
    fn files_of_test_modules_are_tests() {
        let mut sources = [
            Source::new("c/src/lib.rs", "#[cfg(test)]\nmod util;\nmod real;\n"),
            Source::new("c/src/util.rs", "fn a() {}"),
            Source::new("c/src/util/more.rs", "fn a() {}"),
            Source::new("c/src/real.rs", "#[cfg(test)]\nmod tests;\n"),
            Source::new("c/src/real/tests.rs", "fn a() {}"),
            Source::new("c/src/whole.rs", "//! Docs.\n#![cfg(test)]\nfn a() {}"),
        ];
        mark_test_modules(&mut sources);
        assert_eq!(sources.map(|source| source.is_test), [false, true, true, false, true, true]);
    }
}
