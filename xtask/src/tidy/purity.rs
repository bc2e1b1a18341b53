//! ws-core names no socket, task, thread or clock.

use super::Finding;
use super::source::Source;
use super::tokens::{Path, paths};
use crate::workspace::Member;

/// Modules and crates whose mere mention means I/O, scheduling or a clock. `std::time` is not
/// among them: an `Instant` may be an argument, and a `SystemTime` where a date has to be compared with
/// it. Address types are in `core::net`.
const FORBIDDEN: &[&str] = &[
    "std::net",
    "std::thread",
    "std::process::Command",
    "std::process::Child",
    "std::process::exit",
    "std::process::abort",
    "std::fs",
    "std::os",
    "std::env",
    "std::task",
    "std::future",
    "core::task",
    "core::future",
    "std::io::Read",
    "std::io::Write",
    "std::io::BufRead",
    "std::io::stdin",
    "std::io::stdout",
    "std::sync::mpsc",
    "std::sync::Condvar",
    "tokio",
    "async_std",
    "async_io",
    "async_net",
    "smol",
    "futures_io",
    "mio",
];

/// Paths that are recognised wherever they stand in a longer one, or alone after an import.
const FORBIDDEN_ENDINGS: &[&str] =
    &["Instant::now", "SystemTime::now", "io::Read", "io::Write", "thread::spawn", "TcpStream"];

/// Words and calls that only make sense with a runtime or a clock behind them.
const FORBIDDEN_WORDS: &[&str] = &["async", "await", "elapsed"];

/// Packages that bring any of that with them.
const FORBIDDEN_PACKAGES: &[&str] = &["tokio", "async-", "smol", "futures", "mio", "socket2"];

/// Looks through one file of the core.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut report = |line, name: &str| {
        let hint = if name.contains("net::Ip") { " (addresses are in core::net)" } else { "" };
        let text = format!("{name}: the core names no socket, task, thread or clock{hint}");
        findings.push(Finding::new(&source.path, line, text));
    };
    for Path { line, text: path, .. } in paths(&source.shipped_tokens()) {
        let forbidden = FORBIDDEN.iter().any(|root| starts(&path, root))
            || FORBIDDEN_ENDINGS.iter().any(|end| contains(&path, end))
            || FORBIDDEN_WORDS.contains(&path.as_str());
        if forbidden {
            report(line, &path);
        }
    }
    findings
}

/// Looks at what the core depends on.
pub(super) fn check_dependencies(member: &Member) -> Vec<Finding> {
    let manifest = format!("{}/Cargo.toml", member.folder);
    let runtimes = member
        .dependencies
        .iter()
        .filter(|name| FORBIDDEN_PACKAGES.iter().any(|start| name.starts_with(start)));
    runtimes
        .map(|name| Finding::new(&manifest, 0, format!("the core must not depend on {name}")))
        .collect()
}

fn starts(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn contains(path: &str, part: &str) -> bool {
    format!("::{path}::").contains(&format!("::{part}::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str) -> Vec<Finding> {
        check(&Source::new("x.rs", code))
    }

    #[test]
    fn sockets_tasks_threads_and_clocks_are_found() {
        for code in [
            "use std::net::TcpStream;",
            "use std::{fmt, net::IpAddr};",
            "use std::io::{self, Read};",
            "fn f(r: &mut impl io::Write) {}",
            "let t = Instant::now();",
            "let t = std::time::SystemTime::now();",
            "use tokio::io;",
            "async fn f() {}",
            "let d = start.elapsed();",
            "use std::task::{Context, Poll};",
            "std::thread::sleep(d);",
            "let program = std::process::Command::new(name);",
        ] {
            assert_ne!(found(code), [], "{code}");
        }
    }

    #[test]
    fn time_as_an_argument_is_fine() {
        for code in [
            "use std::time::{Duration, Instant};\nfn f(now: Instant) {}",
            "use std::time::SystemTime;\nfn f(now: SystemTime) { now > SystemTime::UNIX_EPOCH; }",
            "use std::io;\nfn f() -> io::Error {}",
            "use core::net::Ipv6Addr;",
            "let here = std::process::id();",
            "/// for tokio\n// std::net\nlet a = \"async_std\";",
            "#[cfg(test)]\nmod tests { fn f() { Instant::now(); } }",
        ] {
            assert_eq!(found(code), [], "{code}");
        }
    }
}
