//! Which pages may open a WebSocket (RFC 6455 10.2).

use core::net::Ipv6Addr;
use std::{fmt::Write, sync::Arc};

use super::{argument_error::ArgumentError, authority, authority::Authority};

/// The policy a server has for Origin.
#[derive(Clone, Debug, Default)]
pub(crate) enum OriginPolicy {
    #[default]
    Any,
    /// The page came from the host that it now talks to.
    Same,
    /// Serialised origins, as browsers write them.
    List(Arc<[Box<str>]>),
}

impl OriginPolicy {
    pub(crate) fn list<I: IntoIterator<Item: AsRef<str>>>(
        origins: I,
    ) -> Result<Self, ArgumentError> {
        let serialized = |origin: I::Item| {
            let origin = origin.as_ref();
            let invalid = || ArgumentError::Origin(origin.escape_default().to_string());
            serialize(origin).map(String::into_boxed_str).ok_or_else(invalid)
        };
        origins.into_iter().map(serialized).collect::<Result<_, _>>().map(Self::List)
    }

    /// Whether a page of `origin` may talk to `authority`.
    pub(crate) fn allows(&self, origin: &[u8], authority: &[u8]) -> bool {
        match self {
            Self::Any => true,
            Self::List(origins) => {
                origins.iter().any(|listed| origin.eq_ignore_ascii_case(listed.as_bytes()))
            }
            Self::Same => is_same(origin, authority),
        }
    }
}

/// An origin of a configuration as browsers write it: in lower case, without the port that its
/// scheme stands for, and without the slash that people copy along. `None` for what is no origin,
/// and would never match.
///
/// "If the triple's port is the default port for its scheme, no port" is written. RFC 6454 6.1
fn serialize(origin: &str) -> Option<String> {
    // A page that has none, such as one in a sandbox, says so.
    if origin == "null" {
        return Some(origin.to_owned());
    }
    let (scheme, rest) = origin.split_once("://")?;
    if !is_scheme(scheme) {
        return None;
    }
    let Authority { host, port } =
        authority::parse(rest.strip_suffix('/').unwrap_or(rest).as_bytes())?;
    let host = std::str::from_utf8(host).ok()?;
    // Hosts are allowed by name alone. In an origin a browser has decoded what is encoded.
    if host.contains(['*', '%']) {
        return None;
    }
    let mut serialized = format!("{scheme}://").to_ascii_lowercase();
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => write!(serialized, "[{}]", ipv6(address.parse().ok()?)).ok()?,
        None => serialized.push_str(&host.to_ascii_lowercase()),
    }
    if let Some(port) = port.filter(|_| port != default_port(scheme)) {
        write!(serialized, ":{port}").ok()?;
    }
    Some(serialized)
}

/// "scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )". RFC 3986 3.1
fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        _ if scheme.eq_ignore_ascii_case("http") => Some(80),
        _ if scheme.eq_ignore_ascii_case("https") => Some(443),
        _ => None,
    }
}

/// An address as the URL standard writes it (3.5): always in pieces of 16 bits.
fn ipv6(address: Ipv6Addr) -> String {
    match (address.to_ipv4_mapped(), address.segments()) {
        (Some(_), [.., high, low]) => format!("::ffff:{high:x}:{low:x}"),
        _ => address.to_string(),
    }
}

/// Compares host and port; a port left out is the one the origin's scheme stands for. The scheme
/// itself is not compared: a server behind TLS termination does not know its own.
fn is_same(origin: &[u8], authority: &[u8]) -> bool {
    let parsed = std::str::from_utf8(origin).ok().and_then(|origin| origin.split_once("://"));
    let Some((scheme, host)) = parsed else { return false };
    let Some(default_port) = default_port(scheme) else { return false };
    match (authority::parse(host.as_bytes()), authority::parse(authority)) {
        (Some(page), Some(own)) => {
            page.host.eq_ignore_ascii_case(own.host)
                && page.port.unwrap_or(default_port) == own.port.unwrap_or(default_port)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_origin() {
        let same = |origin: &str, host: &str| {
            OriginPolicy::Same.allows(origin.as_bytes(), host.as_bytes())
        };
        assert!(same("http://ws.example", "ws.example"));
        assert!(same("https://WS.example:443", "ws.example"));
        assert!(same("http://[::1]:81", "[::1]:81"));
        for (origin, host) in [
            ("http://ws.example", "ws.example:81"),
            ("http://ws.example.evil.test", "ws.example"),
            ("null", "ws.example"),
            ("ftp://ws.example", "ws.example"),
            ("http://ws.example/", "ws.example"),
            ("http://a@ws.example", "ws.example"),
        ] {
            assert!(!same(origin, host), "{origin} {host}");
        }
    }

    #[test]
    fn list() {
        let policy = OriginPolicy::list(["https://App.example"]).unwrap();
        assert!(policy.allows(b"HTTPS://app.example", b"x"));
        assert!(!policy.allows(b"https://app.example.evil.test", b"x"));
        assert!(!policy.allows(b"null", b"x"));
        assert!(!policy.allows(b"https://app.example/", b"x"));
        assert!(!OriginPolicy::list([""; 0]).unwrap().allows(b"null", b"x"));
    }

    #[test]
    fn what_is_listed_is_what_browsers_write() {
        for (listed, written) in [
            ("https://irc.example.com/", "https://irc.example.com"),
            ("https://irc.example.com:443", "https://irc.example.com"),
            ("https://irc.example.com:443/", "https://irc.example.com"),
            ("https://irc.example.com:", "https://irc.example.com"),
            ("http://irc.example.com:080", "http://irc.example.com"),
            ("https://irc.example.com:80", "https://irc.example.com:80"),
            ("http://irc.example.com:443", "http://irc.example.com:443"),
            ("HTTPS://IRC.Example.COM:8443", "https://irc.example.com:8443"),
            ("http://localhost:00003000", "http://localhost:3000"),
            ("http://[0:0:0:0:0:0:0:1]:81/", "http://[::1]:81"),
            ("http://[2001:DB8::0:1]", "http://[2001:db8::1]"),
            ("http://[::ffff:192.0.2.1]", "http://[::ffff:c000:201]"),
            ("http://192.0.2.1", "http://192.0.2.1"),
            ("http://my_host.", "http://my_host."),
            ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
            ("chrome-extension://abcdef", "chrome-extension://abcdef"),
            ("tauri://localhost", "tauri://localhost"),
            ("tauri://localhost:80", "tauri://localhost:80"),
            ("null", "null"),
        ] {
            let policy = OriginPolicy::list([listed]).unwrap();
            assert!(policy.allows(written.as_bytes(), b"x"), "{listed}");
            assert_eq!(serialize(listed).as_deref(), Some(written));
        }
    }

    #[test]
    fn what_is_no_origin_is_not_listed() {
        for bad in [
            "",
            "*",
            "irc.example.com",
            "irc.example.com:443",
            "//irc.example.com",
            "://irc.example.com",
            "1s://irc.example.com",
            "ht_tp://irc.example.com",
            "https:irc.example.com",
            "https:/irc.example.com",
            "https://",
            "https:///",
            "https://:443",
            "https://h/app",
            "https://h//",
            "https://h?q",
            "https://h#f",
            "https://h/ ",
            " https://h",
            "https://a@h",
            "https://u:p@h",
            "https://*",
            "https://*.example.com",
            "https://h:*",
            "https://h:x",
            "https://h:65536",
            "https://h:80:80",
            "https://[::1",
            "https://[]",
            "https://[v1.a]",
            "https://[fe80::1%25eth0]",
            "https://%68/",
            "https://l\u{f6}wen.example",
            "https://a,https://b",
            "https://a https://b",
            "https://h\\",
            "Null",
            "null/",
        ] {
            let error = OriginPolicy::list(["https://good.example", bad]).unwrap_err();
            let named = bad.escape_default().to_string();
            assert_eq!(error, ArgumentError::Origin(named.clone()));
            assert!(error.to_string().contains(&format!("\"{named}\"")), "{error}");
        }
    }
}
