//! `cargo xtask minimal`: the published crates with the oldest versions of dependencies that their manifests allow.
//!
//! Nobody builds them like that on purpose; but somebody's lock file may have any version in between, and a lower
//! bound that is too low breaks there. The crates are copied to a workspace of their own below `target/minimal`: so
//! the others here have no say in versions, and the lock file of the tree is not touched.

use std::fs;
use std::path::Path;

use crate::cargo::{cargo, cargo_of, run};
use crate::step::Result;
use crate::tools;
use crate::workspace::{Member, members};

/// Resolves with nightly, which alone knows how, and builds and tests with the toolchain in use.
pub(crate) fn run_minimal(args: &[String]) -> Result {
    tools::require_nightly("")?;
    let members: Vec<_> = members()?.into_iter().filter(|member| member.published).collect();
    copy(&members)?;
    let mut resolve = cargo_of("nightly", ["update", "-Z", "direct-minimal-versions"]);
    run(resolve.current_dir(FOLDER))?;
    let target = fs::canonicalize(FOLDER)?.join("target");
    let job = |args: &[&str], member: &Member| {
        let features: Vec<_> = member.usual_features().collect();
        let package = ["--locked", "-p", &member.name, "--features", &features.join(",")];
        let mut cargo = cargo(args);
        run(cargo.args(package).current_dir(FOLDER).env("CARGO_TARGET_DIR", &target))
    };
    // First without what tests need: its versions are others, and they may be what makes it compile.
    for member in &members {
        job(&["check", "--quiet"], member)?;
    }
    if args.iter().any(|arg| arg == "--check") {
        return Ok(());
    }
    members.iter().try_for_each(|member| job(&["test", "--quiet", "--lib"], member))
}

/// A workspace of these members and of what they inherit.
fn copy(members: &[Member]) -> Result {
    let root = Path::new(FOLDER);
    fs::create_dir_all(root)?;
    let manifest = fs::read_to_string("Cargo.toml")?;
    let names: Vec<_> = members.iter().map(|member| member.folder.as_str()).collect();
    fs::write(root.join("Cargo.toml"), only(&manifest, &names)?)?;
    if root.join("Cargo.lock").exists() {
        fs::remove_file(root.join("Cargo.lock"))?;
    }
    for name in names {
        let copy = root.join(name);
        if copy.exists() {
            fs::remove_dir_all(&copy)?;
        }
        copy_folder(Path::new(name), &copy)?;
    }
    Ok(())
}

/// The manifest of the workspace with these members only.
fn only(manifest: &str, members: &[&str]) -> Result<String> {
    let (before, rest) = manifest.split_once("members = [").ok_or("a workspace without members")?;
    let (_, behind) = rest.split_once("\n]").ok_or("members without an end")?;
    let members: Vec<_> = members.iter().map(|name| format!("\"{name}\"")).collect();
    Ok(format!("{before}members = [{}]{behind}", members.join(", ")))
}

fn copy_folder(from: &Path, to: &Path) -> Result {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_folder(&from, &to)?;
        } else {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

const FOLDER: &str = "target/minimal";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_members_are_left_out() {
        let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\n    \"a\", # why\n    \"b\",\n]\n\n[x]\ny = [1]\n";
        let expected = "[workspace]\nresolver = \"3\"\nmembers = [\"b\"]\n\n[x]\ny = [1]\n";
        assert_eq!(only(manifest, &["b"]).unwrap(), expected);
        assert!(only("[package]\n", &["b"]).is_err());
    }
}
