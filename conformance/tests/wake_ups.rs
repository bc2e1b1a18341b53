//! Two that wait for one WebSocket, in one task or in two, over a stream that forgets who waits for room when
//! somebody else uses it: none of them is left behind.
//!
//! One receives and one sends. Receiving writes too, and so may do what the other has waited for.

#![expect(clippy::panic, clippy::unwrap_used, reason = "this is how a test fails")]

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use conformance::{
    every_async_runtime,
    messages::bare,
    pipe::{Peer, Pipe, Script, Waits},
};
use futures_core::Stream;
use futures_sink::Sink;
use ws_core::{Message, Negotiated, Role, WebSocketConfig};
use ws_driver::{Error, Reads, WebSocket, Writes};

/// A task that is polled by hand.
#[derive(Default)]
struct Task(AtomicUsize);

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Task {
    fn poll<O>(self: &Arc<Self>, poll: impl FnOnce(&mut Context<'_>) -> O) -> O {
        self.0.store(0, Ordering::Relaxed);
        poll(&mut Context::from_waker(&Waker::from(Arc::clone(self))))
    }

    /// As `poll`, within one poll of the task that has already begun.
    fn poll_further<O>(self: &Arc<Self>, poll: impl FnOnce(&mut Context<'_>) -> O) -> O {
        poll(&mut Context::from_waker(&Waker::from(Arc::clone(self))))
    }

    fn is_woken(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// The tasks that receive and send: one that does both, and two.
fn tasks() -> [[Arc<Task>; 2]; 2] {
    let both = Arc::new(Task::default());
    [[Arc::clone(&both), both], [Arc::default(), Arc::default()]]
}

/// What the task that sends waits for.
#[derive(Clone, Copy, Debug)]
enum Awaits {
    Room,
    Flush,
}

fn waits_to_send(
    sink: &mut (impl Sink<Message, Error = Error> + Unpin),
    awaits: Awaits,
    cx: &mut Context<'_>,
) {
    for _ in 0..100 {
        let Poll::Ready(ready) = Pin::new(&mut *sink).poll_ready(cx) else { return };
        ready.unwrap();
        Pin::new(&mut *sink).start_send(Message::binary(vec![7; 90])).unwrap();
        if let Awaits::Flush = awaits {
            assert!(Pin::new(sink).poll_flush(cx).is_pending());
            return;
        }
    }
    unreachable!("there is no end to it");
}

fn goes_on(
    sink: &mut (impl Sink<Message, Error = Error> + Unpin),
    awaits: Awaits,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Error>> {
    match awaits {
        Awaits::Room => Pin::new(sink).poll_ready(cx),
        Awaits::Flush => Pin::new(sink).poll_flush(cx),
    }
}

fn open<R: Reads<Pipe> + Writes<Pipe>>(io: Pipe, role: Role) -> WebSocket<Pipe, R> {
    let config = WebSocketConfig::new().max_queue_len(100);
    bare::open(io, role, Negotiated::default(), &config)
}

/// Calls `test` with the two ways to wait, the two roles, and one task or two.
fn each(mut test: impl FnMut(Awaits, Role, [Arc<Task>; 2])) {
    for awaits in [Awaits::Room, Awaits::Flush] {
        for role in [Role::Client, Role::Server] {
            tasks().into_iter().for_each(|tasks| test(awaits, role, tasks));
        }
    }
}

/// The peer takes everything before the stream has heard of it, and the one that receives writes.
fn written_by_the_other(
    peer: &Peer,
    sink: &mut (impl Sink<Message, Error = Error> + Unpin),
    stream: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
    awaits: Awaits,
    [receives, sends]: [Arc<Task>; 2],
) {
    sends.poll(|cx| waits_to_send(sink, awaits, cx));
    assert!(!sends.is_woken());
    peer.unlimit();
    assert!(receives.poll_further(|cx| Pin::new(&mut *stream).poll_next(cx)).is_pending());
    assert!(peer.has_written());
    peer.notice_room();
    assert!(sends.is_woken(), "{awaits:?}");
    assert!(matches!(sends.poll(|cx| goes_on(sink, awaits, cx)), Poll::Ready(Ok(()))));
    // Nobody waits any more, and nobody is disturbed.
    assert!(receives.poll(|cx| Pin::new(&mut *stream).poll_next(cx)).is_pending());
    assert!(!receives.is_woken() && !sends.is_woken());
}

fn whole<R: Reads<Pipe> + Writes<Pipe>>() {
    each(|awaits, role, [receives, sends]| {
        let (pipe, peer) = Pipe::new(Script::new().capacity(0).forgets());
        let mut ws = open::<R>(pipe, role);
        sends.poll(|cx| waits_to_send(&mut ws, awaits, cx));
        assert!(!sends.is_woken());
        peer.unlimit();
        assert!(receives.poll_further(|cx| ws.poll_recv(cx)).is_pending());
        assert!(peer.has_written());
        peer.notice_room();
        assert!(sends.is_woken(), "{awaits:?}, {role:?}");
        assert!(matches!(sends.poll(|cx| goes_on(&mut ws, awaits, cx)), Poll::Ready(Ok(()))));
        // Nobody waits to send any more, and nobody is disturbed.
        assert!(receives.poll(|cx| ws.poll_recv(cx)).is_pending());
        assert!(!receives.is_woken() && !sends.is_woken());
    });
}

fn halves<R: Reads<Pipe> + Writes<Pipe>>() {
    each(|awaits, role, tasks| {
        let (pipe, peer) = Pipe::new(Script::new().capacity(0).forgets());
        let (mut sink, mut stream) = open::<R>(pipe, role).split();
        written_by_the_other(&peer, &mut sink, &mut stream, awaits, tasks);
    });
}

fn halves_of_futures<R: Reads<Pipe> + Writes<Pipe>>() {
    each(|awaits, role, tasks| {
        let (pipe, peer) = Pipe::new(Script::new().capacity(0).forgets());
        let (mut sink, mut stream) = futures_util::StreamExt::split(open::<R>(pipe, role));
        written_by_the_other(&peer, &mut sink, &mut stream, awaits, tasks);
    });
}

/// The peer goes, and it is the one that receives who hears of it.
fn whole_that_fails<R: Reads<Pipe> + Writes<Pipe>>() {
    each(|awaits, role, [receives, sends]| {
        let [pipe, other] = Pipe::pair([Script::new().forgets(), Script::new()], 0);
        let peer = pipe.peer();
        let mut ws = open::<R>(pipe, role);
        sends.poll(|cx| waits_to_send(&mut ws, awaits, cx));
        assert!(!sends.is_woken());
        drop(other);
        let failed = receives.poll_further(|cx| ws.poll_recv(cx));
        assert!(matches!(failed, Poll::Ready(Err(_))), "{failed:?}");
        peer.notice_room();
        assert!(sends.is_woken(), "{awaits:?}, {role:?}");
        let failed = sends.poll(|cx| goes_on(&mut ws, awaits, cx));
        assert!(matches!(failed, Poll::Ready(Err(_))), "{failed:?}");
    });
}

fn halves_that_fail<R: Reads<Pipe> + Writes<Pipe>>() {
    each(|awaits, role, [receives, sends]| {
        let [pipe, other] = Pipe::pair([Script::new().forgets(), Script::new()], 0);
        let peer = pipe.peer();
        let (mut sink, mut stream) = open::<R>(pipe, role).split();
        sends.poll(|cx| waits_to_send(&mut sink, awaits, cx));
        assert!(!sends.is_woken());
        drop(other);
        let failed = receives.poll_further(|cx| stream.poll_recv(cx));
        assert!(matches!(failed, Poll::Ready(Err(_))), "{failed:?}");
        peer.notice_room();
        assert!(sends.is_woken(), "{awaits:?}, {role:?}");
        let failed = sends.poll(|cx| goes_on(&mut sink, awaits, cx));
        assert!(matches!(failed, Poll::Ready(Err(_))), "{failed:?}");
    });
}

/// Polls two tasks when they are woken, in this order where both are, until both have come to their end.
fn drive(
    peer: &Peer,
    order: u32,
    [receives, sends]: &[Arc<Task>; 2],
    mut poll: impl FnMut(bool) -> bool,
) {
    let (mut heard, mut told, mut turns) = (false, false, order);
    while !(heard && told) {
        let woken = || (!heard && receives.is_woken(), !told && sends.is_woken());
        if woken() == (false, false) {
            peer.notice_room();
        }
        let receives_next = match woken() {
            (true, true) => {
                turns = turns.rotate_right(1);
                turns & 1 == 1
            }
            (false, false) => panic!("it hangs: {order:b}, heard: {heard}, told: {told}"),
            (receives, _) => receives,
        };
        *(if receives_next { &mut heard } else { &mut told }) = poll(receives_next);
    }
}

/// The peer goes while one waits for room and the other for bytes, in whatever order they then have their turns. One of them
/// closes the stream, which has to wait for that as for everything, and the other does something with it meanwhile.
fn that_end<R: Reads<Pipe> + Writes<Pipe>>() {
    let flush = Awaits::Flush;
    for (order, role) in (0..256_u32).flat_map(|it| [(it, Role::Client), (it, Role::Server)]) {
        for room in [0, 10] {
            let script = || Script::new().forgets().waits(Waits::Always);
            let tasks = [Arc::<Task>::default(), Arc::default()];
            let [receives, sends] = &tasks;

            let [pipe, other] = Pipe::pair([script(), Script::new()], room);
            let peer = pipe.peer();
            let (mut sink, mut stream) = open::<R>(pipe, role).split();
            assert!(receives.poll(|cx| stream.poll_recv(cx)).is_pending());
            sends.poll(|cx| waits_to_send(&mut sink, flush, cx));
            // A part of it is written, and not flushed.
            peer.notice_room();
            assert!(sends.poll(|cx| goes_on(&mut sink, flush, cx)).is_pending());
            drop(other);
            drive(&peer, order, &tasks, |next| match next {
                true => receives.poll(|cx| stream.poll_recv(cx)).is_ready(),
                false => sends.poll(|cx| goes_on(&mut sink, flush, cx)).is_ready(),
            });

            let [pipe, other] = Pipe::pair([script(), Script::new()], room);
            let peer = pipe.peer();
            let mut ws = open::<R>(pipe, role);
            assert!(receives.poll(|cx| ws.poll_recv(cx)).is_pending());
            sends.poll(|cx| waits_to_send(&mut ws, flush, cx));
            peer.notice_room();
            assert!(sends.poll(|cx| goes_on(&mut ws, flush, cx)).is_pending());
            drop(other);
            drive(&peer, order, &tasks, |next| match next {
                true => receives.poll(|cx| ws.poll_recv(cx)).is_ready(),
                false => sends.poll(|cx| goes_on(&mut ws, flush, cx)).is_ready(),
            });
        }
    }
}

/// Whoever receives has a deadline to watch once the other has closed.
fn closing<R: Reads<Pipe> + Writes<Pipe>>() {
    for role in [Role::Client, Role::Server] {
        for [receives, sends] in tasks() {
            let (pipe, _peer) = Pipe::new(Script::new());
            let mut ws = open::<R>(pipe, role);
            assert!(receives.poll(|cx| ws.poll_recv(cx)).is_pending());
            assert!(!receives.is_woken());
            let closed = sends.poll_further(|cx| Sink::poll_close(Pin::new(&mut ws), cx));
            assert!(matches!(closed, Poll::Ready(Ok(()))), "{closed:?}");
            assert!(receives.is_woken(), "whole, {role:?}");

            let (pipe, _peer) = Pipe::new(Script::new());
            let (mut sink, mut stream) = open::<R>(pipe, role).split();
            assert!(receives.poll(|cx| stream.poll_recv(cx)).is_pending());
            assert!(!receives.is_woken());
            let closed = sends.poll_further(|cx| Sink::poll_close(Pin::new(&mut sink), cx));
            assert!(matches!(closed, Poll::Ready(Ok(()))), "{closed:?}");
            assert!(receives.is_woken(), "halves, {role:?}");
        }
    }
}

#[test]
fn what_a_whole_websocket_writes_while_it_receives_wakes_who_sends() {
    every_async_runtime!(whole);
}

#[test]
fn what_a_half_writes_while_it_receives_wakes_the_other() {
    every_async_runtime!(halves);
}

#[test]
fn what_a_half_of_futures_writes_while_it_receives_wakes_the_other() {
    every_async_runtime!(halves_of_futures);
}

#[test]
fn who_sends_is_woken_when_who_receives_finds_that_nothing_can_be_written() {
    every_async_runtime!(whole_that_fails);
}

#[test]
fn a_half_is_woken_when_the_other_finds_that_nothing_can_be_written() {
    every_async_runtime!(halves_that_fail);
}

#[test]
fn who_closes_the_stream_is_woken_whatever_the_other_does() {
    every_async_runtime!(that_end);
}

#[test]
fn who_receives_is_woken_when_who_sends_closes() {
    every_async_runtime!(closing);
}
