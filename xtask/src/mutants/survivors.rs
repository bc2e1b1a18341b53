//! The changes that no test notices, each with the reason why it stays. An entry for one that is noticed is a failure.

use super::outcome::Outcome;

/// `(what cargo-mutants calls it, without line and column, why it stays)`. A name may stand for several changes, in
/// different places of one function.
const SURVIVORS: &[(&str, &str)] = &[
    (
        "ws-core/src/codec/head.rs: replace HeadScanner::is_quiet -> bool with false",
        "what has nothing to tell is looked at once more",
    ),
    ("ws-core/src/codec/mask/wide.rs: replace * with / in apart", ALIGNED),
    ("ws-core/src/codec/mask/wide.rs: replace % with / in apart", ALIGNED),
    ("ws-core/src/codec/mask/wide.rs: replace % with + in apart", ALIGNED),
    (
        "ws-core/src/codec/utf8.rs: replace > with >= in Utf8::push",
        "comes to the same, an octet at a time",
    ),
    ("ws-core/src/codec/recv_buf.rs: replace > with == in RecvBuf::portion", READS),
    ("ws-core/src/codec/recv_buf.rs: replace > with >= in RecvBuf::portion", READS),
    (
        "ws-core/src/codec/deflate/inflater.rs: \
         replace <impl fmt::Debug for State>::fmt -> fmt::Result with Ok(Default::default())",
        "nobody but who debugs the inflater sees it",
    ),
    (
        "ws-core/src/connection/receiver/heads.rs: replace > with < in Receiver::whole",
        "what is not taken whole is taken in pieces, to the same end",
    ),
    (
        "ws-core/src/handshake/request.rs: replace + with * in CheckedRequest::write",
        "how much memory is made ready makes a difference to speed alone",
    ),
    (
        "ws-driver/src/ending.rs: \
         replace match guard sooner(self.until, limit) != self.until with false in Ending::poll",
        "the timer of ws-blocking does not wait for an instant that is far off, either",
    ),
    (
        "ws-driver/src/tls/futures_io.rs: \
         replace <impl Write for Lent<'_, '_, S>>::write -> io::Result<usize> with Ok(0)",
        VECTORED,
    ),
    (
        "ws-driver/src/tls/futures_io.rs: \
         replace <impl Write for Lent<'_, '_, S>>::write -> io::Result<usize> with Ok(1)",
        VECTORED,
    ),
    (
        "ws-driver/src/ending.rs: replace < with <= in Ending::poll",
        "one read more or less is dropped",
    ),
    (
        "ws-driver/src/wire.rs: replace Wire<I, R>::is_unflushed -> bool with true",
        "what needs no flush is flushed once more",
    ),
];

const READS: &str = "where a read ends makes a difference to speed alone";

const VECTORED: &str = "std's trait has to have it, and rustls writes vectored";

const ALIGNED: &str = "where the vectors begin makes a difference to speed alone";

/// Which changes survive without a reason, and, where all were tried, which reasons are for none that does.
pub(super) fn check(outcomes: &[Outcome], all: bool) -> Vec<String> {
    findings(outcomes, all, SURVIVORS)
}

/// Whether a change has a reason to survive.
pub(super) fn is_known(name: &str) -> bool {
    SURVIVORS.iter().any(|(known, _)| *known == placeless(name))
}

fn findings(outcomes: &[Outcome], all: bool, survivors: &[(&str, &str)]) -> Vec<String> {
    let missed: Vec<_> = outcomes.iter().flat_map(Outcome::left).collect();
    let is_known = |name: &str| survivors.iter().any(|(known, _)| *known == placeless(name));
    let unknown = missed.iter().filter(|name| !is_known(name));
    let mut findings: Vec<_> = unknown.map(|name| format!("not noticed: {name}")).collect();
    let noticed: Vec<_> = outcomes.iter().flat_map(Outcome::noticed).collect();
    for (known, _) in survivors {
        let is_it = |name: &&&String| placeless(name) == *known;
        let (noticed, missed) = (noticed.iter().find(is_it), missed.iter().find(is_it));
        if missed.is_none() && (all || noticed.is_some()) {
            findings.push(format!("said to survive, and does not: {known}"));
        }
    }
    findings
}

/// `a/b.rs:12:5: replace ..` without the numbers.
fn placeless(name: &str) -> String {
    let Some((path, rest)) = name.split_once(".rs:") else { return name.to_owned() };
    let change = rest.split_once(": ").map_or(rest, |(_, change)| change);
    format!("{path}.rs: {change}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::outcome::Tried;

    #[test]
    fn survivors_need_a_reason_and_reasons_survivors() {
        let tried =
            Tried::of(&["a.rs:1:2: replace x"], &["a.rs:3:4: replace y", "a.rs:5:6: delete z"]);
        let outcomes = [Outcome::default().then(tried)];
        let found = |all, survivors| findings(&outcomes, all, survivors);
        assert_eq!(found(true, &[("a.rs: replace y", ""), ("a.rs: delete z", "")]), [""; 0]);
        assert_eq!(found(true, &[("a.rs: replace y", "")]), ["not noticed: a.rs:5:6: delete z"]);
        let stale = [("a.rs: replace y", ""), ("a.rs: delete z", ""), ("a.rs: replace x", "")];
        assert_eq!(found(false, &stale), ["said to survive, and does not: a.rs: replace x"]);
        let gone = [("a.rs: replace y", ""), ("a.rs: delete z", ""), ("b.rs: replace x", "")];
        assert_eq!(found(true, &gone), ["said to survive, and does not: b.rs: replace x"]);
        // A part says nothing about those that it has not tried.
        assert_eq!(found(false, &gone), [""; 0]);
    }
}
