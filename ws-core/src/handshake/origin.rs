//! Which pages may open a WebSocket (RFC 6455 10.2).

use std::sync::Arc;

use super::authority;

/// The policy a server has for Origin.
#[derive(Clone, Debug, Default)]
pub(crate) enum OriginPolicy {
    #[default]
    Any,
    /// The page came from the host that it now talks to.
    Same,
    /// Serialised origins, in lower case.
    List(Arc<[Box<str>]>),
}

impl OriginPolicy {
    pub(crate) fn list<I: IntoIterator<Item: AsRef<str>>>(origins: I) -> Self {
        let lower = |origin: I::Item| origin.as_ref().to_ascii_lowercase().into_boxed_str();
        Self::List(origins.into_iter().map(lower).collect())
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

/// Compares host and port; a port left out is the one the origin's scheme stands for. The scheme
/// itself is not compared: a server behind TLS termination does not know its own.
fn is_same(origin: &[u8], authority: &[u8]) -> bool {
    let parsed = std::str::from_utf8(origin).ok().and_then(|origin| origin.split_once("://"));
    let Some((scheme, host)) = parsed else { return false };
    let default_port = match scheme {
        _ if scheme.eq_ignore_ascii_case("http") => 80,
        _ if scheme.eq_ignore_ascii_case("https") => 443,
        _ => return false,
    };
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
        let policy = OriginPolicy::list(["https://App.example"]);
        assert!(policy.allows(b"HTTPS://app.example", b"x"));
        assert!(!policy.allows(b"https://app.example.evil.test", b"x"));
        assert!(!policy.allows(b"null", b"x"));
    }
}
