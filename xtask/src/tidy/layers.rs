//! Folders and files of ws-core know only what is below them.

use super::crates::{CORE, Crate};
use super::finding::Finding;
use super::imports::Import;

/// What lies in `src/`: each may import what stands before it.
const LAYERS: &[&str] = &[
    "sync.rs",
    "error_box.rs",
    "rule.rs",
    "random.rs",
    "role.rs",
    "step.rs",
    "negotiated.rs",
    "codec/",
    "message.rs",
    "close.rs",
    "observer/",
    "connection/",
    "dial/",
    "handshake/",
    "lib.rs",
];

/// All that a handshake may know of connections: what it becomes, the settings that this takes, and what ends both.
const SEEN_BY_HANDSHAKE: &[&str] =
    &["connection/mod.rs", "connection/tracker.rs", "connection/web_socket_config.rs"];

/// Looks through the core.
pub(super) fn check(each: &Crate) -> Vec<Finding> {
    let src = format!("{CORE}/src/");
    let files = each.shipped().filter_map(|file| file.path.strip_prefix(&src));
    let in_none = files.filter(|path| layer(path).is_none()).map(|path| {
        Finding::new(&format!("{src}{path}"), 0, "in no layer: say which ones it is above")
    });
    let imports = each.imports();
    in_none.chain(imports.iter().filter_map(|import| check_import(import, &src))).collect()
}

fn check_import(import: &Import<'_>, src: &str) -> Option<Finding> {
    let (from, to) = (import.from.strip_prefix(src)?, import.to.strip_prefix(src)?);
    let own = LAYERS[layer(from)?];
    let is_hidden = to.starts_with("connection/")
        && (own == "dial/" || (own == "handshake/" && !SEEN_BY_HANDSHAKE.contains(&to)));
    let is_allowed = layer(to) <= layer(from) && !is_hidden;
    let text = || format!("{own} must not know {to}, which is not below it");
    (!is_allowed).then(|| Finding::new(import.from, import.line, text()))
}

fn layer(path: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| path.starts_with(layer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_above_is_found() {
        for (from, to, is_found) in [
            ("codec/frame.rs", "connection/mod.rs", true),
            ("codec/mod.rs", "handshake/rule.rs", true),
            ("codec/mod.rs", "message.rs", true),
            ("connection/mod.rs", "handshake/mod.rs", true),
            ("handshake/server.rs", "connection/sender.rs", true),
            ("dial/url/mod.rs", "connection/mod.rs", true),
            ("dial/url/mod.rs", "handshake/mod.rs", true),
            ("role.rs", "codec/mod.rs", true),
            ("codec/frame.rs", "codec/mask/mod.rs", false),
            ("connection/mod.rs", "codec/frame.rs", false),
            ("handshake/server.rs", "connection/mod.rs", false),
            ("handshake/server.rs", "dial/mod.rs", false),
            ("dial/proxy/connect.rs", "codec/head.rs", false),
        ] {
            let found = check_import(&Import { from, line: 1, to }, "");
            assert_eq!(found.is_some(), is_found, "{from} {to}");
        }
        assert_eq!(layer("elsewhere.rs"), None);
    }
}
