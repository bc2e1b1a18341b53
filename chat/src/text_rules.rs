//! Which names and texts are let in.
//!
//! Names stand where others take them for somebody's, so what cannot be seen, or changes how the rest looks, stays out of
//! them. What is said is shown as it is, in an element of its own, where directions end with it.

/// The name of a person, without spaces around it; `None` for what is no name.
#[must_use]
pub fn name(text: &str) -> Option<&str> {
    let text = text.trim_matches(' ');
    let is_short = text.chars().take(MAX_NAME_CHARS + 1).count() <= MAX_NAME_CHARS;
    let is_good = !text.is_empty() && is_short && text.chars().all(is_visible);
    (is_good && longest_run(text, is_combining) <= MAX_COMBINING).then_some(text)
}

/// The name of a room: the same rules.
#[must_use]
pub fn room(text: &str) -> Option<&str> {
    name(text)
}

/// What somebody says, without white space around it; `None` for what cannot be said.
#[must_use]
pub fn said(text: &str) -> Option<&str> {
    let text = text.trim();
    let is_good = !text.is_empty() && text.len() <= MAX_TEXT_LEN;
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    (is_good && !text.contains(is_control)).then_some(text)
}

/// A key, from which a page's id is made.
#[must_use]
pub fn is_key(text: &str) -> bool {
    (16..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// A space, or what leaves a mark.
fn is_visible(c: char) -> bool {
    let is_hidden = c.is_control()
        || (c.is_whitespace() && c != ' ')
        || INVISIBLE.iter().any(|range| range.contains(&c));
    !is_hidden
}

fn is_combining(c: char) -> bool {
    COMBINING.iter().any(|range| range.contains(&c))
}

fn longest_run(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.split(|c| !is(c)).map(|run| run.chars().count()).max().unwrap_or(0)
}

/// Characters of a name. Discord has as many, and it fits into the lists of the page.
pub const MAX_NAME_CHARS: usize = 32;

/// Bytes of what is said: a long paragraph or two. Slack advises as many characters for a message.
pub const MAX_TEXT_LEN: usize = 4000;

/// More marks on one letter reach into other lines; Vietnamese has two.
const MAX_COMBINING: usize = 2;

/// Joiners, directions and their isolates, variation selectors, marks of byte order, fillers, tags: Unicode's category Cf,
/// blanks that it has as letters, and what is for private use.
const INVISIBLE: &[std::ops::RangeInclusive<char>] = &[
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{600}'..='\u{605}',
    '\u{61c}'..='\u{61c}',
    '\u{6dd}'..='\u{6dd}',
    '\u{70f}'..='\u{70f}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{2800}'..='\u{2800}',
    '\u{3164}'..='\u{3164}',
    '\u{e000}'..='\u{f8ff}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{10ffff}',
];

const COMBINING: &[std::ops::RangeInclusive<char>] = &[
    '\u{300}'..='\u{36f}',
    '\u{483}'..='\u{489}',
    '\u{1ab0}'..='\u{1aff}',
    '\u{1dc0}'..='\u{1dff}',
    '\u{20d0}'..='\u{20ff}',
    '\u{fe20}'..='\u{fe2f}',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_can_be_seen() {
        for good in ["Mia", "日本", "José", "Nguye\u{302}\u{303}n", "<b>", "🦀", "a b"] {
            assert_eq!(name(good), Some(good), "{good:?}");
        }
        assert_eq!(name("  Mia "), Some("Mia"));
        for bad in [
            "",
            "   ",
            "a\nb",
            "a\0",
            "\u{202e}aiM",
            "Mia\u{200b}",
            "\u{2066}Mia",
            "a\u{a0}b",
            "\u{feff}",
            "\u{3164}",
            "Mia\u{fe0f}",
            "\u{2028}",
            "\u{e0041}",
            "a\u{300}\u{301}\u{302}",
            "\u{85}",
        ] {
            assert_eq!(name(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn the_limits_are_allowed_and_one_more_is_not() {
        let long = "é".repeat(MAX_NAME_CHARS);
        assert_eq!(room(&long), Some(&*long));
        assert_eq!(room(&format!("{long}é")), None);
        let text = "é".repeat(MAX_TEXT_LEN / 2);
        assert_eq!(said(&text), Some(&*text));
        assert_eq!(said(&format!("{text}é")), None);
        let key = "k".repeat(64);
        assert!(is_key(&key[..16]) && is_key(&key));
        assert!(!is_key(&key[..15]) && !is_key(&format!("{key}k")) && !is_key("0123456789abcde-"));
    }

    #[test]
    fn markup_and_lines_can_be_said_and_control_characters_cannot() {
        for good in ["<script>alert(1)</script>", "a\n\tb", "\u{202e}abc", "👩\u{200d}🚀"] {
            assert_eq!(said(good), Some(good), "{good:?}");
        }
        assert_eq!(said(" \n hi \n"), Some("hi"));
        for bad in ["", " \n", "a\0b", "a\u{1b}[2J", "a\rb", "a\u{85}b", "a\u{7f}b"] {
            assert_eq!(said(bad), None, "{bad:?}");
        }
    }
}
