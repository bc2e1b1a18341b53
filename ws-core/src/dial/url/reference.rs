//! References to resources, and what they mean where they are found (RFC 3986 4 and 5).

use super::authority::is_scheme;

/// A reference, taken apart, without its fragment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    pub(super) scheme: Option<&'a str>,
    pub(super) authority: Option<&'a str>,
    /// Path and query.
    pub(super) target: &'a str,
}

impl<'a> Reference<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let text = before(text, &['#']).0;
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
            _ => (None, text),
        };
        match rest.strip_prefix("//") {
            Some(rest) => {
                let (authority, target) = before(rest, &['/', '?']);
                Self { scheme, authority: Some(authority), target }
            }
            None => Self { scheme, authority: None, target: rest },
        }
    }
}

/// The path and query that `reference`, itself no more than that, stands for next to those of `base`
/// (RFC 3986 5.2.2).
pub(super) fn resolve(base: &str, reference: &str) -> String {
    let (base_path, base_query) = before(base, &['?']);
    let (path, query) = before(reference, &['?']);
    match path {
        "" if query.is_empty() => format!("{base_path}{base_query}"),
        "" => format!("{base_path}{query}"),
        _ if path.starts_with('/') => without_dot_segments(reference),
        _ => {
            // "return a string consisting of the reference's path component appended to all but the
            // last segment of the base URI's path". RFC 3986 5.2.3. The base is what a browser would
            // have made of it: "/a/.." is a folder.
            let base_path = remove_dot_segments(base_path);
            let folder = base_path.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{}{query}", remove_dot_segments(&format!("{folder}/{path}")))
        }
    }
}

/// A path and a query whose path goes neither up nor nowhere.
pub(super) fn without_dot_segments(target: &str) -> String {
    let (path, query) = before(target, &['?']);
    format!("{}{query}", remove_dot_segments(path))
}

/// The path of RFC 3986 5.2.4. `path` is empty, or begins with a slash.
fn remove_dot_segments(path: &str) -> String {
    let Some(segments) = path.strip_prefix('/') else { return path.to_owned() };
    let mut kept = Vec::new();
    let mut names_a_folder = false;
    for segment in segments.split('/') {
        names_a_folder = true;
        match dots(segment) {
            Some(1) => {}
            Some(_) => drop(kept.pop()),
            None => {
                kept.push(segment);
                names_a_folder = false;
            }
        }
    }
    if names_a_folder {
        kept.push("");
    }
    format!("/{}", kept.join("/"))
}

/// How many dots a segment is that is one or two.
fn dots(segment: &str) -> Option<usize> {
    let mut rest = segment;
    let mut count = 0;
    while !rest.is_empty() {
        // "A single-dot URL path segment is a URL path segment that is "[.]" or an ASCII
        // case-insensitive match for "%2e"." URL 4.1
        rest = [".", "%2e", "%2E"].iter().find_map(|dot| rest.strip_prefix(dot))?;
        count += 1;
    }
    (1..=2).contains(&count).then_some(count)
}

/// What stands before the first of `ends`, and the rest.
fn before<'a>(text: &'a str, ends: &[char]) -> (&'a str, &'a str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taken_apart() {
        for (text, scheme, authority, target) in [
            ("", None, None, ""),
            ("#a:b", None, None, ""),
            ("ws://h", Some("ws"), Some("h"), ""),
            ("http://u@h:1?q/#f", Some("http"), Some("u@h:1"), "?q/"),
            ("//h/p:q", None, Some("h"), "/p:q"),
            ("//", None, Some(""), ""),
            ("///p", None, Some(""), "/p"),
            ("/p://h", None, None, "/p://h"),
            ("?a:b", None, None, "?a:b"),
            ("g:h", Some("g"), None, "h"),
            ("1:h", None, None, "1:h"),
            ("./g:h", None, None, "./g:h"),
        ] {
            assert_eq!(Reference::new(text), Reference { scheme, authority, target }, "{text}");
        }
    }

    #[test]
    fn dot_segments() {
        for (path, expected) in [
            ("", ""),
            ("/", "/"),
            ("/a/b/c/./../../g", "/a/g"),
            ("/.", "/"),
            ("/..", "/"),
            ("/../../a", "/a"),
            ("/a/..", "/"),
            ("/a/.", "/a/"),
            ("/a/../", "/"),
            ("/a//../b", "/a/b"),
            ("//", "//"),
            ("/..//a", "//a"),
            ("/...", "/..."),
            ("/a/%2e%2E/b", "/b"),
            ("/a/.%2e", "/"),
            ("/a/%2e/b%2e", "/a/b%2e"),
        ] {
            assert_eq!(remove_dot_segments(path), expected, "{path}");
        }
    }

    #[test]
    fn the_base_is_where_one_is() {
        for (base, reference, expected) in [
            ("", "", ""),
            ("", "?q", "?q"),
            ("", "g", "/g"),
            ("?a/b", "g?h", "/g?h"),
            ("/a/b?c", "", "/a/b?c"),
            ("/a/../b?c", "", "/a/../b?c"),
            ("/a/..", "g", "/g"),
            ("/a/b?c/d", "g", "/a/g"),
            ("/a/b?c", "?", "/a/b?"),
            ("/a/b", "..?/../", "/?/../"),
        ] {
            assert_eq!(resolve(base, reference), expected, "{base} {reference}");
        }
    }
}
