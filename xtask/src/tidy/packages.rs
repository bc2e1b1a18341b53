//! What every package and the workspace's root have to carry.

use std::path::Path;

use super::{Crate, Finding};

/// Documents at the root.
const ROOT_FILES: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "deny.toml",
];

/// Files that go into each published package.
const PACKAGED: &[&str] = &["README.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// Fields that a registry shows.
const FIELDS: &[&str] = &["description", "documentation", "license", "readme", "rust_version"];
const LISTS: &[&str] = &["categories", "keywords"];

/// Looks at one package.
pub(super) fn check(each: &Crate) -> Vec<Finding> {
    let folder = &each.member.folder;
    let manifest = format!("{folder}/Cargo.toml");
    let mut findings = Vec::new();
    let text = std::fs::read_to_string(&manifest).unwrap_or_default();
    if !inherits_lints(&text) {
        findings.push(Finding::new(&manifest, 0, "`[lints] workspace = true` is missing"));
    }
    if !each.member.published {
        return findings;
    }
    let metadata = &each.member.metadata;
    let missing_fields = FIELDS.iter().filter(|field| metadata[**field].as_str().is_none());
    let missing_lists =
        LISTS.iter().filter(|list| metadata[**list].as_array().is_none_or(Vec::is_empty));
    for field in missing_fields.chain(missing_lists) {
        findings.push(Finding::new(&manifest, 0, format!("published without `{field}`")));
    }
    for name in PACKAGED {
        let path = format!("{folder}/{name}");
        if !Path::new(&path).is_file() {
            findings.push(Finding::new(&path, 0, "missing, and the package is published"));
        }
    }
    let lib = format!("{folder}/src/lib.rs");
    let root = each.sources.iter().find(|source| source.path == lib);
    if !root.is_some_and(|source| has_docs(&source.text)) {
        findings.push(Finding::new(&lib, 0, "no documentation of the crate as a whole"));
    }
    findings
}

/// Looks at the root.
pub(super) fn check_root() -> Vec<Finding> {
    let missing = ROOT_FILES.iter().filter(|path| !Path::new(path).is_file());
    missing.map(|path| Finding::new(path, 0, "missing")).collect()
}

fn inherits_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[lints]").skip(1);
    lines.next().is_some_and(|line| line.replace(' ', "") == "workspace=true")
}

/// More than a placeholder: at least two lines of `//!`.
fn has_docs(text: &str) -> bool {
    text.lines().filter(|line| line.starts_with("//!")).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_without_the_shared_lints_is_found() {
        assert!(inherits_lints("[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"));
        assert!(!inherits_lints("[package]\nname = \"a\"\nworkspace = true\n"));
        assert!(!inherits_lints("[lints]\nrust = {}\n"));
    }

    #[test]
    fn a_crate_without_docs_is_found() {
        assert!(has_docs("//! A crate.\n//!\n//! More.\n"));
        assert!(!has_docs("// not documentation\nfn f() {}\n"));
        assert!(!has_docs("//! Placeholder.\n"));
    }
}
