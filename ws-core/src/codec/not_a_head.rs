//! What bytes are that are not a head: which of them are to blame, and whose protocol they look like.
//! All of this is for error messages.

use super::{
    head::{HeadError, HeadKind, HeadLimits, until_line_end, version_digits},
    list::is_token,
};

/// A protocol that is not the one expected, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OtherProtocol {
    Tls,
    Ssh,
    Http2,
    Proxy,
}

impl OtherProtocol {
    /// What `bytes`, everything that has come, begin like.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            // The content types of records from change_cipher_spec to application_data, and the version
            // that all of them name. RFC 8446 5.1
            [0x15 | 0x16] | [0x14..=0x17, 0x03] | [0x14..=0x17, 0x03, 0..=4, ..] => Some(Self::Tls),
            [b'S', b'S', b'H', b'-', ..] => Some(Self::Ssh),
            // A SETTINGS frame for the whole connection, which is what a server begins with. RFC 9113 3.4
            [0, 0, _, 4, 0, 0, 0, 0, 0, ..] => Some(Self::Http2),
            _ if bytes.starts_with(b"PRI * HTTP/2.0") => Some(Self::Http2),
            _ if bytes.starts_with(b"PROXY ") || bytes.starts_with(b"\r\n\r\n\0\r\nQUIT\n") => {
                Some(Self::Proxy)
            }
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tls => "TLS",
            Self::Ssh => "SSH",
            Self::Http2 => "HTTP/2",
            Self::Proxy => "the PROXY protocol",
        }
    }
}

/// The bytes of `head` that are to blame for `error`: a word of the start line, or a line. `line` is where
/// the scanner stopped.
pub(crate) fn blamed<'b>(
    error: HeadError,
    head: &'b [u8],
    line: &'b [u8],
    kind: HeadKind,
    limits: &HeadLimits,
) -> &'b [u8] {
    let start_line = until_line_end(head);
    let mut words = start_line.split(|&byte| byte == b' ');
    match (error, kind) {
        (HeadError::Malformed, _) => malformed_line(head, kind, limits).unwrap_or(head),
        (HeadError::Version, HeadKind::Response) => words.next().unwrap_or_default(),
        (HeadError::Version, HeadKind::Request) => words.nth(2).unwrap_or_default(),
        (HeadError::Target, _) => words.nth(1).unwrap_or_default(),
        (HeadError::StartLineTooLong, _) => start_line,
        (HeadError::FieldTooLong | HeadError::TooManyFields | HeadError::TooLarge, _) => {
            until_line_end(line)
        }
    }
}

/// The first line that is not what the grammar of RFC 9112 asks for.
fn malformed_line<'b>(head: &'b [u8], kind: HeadKind, limits: &HeadLimits) -> Option<&'b [u8]> {
    let mut is_start_line = true;
    for line in head.split_inclusive(|&byte| byte == b'\n') {
        let content = match line {
            [content @ .., b'\r', b'\n'] => content,
            [content @ .., b'\n'] if limits.bare_line_feeds => content,
            // Ended by a LF alone, or by nothing yet.
            line => return Some(line),
        };
        let well_formed = match (is_start_line, kind) {
            (true, HeadKind::Request) => is_request_line(content),
            (true, HeadKind::Response) => is_status_line(content),
            (false, _) if content.is_empty() => return None,
            (false, _) => is_field(content),
        };
        if !well_formed {
            return Some(content);
        }
        is_start_line = false;
    }
    None
}

fn is_request_line(line: &[u8]) -> bool {
    let words: Vec<_> = line.split(|&byte| byte == b' ').collect();
    matches!(
        *words,
        [method, target, version] if is_token(method) && !target.is_empty() && is_http_1(version)
    )
}

fn is_status_line(line: &[u8]) -> bool {
    let mut words = line.splitn(3, |&byte| byte == b' ');
    words.next().is_some_and(is_http_1)
        && words.next().is_some_and(|status| {
            status.len() == 3 && status.iter().all(u8::is_ascii_digit) && status[0] != b'0'
        })
        && words.next().is_none_or(is_text)
}

fn is_http_1(version: &[u8]) -> bool {
    matches!(version_digits(version), Some([b'1', _]))
}

fn is_field(line: &[u8]) -> bool {
    let Some(colon) = line.iter().position(|&byte| byte == b':') else { return false };
    is_token(&line[..colon]) && is_text(&line[colon + 1..])
}

/// Whether there is no control character but tabs.
fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_blame() {
        let blamed_within = |head: &'static str, bare_line_feeds| {
            let limits =
                HeadLimits { start_line: 9, field: 9, head: 9, fields: 9, bare_line_feeds };
            let (error, kind) = (HeadError::Malformed, HeadKind::Request);
            std::str::from_utf8(blamed(error, head.as_bytes(), b"", kind, &limits)).unwrap()
        };
        let blamed = |head| blamed_within(head, false);
        assert_eq!(blamed("G E T / HTTP/1.1\r\n\r\n"), "G E T / HTTP/1.1");
        assert_eq!(blamed("GET / HTTP/1.1\r\nHost: h\r\nA b\r\n\r\n"), "A b");
        assert_eq!(blamed("GET / HTTP/1.1\r\nHost: h\r\nA : b\r\n\r\n"), "A : b");
        assert_eq!(blamed("GET / HTTP/1.1\r\nHost: h\nA: b\r\n\r\n"), "Host: h\n");
        assert_eq!(blamed("GET / HTTP/1.1\r\nA: \u{1}\r\n\r\n"), "A: \u{1}");
        assert_eq!(blamed("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"), " c");
        assert_eq!(blamed("GET / HTTP/1.2\r\nHost: h\nA: b\r\n\r\n"), "Host: h\n");
        assert_eq!(blamed("zzz"), "zzz");
        // No line is: then all of them are.
        let target = "GET /\u{1} HTTP/1.1\r\nHost: h\r\n\r\n";
        assert_eq!(blamed(target), target);
        assert_eq!(blamed("GET / HTTP/1.1 x\r\nHost: h\r\n\r\n"), "GET / HTTP/1.1 x");
        assert_eq!(blamed("GET  HTTP/1.1\r\nHost: h\r\n\r\n"), "GET  HTTP/1.1");
        assert_eq!(blamed("GET / HTTP/1.1\r\nA: \tb\r\nA b\r\n\r\n"), "A b");
        assert_eq!(blamed_within("GET / HTTP/1.1\nHost: h\r\nA b\n\n", true), "A b");
        assert_eq!(blamed_within("GET / HTTP/1.1\nA: \r\r\n\n", true), "A: \r");
    }

    #[test]
    fn other_protocols() {
        for (bytes, protocol) in [
            (&b"\x16\x03\x01\x02\x00"[..], Some("TLS")),
            (b"\x15\x03\x03\x00\x02\x02\x46", Some("TLS")),
            (b"\x16", Some("TLS")),
            (b"SSH-2.0-OpenSSH_9.2\r\n", Some("SSH")),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Some("HTTP/2")),
            (b"\0\0\x12\x04\0\0\0\0\0\0\x03", Some("HTTP/2")),
            (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", Some("the PROXY protocol")),
            (b"\r\n\r\n\0\r\nQUIT\n\x21", Some("the PROXY protocol")),
            (b"220 mail.example ESMTP\r\n", None),
            (b"", None),
        ] {
            let found = OtherProtocol::of(bytes).map(OtherProtocol::name);
            assert_eq!(found, protocol, "{}", bytes.escape_ascii());
        }
    }
}
