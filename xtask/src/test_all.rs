//! `cargo xtask test-all`: one command, one table, one verdict.
//!
//! The order keeps compiled artefacts useful: everything that only type-checks comes first and
//! shares its metadata, then what needs code in the dev profile, then the one release build.

use std::path::Path;

use crate::cargo::{cargo, run as execute};
use crate::step::{Result, Steps};
use crate::workspace::{Member, members, with_features};
use crate::{jobs, tidy};

/// Runs every step; fails when one of them does.
pub(crate) fn run(_args: &[String]) -> Result {
    let members = members()?;
    let mut steps = Steps::default();
    steps.run("fmt", || execute(&mut cargo(["fmt", "--all", "--", "--check"])));
    let everything = with_features(&members);
    steps.run("clippy, workspace", || {
        let everything = everything.iter().map(String::as_str);
        clippy(&everything.chain(["--all-targets"]).collect::<Vec<_>>())
    });
    // The others are compiled by themselves by `cargo xtask features`, and some of them by what is below.
    for member in members.iter().filter(|member| member.published) {
        alone(&mut steps, member);
    }
    steps.run("servers", jobs::servers);
    steps.run("tests", jobs::tests);
    steps.run("providers", || jobs::providers(&["--quick".to_owned()]));
    steps.run("doc tests", jobs::doc_tests);
    steps.run("rustdoc", || {
        let mut doc = cargo(["doc", "--no-deps"]);
        execute(doc.args(&everything).env("RUSTDOCFLAGS", "-D warnings"))
    });
    steps.run("tidy", || tidy::run(&[]));
    steps.run("demo", || jobs::demo(&[]));
    steps.run("conform", || jobs::conform(&[]));
    steps.run("soak", || jobs::soak(&["--quick".to_owned()]));
    steps.run("soak, demo", || jobs::soak(&["--quick", "--demo"].map(str::to_owned)));
    steps.run("instructions", || jobs::instructions(&[]));
    // All 517 cases take an hour and a half on two busy cores, these 361 three minutes, and the next
    // sizes of messages (409 cases) twice as long. The rest is for `cargo xtask autobahn`.
    let autobahn = jobs::autobahn_program(&["--quick".to_owned()]);
    let autobahn = steps.begin("autobahn", autobahn, Path::new("target"));
    for part in jobs::INTEROP_PARTS {
        steps.run(format!("interop, {part}"), || jobs::interop(&[part.to_owned()]));
    }
    steps.wait(autobahn);
    steps.finish()
}

/// Cargo unifies features across the packages it builds together, so a dependency's feature that
/// only a neighbour switches on goes unnoticed until a package is compiled by itself.
fn alone(steps: &mut Steps, member: &Member) {
    for features in member.feature_sets() {
        let features: Vec<_> = features.iter().map(String::as_str).collect();
        let package = ["-p", member.name.as_str()];
        let name = format!("clippy, {} alone {}", member.name, features.join(" "));
        steps.run(name.trim_end(), || clippy(&[&package[..], &features].concat()));
    }
}

fn clippy(selection: &[&str]) -> Result {
    execute(cargo(["clippy", "--quiet"]).args(selection).args(["--", "-D", "warnings"]))
}
