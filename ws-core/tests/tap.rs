//! What a tap hears of the two halves of a connection, fed with anything in any pieces.

#![cfg(feature = "observer")]
#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::sync::{Arc, Mutex};

use bytes::{Buf, Bytes};
use ws_core::{
    CloseCode, CloseFrame, Connection, Message, MessageKind, Negotiated, ObservedMessage, Prepared,
    RecvBuf, Reply, Role, SendError, Side, Tap, WebSocketConfig,
};

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Heard {
    fn note(&self, words: String) {
        self.0.lock().unwrap().push(words);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Tap for Heard {
    fn message_received(&self, message: ObservedMessage) {
        self.note(format!("got {} in {}", message.len, message.wire_len));
    }

    fn message_sent(&self, message: ObservedMessage) {
        self.note(format!("sent {} in {}", message.len, message.wire_len));
    }

    fn ping_sent(&self) {
        self.note("ping".to_owned());
    }

    fn queue_full(&self) {
        self.note("full".to_owned());
    }

    fn close_received(&self, frame: &CloseFrame) {
        self.note(format!("got close {}", frame.code));
    }

    fn close_sent(&self, frame: &CloseFrame, first: Side) {
        self.note(format!("close {}, first {first:?}", frame.code));
    }
}

fn connection(role: Role, config: &WebSocketConfig) -> (Connection, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    let mut connection = Connection::new(role, Negotiated::default(), RecvBuf::new(), config);
    connection.set_tap(heard.clone());
    (connection, heard)
}

fn written(connection: &mut Connection) -> Vec<u8> {
    let mut octets = Vec::new();
    loop {
        let queue = connection.send_queue();
        if !queue.has_remaining() {
            return octets;
        }
        octets.extend_from_slice(queue.chunk());
        let n = queue.chunk().len();
        queue.advance(n);
    }
}

/// Sends what both ends have to say to each other.
fn exchange(one: &mut Connection, other: &mut Connection, piece: usize) {
    for octets in written(one).chunks(piece) {
        other.receiver().recv_buf().extend_from_slice(octets);
        while other.poll().unwrap().is_some() {}
    }
}

#[test]
fn one_end_hears_sent_what_the_other_hears_received() {
    let config = WebSocketConfig::new().fragment_len(100);
    for (role, other_role) in [(Role::Client, Role::Server), (Role::Server, Role::Client)] {
        for piece in [1, 7, usize::MAX] {
            let (mut one, sent) = connection(role, &config);
            let (mut other, got) = connection(other_role, &config);
            for len in [0, 1, 99, 100, 101, 250, 1000] {
                one.sender().send(&Message::binary(vec![7; len])).unwrap();
                exchange(&mut one, &mut other, piece);
            }
            for (part, last) in [("a", false), ("", false), ("bc", true)] {
                let part = Bytes::from_static(part.as_bytes());
                one.sender().send_part(MessageKind::Text, &part, last).unwrap();
            }
            exchange(&mut one, &mut other, piece);
            let sent: Vec<_> = sent.take().iter().map(|it| it.replace("sent", "got")).collect();
            assert_eq!(sent, got.take());
            let head = if role == Role::Client { 6 } else { 2 };
            assert_eq!(sent[0], format!("got 0 in {head}"));
            assert_eq!(sent[5], format!("got 250 in {}", 250 + 3 * head));
            assert_eq!(sent[7], format!("got 3 in {}", 3 + 3 * head));
        }
    }
}

/// Where messages may be compressed, and this one is not.
#[test]
#[cfg(feature = "deflate")]
fn a_message_that_is_not_compressed_is_as_long_as_it_is() {
    let negotiated = Negotiated::new(None, "permessage-deflate".parse().ok());
    let heard = Arc::new(Heard::default());
    let config = WebSocketConfig::new();
    let mut ws = Connection::new(Role::Client, negotiated, RecvBuf::new(), &config);
    ws.set_tap(heard.clone());
    ws.receiver().recv_buf().extend_from_slice(b"\x01\x03abc\x80\x02de");
    assert!(ws.poll().unwrap().is_some());
    assert_eq!(heard.take(), ["got 5 in 9"]);
}

/// Nothing is asked of a tap but what it says.
#[test]
fn a_tap_hears_only_what_it_listens_to() {
    struct Pings(Mutex<usize>);

    impl Tap for Pings {
        fn ping_sent(&self) {
            *self.0.lock().unwrap() += 1;
        }
    }

    struct Deaf;

    impl Tap for Deaf {}

    let config = WebSocketConfig::new().max_queue_len(100);
    let pings = Arc::new(Pings(Mutex::new(0)));
    let connection = |role| Connection::new(role, Negotiated::default(), RecvBuf::new(), &config);
    let (mut one, mut other) = (connection(Role::Client), connection(Role::Server));
    one.set_tap(pings.clone());
    other.set_tap(Arc::new(Deaf));
    for one_sends in [true, false] {
        let (from, to) = if one_sends { (&mut one, &mut other) } else { (&mut other, &mut one) };
        from.sender().ping(Bytes::new()).unwrap();
        from.sender().send(&Message::binary(vec![7; 90])).unwrap();
        assert_eq!(from.sender().send(&Message::binary(vec![7; 90])), Err(SendError::Full));
        exchange(from, to, usize::MAX);
    }
    one.sender().close(CloseFrame::NORMAL).unwrap();
    exchange(&mut one, &mut other, usize::MAX);
    exchange(&mut other, &mut one, usize::MAX);
    assert_eq!(*pings.0.lock().unwrap(), 1);
    for end in [&mut one, &mut other] {
        let info = end.close_info();
        assert!(info.is_clean(), "{info:?}");
    }
}

#[test]
fn a_prepared_message_is_told_as_any_other() {
    for (role, head) in [(Role::Client, 6), (Role::Server, 2)] {
        let (mut one, heard) = connection(role, &WebSocketConfig::new());
        for (len, more) in [(5, 0), (126, 2), (60_000, 2)] {
            let prepared = Prepared::new(vec![7; len]);
            one.sender().send_prepared(&prepared).unwrap();
            written(&mut one);
            assert_eq!(heard.take(), [format!("sent {len} in {}", len + head + more)]);
        }
    }
}

/// A message that is cut off by the peer's close is none, and the next one's sums do not have it.
#[test]
fn what_is_given_up_is_not_told() {
    let (mut server, heard) = connection(Role::Server, &WebSocketConfig::new());
    server.sender().send(&Message::binary(vec![7; 10_000_000])).unwrap();
    assert_eq!(heard.take(), [""; 0]);
    server.receiver().recv_buf().extend_from_slice(b"\x88\x82\0\0\0\0\x03\xe8");
    while server.poll().unwrap().is_some() {}
    assert_eq!(heard.take(), ["got close 1000", "close 1000, first Remote"]);
    written(&mut server);
    assert_eq!(heard.take(), [""; 0]);
}

#[test]
fn a_full_queue_is_told_once_until_something_has_found_room() {
    let (mut server, heard) = connection(Role::Server, &WebSocketConfig::new().max_queue_len(5));
    let message = Message::text("12345");
    for _ in 0..2 {
        server.sender().send(&message).unwrap();
        for _ in 0..3 {
            assert_eq!(server.sender().check_ready(1), Err(SendError::Full));
            assert_eq!(server.sender().send(&message), Err(SendError::Full));
        }
        assert_eq!(heard.take(), ["sent 5 in 7", "full"]);
        written(&mut server);
    }
    // One ping at a time is a rule of its own.
    server.sender().ping(Bytes::new()).unwrap();
    assert_eq!(server.sender().ping(Bytes::new()), Err(SendError::Full));
    written(&mut server);
    assert_eq!(heard.take(), ["ping"]);
}

#[test]
fn close_frames_are_told_once() {
    let frame = || CloseFrame::new(CloseCode::GOING_AWAY, "");
    let (mut server, heard) = connection(Role::Server, &WebSocketConfig::new());
    server.sender().close(frame()).unwrap();
    assert_eq!(server.sender().close(frame()), Err(SendError::Closing));
    server.sender().reply(Reply::timed_out(ws_core::Timeout::Close));
    assert_eq!(heard.take(), ["close 1001, first Local"]);
    let (mut server, heard) = connection(Role::Server, &WebSocketConfig::new());
    server.receiver().recv_buf().extend_from_slice(b"\x81\0");
    server.poll().unwrap_err();
    assert_eq!(heard.take(), ["close 1002, first Local"]);
}
