//! Copies of some members in a workspace of their own, where what is done to them leaves the tree as it is.

use std::fs;
use std::path::Path;

use crate::step::Result;
use crate::workspace::Member;

/// Makes, or makes again, a workspace of these members and of what they inherit.
pub(crate) fn workspace(root: &Path, members: &[Member]) -> Result {
    fs::create_dir_all(root)?;
    let manifest = fs::read_to_string("Cargo.toml")?;
    let names: Vec<_> = members.iter().map(|member| member.folder.as_str()).collect();
    fs::write(root.join("Cargo.toml"), only(&manifest, &names)?)?;
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
