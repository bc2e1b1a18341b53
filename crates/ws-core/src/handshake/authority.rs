//! Hosts and ports (RFC 3986 3.2).

use core::net::Ipv6Addr;

/// A host and its port, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Authority<'a> {
    /// As written; an IPv6 address keeps its brackets.
    pub(crate) host: &'a str,
    pub(crate) port: Option<u16>,
}

/// Parses `uri-host [ ":" port ]`, the grammar of Host (RFC 9110 7.2). No user information, no
/// path; an empty host is no host.
pub(crate) fn parse(bytes: &[u8]) -> Option<Authority<'_>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (host, port) = if text.starts_with('[') {
        let end = text.find(']')? + 1;
        let (host, rest) = text.split_at(end);
        is_ip_literal(&host[1..end - 1]).then_some(())?;
        (host, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
    } else {
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        };
        is_reg_name(host.as_bytes()).then_some(())?;
        (host, port)
    };
    // "port = *DIGIT": it may be empty, and then means the default. RFC 3986 3.2.3
    let port = match port {
        None | Some("") => None,
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => Some(digits.parse().ok()?),
        Some(_) => return None,
    };
    Some(Authority { host, port })
}

fn is_ip_literal(inner: &str) -> bool {
    // "IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )". RFC 3986 3.2.2
    if let Some(future) = inner.strip_prefix(['v', 'V']) {
        return future.split_once('.').is_some_and(|(version, address)| {
            !version.is_empty()
                && version.bytes().all(|b| b.is_ascii_hexdigit())
                && !address.is_empty()
                && address.bytes().all(|b| b == b':' || is_name_byte(b))
        });
    }
    inner.parse::<Ipv6Addr>().is_ok()
}

fn is_reg_name(host: &[u8]) -> bool {
    let mut rest = host;
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'%', [a, b, tail @ ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => tail,
            (byte, _) if is_name_byte(*byte) => tail,
            _ => return false,
        };
    }
    !host.is_empty()
}

/// "unreserved / sub-delims", RFC 3986 2.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        let parsed = |text: &'static str| parse(text.as_bytes()).map(|a| (a.host, a.port));
        assert_eq!(parsed("ws.example:81"), Some(("ws.example", Some(81))));
        assert_eq!(parsed("ws.example:"), Some(("ws.example", None)));
        assert_eq!(parsed("[::1]:8080"), Some(("[::1]", Some(8080))));
        assert_eq!(parsed("[::ffff:192.0.2.1]"), Some(("[::ffff:192.0.2.1]", None)));
        assert_eq!(parsed("[v1.a:b]"), Some(("[v1.a:b]", None)));
        assert_eq!(parsed("%77s.my_host."), Some(("%77s.my_host.", None)));
        for bad in [
            "",
            ":80",
            "a b",
            "a/b",
            "u@h",
            "h:80:80",
            "[nope]",
            "[::1]x",
            "[::1",
            "l\u{f6}wen",
            "h:-1",
            "h:+1",
            "h:99999",
            "%7",
            "%zz",
            "h\r\n",
            "h\0",
            "http://h",
            "[v.a]",
            "[]",
        ] {
            assert_eq!(parsed(bad), None, "{bad:?}");
        }
    }
}
