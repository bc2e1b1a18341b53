//! `cargo xtask loom`: what threads share, in every order in which they can get at it.

use crate::cargo::{cargo, run};
use crate::step::Result;

/// Runs the models, whose modules are called that. Arguments go to the tests: part of a name, for instance.
pub(crate) fn run_loom(args: &[String]) -> Result {
    for package in ["ws-core", "ws-driver"] {
        let mut test = cargo(["test", "-p", package, "--lib", "--", "models::"]);
        // The flag is for every crate that is compiled: in a folder of its own, nothing else is compiled again.
        test.env("RUSTFLAGS", "--cfg loom").env("CARGO_TARGET_DIR", "target/loom");
        run(test.args(args))?;
    }
    Ok(())
}
