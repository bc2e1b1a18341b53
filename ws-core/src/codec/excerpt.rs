//! The bytes that an error is about, as it shows them.

use std::fmt;

/// The beginning of what broke a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    bytes: Box<[u8]>,
    /// There was more of it.
    cut: bool,
}

impl Excerpt {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self { bytes: bytes[..bytes.len().min(MAX_LEN)].into(), cut: bytes.len() > MAX_LEN }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Text of the caller's, escaped and cut like what a peer sent.
pub(crate) fn shown(text: &str) -> String {
    let escaped = text.escape_default().to_string();
    match escaped.get(..MAX_LEN) {
        Some(start) if escaped.len() > MAX_LEN => format!("{start}..."),
        _ => escaped,
    }
}

/// In quotes, in ASCII, on one line.
impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if self.cut { "..." } else { "" };
        write!(f, "\"{}\"{more}", self.bytes.escape_ascii())
    }
}

/// A line of a terminal. More would be the peer's way to fill logs.
const MAX_LEN: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_escaped_and_cut() {
        assert_eq!(Excerpt::new(b"a\r\n\"\xff\0").to_string(), r#""a\r\n\"\xff\x00""#);
        assert_eq!(Excerpt::new(&[b'a'; 80]).to_string(), format!("\"{}\"", "a".repeat(80)));
        assert_eq!(Excerpt::new(&[b'a'; 81]).to_string(), format!("\"{}\"...", "a".repeat(80)));
        assert_eq!(shown("a\r\u{e9}"), r"a\r\u{e9}");
        assert_eq!(shown(&"a".repeat(80)), "a".repeat(80));
        assert_eq!(shown(&"a".repeat(81)), "a".repeat(80) + "...");
    }
}
