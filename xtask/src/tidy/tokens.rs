//! Words, numbers, literals and signs, and the paths they form.

use std::ops::Range;

use proc_macro2::{Span, TokenStream, TokenTree};

/// A word, a number, a literal with its quotes, `::`, or any other single sign.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    /// The token as written.
    pub(super) text: &'a str,
    /// Counted from 1.
    pub(super) line: usize,
}

impl<'a> Token<'a> {
    /// Whether this is an identifier or a keyword.
    pub(super) fn is_word(&self) -> bool {
        let begins = self.text.starts_with(|c: char| c.is_alphabetic() || c == '_');
        begins && !self.text.contains(['"', '\''])
    }

    /// What a text says between its quotes.
    pub(super) fn literal(&self) -> Option<&'a str> {
        let (prefix, rest) = self.text.split_once('"')?;
        let is_text = prefix.chars().all(|c| matches!(c, 'b' | 'c' | 'r' | '#'));
        rest.trim_end_matches('#').strip_suffix('"').filter(|_| is_text)
    }

    /// The value of an integer, whatever its radix, separators and suffix.
    pub(super) fn integer(&self) -> Option<u64> {
        if !self.text.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let plain: String = self.text.chars().filter(|c| *c != '_').collect();
        let (digits, radix) = match plain.get(..2) {
            Some("0x") => (&plain[2..], 16),
            Some("0b") => (&plain[2..], 2),
            Some("0o") => (&plain[2..], 8),
            _ => (plain.as_str(), 10),
        };
        let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        u64::from_str_radix(&digits[..end], radix).ok()
    }
}

/// Where a token stands in its file: its bytes, and its line.
pub(super) type Place = (Range<usize>, usize);

/// Takes a text apart. One that is no Rust has no tokens: the compiler will say so.
pub(super) fn places(text: &str) -> Vec<Place> {
    let mut places = Vec::new();
    flatten(text, text.parse().unwrap_or_default(), &mut places);
    places
}

/// Spells out a tree of tokens, without comments, some of which are taken for attributes.
fn flatten(text: &str, stream: TokenStream, places: &mut Vec<Place>) {
    let push = |places: &mut Vec<Place>, span: Span| {
        let bytes = span.byte_range();
        match places.last_mut() {
            Some((last, _)) if text[last.start..bytes.end] == *"::" => {
                *last = last.start..bytes.end;
            }
            _ => places.push((bytes, span.start().line)),
        }
    };
    for tree in stream {
        let written = &text[tree.span().byte_range()];
        match tree {
            _ if written.starts_with("//") || written.starts_with("/*") => {}
            TokenTree::Group(group) => {
                push(places, group.span_open());
                flatten(text, group.stream(), places);
                push(places, group.span_close());
            }
            other => push(places, other.span()),
        }
    }
}

/// Words joined by `::`, or one alone.
#[derive(Debug)]
pub(super) struct Path {
    /// Counted from 1.
    pub(super) line: usize,
    /// The words, with `::` between them.
    pub(super) text: String,
    /// The name that a `use` gives it.
    pub(super) import: Option<String>,
    /// Whether a `pub` before the `use` hands that name on.
    pub(super) is_reexport: bool,
}

/// Every path, `use` trees spelled out: `use std::{io, net::Ip};` is `std::io` and `std::net::Ip`.
pub(super) fn paths(tokens: &[Token<'_>]) -> Vec<Path> {
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].text == "use" {
            // `pub use`, or `pub(crate) use`.
            let is_reexport = at > 0 && matches!(tokens[at - 1].text, "pub" | ")");
            let before = paths.len();
            at = use_tree(tokens, at + 1, "", &mut paths);
            paths[before..].iter_mut().for_each(|path| path.is_reexport = is_reexport);
        } else if tokens[at].is_word() {
            let (text, end) = path(tokens, at);
            paths.push(Path { line: tokens[at].line, text, import: None, is_reexport: false });
            at = end;
        } else {
            at += 1;
        }
    }
    paths
}

/// Reads one branch of a `use` tree and returns where it ended.
fn use_tree(tokens: &[Token<'_>], at: usize, prefix: &str, paths: &mut Vec<Path>) -> usize {
    let at = at + usize::from(tokens.get(at).is_some_and(|token| matches!(token.text, "::" | "$")));
    let (head, mut at) = path(tokens, at);
    let line = tokens.get(at.saturating_sub(1)).map_or(0, |token| token.line);
    let full = [prefix, &head].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let full = full.join("::");
    if tokens.get(at).is_none_or(|token| token.text != "{") {
        let text = full.strip_suffix("::self").unwrap_or(&full).to_owned();
        let mut name = text.rsplit("::").next().unwrap_or_default();
        // ` as name`, `*` and the like: on to the end of this branch.
        while let Some(token) = tokens.get(at).filter(|it| !matches!(it.text, "," | "}" | ";")) {
            name = token.text;
            at += 1;
        }
        let import = Some(name.to_owned());
        paths.push(Path { line, text, import, is_reexport: false });
        return at;
    }
    at += 1;
    while tokens.get(at).is_some_and(|token| token.text != "}") {
        at = use_tree(tokens, at, &full, paths);
        at += usize::from(tokens.get(at).is_some_and(|token| token.text == ","));
    }
    at + 1
}

/// Joins `a :: b :: c` from here; the end is behind the last `::` or word.
fn path(tokens: &[Token<'_>], start: usize) -> (String, usize) {
    let mut words = Vec::new();
    let mut at = start;
    while let Some(token) = tokens.get(at).filter(|token| token.is_word()) {
        words.push(token.text);
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    (words.join("::"), at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(code: &str) -> Vec<Token<'_>> {
        let token = |(range, line): Place| Token { text: &code[range], line };
        places(code).into_iter().map(token).collect()
    }

    #[test]
    fn comments_are_none_and_literals_are_one() {
        let code = "//! no\na /* x /* y */ z */ \"q\\\"uote\" // end\n'\\'' 'c' '\"' &'l b r#\"r\"aw\"# c\"é\" e";
        let tokens = tokens(code);
        let words: Vec<_> = tokens.iter().filter(|it| it.is_word()).map(|it| it.text).collect();
        assert_eq!(words, ["a", "l", "b", "e"]);
        let literals: Vec<_> = tokens.iter().filter_map(Token::literal).collect();
        assert_eq!(literals, ["q\\\"uote", "r\"aw", "é"]);
        assert_eq!(tokens.len(), 12);
    }

    fn paths_of(code: &str) -> Vec<String> {
        paths(&tokens(code)).into_iter().map(|path| path.text).collect()
    }

    #[test]
    fn use_trees_are_spelled_out() {
        let code = "use std::{io::{self, Read as R}, net::*, time::Instant};\nuse ::http::header;";
        let expected =
            ["std::io", "std::io::Read", "std::net", "std::time::Instant", "http::header"];
        assert_eq!(paths_of(code), expected);
    }

    #[test]
    fn what_an_import_is_called_is_known() {
        let code = "use a::{b, c::D as E}; pub(crate) use f::g; x::y";
        let paths = paths(&tokens(code)).into_iter();
        let found: Vec<_> = paths.filter_map(|it| Some((it.import?, it.is_reexport))).collect();
        let expected = [("b", false), ("E", false), ("g", true)];
        assert_eq!(found, expected.map(|(name, handed_on)| (name.to_owned(), handed_on)));
    }

    #[test]
    fn paths_in_expressions_are_found() {
        assert_eq!(paths_of("x = a::B::c(d);"), ["x", "a::B::c", "d"]);
    }

    #[test]
    fn cut_off_code_ends_the_walk() {
        for code in ["use", "use a::{", "use a::{b,", "use a::{};", "a::", "use {"] {
            let _ = paths_of(code);
        }
    }

    #[test]
    fn integers_have_values() {
        let values = |code| tokens(code).iter().filter_map(Token::integer).collect::<Vec<_>>();
        assert_eq!(values("1_000u16 0x8A 0b11 17 x2"), [1000, 0x8a, 3, 17]);
        assert_eq!(tokens("a\n\nb")[1].line, 3);
    }
}
