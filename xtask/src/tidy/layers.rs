//! Folders and files of ws-core know only what is below them.

use super::crates::{CORE, Crate};
use super::finding::Finding;
use super::imports::Import;

/// What lies in `src/`, the lowest first, and what else of `src/` each may import.
const LAYERS: &[(&str, &[&str])] = &[
    ("rule.rs", &[]),
    ("role.rs", &[]),
    ("negotiated.rs", &[]),
    ("codec/", &["rule.rs"]),
    ("message.rs", &["codec/"]),
    ("close.rs", &["message.rs"]),
    ("connection/", &["codec/", "close.rs", "message.rs", "negotiated.rs", "role.rs"]),
    // Of a connection it knows what it becomes in the end, and the settings that this takes.
    (
        "handshake/",
        &[
            "codec/",
            "connection/mod.rs",
            "connection/web_socket_config.rs",
            "negotiated.rs",
            "role.rs",
            "rule.rs",
        ],
    ),
    ("lib.rs", &[]),
];

/// Looks through the core.
pub(super) fn check(each: &Crate) -> Vec<Finding> {
    let src = format!("{CORE}/src/");
    let in_no_layer = each.shipped().filter(|file| may_import(&file.path, &src).is_none());
    let hint = "in no layer: say below which one it lies";
    let mut findings: Vec<_> = in_no_layer.map(|file| Finding::new(&file.path, 0, hint)).collect();
    findings.extend(each.imports().iter().filter_map(|import| check_import(import, &src)));
    findings
}

fn check_import(import: &Import<'_>, src: &str) -> Option<Finding> {
    let to = import.to.strip_prefix(src)?;
    let (own, below) = may_import(import.from, src)?;
    let is_allowed = to.starts_with(own) || below.iter().any(|each| to.starts_with(each));
    let text = || format!("{own} must not know {to}, which is not below it");
    (!is_allowed).then(|| Finding::new(import.from, import.line, text()))
}

/// The layer of a file, and those that it may import.
fn may_import(path: &str, src: &str) -> Option<(&'static str, &'static [&'static str])> {
    let path = path.strip_prefix(src)?;
    LAYERS.iter().find(|(layer, _)| path.starts_with(layer)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_above_is_found() {
        let found = |from, to| check_import(&Import { from, line: 1, to }, "");
        for (from, to) in [
            ("codec/frame.rs", "connection/mod.rs"),
            ("codec/mod.rs", "handshake/rule.rs"),
            ("codec/mod.rs", "message.rs"),
            ("connection/mod.rs", "handshake/mod.rs"),
            ("handshake/server.rs", "connection/sender.rs"),
            ("role.rs", "codec/mod.rs"),
        ] {
            assert!(found(from, to).is_some(), "{from} {to}");
        }
        for (from, to) in [
            ("codec/frame.rs", "codec/mask/mod.rs"),
            ("connection/mod.rs", "codec/frame.rs"),
            ("handshake/server.rs", "connection/mod.rs"),
        ] {
            assert_eq!(found(from, to), None);
        }
        assert_eq!(may_import("elsewhere.rs", ""), None);
    }
}
