//! Runtimes that somebody else writes: one that has nothing to wait with, and one that blocks and cannot say when to look
//! up. What waits for a deadline says so, or comes to it all the same; nothing hangs.

#![cfg(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "blocking"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

use std::{
    fmt::Debug,
    future::{Future, poll_fn},
    io::{self, ErrorKind},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use conformance::{
    messages::bare::{self, done},
    pipe::{Pipe, Script},
    sample,
};
use ws_blocking::Blocking;
use ws_core::{
    ClientConfig, HandshakeError, HandshakeStep, Message, Negotiated, RecvBuf, Role, SendQueue,
    ServerConfig, Tracker, WebSocketConfig,
};
use ws_driver::{Error, FuturesIo, PollClose, Reads, Runtime, WebSocket, Writes};

/// Reads and writes, and has no clock.
enum Timeless {}

type Timed = FuturesIo<PollClose>;

impl Runtime for Timeless {
    type Timer = ();

    fn poll_timer((): &mut (), _: &mut Context<'_>, _: Instant) -> Poll<io::Result<()>> {
        Poll::Ready(Err(ErrorKind::Unsupported.into()))
    }
}

impl Reads<Pipe> for Timeless {
    fn poll_read(
        io: &mut Pipe,
        cx: &mut Context<'_>,
        recv: &mut RecvBuf,
        (): &mut (),
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        Timed::poll_read(io, cx, recv, &mut None, until)
    }
}

impl Writes<Pipe> for Timeless {
    fn poll_write(
        io: &mut Pipe,
        cx: &mut Context<'_>,
        send: &mut SendQueue,
        (): &mut (),
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        Timed::poll_write(io, cx, send, &mut None, until)
    }

    fn poll_flush(
        io: &mut Pipe,
        cx: &mut Context<'_>,
        (): &mut (),
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        <Timed as Writes<Pipe>>::poll_flush(io, cx, &mut None, until)
    }

    fn poll_close(
        io: &mut Pipe,
        cx: &mut Context<'_>,
        (): &mut (),
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        <Timed as Writes<Pipe>>::poll_close(io, cx, &mut None, until)
    }
}

#[track_caller]
fn assert_timeless<O: Debug>(result: Result<O, Error>) {
    match result {
        Err(Error::Io(error)) => assert_eq!(error.kind(), ErrorKind::Unsupported),
        other => panic!("{other:?}"),
    }
}

/// Nothing can be written to it, and nothing comes.
fn silent() -> Pipe {
    Pipe::new(Script::new().capacity(0)).0
}

#[test]
fn without_a_timer_no_handshake_waits() {
    let server = ServerConfig::new();
    let accepting = ws_driver::accept::<_, Timeless>(silent(), &server);
    assert_timeless(done(accepting));
    let acceptor = ws_driver::Acceptor::<_, Timeless>::new(silent(), &server);
    assert_timeless(done(acceptor.next_request()).map(drop));
    let client = ClientConfig::new();
    let asking = ws_driver::handshake::<_, Timeless>(silent(), "h", "/", &client);
    assert_timeless(done(asking));
    // An answer that is not taken.
    let request = sample::good();
    let answering = ws_driver::accept_buffered::<_, Timeless>(silent(), request, &server);
    assert_timeless(done(answering));
    // Without a deadline there is nothing to wait with a timer for.
    let unlimited = ServerConfig::new().timeout(None);
    assert!(bare::poll(ws_driver::accept::<_, Timeless>(silent(), &unlimited)).is_pending());
}

fn open(pipe: Pipe, config: &WebSocketConfig) -> WebSocket<Pipe, Timeless> {
    bare::open(pipe, Role::Client, Negotiated::default(), config)
}

#[test]
fn without_a_timer_no_web_socket_waits() {
    let config = WebSocketConfig::new().idle_timeout(Duration::from_secs(1000));
    assert_timeless(done(open(silent(), &config).recv()));
    let mut ws = open(silent(), &config.send_timeout(Duration::from_secs(1000)));
    assert_timeless(done(ws.send(Message::text("hello"))));
    // Without limits there is nothing to wait for.
    let none = WebSocketConfig::new().idle_timeout(None).ping_interval(None).send_timeout(None);
    assert!(bare::poll(open(silent(), &none).recv()).is_pending());
    assert!(bare::poll(open(silent(), &none).send(Message::text("hello"))).is_pending());
}

/// The close frame that nobody takes is not waited for; that the peer has closed is known.
#[test]
fn without_a_timer_the_end_is_not_waited_for() {
    let (pipe, peer) = Pipe::new(Script::new().capacity(0).input([b"\x88\x02\x03\xe8"]));
    let mut ws = open(pipe, &WebSocketConfig::new());
    done(poll_fn(|cx| ws.poll_closed(cx))).unwrap();
    assert_eq!(ws.close_info().received.unwrap().code.get(), 1000);
    assert!(peer.is_shut() && peer.written().is_empty());
}

/// Blocks the thread, until the deadline if nothing comes.
enum Stubborn {}

type Saved = <Blocking as Runtime>::Timer;

impl Runtime for Stubborn {
    const BLOCKS: bool = true;

    type Timer = Saved;

    fn poll_timer(timer: &mut Saved, cx: &mut Context<'_>, at: Instant) -> Poll<io::Result<()>> {
        Blocking::poll_timer(timer, cx, at)
    }
}

impl Reads<Pipe> for Stubborn {
    fn poll_read(
        io: &mut Pipe,
        cx: &mut Context<'_>,
        recv: &mut RecvBuf,
        timer: &mut Saved,
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        Blocking::poll_read(io, cx, recv, timer, until)
    }
}

impl Writes<Pipe> for Stubborn {
    fn poll_write(
        io: &mut Pipe,
        cx: &mut Context<'_>,
        send: &mut SendQueue,
        timer: &mut Saved,
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        Blocking::poll_write(io, cx, send, timer, until)
    }

    fn poll_flush(
        io: &mut Pipe,
        cx: &mut Context<'_>,
        timer: &mut Saved,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        Blocking::poll_flush(io, cx, timer, until)
    }

    fn poll_close(
        io: &mut Pipe,
        cx: &mut Context<'_>,
        timer: &mut Saved,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        Blocking::poll_close(io, cx, timer, until)
    }

    fn disarm(io: &mut Pipe, timer: &mut Saved) {
        Blocking::disarm(io, timer);
    }
}

/// Some times as long as a thread of `ws-blocking` takes to look whether everything ends.
const SOON: Duration = Duration::from_millis(350);

/// What comes of it, which is not before the time is up.
fn by_then<O>(future: impl Future<Output = O>) -> O {
    let began = Instant::now();
    let output = futures_lite::future::block_on(future);
    assert!(began.elapsed() >= SOON, "{:?}", began.elapsed());
    output
}

fn assert_late<O: Debug>(result: Result<O, Error>, expected: HandshakeStep) {
    match result {
        Err(Error::Handshake(HandshakeError::TimedOut(step))) => assert_eq!(step, expected),
        other => panic!("{other:?}"),
    }
}

/// A thread that has to look up whether everything ends keeps its own deadline: with a runtime that can tell it when to
/// look up, and with one that cannot.
fn a_tracked_thread_comes_to_its_deadline<R: Reads<Pipe> + Writes<Pipe>>() {
    let tracker = Tracker::new();
    let server = ServerConfig::new().tracker(&tracker).timeout(Some(SOON));
    let accepting = ws_driver::accept::<_, R>(silent(), &server);
    assert_late(by_then(accepting), HandshakeStep::AwaitRequest);
    let request = sample::good();
    let answering = ws_driver::accept_buffered::<_, R>(silent(), request, &server);
    assert_late(by_then(answering), HandshakeStep::SendAnswer);
    let client = ClientConfig::new().tracker(&tracker).timeout(Some(SOON));
    let asking = ws_driver::handshake::<_, R>(silent(), "h", "/", &client);
    assert_late(by_then(asking), HandshakeStep::SendRequest);

    // The answer to a close frame, which nobody takes.
    let (pipe, peer) = Pipe::new(Script::new().capacity(0).input([b"\x88\x02\x03\xe8"]));
    let config = WebSocketConfig::new().tracker(&tracker).close_timeout(SOON);
    let mut ws = bare::open::<R>(pipe, Role::Client, Negotiated::default(), &config);
    by_then(poll_fn(|cx| ws.poll_closed(cx))).unwrap();
    assert!(peer.is_shut() && peer.written().is_empty());
    drop(ws);
    assert!(tracker.is_empty());
}

#[test]
fn a_tracked_thread_comes_to_its_deadline_with_glances() {
    a_tracked_thread_comes_to_its_deadline::<Blocking>();
}

#[test]
fn a_tracked_thread_comes_to_its_deadline_without() {
    a_tracked_thread_comes_to_its_deadline::<Stubborn>();
}
