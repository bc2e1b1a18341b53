//! `cargo xtask package`: each published crate, built from what would be uploaded.

use crate::cargo::{cargo, run};
use crate::step::Result;
use crate::workspace::{members, published_packages};

/// Packages all of them at once: cargo then takes what one needs of another from the packages that it has made, as
/// if they were on a registry.
pub(crate) fn run_package(args: &[String]) -> Result {
    let packages = published_packages(&members()?);
    // What is in work may be looked at as well. Publishing refuses it.
    run(cargo(["package", "--allow-dirty"]).args(packages).args(args))
}
