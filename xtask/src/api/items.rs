//! The public items of a crate, as nightly's rustdoc knows them and cargo-public-api writes them.

use crate::cargo::output;
use crate::step::Result;
use crate::tools;
use crate::workspace::Member;

/// All of them, with every feature but the one that takes minutes to compile, which adds no item.
pub(super) fn of(member: &Member) -> Result<Vec<String>> {
    let features: Vec<_> = member.usual_features().collect();
    let mut list = tools::own("public-api", PUBLIC_API)?;
    list.args(["-p", &member.name, "--features", &features.join(","), "--color", "never"]);
    list.args(["--omit", "blanket-impls,auto-derived-impls"]);
    list.env("RUSTUP_TOOLCHAIN", tools::toolchain("nightly").unwrap_or_default());
    // Other flags than those of a build: what that has made stays as it is.
    println!("{}", member.name);
    let text = output(list.env("CARGO_TARGET_DIR", "target/api"))?;
    Ok(text.lines().filter(|line| is_promised(line)).map(str::to_owned).collect())
}

/// Of the traits that types have by themselves, threads and futures need three; nobody minds the others.
fn is_promised(line: &str) -> bool {
    !NOT_PROMISED.iter().any(|name| line.starts_with("impl") && line.contains(name))
}

const NOT_PROMISED: &[&str] = &[
    "core::marker::Freeze for",
    "core::marker::UnsafeUnpin for",
    "core::panic::unwind_safe::RefUnwindSafe for",
    "core::panic::unwind_safe::UnwindSafe for",
];

/// The version of cargo-public-api. It has to understand what the nightly in use writes.
const PUBLIC_API: &str = "0.52.0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_a_type_can_be_sent_is_promised() {
        assert!(is_promised("impl core::marker::Send for ws_core::Reply"));
        assert!(is_promised("pub fn ws_core::Reply::merge(&mut self, ws_core::Reply)"));
        assert!(!is_promised("impl core::marker::Freeze for ws_core::Reply"));
        assert!(!is_promised("impl<T> core::panic::unwind_safe::UnwindSafe for ws_x::Y<T>"));
    }
}
