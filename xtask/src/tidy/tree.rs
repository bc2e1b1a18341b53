//! The tree is the same on every machine: it names no folder of one and no package mirror.

use std::path::Path;
use std::process::Command;

use super::Finding;
use crate::cargo::output;
use crate::step::Result;

/// Folders that exist on somebody's machine only. Split, so that this file passes its own check.
const FOLDERS: &[&str] =
    &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/tm", "p/"), concat!("/ho", "me/")];

/// Where packages are downloaded from is cargo's, pip's and npm's business.
const REGISTRIES: &[&str] = &[
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("registry.", "npmjs.org"),
    concat!("registry.", "yarnpkg.com"),
    concat!("pypi.", "org"),
    concat!("files.", "pythonhosted.org"),
    concat!("deb.", "debian.org"),
    concat!("archive.", "ubuntu.com"),
    concat!("static.", "rust-lang.org"),
];

/// Cargo writes this one.
const EXEMPT: &str = "Cargo.lock";

/// Every file here that is tracked, or would be after `git add --all`.
pub(super) fn files() -> Result<Vec<String>> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let names = output(Command::new("git").args(list))?;
    let mut files: Vec<String> =
        names.split('\0').filter(|name| Path::new(name).is_file()).map(str::to_owned).collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// Looks through one file of any kind.
pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    if path == EXEMPT {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        for folder in FOLDERS.iter().filter(|folder| names_folder(content, folder)) {
            findings.push(Finding::new(path, line, format!("{folder} exists on one machine only")));
        }
        for host in REGISTRIES.iter().filter(|host| content.contains(**host)) {
            findings.push(Finding::new(path, line, format!("{host}: name no registry host")));
        }
    }
    findings
}

/// Whether the folder is named from the root: `target/tmp/x` and `https://host/work/` are not it.
fn names_folder(line: &str, folder: &str) -> bool {
    let before = |at: usize| line[..at].chars().next_back();
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '}' | ')');
    line.match_indices(folder).any(|(at, _)| !before(at).is_some_and(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_paths_and_registries_are_found() {
        for folder in FOLDERS {
            assert_eq!(check("a.md", &format!("see {folder}x")).len(), 1);
            assert_eq!(check("a.md", &format!("see target{folder}x")).len(), 0);
        }
        for host in REGISTRIES {
            assert_eq!(check("a.json", &format!("\"https://{host}/x\"")).len(), 1);
            assert_eq!(check(EXEMPT, &format!("\"https://{host}/x\"")).len(), 0);
        }
        assert!(check("a.md", "https://crates.io/ws-core").is_empty());
    }
}
