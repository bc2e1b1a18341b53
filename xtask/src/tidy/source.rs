//! One Rust file, with comments, literals and tests told apart from code.

use super::tokens::{Token, tokens};

/// A file of Rust.
#[derive(Debug)]
pub(super) struct Source {
    /// Relative to the workspace's root, with `/` between parts.
    pub(super) path: String,
    /// The text as it stands.
    pub(super) text: String,
    /// The text with comments and the insides of literals replaced by blanks.
    pub(super) code: String,
    /// `code` with everything under `#[cfg(test)]` blanked as well.
    pub(super) shipped: String,
    /// Text literals outside tests, with their lines.
    pub(super) literals: Vec<(usize, String)>,
    /// Whether the whole file is compiled for tests only.
    pub(super) is_test: bool,
}

impl Source {
    /// Takes a file apart.
    pub(super) fn new(path: &str, text: &str) -> Self {
        let (code, literals) = blank(text);
        let mut shipped = code.clone().into_bytes();
        for (start, end) in test_items(&code) {
            fill(&mut shipped[start..end]);
        }
        let shipped = String::from_utf8_lossy(&shipped).into_owned();
        // A literal belongs to a test when its opening quote was blanked with the test.
        let literals = literals
            .into_iter()
            .filter(|(start, _)| shipped.as_bytes().get(*start).is_some_and(|byte| *byte == b'"'))
            .map(|(start, literal)| (line_at(text, start), literal))
            .collect();
        let is_test = path.contains("/tests/")
            || path.ends_with("/tests.rs")
            || code.split_whitespace().collect::<String>().starts_with("#![cfg(test)]");
        let (path, text) = (path.to_owned(), text.to_owned());
        Self { path, text, code, shipped, literals, is_test }
    }

    /// The words and signs outside comments, literals and tests.
    pub(super) fn shipped_tokens(&self) -> Vec<Token<'_>> {
        tokens(&self.shipped)
    }

    /// The words and signs outside comments and literals, those of tests included.
    pub(super) fn all_tokens(&self) -> Vec<Token<'_>> {
        tokens(&self.code)
    }

    /// Lines that hold code outside tests.
    pub(super) fn code_len(&self) -> usize {
        self.shipped.lines().filter(|line| !line.trim().is_empty()).count()
    }

    /// All lines but blank ones and those of tests: what a reader has to get through.
    pub(super) fn reading_len(&self) -> usize {
        let written = self.text.lines().filter(|line| !line.trim().is_empty()).count();
        written.saturating_sub(self.test_len())
    }

    fn test_len(&self) -> usize {
        let lines: Vec<&str> = self.text.lines().collect();
        let ranges = test_items(&self.code).into_iter();
        let spans =
            ranges.map(|(start, end)| (line_at(&self.code, start), line_at(&self.code, end)));
        let blank = |line: &&&str| !line.trim().is_empty();
        spans
            .map(|(from, to)| lines[from - 1..to.min(lines.len())].iter().filter(blank).count())
            .sum()
    }
}

/// Marks the files that a `#[cfg(test)] mod name;` elsewhere brings in.
pub(super) fn mark_test_modules(sources: &mut [Source]) {
    let mut modules = Vec::new();
    for source in sources.iter() {
        let folder = match source.path.strip_suffix(".rs") {
            Some(path) => path.strip_suffix("/mod").or(path.strip_suffix("/lib")).unwrap_or(path),
            None => continue,
        };
        for (start, end) in test_items(&source.code) {
            let words: Vec<_> = tokens(&source.code[start..end]);
            let texts: Vec<_> = words.iter().map(|token| token.text).collect();
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

/// Byte ranges of the items that stand under a `#[cfg(test)]`, attribute included.
fn test_items(code: &str) -> Vec<(usize, usize)> {
    let mut items = Vec::new();
    let mut from = 0;
    while let Some(found) = code[from..].find("#[cfg(") {
        let start = from + found;
        from = match code[start..].find(']') {
            Some(len) if names_test(&code[start..start + len]) => {
                let end = item_end(code, start + len + 1);
                items.push((start, end));
                end
            }
            Some(len) => start + len,
            None => code.len(),
        };
    }
    items
}

fn names_test(attribute: &str) -> bool {
    let words: Vec<_> = tokens(attribute).iter().map(|token| token.text).collect();
    words.contains(&"test") && !words.contains(&"not") && !words.contains(&"any")
}

/// Where the item that begins here ends: behind its `;`, or behind its closing brace.
fn item_end(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && byte == b'}' {
                    return at + 1;
                }
            }
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// Blanks comments and the insides of literals; positions stay what they were. Returns the text
/// literals with the position of their opening quote.
fn blank(text: &str) -> (String, Vec<(usize, String)>) {
    let mut code = text.as_bytes().to_vec();
    let mut literals = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let rest = &text.as_bytes()[at..];
        let end = match rest {
            [b'/', b'/', ..] => {
                let end = at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
                fill(&mut code[at..end]);
                end
            }
            [b'/', b'*', ..] => {
                let end = at + block_comment_len(rest);
                fill(&mut code[at..end]);
                end
            }
            [b'"', ..] => {
                let hashes = raw_hashes(&text.as_bytes()[..at]);
                let len = 1 + text_len(&rest[1..], hashes);
                let inner = at + 1..(at + len).min(code.len());
                literals.push((at, String::from_utf8_lossy(&code[inner.clone()]).into_owned()));
                fill(&mut code[inner.clone()]);
                inner.end + 1
            }
            [b'\'', ..] => {
                let len = char_len(rest);
                if len > 2 {
                    fill(&mut code[at + 1..at + len - 1]);
                }
                at + len
            }
            _ => at + 1,
        };
        at = end;
    }
    (String::from_utf8_lossy(&code).into_owned(), literals)
}

/// Blanks everything but line ends.
fn fill(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
}

fn block_comment_len(text: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        match &text[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// How many `#` a raw string's opening has before this quote; `None` when it is not raw.
fn raw_hashes(before: &[u8]) -> Option<usize> {
    let hashes = before.iter().rev().take_while(|byte| **byte == b'#').count();
    let mut prefix = before[..before.len() - hashes].iter().rev();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let raw = prefix.next() == Some(&b'r')
        && match prefix.next() {
            Some(b'b' | b'c') => !prefix.next().is_some_and(is_word),
            other => !other.is_some_and(is_word),
        };
    raw.then_some(hashes)
}

/// Bytes of a string before its closing quote.
fn text_len(text: &[u8], raw: Option<usize>) -> usize {
    let mut at = 0;
    while at < text.len() {
        match (text[at], raw) {
            (b'\\', None) => at += 1,
            (b'"', None) => break,
            (b'"', Some(hashes)) if text[at + 1..].iter().take(hashes).eq(vec![&b'#'; hashes]) => {
                break;
            }
            _ => {}
        }
        at += 1;
    }
    at.min(text.len())
}

/// The length of a character literal with its quotes; 1 for the quote of a lifetime.
fn char_len(text: &[u8]) -> usize {
    let close = |from: usize| text[from..].iter().position(|byte| *byte == b'\'');
    match text {
        [_, b'\\', _, ..] => close(3).map_or(1, |len| 3 + len + 1),
        // One character of up to four bytes, then the quote.
        [_, first, ..] => match close(2) {
            Some(len) if len == first.leading_ones().saturating_sub(1) as usize => 2 + len + 1,
            _ => 1,
        },
        _ => 1,
    }
}

fn line_at(text: &str, position: usize) -> usize {
    1 + text.as_bytes()[..position.min(text.len())].iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked() {
        let text = "a /* x /* y */ z */ \"q\\\"uote\" // end\n'\\'' 'c' &'a b r#\"r\"aw\"# 'é' e";
        let source = Source::new("x.rs", text);
        let words: Vec<_> = source.all_tokens().iter().map(|token| token.text).collect();
        assert_eq!(words.iter().filter(|word| word.len() == 1 && **word > "9").count(), 5);
        for word in ["x", "y", "z", "quote", "end", "aw", "c", "é"] {
            assert!(!words.contains(&word), "{word}");
        }
        let literals: Vec<_> = source.literals.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(literals, ["q\\\"uote", "r\"aw"]);
        assert_eq!(source.code.len(), source.text.len());
    }

    #[test]
    fn tests_are_not_shipped() {
        let text =
            "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() { \"in\"; }\n}\nfn c() { \"out\"; }\n";
        let source = Source::new("x.rs", text);
        assert!(!source.shipped.contains("fn b") && source.shipped.contains("fn c"));
        assert!(source.code.contains("fn b"));
        assert_eq!(source.literals, [(6, "out".to_owned())]);
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
        ];
        mark_test_modules(&mut sources);
        assert_eq!(sources.map(|source| source.is_test), [false, true, true, false, true]);
    }
}
