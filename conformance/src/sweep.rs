//! Breaks the transport at every step: the n-th operation fails, has to wait, or is the last one
//! before the call is dropped, for n = 0, 1, 2, ... until nothing happens any more.
//!
//! A handshake here takes at most some thirty operations, so each sweep covers every place there
//! is.

use std::{
    io::ErrorKind,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use http::Response;
use ws_core::{ClientConfig, HandshakeError, ServerConfig};
use ws_driver::Error;

use crate::{
    adapter::{Adapter, Call, End, Progress, Stop, drive},
    fill::fill,
    pipe::{Peer, Pipe, Script, Waits},
    prebuilt::Prebuilt,
    sample::{bad, good, switching, upgrade},
    wire,
};

/// A handshake to break.
pub struct Case {
    /// In words.
    pub name: &'static str,
    /// The way in.
    pub call: Call,
    /// What the peer sends, in portions; for a client, what it answers.
    pub pieces: Vec<Vec<u8>>,
    /// How it ends when nothing breaks.
    pub ends: Ends,
}

/// How a handshake ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// With a WebSocket.
    Open,
    /// With this error, after an answer was written.
    Rejected(&'static str),
    /// With this error, and nothing written for it.
    Failed(&'static str),
    /// Step by step with a refusal, and the handshake came back.
    Kept,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Case").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Case {
    fn new(name: &'static str, call: Call, pieces: &[&[u8]], ends: Ends) -> Self {
        Self { name, call, pieces: pieces.iter().map(|piece| piece.to_vec()).collect(), ends }
    }

    /// What the pipe does when nothing breaks.
    pub fn script(&self) -> Script {
        let pieces = self.pieces.clone();
        match self.call {
            Call::Handshake(_) => Script::new().answer(move |request| {
                let key = wire::key_of(request).map(wire::latin1).unwrap_or_default();
                pieces.iter().map(|piece| fill(piece, &key)).collect()
            }),
            _ => Script::new().input(pieces),
        }
    }

    fn is_client(&self) -> bool {
        matches!(self.call, Call::Handshake(_))
    }
}

/// Every way in, and every way out.
pub fn cases() -> Vec<Case> {
    let server = || ServerConfig::new().subprotocols(["chat"]).keep_request(true);
    let keeping = || server().keep_alive(true);
    let client = || ClientConfig::new().subprotocols(["chat"]);
    let (good, bad) = (upgrade("Sec-WebSocket-Protocol: chat\r\n"), bad());
    let (early, late) = good.split_at(good.len() / 2);
    let frame = b"\x81\x857\xfa!=\x7f\x9fMQX".as_slice();
    let framed = [good.as_slice(), frame].concat();
    let both = [bad.as_slice(), &good].concat();
    let malformed = b"G E T / HTTP/1.1\r\n\r\n".as_slice();
    let open = switching("Sec-WebSocket-Protocol: chat\r\n");
    let interim = [b"HTTP/1.1 100 Continue\r\n\r\n".as_slice(), &open].concat();
    let (open_early, open_late) = interim.split_at(60);
    let declined = b"HTTP/1.1 401 x\r\nContent-Length: 4\r\n\r\nno".as_slice();
    let wrong = b"HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n".as_slice();
    let mut response = Response::new(Bytes::from_static(b"later"));
    *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
    let mut all = vec![
        Case::new("accept", Call::Accept(server()), &[early, late, frame], Ends::Open),
        Case::new("accept with a frame behind", Call::Accept(server()), &[&framed], Ends::Open),
        Case::new(
            "accept, buffered",
            Call::AcceptBuffered(early.to_vec(), server()),
            &[late],
            Ends::Open,
        ),
        Case::new("refuse", Call::Accept(server()), &[&bad], Ends::Rejected("missing-key")),
        Case::new(
            "refuse and keep",
            Call::Accept(keeping()),
            &[&bad],
            Ends::Rejected("missing-key"),
        ),
        Case::new(
            "refuse what is malformed",
            Call::Accept(server()),
            &[malformed, b"and more"],
            Ends::Rejected("malformed-head"),
        ),
        Case::new("accept step by step", Call::Steps(server()), &[early, late], Ends::Open),
        Case::new("refuse step by step", Call::Steps(keeping()), &[&bad], Ends::Kept),
        Case::new("refuse, then accept", Call::StepsUntilAccepted(keeping()), &[&both], Ends::Open),
        Case::new("reject", Call::Reject(server(), response), &[&good], Ends::Kept),
        Case::new("handshake", Call::Handshake(client()), &[open_early, open_late], Ends::Open),
        Case::new(
            "handshake, declined",
            Call::Handshake(client()),
            &[declined, b"pe"],
            Ends::Failed("status-not-101"),
        ),
        Case::new(
            "handshake, wrong answer",
            Call::Handshake(client()),
            &[wrong],
            Ends::Failed("missing-accept"),
        ),
    ];
    if let Some(Prebuilt { request, .. }) = Prebuilt::read(&good) {
        let call = Call::AcceptRequest(Box::new(request), frame.to_vec(), server());
        all.push(Case::new("accept a parsed request", call, &[], Ends::Open));
    }
    if let Some(Prebuilt { request, .. }) = Prebuilt::read(&bad) {
        let call = Call::AcceptRequest(Box::new(request), Vec::new(), server());
        all.push(Case::new("refuse a parsed request", call, &[], Ends::Rejected("missing-key")));
    }
    all
}

/// The cases an adapter has a way in for.
fn offered(adapter: &dyn Adapter) -> impl Iterator<Item = Case> + '_ {
    cases().into_iter().filter(|case| adapter.offers(&case.call))
}

/// Runs a case to its end.
///
/// # Panics
///
/// When it does not end.
#[expect(clippy::panic, reason = "this is how a test fails")]
pub fn finish(adapter: &dyn Adapter, case: &Case, script: Script) -> (End, Peer) {
    let (io, peer) = Pipe::new(adapter.script(script));
    let mut attempt = adapter.start(io, case.call.clone());
    match drive(adapter, &mut attempt, &peer, Duration::from_secs(5)) {
        Progress::Ended(end) => (*end, peer),
        other => panic!("{}: {} is still {other:?}", adapter.name(), case.name),
    }
}

/// A run without faults: it ends as it should, and everything it wrote has reached the peer.
///
/// # Panics
///
/// When it does not.
pub fn assert_ends(adapter: &dyn Adapter, case: &Case, end: &End, peer: &Peer, what: &str) {
    let context = format!("{}: {}, {what}: {:?}", adapter.name(), case.name, end.result);
    let found = match &end.result {
        Ok(_) => Ends::Open,
        Err(Stop::Rejected { .. }) => Ends::Kept,
        Err(Stop::Error(Error::Handshake(error @ HandshakeError::Rejected(_)))) => {
            Ends::Rejected(error.name())
        }
        Err(Stop::Error(error)) => Ends::Failed(error.name()),
    };
    assert_eq!(found, case.ends, "{context}");
    assert_eq!(peer.unflushed_len(), 0, "{context}: the answer is stuck");
    let wire = peer.written();
    if case.is_client() {
        let (_, len) = wire::parse_head(&wire).unwrap_or_else(|e| unreadable(&context, &e));
        assert_eq!(len, wire.len(), "{context}: octets behind the request");
    } else {
        let last = wire::Answers::parse(&wire).unwrap_or_else(|e| unreadable(&context, &e)).last;
        assert!(last.is_some(), "{context}: silence");
    }
}

#[expect(clippy::panic, reason = "this is how a test fails")]
fn unreadable(context: &str, error: &wire::Malformed) -> ! {
    panic!("{context}: {error}")
}

/// A change to a script.
type Variant = fn(Script) -> Script;

/// Each operation has to wait first; each single one has to; each write takes one octet; nothing
/// arrives before a flush. None of it changes anything.
///
/// # Panics
///
/// When it does.
pub fn patience(adapter: &dyn Adapter) {
    for case in offered(adapter) {
        let variants: [(&str, Variant); 5] = [
            ("undisturbed", |script| script),
            ("waits everywhere", |script| script.waits(Waits::Always)),
            ("writes of one octet", |script| script.max_write(1)),
            ("held until flush", Script::hold_until_flush),
            ("all of it", |script| script.waits(Waits::Always).max_write(1).hold_until_flush()),
        ];
        for (what, variant) in variants {
            let (end, peer) = finish(adapter, &case, variant(case.script()));
            assert_ends(adapter, &case, &end, &peer, what);
        }
        let (_, peer) = finish(adapter, &case, case.script());
        for op in 0..=peer.ops() {
            let script = case.script().waits(Waits::At(op));
            let (end, peer) = finish(adapter, &case, script);
            assert_ends(adapter, &case, &end, &peer, &format!("operation {op} waits"));
        }
    }
}

/// The n-th operation fails, and all after it, for every n.
///
/// # Panics
///
/// When the call says that it went well although the answer did not get through, loses the reason
/// of a refusal, or reports another error than the one that happened.
pub fn faults(adapter: &dyn Adapter) {
    for case in offered(adapter) {
        for hold in [false, true] {
            let script = || if hold { case.script().hold_until_flush() } else { case.script() };
            let mut op = 0;
            loop {
                let kind = ErrorKind::ConnectionReset;
                let (end, peer) = finish(adapter, &case, script().fail_at(op, kind));
                if peer.ops() <= op {
                    assert_ends(adapter, &case, &end, &peer, "no operation failed");
                    break;
                }
                assert_fault(adapter, &case, op, &end, &peer);
                op += 1;
                assert!(op < 200, "{}: {} never ends", adapter.name(), case.name);
            }
        }
    }
}

#[expect(clippy::panic, reason = "this is how a test fails")]
fn assert_fault(adapter: &dyn Adapter, case: &Case, op: usize, end: &End, peer: &Peer) {
    let context = || {
        let wire = peer.written();
        format!(
            "{}: {}, operation {op} fails: {:?}, written: {}",
            adapter.name(),
            case.name,
            end.result,
            wire.escape_ascii()
        )
    };
    let arrived = || !case.is_client() && has_answer(&peer.written());
    match &end.result {
        // Nobody gets a WebSocket whose other side was not told.
        Ok(_) => {
            assert_eq!(case.ends, Ends::Open, "{}", context());
            assert!(case.is_client() || arrived(), "{}", context());
        }
        Err(Stop::Rejected { .. }) => {
            assert!(case.ends == Ends::Kept && arrived(), "{}", context());
        }
        Err(Stop::Error(Error::Io(error))) => {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{}", context());
        }
        // When a refusal cannot be written, the error still tells why the request was refused.
        Err(Stop::Error(Error::Unsent(unsent))) => {
            assert_eq!(unsent.source.kind(), ErrorKind::ConnectionReset, "{}", context());
            assert!(matches!(unsent.error, HandshakeError::Rejected(_)), "{}", context());
        }
        // Written, and then the goodbye failed.
        Err(Stop::Error(Error::Handshake(error))) => {
            let expected = match case.ends {
                Ends::Rejected(name) | Ends::Failed(name) => name,
                Ends::Open | Ends::Kept => panic!("{}", context()),
            };
            assert_eq!(error.name(), expected, "{}", context());
            assert!(case.is_client() || arrived(), "{}", context());
        }
        Err(Stop::Error(_)) => panic!("{}", context()),
    }
}

fn has_answer(wire: &[u8]) -> bool {
    let whole = |answer: wire::Answer| {
        let length = answer.head.values("Content-Length").next().and_then(|len| len.parse().ok());
        length.unwrap_or(0) == answer.rest.len() || answer.rest.starts_with(b"HTTP/1.1 ")
    };
    let last = wire::Answers::parse(wire).ok().and_then(|answers| answers.last);
    last.is_some_and(whole)
}

/// A stream that takes nothing is a failure, not an endless loop.
///
/// # Panics
///
/// When it is not reported.
pub fn nothing_taken(adapter: &dyn Adapter) {
    for case in offered(adapter) {
        // A client still reads what the server may have said before it closed.
        let (end, _) = finish(adapter, &case, case.script().max_write(0).eof());
        let kind = match &end.result {
            Err(Stop::Error(Error::Io(error))) => Some(error.kind()),
            Err(Stop::Error(Error::Unsent(unsent))) => Some(unsent.source.kind()),
            _ => None,
        };
        let context = format!("{}: {}: {:?}", adapter.name(), case.name, end.result);
        assert_eq!(kind, Some(ErrorKind::WriteZero), "{context}");
    }
}

/// The end of the stream at every portion: an error with a name, and for a server that had begun,
/// an answer.
///
/// # Panics
///
/// When there is none.
pub fn ends_early(adapter: &dyn Adapter) {
    let whole = good();
    for len in 0..whole.len() {
        let call = Call::Accept(ServerConfig::new());
        let case = Case::new("end of stream", call, &[&whole[..len]], Ends::Failed("truncated"));
        let (end, peer) = finish(adapter, &case, case.script().eof());
        let Err(Stop::Error(error)) = &end.result else { unexpected(&case, len, &end) };
        let expected = if len == 0 { "closed" } else { "truncated" };
        assert_eq!(error.name(), expected, "{}: {len} octets", adapter.name());
        let answered = has_answer(&peer.written());
        assert_eq!(answered, len > 0, "{}: {len} octets", adapter.name());
    }
}

#[expect(clippy::panic, reason = "this is how a test fails")]
fn unexpected(case: &Case, len: usize, end: &End) -> ! {
    panic!("{}, {len}: {end:?}", case.name)
}

/// The call is polled n times and then dropped, for every n: no panic, and the transport is let go
/// of.
///
/// # Panics
///
/// When it is not.
pub fn drops(adapter: &dyn Adapter) {
    for case in offered(adapter) {
        for n in 0.. {
            let script = case.script().waits(Waits::Always).max_write(7);
            let (io, peer) = Pipe::new(adapter.script(script));
            let mut attempt = adapter.start(io, case.call.clone());
            let mut cx = Context::from_waker(Waker::noop());
            let mut ended = false;
            for _ in 0..n {
                if let Poll::Ready(end) = attempt(&mut cx) {
                    assert_ends(adapter, &case, &end, &peer, "polled without being woken");
                    ended = true;
                    break;
                }
            }
            let ops = peer.ops();
            drop(attempt);
            assert!(peer.is_dropped(), "{}: {} keeps the stream", adapter.name(), case.name);
            assert_eq!(peer.ops(), ops, "{}: {} acts when dropped", adapter.name(), case.name);
            if ended {
                break;
            }
            assert!(n < 2000, "{}: {} never ends", adapter.name(), case.name);
        }
    }
}

/// Every sweep.
///
/// # Panics
///
/// When one of them finds something.
pub fn all(adapter: &dyn Adapter) {
    patience(adapter);
    faults(adapter);
    nothing_taken(adapter);
    ends_early(adapter);
    drops(adapter);
}
