//! The changes that no test notices, each with the reason why it stays. An entry for one that is noticed is a failure.

use super::outcome::Outcome;

/// `(why they stay, what cargo-mutants calls them, without line and column)`. A name may stand for several changes, in
/// different places of one function.
const SURVIVORS: &[(&str, &[&str])] = &[
    (
        "how fast it is, or how much memory is made ready at a time, and nothing else",
        &[
            "ws-core/src/codec/recv_buf.rs: replace match guard self.buf.is_empty() with false in RecvBuf::make_room",
            "ws-core/src/codec/recv_buf.rs: replace match guard self.buf.is_empty() with true in RecvBuf::make_room",
            "ws-core/src/handshake/server.rs: replace match guard options.decorator.is_none() && !options.keep_request with false in ServerHandshake::accept_head",
            "ws-core/src/codec/deflate/deflater.rs: replace - with + in compress",
            "ws-core/src/codec/deflate/deflater.rs: replace / with % in compress",
            "ws-core/src/codec/deflate/deflater.rs: replace / with * in compress",
            "ws-core/src/codec/deflate/deflater.rs: replace < with <= in compress",
            "ws-core/src/codec/deflate/deflater.rs: replace Deflater::reuse with ()",
            "ws-core/src/codec/deflate/inflater.rs: replace - with + in State::inflate",
            "ws-core/src/codec/deflate/inflater.rs: replace / with % in Inflater::take_out",
            "ws-core/src/codec/deflate/inflater.rs: replace / with * in Inflater::take_out",
            "ws-core/src/codec/deflate/inflater.rs: replace < with <= in Inflater::take_out",
            "ws-core/src/codec/deflate/inflater.rs: replace < with == in Inflater::take_out",
            "ws-core/src/codec/deflate/inflater.rs: replace < with > in Inflater::take_out",
            "ws-core/src/codec/deflate/inflater.rs: replace > with >= in State::inflate",
            "ws-core/src/codec/head.rs: replace && with || in HeadScanner::is_fresh",
            "ws-core/src/codec/head.rs: replace <= with > in HeadScanner::is_quiet",
            "ws-core/src/codec/head.rs: replace == with != in HeadScanner::is_fresh",
            "ws-core/src/codec/head.rs: replace > with < in HeadScanner::scan",
            "ws-core/src/codec/head.rs: replace > with >= in HeadScanner::scan",
            "ws-core/src/codec/head.rs: replace HeadScanner::is_fresh -> bool with false",
            "ws-core/src/codec/head.rs: replace HeadScanner::is_fresh -> bool with true",
            "ws-core/src/codec/head.rs: replace HeadScanner::is_quiet -> bool with false",
            "ws-core/src/codec/http_types.rs: replace + with * in write_field",
            "ws-core/src/codec/http_types.rs: replace + with * in write_unspelled_field",
            "ws-core/src/codec/http_types.rs: replace + with - in write_unspelled_field",
            "ws-core/src/codec/mask/copy.rs: replace < with <= in extend_masked",
            "ws-core/src/codec/mask/copy.rs: replace < with == in extend_masked",
            "ws-core/src/codec/mask/copy.rs: replace < with > in extend_masked",
            "ws-core/src/codec/mask/wide.rs: replace % with + in apart",
            "ws-core/src/codec/mask/wide.rs: replace % with / in apart",
            "ws-core/src/codec/mask/wide.rs: replace && with || in copy",
            "ws-core/src/codec/mask/wide.rs: replace * with + in apart",
            "ws-core/src/codec/mask/wide.rs: replace * with / in apart",
            "ws-core/src/codec/mask/wide.rs: replace < with <= in apart",
            "ws-core/src/codec/mask/wide.rs: replace < with == in apart",
            "ws-core/src/codec/mask/wide.rs: replace < with > in apart",
            "ws-core/src/codec/mask/wide.rs: replace >= with < in copy",
            "ws-core/src/codec/mask/wide.rs: replace apart -> usize with 0",
            "ws-core/src/codec/mask/wide.rs: replace apart -> usize with 1",
            "ws-core/src/codec/mask/wide.rs: replace copy -> bool with false",
            "ws-core/src/codec/recv_buf.rs: replace && with || in RecvBuf::collect",
            "ws-core/src/codec/recv_buf.rs: replace / with * in RecvBuf::commit",
            "ws-core/src/codec/recv_buf.rs: replace < with <= in RecvBuf::collect",
            "ws-core/src/codec/recv_buf.rs: replace < with <= in RecvBuf::commit",
            "ws-core/src/codec/recv_buf.rs: replace < with <= in RecvBuf::portion",
            "ws-core/src/codec/recv_buf.rs: replace < with <= in RecvBuf::space_mut",
            "ws-core/src/codec/recv_buf.rs: replace < with <= in RecvBuf::wants_buffer",
            "ws-core/src/codec/recv_buf.rs: replace < with == in RecvBuf::collect",
            "ws-core/src/codec/recv_buf.rs: replace < with == in RecvBuf::portion",
            "ws-core/src/codec/recv_buf.rs: replace < with > in RecvBuf::collect",
            "ws-core/src/codec/recv_buf.rs: replace == with != in RecvBuf::split_to",
            "ws-core/src/codec/recv_buf.rs: replace > with < in RecvBuf::collect",
            "ws-core/src/codec/recv_buf.rs: replace > with == in RecvBuf::collect",
            "ws-core/src/codec/recv_buf.rs: replace > with == in RecvBuf::portion_of_frames",
            "ws-core/src/codec/recv_buf.rs: replace > with >= in RecvBuf::collect",
            "ws-core/src/codec/recv_buf.rs: replace > with >= in RecvBuf::commit",
            "ws-core/src/codec/recv_buf.rs: replace > with >= in RecvBuf::drop_consumed",
            "ws-core/src/codec/recv_buf.rs: replace > with >= in RecvBuf::drop_scratch",
            "ws-core/src/codec/recv_buf.rs: replace > with >= in RecvBuf::extend_from_slice",
            "ws-core/src/codec/recv_buf.rs: replace > with >= in RecvBuf::portion_of_frames",
            "ws-core/src/codec/recv_buf.rs: replace >= with < in RecvBuf::portion",
            "ws-core/src/codec/utf8.rs: replace < with <= in is_utf8",
            "ws-core/src/codec/utf8.rs: replace < with == in is_utf8",
            "ws-core/src/codec/utf8.rs: replace < with > in is_utf8",
            "ws-core/src/codec/utf8.rs: replace > with >= in Utf8::push",
            "ws-core/src/connection/receiver/heads.rs: delete match arm Opcode::Binary in Receiver::whole",
            "ws-core/src/connection/receiver/heads.rs: delete match arm Opcode::Text in Receiver::whole",
            "ws-core/src/connection/receiver/heads.rs: replace > with < in Receiver::whole",
            "ws-core/src/connection/receiver/heads.rs: replace Receiver::whole -> Option<(MessageKind, FrameHead, usize)> with None",
            "ws-core/src/connection/receiver/mod.rs: replace + with * in Receiver::take_whole",
            "ws-core/src/connection/receiver/mod.rs: replace - with + in Receiver::wait_for_rest",
            "ws-core/src/connection/receiver/mod.rs: replace >= with < in Receiver::wait_for_rest",
            "ws-core/src/connection/sender/framing.rs: replace && with || in Sender::deflated",
            "ws-core/src/connection/sender/framing.rs: replace + with * in Sender::frame",
            "ws-core/src/connection/sender/framing.rs: replace == with != in Sender::deflated",
            "ws-core/src/connection/sender/framing.rs: replace > with < in Sender::deflated",
            "ws-core/src/connection/sender/framing.rs: replace > with == in Sender::deflated",
            "ws-core/src/connection/sender/framing.rs: replace > with == in Sender::frame",
            "ws-core/src/connection/sender/framing.rs: replace > with >= in Sender::deflated",
            "ws-core/src/connection/sender/framing.rs: replace > with >= in Sender::frame",
            "ws-core/src/connection/sender/mod.rs: replace <= with > in Sender::send_prepared",
            "ws-core/src/connection/sender/pending.rs: delete ! in Sender::refill_pending",
            "ws-core/src/connection/sender/pending.rs: replace && with || in Sender::refill_pending",
            "ws-core/src/connection/sender/pending.rs: replace < with <= in Sender::queue_has_less_than",
            "ws-core/src/connection/sender/pending.rs: replace == with != in Sender::refill_pending",
            "ws-core/src/handshake/rejection.rs: replace + with * in write",
            "ws-core/src/handshake/rejection.rs: replace + with - in write",
            "ws-core/src/handshake/request.rs: replace + with * in CheckedRequest::write",
            "ws-core/src/handshake/server.rs: replace ServerHandshake::is_quiet -> bool with false",
            "ws-driver/src/outbound.rs: replace lend_memory with ()",
            "ws-driver/src/pool.rs: replace - with + in is_useful",
            "ws-driver/src/pool.rs: replace / with % in is_useful",
            "ws-driver/src/pool.rs: replace || with && in is_useful",
            "ws-driver/src/server.rs: replace take_memory_back with ()",
            "ws-driver/src/tls/received.rs: replace > with >= in Received::fill",
            "ws-driver/src/watch/handshake.rs: replace HandshakeWatch::is_on -> bool with true",
            "ws-driver/src/wire.rs: replace Wire<I, R>::is_unflushed -> bool with true",
        ],
    ),
    (
        "with all features it is another function of this name that is compiled",
        &[
            "ws-core/src/dial/url/host.rs: replace to_ascii -> Result<String, UrlError> with Ok(\"xyzzy\".into())",
            "ws-core/src/dial/url/host.rs: replace to_ascii -> Result<String, UrlError> with Ok(String::new())",
            "ws-core/src/random.rs: replace process -> u32 with 1",
            "ws-driver/src/tls/roots.rs: replace > with < in trust",
            "ws-driver/src/tls/roots.rs: replace > with == in trust",
            "ws-driver/src/tls/roots.rs: replace > with >= in trust",
            "ws-driver/src/tls/roots.rs: replace trust -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TlsError> with Ok(Default::default())",
        ],
    ),
    (
        "it does nothing by itself",
        &[
            "ws-core/src/connection/tap/on.rs: replace Tap::close_received with ()",
            "ws-core/src/connection/tap/on.rs: replace Tap::close_sent with ()",
            "ws-core/src/connection/tap/on.rs: replace Tap::message_received with ()",
            "ws-core/src/connection/tap/on.rs: replace Tap::message_sent with ()",
            "ws-core/src/observer/mod.rs: replace Observer::closed with ()",
            "ws-core/src/observer/mod.rs: replace Observer::handshake with ()",
            "ws-core/src/observer/mod.rs: replace Observer::message_received with ()",
            "ws-core/src/observer/mod.rs: replace Observer::message_sent with ()",
            "ws-core/src/observer/mod.rs: replace Observer::opened with ()",
            "ws-core/src/observer/mod.rs: replace Observer::ping_sent with ()",
            "ws-core/src/observer/mod.rs: replace Observer::pong_missed with ()",
            "ws-core/src/observer/mod.rs: replace Observer::pong_received with ()",
            "ws-core/src/observer/mod.rs: replace Observer::queue_full with ()",
        ],
    ),
    (
        "no bit is set in both",
        &[
            "ws-core/src/codec/body.rs: replace | with ^ in BodyReader::next",
            "ws-core/src/codec/frame.rs: replace | with ^ in FrameHead::encode",
            "ws-core/src/dial/url/percent.rs: replace | with ^ in decode",
        ],
    ),
    (
        "the colon is text, too, and so is what is before it",
        &[
            "ws-core/src/codec/not_a_head.rs: replace + with * in is_field",
            "ws-core/src/codec/not_a_head.rs: replace + with - in is_field",
        ],
    ),
    (
        "it takes sixteen million records to come there",
        &["ws-driver/src/tls/session.rs: replace > with < in TlsSession::write"],
    ),
    (
        "rustls has no errors of its own there, as long as everything is taken from it",
        &[
            "ws-driver/src/tls/session.rs: replace match guard below.failed with true in TlsSession::read_records",
        ],
    ),
    (
        "rustls is asked where it has something, or at the end",
        &[
            "ws-driver/src/tls/session.rs: replace match guard error.kind() == ErrorKind::WouldBlock with false in TlsSession::read",
        ],
    ),
    (
        "what is just as long as it may be is not refused",
        &["ws-core/src/connection/receiver/violation.rs: replace > with >= in Receiver::excess"],
    ),
    (
        "a clock that is off has no deadline, either",
        &[
            "ws-driver/src/web_socket.rs: replace match guard !outbound.clock.is_on() with false in WebSocket<T, R>::poll_sending",
        ],
    ),
    (
        "numbers that begin with 0 are as unique",
        &["ws-driver/src/watch/handshake.rs: replace + with * in next_id"],
    ),
    (
        "std's trait has to have it, and rustls writes vectored",
        &[
            "ws-driver/src/tls/session.rs: replace <impl Write for Below<'_, I>>::write -> io::Result<usize> with Ok(0)",
            "ws-driver/src/tls/session.rs: replace <impl Write for Below<'_, I>>::write -> io::Result<usize> with Ok(1)",
        ],
    ),
    (
        "the pong itself puts the time off as far",
        &[
            "ws-core/src/connection/keep_alive.rs: replace match guard (oldest.number..newest.number).contains(&number) with false in Watch::handle_pong",
            "ws-core/src/connection/keep_alive.rs: replace match guard (oldest.number..newest.number).contains(&number) with true in Watch::handle_pong",
        ],
    ),
    (
        "one address more or less is named",
        &["ws-driver/src/dial/unreached.rs: replace < with <= in Unreached::add"],
    ),
    ("a zero is one to each base", &["ws-core/src/dial/url/host.rs: replace > with >= in number"]),
    (
        "the start line ends there, whatever it is",
        &["ws-core/src/codec/head.rs: replace + with * in unfold"],
    ),
    (
        "it takes a fork between two frames of one connection to tell",
        &["ws-core/src/connection/sender/framing.rs: delete ! in Sender::frame"],
    ),
    (
        "who looks up more often sees the same",
        &[
            "ws-driver/src/inbound.rs: replace + with - in Inbound<I, R>::poll_written",
            "ws-driver/src/runtime.rs: replace Writes::glance_writing -> Option<Duration> with Some(Default::default())",
        ],
    ),
    (
        "a glance is all that it takes, and all that is waited for",
        &["ws-driver/src/inbound.rs: replace || with && in Inbound<I, R>::poll_ending"],
    ),
    (
        "it takes that very instant to tell",
        &[
            "ws-driver/src/dial/drive.rs: replace < with <= in poll",
            "ws-driver/src/inbound.rs: replace < with <= in Inbound<I, R>::poll_written",
        ],
    ),
    (
        "a stream that is over is looked at once more",
        &["ws-driver/src/inbound.rs: delete ! in Inbound<I, R>::poll_wait"],
    ),
    (
        "the clock has been told what was written, and nothing has been since",
        &[
            "ws-driver/src/outbound.rs: delete ! in <impl Outlet<I, R> for Outbound>::poll_write_out",
        ],
    ),
    (
        "the deadlines are asked for again before it waits",
        &[
            "ws-driver/src/split/both.rs: replace <impl Outlet<I, R> for Arc<Both<I, R>>>::is_closing -> bool with false",
        ],
    ),
    (
        "an empty line that must not be there has been found before",
        &["ws-core/src/codec/head.rs: replace && with || in HeadScanner::scan"],
    ),
    (
        "nothing comes of nothing",
        &["ws-core/src/connection/receiver/compressed.rs: replace > with >= in Receiver::inflate"],
    ),
    (
        "by one octet more or less of what is dropped",
        &["ws-driver/src/ending.rs: replace < with <= in Ending::poll"],
    ),
    (
        "the timer of ws-blocking does not wait for an instant that is far off, either",
        &[
            "ws-driver/src/ending.rs: replace match guard sooner(self.until, limit) != self.until with false in Ending::poll",
        ],
    ),
    (
        "nobody but who debugs sees it",
        &[
            "ws-core/src/codec/deflate/pool.rs: replace <impl fmt::Debug for DeflatePool>::fmt -> fmt::Result with Ok(Default::default())",
            "ws-core/src/codec/deflate/inflater.rs: replace <impl fmt::Debug for State>::fmt -> fmt::Result with Ok(Default::default())",
            "ws-core/src/connection/tap/on.rs: replace <impl fmt::Debug for RecvTap>::fmt -> fmt::Result with Ok(Default::default())",
            "ws-core/src/connection/tap/on.rs: replace <impl fmt::Debug for SendTap>::fmt -> fmt::Result with Ok(Default::default())",
            "ws-core/src/dial/proxy/handshake.rs: replace <impl fmt::Debug for ProxyHandshake>::fmt -> fmt::Result with Ok(Default::default())",
            "ws-core/src/handshake/client_config.rs: replace <impl fmt::Debug for ClientOptions>::fmt -> fmt::Result with Ok(Default::default())",
            "ws-driver/src/connect.rs: replace <impl fmt::Debug for Connect<D>>::fmt -> fmt::Result with Ok(Default::default())",
        ],
    ),
];

/// Which changes survive without a reason, and, where all were tried, which reasons are for none that does.
pub(super) fn check(outcomes: &[Outcome], all: bool) -> Vec<String> {
    findings(outcomes, all, SURVIVORS)
}

/// Whether a change has a reason to survive.
pub(super) fn is_known(name: &str) -> bool {
    names(SURVIVORS).any(|known| known == placeless(name))
}

fn findings(outcomes: &[Outcome], all: bool, survivors: &[(&str, &[&str])]) -> Vec<String> {
    let missed: Vec<_> = outcomes.iter().flat_map(Outcome::left).collect();
    let is_known = |name: &str| names(survivors).any(|known| known == placeless(name));
    let unknown = missed.iter().filter(|name| !is_known(name));
    let mut findings: Vec<_> = unknown.map(|name| format!("not noticed: {name}")).collect();
    let noticed: Vec<_> = outcomes.iter().flat_map(Outcome::noticed).collect();
    for known in names(survivors) {
        let is_it = |name: &&&String| placeless(name) == known;
        let (noticed, missed) = (noticed.iter().find(is_it), missed.iter().find(is_it));
        if missed.is_none() && (all || noticed.is_some()) {
            findings.push(format!("said to survive, and does not: {known}"));
        }
    }
    findings
}

fn names<'a>(survivors: &[(&str, &[&'a str])]) -> impl Iterator<Item = &'a str> {
    survivors.iter().flat_map(|(_, names)| names.iter().copied())
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
        assert_eq!(found(true, &[("", &["a.rs: replace y", "a.rs: delete z"])]), [""; 0]);
        let missing = [("", &["a.rs: replace y"][..])];
        assert_eq!(found(true, &missing), ["not noticed: a.rs:5:6: delete z"]);
        let stale = [("", &["a.rs: replace y", "a.rs: delete z"][..]), ("", &["a.rs: replace x"])];
        assert_eq!(found(false, &stale), ["said to survive, and does not: a.rs: replace x"]);
        let gone = [("", &["a.rs: replace y", "a.rs: delete z", "b.rs: replace x"][..])];
        assert_eq!(found(true, &gone), ["said to survive, and does not: b.rs: replace x"]);
        // A part says nothing about those that it has not tried.
        assert_eq!(found(false, &gone), [""; 0]);
    }
}
