//! The places of a client vector that depend on the key the client has drawn.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use memchr::memchr;
use sha1::{Digest as _, Sha1};

/// `Sec-WebSocket-Accept` for a key, computed without the help of the code under test.
pub fn accept_value(key: &str) -> String {
    // "concatenating /key/ [...] with the string "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", taking the
    // SHA-1 hash of this concatenated value to obtain a 20-byte value and base64-encoding". RFC 6455
    // 4.2.2(5.4)
    let mut hash = Sha1::new();
    hash.update(key.as_bytes());
    hash.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    STANDARD.encode(hash.finalize())
}

/// Replaces `{K}`, `{A}`, `{A~swapcase}`, `{A~nopad}` and `{A~space}` in the input of a client
/// vector.
pub fn fill(input: &[u8], key: &str) -> Vec<u8> {
    let mut filled = Vec::with_capacity(input.len() + 64);
    let mut rest = input;
    let places = memchr(b'{', input).map(|_| places(key));
    while let Some(brace) = memchr(b'{', rest) {
        filled.extend_from_slice(&rest[..brace]);
        rest = &rest[brace..];
        let place = places.iter().flatten().find(|(place, _)| rest.starts_with(place.as_bytes()));
        let (value, len) = match place {
            Some((place, value)) => (value.as_bytes(), place.len()),
            None => (b"{".as_slice(), 1),
        };
        filled.extend_from_slice(value);
        rest = &rest[len..];
    }
    filled.extend_from_slice(rest);
    filled
}

/// Undoes [`fill`] in texts that may have one of the places.
pub(crate) fn unfill<'a>(texts: impl IntoIterator<Item = &'a mut String>, key: &str) {
    let places = places(key);
    for text in texts {
        for (place, value) in &places {
            if text.len() >= value.len() {
                *text = text.replace(value, place);
            }
        }
    }
}

/// The longer values first: one of them contains another.
fn places(key: &str) -> [(&'static str, String); 5] {
    let accept = accept_value(key);
    [
        ("{K}", key.to_owned()),
        ("{A~swapcase}", accept.chars().map(swap_case).collect()),
        ("{A~space}", format!("{} {}", &accept[..10], &accept[10..])),
        ("{A}", accept.clone()),
        ("{A~nopad}", accept.trim_end_matches('=').to_owned()),
    ]
}

fn swap_case(c: char) -> char {
    if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled() {
        let key = "dGhlIHNhbXBsZSBub25jZQ==";
        assert_eq!(accept_value(key), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        let filled = fill(b"{K}|{A}|{A~swapcase}|{A~nopad}|{A~space}|{B}\xff", key);
        let wanted =
            b"dGhlIHNhbXBsZSBub25jZQ==|s3pPLMBiTxaQ9kYGzzhZRbK+xOo=|S3PplmbItXAq9KygZZHzrBk+XoO=|\
            s3pPLMBiTxaQ9kYGzzhZRbK+xOo|s3pPLMBiTx aQ9kYGzzhZRbK+xOo=|{B}\xff";
        assert_eq!(filled, wanted);
    }
}
