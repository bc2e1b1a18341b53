//! A key as a client sent it.

use super::key::{self, Accept, Key};

/// The text of a Sec-WebSocket-Key. It is answered as it came.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyText<'a> {
    Usual(Key),
    /// Of another length, where that is let in.
    Other(&'a [u8]),
}

impl<'a> KeyText<'a> {
    pub(crate) fn parse(value: &'a [u8], any_len: bool) -> Option<Self> {
        if let Some(key) = key::parse(value) {
            return Some(Self::Usual(key));
        }
        let is_short = (1..=MAX_LEN).contains(&value.len());
        let visible = is_short && value.iter().all(u8::is_ascii_graphic);
        (any_len && visible).then_some(Self::Other(value))
    }

    /// What answers it.
    pub(crate) fn accept(&self) -> Accept {
        match self {
            Self::Usual(key) => key::accept(key),
            Self::Other(key) => key::accept(key),
        }
    }
}

const MAX_LEN: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_another_length_is_let_in_if_it_may_be_and_can_be_seen() {
        let usual = "dGhlIHNhbXBsZSBub25jZQ==";
        for any_len in [false, true] {
            let found = KeyText::parse(usual.as_bytes(), any_len);
            assert!(matches!(found, Some(KeyText::Usual(_))));
            for (value, fits) in [
                ("x", true),
                (&usual[1..], true),
                (&*"x".repeat(MAX_LEN), true),
                (&*"x".repeat(MAX_LEN + 1), false),
                ("", false),
                ("a b", false),
                ("\u{e9}", false),
                ("a\u{7f}", false),
            ] {
                let found = KeyText::parse(value.as_bytes(), any_len);
                assert_eq!(found.is_some(), any_len && fits, "{value}");
                let is_other = |key| matches!(key, KeyText::Other(it) if it == value.as_bytes());
                assert!(found.is_none_or(is_other), "{value}");
            }
        }
    }
}
