//! `cargo xtask minimal`: the published crates with the oldest versions of dependencies that their manifests allow.
//!
//! Nobody builds them like that on purpose; but somebody's lock file may have any version in between, and a lower
//! bound that is too low breaks there. The crates are copied to a workspace of their own below `target/minimal`: so
//! the others here have no say in versions, and the lock file of the tree is not touched.

use std::fs;
use std::path::Path;

use crate::cargo::{cargo, cargo_of, run};
use crate::copy;
use crate::step::Result;
use crate::tools;
use crate::workspace::{Member, members};

/// Resolves with nightly, which alone knows how, and builds and tests with the toolchain in use.
pub(crate) fn run_minimal(args: &[String]) -> Result {
    tools::require_nightly("")?;
    let members: Vec<_> = members()?.into_iter().filter(|member| member.published).collect();
    let root = Path::new(FOLDER);
    copy::workspace(root, &members)?;
    if root.join("Cargo.lock").exists() {
        fs::remove_file(root.join("Cargo.lock"))?;
    }
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

const FOLDER: &str = "target/minimal";
