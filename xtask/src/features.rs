//! `cargo xtask features`: the published crates with their features in each combination, and every other crate alone.
//!
//! Cargo unifies features across the packages that it builds together, so a feature that only a neighbour switches on
//! goes unnoticed until a package is compiled by itself, with few features or with odd ones.

use crate::cargo::{cargo, run};
use crate::step::Result;
use crate::tools;
use crate::workspace::{BY_THEMSELVES, Member, members};

/// Lints all of them, and stops at none; the arguments are names of packages.
pub(crate) fn run_features(args: &[String]) -> Result {
    let members = members()?;
    let chosen = |member: &&Member| args.is_empty() || args.contains(&member.name);
    let (published, others): (Vec<_>, Vec<_>) =
        members.iter().filter(chosen).partition(|member| member.published);
    let mut failed = Vec::new();
    for member in others {
        let alone = ["clippy", "--quiet", "-p", &member.name, "--", "-D", "warnings"];
        failed.extend(run(&mut cargo(alone)).err());
    }
    for member in published {
        failed.extend(powerset(member).err());
    }
    failed.into_iter().next().map_or(Ok(()), Err)
}

/// Combinations of two, since nothing here depends on three, and all features together. Development dependencies
/// need not be taken out for that: with this resolver their features count for tests only.
fn powerset(member: &Member) -> Result {
    let mut hack = tools::own("hack", HACK)?;
    hack.args(["clippy", "--quiet", "-p", &member.name, "--feature-powerset", "--depth", "2"]);
    hack.args(["--exclude-features", &BY_THEMSELVES.join(",")]).args(["--exclude-all-features"]);
    run(hack.args(["--", "-D", "warnings"]))?;
    let all = member.usual_features().collect::<Vec<_>>().join(",");
    let all = ["clippy", "--quiet", "-p", &member.name, "--features", &all, "--", "-D", "warnings"];
    run(&mut cargo(all))
}

/// The version of cargo-hack.
const HACK: &str = "0.6.46";
