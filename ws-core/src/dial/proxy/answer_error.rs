//! Answers that no proxy of that kind gives.

use std::fmt;

use crate::codec::{excerpt::Excerpt, not_a_head::OtherProtocol};

/// An answer that is not one of the protocol that the proxy was spoken to in: what was expected, and what
/// came instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedAnswer {
    fault: AnswerFault,
    value: Excerpt,
    /// What the peer seems to speak.
    other: Option<&'static str>,
}

/// What an answer is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnswerFault {
    Http,
    HttpVersion,
    ContentLength,
    Socks4Version,
    Socks5Version,
    Socks5Method,
    Socks5Authentication,
    Socks5AddressType,
}

impl MalformedAnswer {
    /// `value` is what is to blame, and `start` what has come in all.
    pub(super) fn of_http(fault: AnswerFault, value: &[u8], start: &[u8]) -> Self {
        let other = match (fault, start) {
            (AnswerFault::Http, [5, ..]) => Some("SOCKS 5"),
            (AnswerFault::Http, [0, 90..=93, ..]) => Some("SOCKS 4"),
            _ => OtherProtocol::of(start).map(OtherProtocol::name),
        };
        // Nobody but us has such a field: it is what was sent.
        let is_credentials = |name: &&[u8]| name.eq_ignore_ascii_case(CREDENTIALS);
        let value = value.get(..CREDENTIALS.len()).filter(is_credentials).unwrap_or(value);
        Self { fault, value: Excerpt::new(value), other }
    }

    /// An octet of SOCKS that cannot stand at the front of `rest`.
    pub(super) fn of_socks(fault: AnswerFault, rest: &[u8]) -> Self {
        let is_text = |byte: &u8| byte.is_ascii_graphic();
        // What a peer says that is no proxy is of use if it is text. Anything else may be what was sent to
        // it, which has a user name in it.
        let len = match rest {
            [first, ..] if is_text(first) => {
                rest.iter().position(u8::is_ascii_control).unwrap_or(rest.len())
            }
            _ => rest.len().min(1),
        };
        let other = if rest.starts_with(b"HTTP/") {
            Some("HTTP")
        } else {
            OtherProtocol::of(rest).map(OtherProtocol::name)
        };
        Self { fault, value: Excerpt::new(rest.get(..len).unwrap_or_default()), other }
    }

    /// What came instead: at most its first 80 octets.
    pub fn value(&self) -> &[u8] {
        self.value.bytes()
    }
}

impl fmt::Display for MalformedAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.fault {
            AnswerFault::Http => {
                "the proxy's answer is not the head of an HTTP response (RFC 9112 2.1)"
            }
            AnswerFault::HttpVersion => {
                "the proxy's answer is of another version than HTTP/1.x (RFC 9112 2.3)"
            }
            AnswerFault::ContentLength => {
                "the Content-Length of the proxy's refusal is not one number (RFC 9112 6.3)"
            }
            AnswerFault::Socks4Version => {
                "the proxy's answer does not begin with the octet 0, as in SOCKS 4"
            }
            AnswerFault::Socks5Version => {
                "the proxy's answer does not begin with the octet 5, as in SOCKS 5 (RFC 1928 3)"
            }
            AnswerFault::Socks5Method => {
                "the proxy chooses a method of authentication that was not offered (RFC 1928 3)"
            }
            AnswerFault::Socks5Authentication => {
                "the proxy's answer to user name and password does not begin with the octet 1 (RFC 1929 2)"
            }
            AnswerFault::Socks5AddressType => {
                "the address in the proxy's answer is not of the types 1, 3 or 4 (RFC 1928 5)"
            }
        };
        write!(f, "{what}: {}", self.value)?;
        match self.other {
            Some(other) => write!(f, ", which looks like {other}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for MalformedAnswer {}

const CREDENTIALS: &[u8] = b"proxy-authorization";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_instead_is_given_out_and_shown() {
        let error = MalformedAnswer::of_http(AnswerFault::Http, b"SSH-2.0-x", b"SSH-2.0-x\r\n");
        assert_eq!(error.value(), b"SSH-2.0-x");
        assert!(error.to_string().ends_with(": \"SSH-2.0-x\", which looks like SSH"), "{error}");
        let error = MalformedAnswer::of_socks(AnswerFault::Socks5Version, b"\x07\x00secret");
        assert_eq!(error.value(), b"\x07");
        assert!(error.to_string().ends_with("(RFC 1928 3): \"\\x07\""), "{error}");
    }
}
