//! Hosts and ports (RFC 3986 3.2).

use core::net::Ipv6Addr;

use crate::codec::list::alphanumerics_and;

/// A host and its port, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Authority<'a> {
    /// As written; an IPv6 address keeps its brackets.
    pub(crate) host: &'a [u8],
    pub(crate) port: Option<u16>,
}

/// Parses `uri-host [ ":" port ]`, the grammar of Host (RFC 9110 7.2). No user information, no
/// path; an empty host is no host.
pub(crate) fn parse(bytes: &[u8]) -> Option<Authority<'_>> {
    let (host, rest) = if bytes.starts_with(b"[") {
        let end = bytes.iter().position(|&byte| byte == b']')? + 1;
        let (host, rest) = bytes.split_at(end);
        is_ip_literal(&host[1..end - 1]).then_some(())?;
        (host, rest)
    } else {
        let (host, rest) = bytes.split_at(reg_name_len(bytes));
        (!host.is_empty()).then_some(())?;
        (host, rest)
    };
    let port = match rest {
        [] => None,
        [b':', port @ ..] => Some(port),
        _ => return None,
    };
    // "port = *DIGIT": it may be empty, and then means the default. RFC 3986 3.2.3
    let port = match port {
        None | Some([]) => None,
        Some(digits) if digits.iter().all(u8::is_ascii_digit) => Some(ascii(digits)?.parse().ok()?),
        Some(_) => return None,
    };
    Some(Authority { host, port })
}

fn is_ip_literal(inner: &[u8]) -> bool {
    // "IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )". RFC 3986 3.2.2
    if let [b'v' | b'V', future @ ..] = inner {
        let mut parts = future.splitn(2, |&byte| byte == b'.');
        let (version, address) = (parts.next().unwrap_or_default(), parts.next());
        return !version.is_empty()
            && version.iter().all(u8::is_ascii_hexdigit)
            && address.is_some_and(|address| {
                !address.is_empty() && address.iter().all(|&b| b == b':' || is_name_byte(b))
            });
    }
    ascii(inner).is_some_and(|inner| inner.parse::<Ipv6Addr>().is_ok())
}

/// "reg-name = *( unreserved / pct-encoded / sub-delims )". RFC 3986 3.2.2
fn reg_name_len(bytes: &[u8]) -> usize {
    let mut len = 0;
    loop {
        len += bytes[len..].iter().take_while(|&&byte| is_name_byte(byte)).count();
        match &bytes[len..] {
            [b'%', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => len += 3,
            _ => return len,
        }
    }
}

/// Whether `byte` is one of unreserved or sub-delims (RFC 3986 2.2, 2.3).
fn is_name_byte(byte: u8) -> bool {
    NAME[byte as usize]
}

fn ascii(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

const NAME: [bool; 256] = alphanumerics_and(b"-._~!$&'()*+,;=");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        let parsed = |text: &'static str| parse(text.as_bytes()).map(|a| (a.host, a.port));
        assert_eq!(parsed("ws.example:81"), Some((&b"ws.example"[..], Some(81))));
        assert_eq!(parsed("ws.example:"), Some((&b"ws.example"[..], None)));
        assert_eq!(parsed("[::1]:8080"), Some((&b"[::1]"[..], Some(8080))));
        assert_eq!(parsed("[::ffff:192.0.2.1]"), Some((&b"[::ffff:192.0.2.1]"[..], None)));
        assert_eq!(parsed("[v1.a:b]"), Some((&b"[v1.a:b]"[..], None)));
        assert_eq!(parsed("%77s.my_host."), Some((&b"%77s.my_host."[..], None)));
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
            "%7g",
            "%g7",
            "h\r\n",
            "h\0",
            "http://h",
            "[v.a]",
            "[v1.]",
            "[v1.a<b]",
            "[]",
        ] {
            assert_eq!(parsed(bad), None, "{bad:?}");
        }
    }
}
