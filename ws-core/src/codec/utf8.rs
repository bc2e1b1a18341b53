//! UTF-8 that arrives in pieces, refused at its first bad byte.

/// Text is not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotUtf8;

/// Whether a whole text is UTF-8.
#[inline]
pub(crate) fn is_utf8(text: &[u8]) -> bool {
    // Looking at short texts in the ordinary way costs less than setting up the vectors.
    if text.len() < SHORT { std::str::from_utf8(text).is_ok() } else { is_utf8_long(text) }
}

fn is_utf8_long(text: &[u8]) -> bool {
    simdutf8::basic::from_utf8(text).is_ok()
}

/// From this length on vectors are quicker, whatever the text.
const SHORT: usize = 48;

/// Validates text piece by piece.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Utf8 {
    /// A character that began and has not ended.
    open: [u8; 4],
    open_len: u8,
}

impl Utf8 {
    /// Takes the next piece.
    pub(crate) fn push(&mut self, mut piece: &[u8]) -> Result<(), NotUtf8> {
        while self.open_len > 0 {
            let Some((&byte, rest)) = piece.split_first() else { return Ok(()) };
            self.open[usize::from(self.open_len)] = byte;
            self.open_len += 1;
            piece = rest;
            match std::str::from_utf8(&self.open[..usize::from(self.open_len)]) {
                Ok(_) => self.open_len = 0,
                // It can still become a character; no character has more than four bytes.
                Err(error) if error.error_len().is_none() => {}
                Err(_) => return Err(NotUtf8),
            }
        }
        match simdutf8::compat::from_utf8(piece) {
            Ok(_) => Ok(()),
            Err(error) if error.error_len().is_none() => {
                let open = &piece[error.valid_up_to()..];
                self.open[..open.len()].copy_from_slice(open);
                self.open_len = open.len() as u8;
                Ok(())
            }
            Err(_) => Err(NotUtf8),
        }
    }

    /// The text has ended; it must not end inside a character.
    pub(crate) fn end(&mut self) -> Result<(), NotUtf8> {
        if std::mem::take(&mut self.open_len) == 0 { Ok(()) } else { Err(NotUtf8) }
    }
}

/// Where the last character ends that is whole within `max` bytes: some receivers check each fragment of
/// a text by itself, though RFC 6455 5.6 does not ask for that. Without such a place, `max`.
pub(crate) fn character_end(text: &[u8], max: usize) -> usize {
    let begins = |at: &usize| text.get(*at).is_none_or(|byte| byte & 0xC0 != 0x80);
    (max.saturating_sub(3).max(1)..=max).rev().find(begins).unwrap_or(max)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the text is refused: the number of bytes that were still fine.
    fn fails_at(text: &[u8]) -> Option<usize> {
        let mut utf8 = Utf8::default();
        let at = text.iter().position(|byte| utf8.push(&[*byte]).is_err());
        at.or_else(|| utf8.end().is_err().then_some(text.len()))
    }

    #[test]
    fn fails_at_the_first_byte_that_cannot_be() {
        assert_eq!(fails_at("a\u{e9}\u{20ac}\u{1f980}z".as_bytes()), None);
        assert_eq!(fails_at(b"a\xff"), Some(1));
        assert_eq!(fails_at(b"\xc0\x80"), Some(0));
        assert_eq!(fails_at(b"\xe0\x80\x80"), Some(1));
        assert_eq!(fails_at(b"\xed\xa0\x80"), Some(1));
        assert_eq!(fails_at(b"\xf4\x90\x80\x80"), Some(1));
        assert_eq!(fails_at(b"\xf0\x9f\xa6"), Some(3));
        assert_eq!(fails_at(b"\xe2\x82a"), Some(2));
    }

    #[test]
    fn whole_texts_of_every_length_agree_with_std() {
        let text = "x\u{7ff}\u{800}\u{ffff}\u{10ffff}y".repeat(20);
        for len in 0..=text.len() {
            let text = &text.as_bytes()[..len];
            assert_eq!(is_utf8(text), std::str::from_utf8(text).is_ok(), "{len}");
        }
    }

    #[test]
    fn every_split_of_every_kind_of_character_agrees_with_std() {
        let texts: [&[u8]; 5] = [
            "x\u{7ff}\u{800}\u{ffff}\u{10ffff}y".as_bytes(),
            b"abc\xf0\x9f\xa6\x80\xf0\x9f\xa6",
            b"\xf0\x9f\xa6\x80\x80",
            b"\xce\xba\xe1\xbd\xb9\xcf\x83\xed\xa0\x80\x65",
            &[b'a'; 200],
        ];
        for text in texts {
            for cut in 0..=text.len() {
                let mut utf8 = Utf8::default();
                let fine = utf8.push(&text[..cut]).is_ok()
                    && utf8.push(&text[cut..]).is_ok()
                    && utf8.end().is_ok();
                assert_eq!(
                    fine,
                    std::str::from_utf8(text).is_ok(),
                    "{} {cut}",
                    text.escape_ascii()
                );
            }
        }
    }

    #[test]
    fn a_cut_is_made_between_characters() {
        let text = "a\u{e9}\u{20ac}\u{1f980}z";
        for max in 1..text.len() {
            let end = character_end(text.as_bytes(), max);
            assert!(end <= max && end + 3 >= max, "{max}: {end}");
            // A character that is longer than the piece is cut after all.
            assert!(text.is_char_boundary(end) || max < 4, "{max}: {end}");
        }
        assert_eq!(character_end(&[0x80; 9], 5), 5, "there is no such place");
    }
}
