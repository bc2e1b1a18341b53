//! Percent-encoding (RFC 3986 2.1).

use std::fmt::Write;

/// "UTF-8 percent-encode" of the URL standard, for characters beyond ASCII alone.
pub(crate) fn encode_non_ascii(text: &str) -> String {
    encode(text, |c| c.is_ascii())
}

/// All but "unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~"". RFC 3986 2.3
pub(crate) fn encode_reserved(text: &str) -> String {
    encode(text, |c| c.is_ascii_alphanumeric() || "-._~".contains(c))
}

fn encode(text: &str, stays: impl Fn(char) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        if stays(c) {
            encoded.push(c);
            continue;
        }
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// What `text` means. A percent sign without two hexadecimal digits is one, as for the URL standard.
pub(crate) fn decode(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, behind @ ..] = rest {
        rest = behind;
        match (byte, behind) {
            (b'%', [high, low, behind @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high << 4 | low);
                    rest = behind;
                }
                _ => decoded.push(b'%'),
            },
            _ => decoded.push(*byte),
        }
    }
    decoded
}

fn digit(byte: u8) -> Option<u8> {
    // At most 15.
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        assert_eq!(encode_non_ascii("a%\u{e9}\u{10ffff}"), "a%%C3%A9%F4%8F%BF%BF");
        assert_eq!(encode_reserved("a-%/\u{e9}"), "a-%25%2F%C3%A9");
        assert_eq!(decode("a%C3%a9%4"), b"a\xc3\xa9%4");
        assert_eq!(decode("%%41%zz%"), b"%A%zz%");
    }
}
