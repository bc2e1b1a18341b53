//! Sec-WebSocket-Key and the value that answers it.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha1::{Digest, Sha1};

use crate::{codec::list::alphanumerics_and, random};

/// The 24 characters of a Sec-WebSocket-Key.
pub(crate) type Key = [u8; 24];

/// The 28 characters of a Sec-WebSocket-Accept.
pub(crate) type Accept = [u8; 28];

/// Draws a key: "a nonce consisting of a randomly selected 16-byte value that has been
/// base64-encoded". RFC 6455 4.1(7)
///
/// The bytes come from the operating system, and two keys have nothing in common whatever happened between them, a fork
/// included.
pub(crate) fn generate() -> Result<Key, RandomError> {
    let nonce = random::nonce().map_err(RandomError)?;
    let mut key = [b'='; 24];
    encode(&nonce, &mut key);
    Ok(key)
}

/// The key that `value` holds, if it is the base64 of 16 bytes: 22 digits and the padding.
///
/// The last digit has four bits that stand for nothing, and "decoders MAY choose to reject an encoding if
/// the pad bits have not been set to zero" (RFC 4648 3.5). We do not: the example of RFC 6455 4.1(7) is
/// such a key, clients send others, and what is answered is the text and not the bytes.
pub(crate) fn parse(value: &[u8]) -> Option<Key> {
    let key: &Key = value.try_into().ok()?;
    let [digits @ .., b'=', b'='] = key else { return None };
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

    /// The bytes 1 to 16, as RFC 6455 4.1(7) prints them: the unused bits are not zero.
    #[test]
    fn a_key_is_answered_as_it_was_spelled() {
        let key = b"AQIDBAUGBwgJCgsMDQ4PEC==";
        assert_eq!(parse(key), Some(*key));
        assert_eq!(&accept(key), b"OfS0wDaT5NoxF2gqm7Zj2YtetzM=");
        assert_eq!(&accept(b"AQIDBAUGBwgJCgsMDQ4PEA=="), b"C/0nmHhBztSRGR1CwL6Tf4ZjwpY=");
    }

    #[test]
    fn other_lengths_and_paddings_are_no_key() {
        for bad in [
            "",
            "dGhlIHNhbXBsZSBub25jZQ",
            "dGhlIHNhbXBsZSBub25jZQ=",
            "dGhlIHNhbXBsZSBub25jZQ==A",
            "dGhlIHNhbXBsZSBub25jZ===",
            "dGhlIHNhbXBsZSBub25jZQAA",
            "========================",
        ] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn a_key_is_22_digits_and_the_padding() {
        let spelling = *b"dGhlIHNhbXBsZSBub25jZQ==";
        for at in 0..spelling.len() {
            for byte in 0..=255u8 {
                let mut changed = spelling;
                changed[at] = byte;
                let digit = byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
                let is_key = if at < 22 { digit } else { byte == b'=' };
                assert_eq!(parse(&changed).is_some(), is_key, "{}", changed.escape_ascii());
            }
        }
    }

    #[test]
    fn an_error_says_what_the_operating_system_said() {
        let cause = RandomError(getrandom::Error::UNSUPPORTED);
        let error = crate::HandshakeError::Random(cause);
        assert_eq!(error.name(), "no-random");
        assert!(error.to_string().contains("without random bytes"), "{error}");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains(&getrandom::Error::UNSUPPORTED.to_string()), "{source}");
    }
}
