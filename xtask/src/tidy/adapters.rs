//! Adapters lend a runtime: no protocol decision, no I/O loop, and not much code.

use super::allow::{ADAPTER_LOOPS, CLOSE_CODES};
use super::source::Source;
use super::tokens::{Token, paths};
use super::{ADAPTERS, CORE, Crate, Finding};

/// Header names of the handshake, and the prefix of most.
const HEADERS: &[&str] = &[
    "authorization",
    "connection",
    "content-length",
    "host",
    "origin",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];
const HEADER_PREFIX: &str = "sec-websocket";

/// What stands for a protocol decision in a path. A close code may be passed on; to name one decides.
const DECISIONS: &[&str] = &["Opcode", "OpCode", CLOSE_CODE, "SWITCHING_PROTOCOLS"];
const CLOSE_CODE: &str = "CloseCode::";

/// An async adapter may have at most this share of the core's lines.
const MAX_SHARE_PERCENT: usize = 10;

/// Opcodes, close codes and header names belong to ws-core; also checked for the driver.
pub(super) fn check_protocol(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut report = |line, text: String| {
        let text = format!("{text}: protocol decisions belong to {CORE}");
        findings.push(Finding::new(&source.path, line, text));
    };
    let tokens = source.shipped_tokens();
    for (token, literal) in tokens.iter().filter_map(|it| Some((it, it.literal()?))) {
        if names_header(literal) {
            report(token.line, format!("header name {literal:?}"));
        }
    }
    // Re-exporting a name decides nothing; code that decides by it names it again.
    for path in paths(&tokens).into_iter().filter(|path| !path.is_reexport) {
        let mut words = path.text.split("::");
        let constant = path.text.contains("::") && words.any(|word| word == "header");
        let mut decisions = DECISIONS.iter().filter(|it| path.text.contains(**it));
        if constant || decisions.any(|it| !(*it == CLOSE_CODE && may_name_codes(&source.path))) {
            report(path.line, path.text);
        }
    }
    for token in &tokens {
        let close_code = token.integer().is_some_and(|value| (1000..=1015).contains(&value));
        let opcode = token.text.starts_with("0x") || token.text.starts_with("0b");
        if close_code || opcode {
            let what = if close_code { "close code" } else { "opcode" };
            report(token.line, format!("{} looks like a {what}", token.text));
        }
    }
    findings
}

/// An I/O loop needs a loop, and an adapter needs none at all: the driver holds the only ones.
/// `for` is not looked at; it ends by itself and is how one tries a list of addresses.
pub(super) fn check_loops(source: &Source) -> Vec<Finding> {
    let tokens = source.shipped_tokens();
    let loops = loops(&tokens).filter(|token| {
        !ADAPTER_LOOPS.iter().any(|(path, word, _)| source.path == *path && token.text == *word)
    });
    loops
        .map(|token| {
            let text = format!("`{}` in an adapter: I/O loops belong to the driver", token.text);
            Finding::new(&source.path, token.line, text)
        })
        .collect()
}

/// Entries of the allow-list that allow nothing.
pub(super) fn stale(crates: &[Crate]) -> Vec<Finding> {
    let needed = |path: &str, word: &str| {
        let mut files = crates.iter().flat_map(Crate::shipped).filter(|file| file.path == path);
        files.any(|file| loops(&file.shipped_tokens()).any(|token| token.text == word))
    };
    let stale = ADAPTER_LOOPS.iter().filter(|(path, word, _)| !needed(path, word));
    let loops = stale.map(|(path, word, _)| (path, *word));
    let names_code = |path: &str| {
        let mut files = crates.iter().flat_map(Crate::shipped).filter(|file| file.path == path);
        files
            .any(|file| paths(&file.shipped_tokens()).iter().any(|it| it.text.contains(CLOSE_CODE)))
    };
    let codes = CLOSE_CODES.iter().filter(|(path, _)| !names_code(path));
    let codes = codes.map(|(path, _)| (path, CLOSE_CODE));
    loops
        .chain(codes)
        .map(|(path, what)| Finding::new(path, 0, format!("no `{what}` here to allow")))
        .collect()
}

/// Compares each async adapter with the core: `(package, lines of code)`.
pub(super) fn check_sizes(sizes: &[(&str, usize)]) -> Vec<Finding> {
    let Some((_, core)) = sizes.iter().find(|(name, _)| *name == CORE) else {
        return vec![Finding::new(CORE, 0, "not a member of the workspace")];
    };
    let max = core * MAX_SHARE_PERCENT / 100;
    let asynchronous = |name: &str| ADAPTERS.contains(&name) && name != "ws-blocking";
    let large = sizes.iter().filter(|(name, len)| asynchronous(name) && *len > max);
    large
        .map(|(name, len)| {
            let limit = format!("{MAX_SHARE_PERCENT} % of {CORE}'s {core} allow {max}");
            Finding::new(name, 0, format!("{len} lines of code, {limit}"))
        })
        .collect()
}

fn may_name_codes(path: &str) -> bool {
    CLOSE_CODES.iter().any(|(allowed, _)| path == *allowed)
}

fn loops<'a>(tokens: &'a [Token<'a>]) -> impl Iterator<Item = &'a Token<'a>> {
    tokens.iter().filter(|token| matches!(token.text, "loop" | "while"))
}

/// A literal that is a header's name, or begins a header line.
fn names_header(literal: &str) -> bool {
    let literal = literal.to_ascii_lowercase();
    let name = literal.split(':').next().unwrap_or_default();
    literal.contains(HEADER_PREFIX) || HEADERS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protocol(code: &str) -> usize {
        check_protocol(&Source::new("x.rs", code)).len()
    }

    #[test]
    fn protocol_decisions_are_found() {
        for code in [
            r#"headers.insert("Sec-WebSocket-Accept", value);"#,
            r#"write!(io, "Upgrade: websocket\r\n");"#,
            r#"headers.get(b"origin");"#,
            "use http::header::UPGRADE;",
            "if head & 0x80 != 0 {}",
            "close(1_002u16);",
            "match frame { Opcode::Ping => {} }",
            "close_with(CloseCode::GOING_AWAY, reason);",
            "use ws_core::CloseCode::{self, Normal};",
        ] {
            assert!(protocol(code) > 0, "{code}");
        }
    }

    #[test]
    fn moving_bytes_is_no_decision() {
        for code in [
            "/// Sends `Sec-WebSocket-Key`.\nasync fn f(host: &str) { io.read(buf).await }",
            r#"f.debug_struct("WebSocket").field("role", &1)"#,
            "Duration::from_millis(100)",
            "config.header(name, value)",
            "pub mod types { pub use ws_core::{CloseCode, CloseFrame}; }",
            "use ws_core::CloseCode;\nfn close_with(code: CloseCode) { frame(code) }",
            "#[cfg(test)]\nmod tests { const A: u16 = 1002; const B: &str = \"upgrade\"; }",
        ] {
            assert_eq!(protocol(code), 0, "{code}");
        }
    }

    #[test]
    fn names_may_be_given_where_it_is_listed() {
        let found = |path: &str, code: &str| check_protocol(&Source::new(path, code)).len();
        for (path, _) in CLOSE_CODES {
            assert_eq!(found(path, "pub const AWAY: u16 = CloseCode::GOING_AWAY.get();"), 0);
            assert_eq!(found(path, "match frame { Opcode::Ping => {} }"), 1);
            assert_eq!(found(path, "pub const AWAY: u16 = 1001;"), 1);
        }
    }

    #[test]
    fn loops_are_found() {
        let found = |code| check_loops(&Source::new("x.rs", code)).len();
        assert_eq!(found("loop { io.read(buf)?; }\nwhile more { flush(); }"), 2);
        assert_eq!(found("for address in addresses { connect(address); } // while we can"), 0);
        assert_eq!(found("#[cfg(test)]\nmod tests { fn f() { loop {} } }"), 0);
    }

    #[test]
    fn only_async_adapters_are_measured() {
        let small = [("ws-core", 1000), ("ws-tokio", 100), ("ws-blocking", 900)];
        assert!(check_sizes(&small).is_empty());
        assert_eq!(check_sizes(&[("ws-core", 1000), ("ws-smol", 101)]).len(), 1);
        assert_eq!(check_sizes(&[("ws-smol", 1)]).len(), 1);
    }
}
