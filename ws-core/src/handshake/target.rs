//! Request targets (RFC 9112 3.2).

use super::authority;
use crate::codec::list::alphanumerics_and;

/// Checks a server's target: origin-form or absolute-form. For absolute-form, gives its authority,
/// which counts instead of Host.
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
    is_path_and_query(path).then_some(Some(authority))
}

/// What a client sends for the target it was given: without the fragment, and with the `/` that an
/// empty path stands for.
pub(crate) fn normalize(target: &str) -> Option<String> {
    // "Fragment identifiers are meaningless in the context of WebSocket URIs". RFC 6455 3
    let sent = target.split_once('#').map_or(target, |(sent, _)| sent);
    let sent = if sent.starts_with('/') { sent.to_owned() } else { format!("/{sent}") };
    let invented = !target.starts_with(['/', '?', '#']) && !target.is_empty();
    (!invented && is_path_and_query(&sent)).then_some(sent)
}

/// Whether these are a path and a query as browsers send them: RFC 3986's characters, and the
/// visible ones that the URL standard leaves as they are.
fn is_path_and_query(text: &str) -> bool {
    let path_len = text.bytes().take_while(|&byte| PATH[byte as usize]).count();
    match &text.as_bytes()[path_len..] {
        [] => true,
        [b'?', query @ ..] => query.iter().all(|&byte| QUERY[byte as usize]),
        _ => false,
    }
}

const PATH: [bool; 256] = alphanumerics_and(b"-._~!$&'()*+,;=:@/%[]^{|}");
const QUERY: [bool; 256] = alphanumerics_and(b"-._~!$&'()*+,;=:@/%[]^{|}?`");

#[cfg(test)]
mod tests {
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

    #[test]
    fn every_target_we_take_is_a_uri_to_the_http_crate() {
        for byte in 0..=127u8 {
            for target in [format!("/{}", byte as char), format!("/?{}", byte as char)] {
                if check(&target).is_some() {
                    assert!(target.parse::<http::Uri>().is_ok(), "{target:?}");
                }
            }
        }
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
