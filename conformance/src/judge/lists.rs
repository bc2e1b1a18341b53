//! Comparing list fields.

use std::collections::BTreeSet;

/// An extension: its name and its parameters, of which the order does not count.
pub(super) type Extension = (String, BTreeSet<(String, Option<String>)>);

/// Whether a field is a list, so that its members are compared one by one.
pub(super) fn is_list(name: &str) -> bool {
    ["connection", "upgrade", "allow", "sec-websocket-version", "vary", "te", "trailer"]
        .iter()
        .any(|list| list.eq_ignore_ascii_case(name))
}

/// Reads a `Sec-WebSocket-Extensions` value. A quoted value counts as the text in it. `None` when
/// the value breaks the grammar, or names a parameter twice.
pub(super) fn extensions(value: &str) -> Option<Vec<Extension>> {
    value.split(',').map(|member| extension(member.trim())).collect()
}

fn extension(member: &str) -> Option<Extension> {
    let mut parts = member.split(';').map(str::trim);
    let name = parts.next().filter(|name| is_token(name))?;
    let mut parameters = BTreeSet::new();
    for part in parts {
        let (key, value) = match part.split_once('=') {
            None => (part, None),
            Some((key, value)) => {
                let quoted = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
                (key, Some(quoted.unwrap_or(value)))
            }
        };
        if !is_token(key) || value.is_some_and(|value| !is_token(value)) {
            return None;
        }
        if !parameters.insert((key.to_owned(), value.map(str::to_owned))) {
            return None;
        }
    }
    Some((name.to_owned(), parameters))
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(crate::wire::is_token_octet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_parameters_is_free_and_that_of_extensions_is_not() {
        assert_eq!(extensions("a; b; c=1, d"), extensions("a;c=\"1\";b,d"));
        assert_ne!(extensions("a, b"), extensions("b, a"));
        assert_ne!(extensions("a; b=1"), extensions("a; b=2"));
        assert_ne!(extensions("a; b"), extensions("a; b=1"));
        for bad in ["", "a;", "a; b; b", "a; b=", "a,,b", "a b", "a; b=\"1"] {
            assert_eq!(extensions(bad), None, "{bad}");
        }
    }
}
