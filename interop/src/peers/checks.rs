//! Messages of the peers: which checks their programs make, and what they said of them.

use super::compression::Compression;
use super::peer::Peer::{self, Beast, Builtin, Chromium, Raw, Websockets, Ws};
use super::report::Outcome;
use super::side::Side;
use crate::process::Finished;

/// The names of the checks that a peer's program makes of the side that is ours.
pub(crate) fn of(side: Side, peer: Peer, compression: Compression) -> Vec<&'static str> {
    let groups = match (side, compression) {
        (Side::Server, Compression::None) => OF_OUR_SERVER,
        // Broken rules are the same, and so is what is checked beside messages.
        (Side::Server, _) => &OF_OUR_SERVER[..MESSAGE_GROUPS],
        (Side::Client, Compression::None) => OF_OUR_CLIENT,
        (Side::Client, _) => &[],
    };
    let groups = groups.iter().filter(|(peers, _)| peers.contains(&peer));
    groups.flat_map(|(_, names)| names.iter().copied()).collect()
}

/// What is checked by listening to a peer's client: who compressed what, and whether contexts were
/// kept.
pub(crate) fn on_the_wire(side: Side, peer: Peer) -> &'static [&'static str] {
    match (side, peer) {
        (Side::Client, _) | (_, Peer::Curl | Raw) => &[],
        (Side::Server, _) => &["as agreed on the wire", "contexts on the wire"],
    }
}

/// What became of each of the checks, by what their program printed: `ok NAME` or `failed NAME: WHY`,
/// one line each.
///
/// A check without a line has failed, and so has one that is not expected: somebody would believe
/// that it is counted.
pub(crate) fn outcomes(
    names: &[&'static str],
    finished: Result<Finished, String>,
) -> Vec<(String, Outcome)> {
    let finished = match finished {
        Ok(finished) => finished,
        Err(why) => {
            let failed = |name: &&str| ((*name).to_owned(), Outcome::Failed(why.clone()));
            return names.iter().map(failed).collect();
        }
    };
    let mut lines: Vec<_> = finished.stdout.lines().collect();
    let mut outcomes: Vec<_> = names
        .iter()
        .map(|name| {
            let found = lines.iter().position(|line| outcome(name, line).is_some());
            let outcome = found.and_then(|at| outcome(name, lines.swap_remove(at)));
            let silent = || Outcome::Failed(format!("not checked; {}", finished.complaint()));
            ((*name).to_owned(), outcome.unwrap_or_else(silent))
        })
        .collect();
    outcomes.extend(lines.into_iter().map(|line| {
        ("what nobody asked for".to_owned(), Outcome::Failed(format!("it said `{line}`")))
    }));
    outcomes
}

/// All outcomes in one: how many checks there were, or which of them have failed and why.
///
/// # Errors
///
/// When one has failed.
pub(crate) fn together(outcomes: &[(String, Outcome)]) -> Result<String, String> {
    let failed: Vec<_> = outcomes
        .iter()
        .filter_map(|(name, outcome)| match outcome {
            Outcome::Failed(why) => Some(format!("{name}: {why}")),
            _ => None,
        })
        .collect();
    match failed.is_empty() {
        true => Ok(format!("{} checks", outcomes.len())),
        false => {
            Err(format!("{} of {} checks: {}", failed.len(), outcomes.len(), failed.join("; ")))
        }
    }
}

/// What a line says of a check, if it is about it.
fn outcome(name: &str, line: &str) -> Option<Outcome> {
    if line.strip_prefix("ok ") == Some(name) {
        return Some(Outcome::Passed);
    }
    let why = line.strip_prefix("failed ")?.strip_prefix(name)?.strip_prefix(": ")?;
    Some(Outcome::Failed(why.to_owned()))
}

/// Checks, and the peers whose programs make them.
type Group = (&'static [Peer], &'static [&'static str]);

/// So many of the following are about messages.
const MESSAGE_GROUPS: usize = 2;

const OF_OUR_SERVER: &[Group] = &[
    (
        &[Websockets, Ws, Builtin, Beast, Chromium],
        &[
            "text",
            "text beyond ASCII",
            "binary",
            "empty messages",
            "lengths where their encoding changes",
            "1 MiB of text and of bytes",
            "100 messages pipelined",
            "the same message again",
            "close 1000 with a reason",
            "close 4000 with a reason beyond ASCII",
            "close without a code",
            "closed by the server after three messages",
            "a message over the limit",
            "the server's pings",
        ],
    ),
    (
        // Who has the interface of browsers has none for frames.
        &[Websockets, Ws, Beast],
        &[
            "fragments",
            "text cut inside characters",
            "a ping between fragments",
            "pings of 0, 1 and 125 bytes",
            "a pong nobody asked for",
        ],
    ),
    (&[Chromium], &["the handshake", "20 connections at once"]),
    (&[Raw], BROKEN_RULES),
    (&[Raw], &["an unmasked frame", "fragments over the limit"]),
];

const OF_OUR_CLIENT: &[Group] = &[
    (&[Raw], BROKEN_RULES),
    (&[Raw], &["a masked frame", "a mask of its own for each connection"]),
];

/// What nobody may do to either side.
const BROKEN_RULES: &[&str] = &[
    "a reserved bit",
    "a reserved opcode",
    "a reserved opcode of control frames",
    "a continuation of nothing",
    "a message inside another",
    "a ping in fragments",
    "a ping of 126 bytes",
    "a length with its top bit set",
    "a close frame of 1 byte",
    "a close code not for the wire",
    "a close reason that is not UTF-8",
    "text that is not UTF-8",
    "text that ends inside a character",
    "text that ends inside a character, in fragments",
    "text not UTF-8 in its first bytes",
    "a claim of 16 MiB and a byte",
    "byte by byte",
    "an end inside a frame",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(code: i32, stdout: &str) -> Result<Finished, String> {
        Ok(Finished { code: Some(code), stdout: stdout.to_owned(), stderr: String::new() })
    }

    #[test]
    fn each_check_has_a_line() {
        let said = "ok text beyond ASCII\nfailed text: expected this: got that\n";
        let outcomes = outcomes(&["text", "text beyond ASCII"], finished(0, said));
        let failed = Outcome::Failed("expected this: got that".to_owned());
        assert_eq!(outcomes[0], ("text".to_owned(), failed));
        assert_eq!(outcomes[1], ("text beyond ASCII".to_owned(), Outcome::Passed));
        assert_eq!(outcomes.len(), 2);
    }

    #[test]
    fn a_line_too_few_or_too_many_is_a_failure() {
        let outcomes = outcomes(&["text", "binary"], finished(1, "ok text\nok more\n"));
        assert_eq!(outcomes[0].1, Outcome::Passed);
        let failed = |words: &str, outcome: &Outcome| match outcome {
            Outcome::Failed(why) => why.contains(words),
            _ => false,
        };
        assert!(failed("not checked; exit status 1", &outcomes[1].1), "{outcomes:?}");
        assert!(failed("`ok more`", &outcomes[2].1), "{outcomes:?}");
    }

    #[test]
    fn without_a_program_all_fail() {
        let outcomes = outcomes(&["text", "binary"], Err("took longer".to_owned()));
        assert_eq!(outcomes.len(), 2);
        assert!(outcomes.iter().all(|(_, outcome)| matches!(outcome, Outcome::Failed(_))));
    }

    #[test]
    fn only_a_bare_socket_checks_our_client() {
        for peer in Peer::ALL {
            assert_eq!(of(Side::Client, peer, Compression::None).is_empty(), peer != Raw);
        }
        assert_eq!(of(Side::Server, Peer::Curl, Compression::None), [""; 0]);
        assert_eq!(of(Side::Server, Builtin, Compression::Kept).len(), 14);
        assert_eq!(of(Side::Server, Raw, Compression::Kept), [""; 0]);
    }
}
