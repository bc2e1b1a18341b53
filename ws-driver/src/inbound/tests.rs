//! In which order a WebSocket reads and writes, and how long it lets a thread wait.

use std::{future::poll_fn, sync::Arc};

use ws_core::{ClientConfig, Message, Negotiated, Role, ServerConfig, Tracker};

use super::*;
use crate::{
    Accepting, Connecting, WebSocket,
    hold::lock,
    played::{Asked, Io, Played, Woken, poll},
};

const REQUEST: &[u8] = b"GET /room HTTP/1.1\r\nHost: ws.example\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Version: 13\r\n\r\n";

#[test]
fn a_time_is_rounded_up_and_ends_somewhere() {
    let of = |nanos| millis(Duration::from_nanos(nanos));
    assert_eq!([0, 1, 1_000_000, 1_000_001].map(of), [0, 1, 1, 2]);
    assert_eq!(millis(Duration::from_secs(5)), 5000);
    assert_eq!(millis(Duration::MAX), u32::MAX);
}

/// A client's.
fn open<const BLOCKS: bool>(io: Io, config: &WebSocketConfig) -> WebSocket<Io, Played<BLOCKS>> {
    WebSocket::from_upgraded(io, Role::Client, Negotiated::default(), config)
}

/// Which it is, without the time: `r` or `w`.
fn order(asked: &[Asked]) -> String {
    asked.iter().map(|it| if matches!(it, Asked::Read(_)) { 'r' } else { 'w' }).collect()
}

/// RFC 6455 7.1.1: a client waits for the server to close. Who receives need not.
#[test]
fn the_end_is_told_before_the_stream_is_closed() {
    let mut ws = open::<false>(Io::of(b"\x88\x02\x03\xe8"), &WebSocketConfig::new());
    assert!(matches!(poll(ws.recv()), Poll::Ready(Ok(None))));
    assert!(poll(poll_fn(|cx| ws.poll_closed(cx))).is_pending());
}

#[test]
fn what_is_pending_is_written_behind_so_many_reads() {
    let io = Io { read: Box::new(|| Poll::Ready(Ok(b"\x89\0".to_vec()))), ..Io::default() };
    let asked = Arc::clone(&io.asked);
    let mut ws = open::<false>(io, &WebSocketConfig::new());
    assert!(poll(ws.recv()).is_pending());
    let asked = order(&lock(&asked));
    assert!(asked.starts_with("rrrwrrrrwrrrrw"), "{asked}");
}

#[test]
fn a_close_is_written_before_anything_is_read() {
    for closing in [false, true] {
        let io = Io::default();
        let asked = Arc::clone(&io.asked);
        let mut ws = open::<false>(io, &WebSocketConfig::new());
        if closing {
            ws.queue_close(CloseFrame::EMPTY).unwrap();
        } else {
            ws.try_feed(&Message::text("hello")).unwrap();
        }
        assert!(poll(ws.recv()).is_pending());
        assert_eq!(order(&lock(&asked)), if closing { "wr" } else { "rw" });
    }
}

/// What is asked for, one poll after another, when a thread waits for one of these. Each begins with an open stream.
fn waits(config: &WebSocketConfig) -> Vec<(&'static str, Vec<Asked>)> {
    let server = ServerConfig::new().timeout(None).web_socket(config.clone());
    let client = ClientConfig::new().timeout(None).web_socket(config.clone());
    let mut all = Vec::new();
    let mut add = |what, io: Io, wait: &dyn Fn(Io) -> bool| {
        let asked = Arc::clone(&io.asked);
        assert!(wait(io), "{what}");
        let asked = lock(&asked).clone();
        all.push((what, asked));
    };
    let accept = |io| {
        let mut accepting = Accepting::<_, Played<true>>::new(io, &server);
        poll(poll_fn(|cx| accepting.poll(cx))).is_pending()
    };
    let connect = |io| {
        let connecting = Connecting::<_, Played<true>>::new(io, "ws.example", "/", &client);
        connecting.is_ok_and(|mut it| poll(poll_fn(|cx| it.poll(cx))).is_pending())
    };
    let receive = |io| poll(open::<true>(io, config).recv()).is_pending();
    let send = |io| poll(open::<true>(io, config).send("hello")).is_pending();
    let close = |io| {
        let mut ws = open::<true>(io, config);
        poll(poll_fn(|cx| ws.poll_closed(cx))).is_pending()
    };
    add("a request", Io::default(), &accept);
    add("the answer to be taken", Io::of(REQUEST).full(), &accept);
    add("the request to be taken", Io::default().full(), &connect);
    add("an answer", Io::default(), &connect);
    add("a message", Io::default(), &receive);
    add("a message to be taken", Io::default().full(), &send);
    add("the close to be taken", Io::of(b"\x88\0").full(), &close);
    add("the stream to be closed", Io::of(b"\x88\0"), &close);
    all
}

/// A thread cannot be woken when everything ends: it looks up now and then, and not when there is nothing to look at.
#[test]
fn a_thread_that_is_tracked_looks_up() {
    // As far as there is a deadline besides, it is later.
    let far = Duration::from_secs(100_000);
    let config = WebSocketConfig::new().close_timeout(far);
    let tracker = Tracker::new();
    for (config, is_tracked) in [(config.clone(), false), (config.tracker(&tracker), true)] {
        let now = Instant::now();
        for (what, asked) in waits(&config) {
            let Some(Asked::Read(until) | Asked::Write(until)) = asked.last().copied() else {
                panic!("{what}: nothing");
            };
            let soon = now..=Instant::now() + Io::default().glance;
            let looks_up = until.is_some_and(|until| soon.contains(&until));
            assert_eq!(looks_up, is_tracked, "{what}: {asked:?}");
            assert!(until.is_none_or(|until| until > now), "{what}: {asked:?}");
        }
    }
}

/// It also does while the other half may begin to close.
#[test]
fn a_thread_that_has_half_of_it_looks_up() {
    let io = Io::default();
    let asked = Arc::clone(&io.asked);
    let (_sender, mut receiver) = open::<true>(io, &WebSocketConfig::new()).split();
    let now = Instant::now();
    assert!(poll(receiver.recv()).is_pending());
    let asked = lock(&asked);
    assert!(matches!(*asked.last().unwrap(), Asked::Read(Some(until)) if until > now), "{asked:?}");
    // The other half is not told of what comes: nothing is read ahead of what is written.
    assert_eq!(asked.len(), 1);
}

/// A look takes no time off what a close frame has to be written.
#[test]
fn a_look_up_is_no_deadline() {
    let mut refused = 0;
    let write = Box::new(move || {
        refused += 1;
        if refused < 5 { Poll::Pending } else { Poll::Ready(Ok(())) }
    });
    let io = Io { write, glance: Duration::ZERO, ..Io::of(b"\x88\0") };
    let asked = Arc::clone(&io.asked);
    let config = WebSocketConfig::new().tracker(Tracker::new());
    let mut ws = open::<true>(io, &config);
    assert!(matches!(poll(ws.recv()), Poll::Ready(Ok(None))));
    let _ = poll(poll_fn(|cx| ws.poll_closed(cx)));
    let written = order(&lock(&asked)).matches('w').count();
    assert_eq!(written, 5);
}

/// Polls a future that somebody is to be woken for.
fn waits_for(woken: &Arc<Woken>, future: impl Future) -> bool {
    let waker = Arc::clone(woken).into();
    std::pin::pin!(future).poll(&mut Context::from_waker(&waker)).is_pending()
}

/// The stream may have forgotten who waits to write.
#[test]
fn who_waits_to_send_hears_of_the_end() {
    let (sends, receives) = (Arc::new(Woken::default()), Arc::new(Woken::default()));
    let config = WebSocketConfig::new().close_timeout(Duration::ZERO);
    let (mut sender, mut receiver) = open::<false>(Io::of(b"\x88\0").full(), &config).split();
    assert!(waits_for(&sends, sender.send("hello")));
    sends.take();
    // Nobody waits for a close frame that is not taken.
    assert!(!waits_for(&receives, receiver.recv()));
    assert!(sends.take() > 0);
}

/// The half that receives minds the time, of which the other may make less.
#[test]
fn who_minds_the_time_hears_that_a_message_is_not_taken() {
    for (config, is_woken) in [
        (WebSocketConfig::new(), false),
        (WebSocketConfig::new().send_timeout(Duration::from_secs(100)), true),
    ] {
        let (sends, receives) = (Arc::new(Woken::default()), Arc::new(Woken::default()));
        let (mut sender, mut receiver) = open::<false>(Io::default().full(), &config).split();
        assert!(waits_for(&receives, receiver.recv()));
        receives.take();
        assert!(waits_for(&sends, sender.send("hello")));
        assert_eq!(receives.take() > 0, is_woken);
    }
}
