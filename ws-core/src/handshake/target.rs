//! Request targets (RFC 9112 3.2).

use http::Uri;

use super::authority;
use crate::codec::path_and_query::is_path_and_query;

/// The longest target that an [`Uri`] can hold.
pub(crate) const MAX_LEN: usize = u16::MAX as usize - 1;

/// Checks a server's target: origin-form or absolute-form. For absolute-form, gives its authority,
/// which counts instead of Host.
///
/// What passes, and is not longer than [`MAX_LEN`], is an [`Uri`].
pub(crate) fn check(target: &str) -> Option<Option<&str>> {
    if target.starts_with('/') {
        return is_path_and_query(target).then_some(None);
    }
    // "the origin server MUST ignore the received Host header field (if any) and instead use the
    // host information of the request-target." RFC 9112 3.2.2
    let (scheme, rest) = target.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    authority::parse(authority.as_bytes())?;
    // A host may be what an `Uri` cannot hold: "%77s.example". Nothing else would say which host is
    // meant, so it is refused.
    (is_path_and_query(path) && target.parse::<Uri>().is_ok()).then_some(Some(authority))
}

/// What a client sends for the target it was given: without the fragment, and with the `/` that an
/// empty path stands for.
pub(crate) fn normalize(target: &str) -> Option<String> {
    // "Fragment identifiers are meaningless in the context of WebSocket URIs". RFC 6455 3
    let sent = target.split_once('#').map_or(target, |(sent, _)| sent);
    let sent = if sent.starts_with('/') { sent.to_owned() } else { format!("/{sent}") };
    let invented = !target.starts_with(['/', '?', '#']) && !target.is_empty();
    (!invented && sent.len() <= MAX_LEN && is_path_and_query(&sent)).then_some(sent)
}

#[cfg(test)]
mod tests {
    use http::uri::Authority;

    use super::*;

    #[test]
    fn forms() {
        assert_eq!(check("/chat?a=%20"), Some(None));
        assert_eq!(check("//evil.example/"), Some(None));
        assert_eq!(check("HTTP://ws.example?x=1"), Some(Some("ws.example")));
        assert_eq!(check("http://[2001:db8::1]:81/a"), Some(Some("[2001:db8::1]:81")));
        for bad in [
            "",
            "foo",
            "?a=b",
            "*",
            "ws.example:80",
            "\\chat",
            "/a#b",
            "http:///chat",
            "/a b",
            "http://user:pw@h/",
            "ftp://h/",
            "/a\u{7f}",
            "/\u{e9}",
            "http://h\\x/",
        ] {
            assert_eq!(check(bad), None, "{bad:?}");
        }
    }

    /// What new browsers leave raw, and RFC 3986 allows, written out.
    #[test]
    fn every_octet_in_a_path() {
        let raw = b"!$%&'()*+,-./:;=@[]_|~";
        let of_others = b"^{}";
        for byte in 0..=127u8 {
            let target = format!("/a{}b", byte as char);
            let taken = byte.is_ascii_alphanumeric() || raw.contains(&byte);
            let taken = taken || of_others.contains(&byte) || byte == b'?';
            assert_eq!(check(&target).is_some(), taken, "{target:?}");
            let absolute = format!("http://h{target}");
            assert_eq!(check(&absolute).is_some(), taken, "{absolute:?}");
        }
    }

    #[test]
    fn every_octet_in_a_query() {
        let raw = b"!$%&'()*+,-./:;=?@[\\]^_`{|}~";
        for byte in 0..=127u8 {
            let target = format!("/?a{}b", byte as char);
            let taken = byte.is_ascii_alphanumeric() || raw.contains(&byte);
            assert_eq!(check(&target).is_some(), taken, "{target:?}");
            assert_eq!(check(&format!("http://h{target}")).is_some(), taken, "{target:?}");
            assert_eq!(check(&format!("http://h{}", &target[1..])).is_some(), taken, "{target:?}");
        }
    }

    #[test]
    fn every_target_we_take_is_that_uri_to_the_http_crate() {
        for byte in 0..=127u8 {
            for before in ["/", "/?", "//", "/a:", "/a?b", "http://h/", "http://h?", "http://h/?"] {
                let target = format!("{before}{}", byte as char);
                if let Some(authority) = check(&target) {
                    let uri: Uri = target.parse().unwrap();
                    assert_eq!(uri.authority().map(Authority::as_str), authority, "{target:?}");
                    let rest = target.strip_prefix("http://h").unwrap_or(&target);
                    let held = uri.path_and_query().unwrap().as_str();
                    assert_eq!(held.trim_start_matches('/'), rest.trim_start_matches('/'));
                }
            }
        }
        for bad in ["http://%77s.example/", "http://a%2fb/"] {
            assert!(bad.parse::<Uri>().is_err(), "{bad:?}");
            assert_eq!(check(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn the_longest() {
        let target = |len: usize| format!("/{}", "a".repeat(len - 1));
        assert!(target(MAX_LEN).parse::<Uri>().is_ok());
        assert!(target(MAX_LEN + 1).parse::<Uri>().is_err());
        assert!(normalize(&target(MAX_LEN)).is_some());
        assert!(normalize(&target(MAX_LEN + 1)).is_none());
    }

    #[test]
    fn normalized() {
        assert_eq!(normalize("").as_deref(), Some("/"));
        assert_eq!(normalize("?q=1").as_deref(), Some("/?q=1"));
        assert_eq!(normalize("/a#b").as_deref(), Some("/a"));
        for bad in ["a", "/a b", "/\r\nX: y", "/\0", "http://h/"] {
            assert_eq!(normalize(bad), None, "{bad:?}");
        }
    }
}
