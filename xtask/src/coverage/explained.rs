//! The lines that no test reaches, each with its reason. An entry that no line needs any more is a failure, too.

use super::table::{File, Measured};
use crate::tidy::Source;

/// Lines of one file: `(path, what one of them says, why no test reaches them)`. The entry is for that line and those
/// around it that are not reached either; if what it says is not unique, for each place where that is said.
const EXPLAINED: &[(&str, &str, &str)] = &[
    (
        "ws-core/src/codec/head.rs",
        "return Err(HeadError::Malformed);",
        "an empty line in front of an answer, or a second one of a request, is refused by its first octet",
    ),
    (
        "ws-core/src/codec/head.rs",
        "_ => Err(HeadError::Malformed),",
        "httparse gives method, target and version, or the status, of every head that it takes",
    ),
    (
        "ws-core/src/codec/list.rs",
        "const fn alphanumerics_and(",
        "makes tables while the crate is compiled",
    ),
    (
        "ws-core/src/codec/path_and_query.rs",
        "const fn left_by(",
        "makes tables while the crate is compiled, as do the functions below it",
    ),
    (
        "ws-core/src/codec/mask/copy.rs",
        "copy_words(to, from, key);",
        "for processors without AVX2; a test beside it calls the loop",
    ),
    (
        "ws-core/src/codec/not_a_head.rs",
        "None",
        "asked about malformed heads only, and one of their lines is to blame before",
    ),
    (
        "ws-core/src/connection/receiver/compressed.rs",
        "return Ok(None);",
        "a message is compressed only where there is an inflater, and while it is in progress",
    ),
    (
        "ws-core/src/connection/receiver/mod.rs",
        "None => Bytes::new(),",
        "what was inflated is ready only where there is an inflater",
    ),
    (
        "ws-core/src/connection/receiver/mod.rs",
        "return Err(FrameRule::UnexpectedContinuation);",
        "the head was checked: a message is in progress when the payload of a data frame comes",
    ),
    (
        "ws-core/src/dial/proxy/destination.rs",
        "DestinationHost::V4(address) => address.to_string(),",
        "every proxy that is told addresses takes these; the match has to be complete",
    ),
    (
        "ws-core/src/handshake/request.rs",
        "other => other,",
        "the handshake's own fields have no other names",
    ),
    (
        "ws-driver/src/server.rs",
        "return Err(HandshakeError::Closed.into());",
        "an answer that leaves the connection open has a next request",
    ),
    (
        "ws-driver/src/server.rs",
        "continue;",
        "the state has just been looked at, and nobody else has it",
    ),
    (
        "ws-driver/src/server.rs",
        "State::Over => self.wire = None,",
        "whatever is over has let go of the stream; the match has to be complete",
    ),
    (
        "ws-driver/src/split/both.rs",
        "Err(TryLockError::Poisoned(poisoned))",
        "nothing that runs with the lock held panics",
    ),
    (
        "ws-driver/src/tls/futures_io.rs",
        "fn write(&mut self, buf: &[u8]) -> io::Result<usize> {",
        "std's trait has to have it, and rustls writes vectored",
    ),
    (
        "ws-driver/src/tls/handshake.rs",
        "return; // a queue takes everything",
        "a queue takes everything",
    ),
    (
        "ws-driver/src/tls/handshake.rs",
        "fn flush(&mut self) -> io::Result<()> {",
        "std's trait has to have it, and rustls does not flush what it writes to",
    ),
    (
        "ws-driver/src/tls/session.rs",
        "Err(error) => self.failed = Some(TlsError::Protocol(TlsCause::new(error)).into()),",
        "rustls refuses to read where it has no room, and whatever came has been taken out before",
    ),
    (
        "ws-driver/src/tls/session.rs",
        "return Err(ErrorKind::BrokenPipe.into());",
        "takes more records than a session of TLS 1.2 has numbers for",
    ),
    (
        "ws-driver/src/tls/session.rs",
        "fn write(&mut self, buf: &[u8]) -> io::Result<usize> {",
        "std's trait has to have it, and rustls writes vectored",
    ),
];

/// Lines of any file: `(what they say, why no test reaches them)`.
const KINDS: &[(&str, &str)] = &[
    ("unreachable!(", "a state that cannot be, and says why"),
    ("match *self {}", "has no values"),
];

/// What is not reached and not explained, and what is explained and reached.
pub(super) fn check(measured: &Measured, sources: &[Source]) -> Vec<String> {
    findings(measured, sources, EXPLAINED, KINDS)
}

fn findings(
    measured: &Measured,
    sources: &[Source],
    explained: &[(&str, &str, &str)],
    kinds: &[(&str, &str)],
) -> Vec<String> {
    let mut findings = Vec::new();
    let mut needed = vec![false; explained.len()];
    for file in &measured.files {
        let Some(source) = sources.iter().find(|source| source.path == file.path) else { continue };
        let texts: Vec<_> = source.text.lines().map(str::trim).collect();
        let text = |line: usize| texts.get(line - 1).copied().unwrap_or_default();
        for lines in together(file) {
            let says = |what: &str| lines.iter().any(|line| text(*line).contains(what));
            let mut is_explained = kinds.iter().any(|(what, _)| says(what));
            for ((path, what, _), needed) in explained.iter().zip(&mut needed) {
                if *path == file.path && says(what) {
                    (*needed, is_explained) = (true, true);
                }
            }
            let unexplained = lines.iter().filter(|_| !is_explained);
            findings.extend(
                unexplained
                    .map(|line| format!("{}:{line}: not reached: {}", file.path, text(*line))),
            );
        }
    }
    let stale = explained.iter().zip(needed).filter(|((path, ..), needed)| {
        !needed && sources.iter().any(|source| source.path == *path)
    });
    findings.extend(stale.map(|((path, what, _), _)| {
        format!("{path}: {what:?} is explained, and is reached or gone")
    }));
    findings
}

/// The lines of a file that are not reached, those together that have none between them that is.
fn together(file: &File) -> Vec<Vec<usize>> {
    let mut runs = vec![Vec::new()];
    for line in &file.coded {
        match runs.last_mut() {
            Some(run) if file.missed.contains(line) => run.push(*line),
            Some(run) if run.is_empty() => {}
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::lcov;

    const TEXT: &str =
        "fn a() {\n  one();\n  two();\n  three();\n  four();\n  five();\n  never!();\n}\n";

    fn found(report: &str, explained: &[(&str, &str, &str)]) -> Vec<String> {
        let sources = [Source::new("c/src/a.rs", TEXT)];
        let files = lcov::parse(&format!("SF:c/src/a.rs\n{report}"));
        findings(&Measured::new("c", &sources, &files), &sources, explained, &[("never!", "")])
    }

    #[test]
    fn what_is_not_reached_has_to_be_explained() {
        let report = "DA:1,1\nDA:2,0\nDA:3,0\nDA:4,1\nDA:5,0\nDA:6,1\nDA:7,0\n";
        let all = found(report, &[]);
        assert_eq!(all.len(), 3);
        assert_eq!(all[0], "c/src/a.rs:2: not reached: one();");
        // An entry goes as far as the next line that is reached, and no further.
        for what in ["one()", "two()"] {
            let rest = found(report, &[("c/src/a.rs", what, "")]);
            assert_eq!(rest, ["c/src/a.rs:5: not reached: four();"]);
        }
    }

    #[test]
    fn what_is_reached_is_not_explained() {
        let report = "DA:2,1\nDA:3,1\n";
        let stale = found(report, &[("c/src/a.rs", "one()", ""), ("d/src/a.rs", "one()", "")]);
        assert_eq!(stale, ["c/src/a.rs: \"one()\" is explained, and is reached or gone"]);
    }
}
