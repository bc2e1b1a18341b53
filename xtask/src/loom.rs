//! `cargo xtask loom`: what threads share, in every order in which they can get at it.
//!
//! loom's locks have to be in the crates themselves. As a dependency of theirs it would be in the lock file of everybody
//! who uses them, for nothing; so it is one in a copy below `target/loom`, and in the tree for tests alone.

use std::fs;
use std::path::Path;

use crate::cargo::{cargo, run};
use crate::copy;
use crate::step::Result;
use crate::workspace::members;

/// Runs the models, whose modules are called that. Arguments go to the tests: part of a name, for instance.
pub(crate) fn run_loom(args: &[String]) -> Result {
    let root = Path::new("target/loom/workspace");
    let modelled = |name: &str| MODELLED.contains(&name);
    let members: Vec<_> = members()?.into_iter().filter(|member| modelled(&member.name)).collect();
    copy::workspace(root, &members)?;
    fs::copy("Cargo.lock", root.join("Cargo.lock"))?;
    for name in MODELLED {
        edit(&root.join(name).join("Cargo.toml"), TO_TESTS, TO_ALL)?;
        edit(&root.join(name).join("src/sync.rs"), "all(test, loom)", "loom")?;
    }
    // A name among the arguments takes the place of that of the modules.
    let is_chosen = args.iter().any(|arg| !arg.starts_with('-'));
    for name in MODELLED {
        let mut test = cargo(["test", "-p", name, "--lib", "--"]);
        test.args((!is_chosen).then_some("models::"));
        test.env("RUSTFLAGS", "--cfg loom")
            .env("CARGO_TARGET_DIR", fs::canonicalize("target/loom")?);
        run(test.args(args).current_dir(root))?;
    }
    Ok(())
}

fn edit(path: &Path, from: &str, to: &str) -> Result {
    let text = fs::read_to_string(path)?;
    if !text.contains(from) {
        return Err(format!("{} has no {from:?}", path.display()).into());
    }
    Ok(fs::write(path, text.replace(from, to))?)
}

const MODELLED: [&str; 2] = ["ws-core", "ws-driver"];

/// Where loom is in the manifests, and where it goes.
const TO_TESTS: &str = "[target.'cfg(loom)'.dev-dependencies]";
const TO_ALL: &str = "[target.'cfg(loom)'.dependencies]";
