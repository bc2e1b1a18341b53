//! Types and traits of other crates in a public API: whoever uses that has to have the same version of them, so a
//! new major version of theirs is one of ours.

use std::collections::BTreeSet;

/// What the crates of a workspace are called, and the ones that come with the compiler.
const OWN: &[&str] = &["ws_", "std", "core", "alloc"];

/// Crates that may be named: `(by which packages, crate, why)`. Packages by the start of their names.
const WANTED: &[(&[&str], &str, &str)] = &[
    (&["ws-"], "http", "requests and responses are in the types that HTTP stacks share"),
    (&["ws-"], "bytes", "payloads are handed over without a copy"),
    (&["ws-"], "futures_core", "a WebSocket is a stream of messages"),
    (&["ws-"], "futures_sink", "and a sink of them"),
    (&["ws-driver", "ws-smol", "ws-async-std"], "futures_io", "the streams of these runtimes"),
    (&["ws-smol"], "async_net", "the sockets that its functions open"),
    (&["ws-async-std"], "async_std", "the sockets that its functions open"),
    (&["ws-driver"], "async_io", "the timer and the sockets that these runtimes have in common"),
    (&["ws-tokio", "ws-hyper", "ws-axum", "ws-rooms"], "tokio", "the streams of this runtime"),
    (&["ws-rooms"], "async_nats", "how a program logs in at its broker, behind a feature"),
    (&["ws-rooms"], "redis", "how a program logs in at its broker, behind a feature"),
    (&["ws-"], "rustls", "how TLS is done is for the program to say, in its words"),
    (&["ws-"], "rustls_pki_types", "certificates, as rustls has them"),
    (&["ws-hyper"], "hyper", "the requests, connections and bodies that are upgraded"),
    (&["ws-hyper", "ws-axum"], "http_body", "the trait of bodies that are handed through"),
    (&["ws-hyper"], "tower_layer", "what the feature `tower` is for"),
    (&["ws-hyper"], "tower_service", "what the feature `tower` is for"),
    (&["ws-conform"], "serde_json", "settings of a case, as files and reports have them"),
    (&["ws-axum"], "axum_core", "the traits of extractors and responses"),
];

/// The paths in these lines, sorted: each to the type or trait, without what is inside it.
pub(super) fn of(items: &[String]) -> Vec<String> {
    let found: BTreeSet<_> = items.iter().flat_map(|line| paths(line)).collect();
    found.into_iter().collect()
}

/// A line for each path whose crate nobody has given a reason for.
pub(super) fn unwanted(package: &str, paths: &[String]) -> Vec<String> {
    let wanted = |path: &&String| {
        let name = path.split("::").next().unwrap_or_default();
        let here = |packages: &[&str]| packages.iter().any(|start| package.starts_with(start));
        WANTED.iter().any(|(packages, wanted, _)| *wanted == name && here(packages))
    };
    let unwanted = paths.iter().filter(|path| !wanted(path));
    unwanted
        .map(|path| format!("{package}: {path} is of a crate that is not wanted there"))
        .collect()
}

fn paths(line: &str) -> impl Iterator<Item = String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    line.split(move |c| !is_part(c)).filter_map(|word| {
        let word = word.trim_matches(':');
        let (first, _) = word.split_once("::")?;
        let is_crate = first.starts_with(|c: char| c.is_ascii_lowercase());
        let is_own =
            OWN.iter().any(|own| first == *own || own.ends_with('_') && first.starts_with(own));
        (is_crate && !is_own && !PRIMITIVES.contains(&first)).then(|| up_to_type(word))
    })
}

/// `bytes::Bytes::from` is about `bytes::Bytes`.
fn up_to_type(path: &str) -> String {
    let mut kept = Vec::new();
    for part in path.split("::") {
        kept.push(part);
        if part.starts_with(|c: char| c.is_ascii_uppercase()) {
            break;
        }
    }
    kept.join("::")
}

const PRIMITIVES: &[&str] =
    &["bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i32", "i64", "f64"];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<String> {
        of(&[line.to_owned()])
    }

    #[test]
    fn paths_of_other_crates_are_found() {
        let line = "pub fn ws_core::credentials::unauthorized(&str) -> http::response::Response<bytes::bytes::Bytes>";
        assert_eq!(found(line), ["bytes::bytes::Bytes", "http::response::Response"]);
        let line =
            "impl<T: Unpin> futures_sink::Sink<ws_core::Message> for ws_driver::WebSocket<T>";
        assert_eq!(found(line), ["futures_sink::Sink"]);
        assert_eq!(found("pub fn str::text(&self) -> T::Item"), [""; 0]);
        assert_eq!(found("pub fn bytes::bytes::Bytes::from(u16::Y)"), ["bytes::bytes::Bytes"]);
    }

    #[test]
    fn a_crate_without_a_reason_is_not_wanted() {
        let paths = |path: &str| [path.to_owned()];
        assert_eq!(unwanted("ws-core", &paths("http::Request")), [""; 0]);
        assert_eq!(unwanted("ws-core", &paths("left_pad::Left")).len(), 1);
    }
}
