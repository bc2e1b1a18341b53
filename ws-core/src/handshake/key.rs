//! Sec-WebSocket-Key and the value that answers it.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha1::{Digest, Sha1};

use crate::codec::list::alphanumerics_and;

/// The 24 characters of a Sec-WebSocket-Key.
pub(crate) type Key = [u8; 24];

/// The 28 characters of a Sec-WebSocket-Accept.
pub(crate) type Accept = [u8; 28];

/// Draws a key: "a nonce consisting of a randomly selected 16-byte value that has been
/// base64-encoded". RFC 6455 4.1(7)
///
/// The bytes come from the operating system on every call, so two keys have nothing in common
/// whatever happened between them, a fork included.
pub(crate) fn generate() -> Result<Key, RandomError> {
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(RandomError)?;
    let mut key = [b'='; 24];
    encode(&nonce, &mut key);
    Ok(key)
}

/// The key that `value` holds, if it is the canonical base64 of 16 bytes: 21 digits, one whose
/// unused bits are zero, and the padding (RFC 4648 3.5).
pub(crate) fn parse(value: &[u8]) -> Option<Key> {
    let key: &Key = value.try_into().ok()?;
    let [digits @ .., b'A' | b'Q' | b'g' | b'w', b'=', b'='] = key else { return None };
    digits.iter().all(|&digit| DIGIT[digit as usize]).then_some(*key)
}

/// "concatenating /key/ [...] with the string "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", taking the
/// SHA-1 hash of this concatenated value to obtain a 20-byte value and base64-encoding". RFC 6455
/// 4.2.2(5.4)
pub(crate) fn accept(key: &[u8]) -> Accept {
    let digest = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    let mut accept = [b'='; 28];
    encode(&digest, &mut accept);
    accept
}

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomError(getrandom::Error);

impl fmt::Display for RandomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no random bytes from the operating system: {}", self.0)
    }
}

impl std::error::Error for RandomError {}

fn encode(bytes: &[u8], out: &mut [u8]) {
    // The arrays have the exact length, so this cannot fail; the tests pin the values.
    let written = STANDARD.encode_slice(bytes, out);
    debug_assert!(written.is_ok());
}

const DIGIT: [bool; 256] = alphanumerics_and(b"+/");

const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_6455() {
        assert_eq!(&accept(b"dGhlIHNhbXBsZSBub25jZQ=="), b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn keys_differ_and_parse() -> Result<(), RandomError> {
        let (a, b) = (generate()?, generate()?);
        assert_ne!(a, b);
        assert_eq!(parse(&a), Some(a));
        Ok(())
    }

    #[test]
    fn only_the_canonical_spelling_is_a_key() {
        for bad in [
            "dGhlIHNhbXBsZSBub25jZQ",
            "dGhlIHNhbXBsZSBub25jZQ=",
            "dGhlIHNhbXBsZSBub25jZQ==A",
            "dGhlIHNhbXBsZSBub25jZR==",
            "dGhlIHNhbXBsZSBub25jZ===",
            "dGhlIHNhbXBsZSBub25jZQAA",
            "========================",
        ] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }
    #[test]
    fn a_key_is_what_decodes_to_16_bytes() {
        let spelling = *b"dGhlIHNhbXBsZSBub25jZQ==";
        for at in 0..spelling.len() {
            for byte in 0..=255 {
                let mut changed = spelling;
                changed[at] = byte;
                let decoded = STANDARD.decode(changed).is_ok_and(|nonce| nonce.len() == 16);
                assert_eq!(parse(&changed).is_some(), decoded, "{}", changed.escape_ascii());
            }
        }
    }
}
