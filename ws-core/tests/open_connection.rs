//! Faults of an open connection, each named for what went wrong.

#![cfg(test)]

use std::time::{Duration, Instant};

use bytes::{Buf, Bytes};
use ws_core::{
    CloseCode, CloseFrame, Connection, FrameHead, FrameRule, Incoming, Message, MessageKind,
    Negotiated, Opcode, Reply, Role, SendError, WebSocketConfig, apply_mask,
};

mod common;

use common::frame;

const ROLES: [Role; 2] = [Role::Client, Role::Server];

fn open(role: Role, config: &WebSocketConfig) -> Connection {
    Connection::new(role, Negotiated::default(), b"", config)
}

/// Everything that is written, unmasked: opcode, whether it is the last frame, payload.
fn sent(connection: &mut Connection) -> Vec<(Opcode, bool, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        let queue = connection.send_queue();
        if !queue.has_remaining() {
            break;
        }
        let chunk = queue.chunk().to_vec();
        queue.advance(chunk.len());
        bytes.extend(chunk);
    }
    let (mut rest, mut frames) = (&mut bytes[..], Vec::new());
    while let Some((head, n)) = FrameHead::decode(rest).unwrap() {
        let (this, behind) = rest.split_at_mut(n + head.len as usize);
        if let Some(mask) = head.mask {
            apply_mask(&mut this[n..], mask, 0);
        }
        frames.push((head.opcode, head.fin, this[n..].to_vec()));
        rest = behind;
    }
    frames
}

#[test]
fn the_kind_of_a_message_is_not_the_callers_to_say() {
    for role in ROLES {
        let mut ws = open(role, &WebSocketConfig::new());
        assert_eq!(ws.receiver().take_message(), None, "nothing was polled");
        let binary = frame(role, true, Opcode::Binary, b"\xff");
        ws.receiver().recv_buf().extend_from_slice(&binary);
        assert_eq!(ws.poll(), Ok(Some(Incoming::Message(MessageKind::Binary))));
        assert_eq!(ws.receiver().take_message(), Some(Message::from(b"\xff")));
        assert_eq!(ws.receiver().take_message(), None, "it has been taken");
        ws.receiver().recv_buf().extend_from_slice(&frame(role, true, Opcode::Pong, b"p"));
        assert_eq!(ws.poll(), Ok(Some(Incoming::Pong)));
        assert_eq!(ws.receiver().take_message(), None, "a pong is no message");
        assert_eq!(ws.receiver().take_payload(), "p");
    }
}

#[test]
fn a_reply_is_taken_once() {
    let mut ws = open(Role::Client, &WebSocketConfig::new());
    ws.receiver().recv_buf().extend_from_slice(b"\x89\x01p\x82\x01m");
    assert_eq!(ws.receiver().poll(), Ok(Some(Incoming::Ping)));
    assert!(ws.receiver().take_reply().is_some());
    assert!(ws.receiver().take_reply().is_none());
    assert_eq!(ws.receiver().poll(), Ok(Some(Incoming::Message(MessageKind::Binary))));
    assert!(ws.receiver().take_reply().is_none(), "a message needs no reply");
}

/// RFC 6455 5.5.3: the payload of the ping, whatever was done since.
#[test]
fn a_reply_that_is_taken_late_is_still_of_the_ping() {
    let message = [&[0x82, 0x7e, 0, 200][..], &[7; 200]].concat();
    let then: [fn(&mut Connection); 3] = [
        |ws| assert_eq!(ws.receiver().take_payload(), "hi"),
        |ws| ws.receiver().recv_buf().extend_from_slice(b""),
        |ws| assert!(matches!(ws.receiver().poll(), Ok(Some(Incoming::Message(_))))),
    ];
    for then in then {
        let octets = [&b"\x89\x02hi"[..], &message].concat();
        let config = WebSocketConfig::default();
        let mut ws = Connection::new(Role::Client, Negotiated::default(), octets, &config);
        assert_eq!(ws.receiver().poll(), Ok(Some(Incoming::Ping)));
        then(&mut ws);
        let reply = ws.receiver().take_reply().unwrap();
        assert!(ws.receiver().take_reply().is_none());
        ws.sender().reply(reply);
        let mut pong = [0; 8];
        ws.send_queue().copy_to_slice(&mut pong);
        let mask = [pong[2], pong[3], pong[4], pong[5]];
        assert_eq!((pong[0], pong[6] ^ mask[0], pong[7] ^ mask[1]), (0x8a, b'h', b'i'));
    }
}

#[test]
fn the_buffer_may_be_cleared_while_a_payload_lies_in_it() {
    for role in ROLES {
        for opcode in [Opcode::Binary, Opcode::Text, Opcode::Ping, Opcode::Pong] {
            let mut ws = open(role, &WebSocketConfig::new());
            ws.receiver().recv_buf().extend_from_slice(&frame(role, true, opcode, b"payload"));
            assert!(ws.poll().unwrap().is_some());
            ws.receiver().recv_buf().clear();
            assert_eq!(ws.receiver().payload(), b"");
            assert_eq!(ws.receiver().take_payload(), "");
            assert_eq!(ws.receiver().take_message(), None);
        }
    }
}

#[test]
fn what_began_in_parts_does_not_end_as_half_a_message() {
    for role in ROLES {
        let mut ws = open(role, &WebSocketConfig::new());
        let character = "\u{20ac}".as_bytes();
        let frames = [
            frame(role, false, Opcode::Text, &character[..1]),
            frame(role, true, Opcode::Ping, b"between"),
            frame(role, false, Opcode::Continuation, &character[1..2]),
            frame(role, true, Opcode::Continuation, &character[2..]),
            frame(role, true, Opcode::Text, b"next"),
        ];
        ws.receiver().recv_buf().extend_from_slice(&frames.concat());
        let part = Incoming::Part { kind: MessageKind::Text, last: false };
        assert_eq!(ws.poll_part(), Ok(Some(part)));
        // The rest is skipped; what comes in between is not.
        assert_eq!(ws.poll(), Ok(Some(Incoming::Ping)));
        assert_eq!(ws.poll(), Ok(Some(Incoming::Message(MessageKind::Text))));
        assert_eq!(ws.receiver().take_message(), Some(Message::text("next")));
    }
}

#[test]
fn what_began_in_parts_is_skipped_in_the_middle_of_a_frame_too() {
    for role in ROLES {
        let mut ws = open(role, &WebSocketConfig::new());
        let long = frame(role, true, Opcode::Binary, &[7; 30_000]);
        ws.receiver().recv_buf().extend_from_slice(&long[..10_000]);
        assert!(matches!(ws.poll_part(), Ok(Some(Incoming::Part { last: false, .. }))));
        assert_eq!(ws.poll(), Ok(None));
        ws.receiver().recv_buf().extend_from_slice(&long[10_000..20_000]);
        assert_eq!(ws.poll(), Ok(None));
        ws.receiver().recv_buf().extend_from_slice(&long[20_000..]);
        ws.receiver().recv_buf().extend_from_slice(&frame(role, true, Opcode::Binary, b"next"));
        assert_eq!(ws.poll(), Ok(Some(Incoming::Message(MessageKind::Binary))));
        assert_eq!(ws.receiver().take_message(), Some(Message::from(b"next")));
    }
}

#[test]
fn a_long_frame_ends_where_it_ends_however_it_is_fed() {
    for role in ROLES {
        let mut input = frame(role, true, Opcode::Binary, &[7; 20_000]);
        input.extend(frame(role, true, Opcode::Text, b"after"));
        input.extend(frame(role, true, Opcode::Binary, &[8; 40_000]));
        input.extend(frame(role, true, Opcode::Text, b"end"));
        for step in [1, 7, 1000, 9_999, 10_000, 16_384, 20_010, 25_000, 60_000, 100_000] {
            let mut ws = open(role, &WebSocketConfig::new());
            let mut came = Vec::new();
            for piece in input.chunks(step) {
                ws.receiver().recv_buf().extend_from_slice(piece);
                while ws.poll().unwrap().is_some() {
                    came.extend(ws.receiver().take_message());
                }
            }
            let lengths: Vec<usize> = came.iter().map(Message::len).collect();
            assert_eq!(lengths, [20_000, 5, 40_000, 3], "{role:?}, {step} at a time");
            assert_eq!((came[1].as_text(), came[3].as_text()), (Some("after"), Some("end")));
        }
    }
}

#[test]
fn bytes_behind_a_long_frame_are_left_over() {
    let mut ws = open(Role::Client, &WebSocketConfig::new());
    let input = frame(Role::Client, true, Opcode::Binary, &[7; 20_000]);
    ws.receiver().recv_buf().extend_from_slice(&input[..10_000]);
    assert_eq!(ws.poll(), Ok(None));
    ws.receiver().recv_buf().extend_from_slice(&[&input[10_000..], b"behind"].concat());
    assert!(ws.poll().unwrap().is_some());
    drop(ws.receiver().take_message());
    assert_eq!(ws.leftover(), b"behind");
}

#[test]
fn pongs_for_a_peer_that_does_not_read_are_bounded() {
    for role in ROLES {
        let mut ws = open(role, &WebSocketConfig::new());
        // It did read once.
        ws.sender().send(&Message::binary(vec![0; 5000])).unwrap();
        assert_eq!(sent(&mut ws).len(), 1);
        let mut most = 0;
        for i in 0..10_000u32 {
            let ping = [&[b'p'; 121][..], &i.to_be_bytes()].concat();
            ws.receiver().recv_buf().extend_from_slice(&frame(role, true, Opcode::Ping, &ping));
            assert_eq!(ws.poll(), Ok(Some(Incoming::Ping)));
            // A driver looks at the queue each time, and can write nothing.
            most = most.max(ws.send_queue().remaining());
        }
        assert!(most < 4096 + 256, "{most} bytes of pongs are held");
        let pongs = sent(&mut ws);
        assert!(pongs.len() > 20, "as many as there is room for are answered");
        assert_eq!(pongs.last().unwrap().2[121..], 9_999u32.to_be_bytes(), "the newest is");
    }
}

#[test]
fn pongs_are_not_held_back_from_a_peer_that_reads() {
    for role in ROLES {
        // The queue is never empty, because a long message is on its way; it is read all the time.
        let mut ws = open(role, &WebSocketConfig::new().fragment_len(1000));
        ws.sender().send(&Message::binary(vec![1; 4 << 20])).unwrap();
        let mut pings = 0;
        for i in 0..2000u32 {
            let ping = frame(role, true, Opcode::Ping, &i.to_be_bytes());
            ws.receiver().recv_buf().extend_from_slice(&ping);
            pings += usize::from(ws.poll() == Ok(Some(Incoming::Ping)));
            for _ in 0..4 {
                let n = ws.send_queue().chunk().len().min(1000);
                ws.send_queue().advance(n);
            }
        }
        assert_eq!(pings, 2000);
        assert!(ws.sender().queue_len() < 4 << 20);
        let waiting = sent(&mut ws);
        let pongs = waiting.iter().filter(|(opcode, ..)| *opcode == Opcode::Pong).count();
        assert!(pongs < 1000, "{pongs} pongs were held back");
    }
}

#[test]
fn a_text_is_cut_between_characters() {
    let text = "a\u{e9}\u{20ac}\u{1f980}".repeat(100);
    for role in ROLES {
        for fragment_len in 1..40 {
            let config = WebSocketConfig::new().fragment_len(fragment_len);
            let mut ws = open(role, &config);
            ws.sender().send(&Message::text(text.clone())).unwrap();
            let frames = sent(&mut ws);
            let whole: Vec<u8> =
                frames.iter().flat_map(|(_, _, payload)| payload.clone()).collect();
            assert_eq!(whole, text.as_bytes());
            for (_, _, payload) in &frames {
                assert!(payload.len() <= fragment_len);
                assert!(fragment_len < 4 || std::str::from_utf8(payload).is_ok(), "{fragment_len}");
            }
        }
        // Bytes are cut where it says.
        let mut ws = open(role, &WebSocketConfig::new().fragment_len(10));
        ws.sender().send(&Message::binary(text.clone().into_bytes())).unwrap();
        assert!(sent(&mut ws).iter().rev().skip(1).all(|(_, _, payload)| payload.len() == 10));
    }
}

#[test]
fn a_long_part_of_a_text_is_cut_between_characters() {
    let mut ws = open(Role::Server, &WebSocketConfig::new().fragment_len(10));
    let text = Bytes::from("\u{20ac}".repeat(20));
    ws.sender().send_part(MessageKind::Text, &text, false).unwrap();
    ws.sender().send_part(MessageKind::Text, &text, true).unwrap();
    for (_, _, payload) in sent(&mut ws) {
        assert!(std::str::from_utf8(&payload).is_ok(), "{payload:?}");
    }
}

#[test]
fn a_reason_without_a_code_is_not_claimed_to_be_sent() {
    for role in ROLES {
        let mut ws = open(role, &WebSocketConfig::new());
        let frame = CloseFrame::new(CloseCode::NO_STATUS_RECEIVED, "a reason");
        assert_eq!(ws.sender().close(frame), Err(SendError::CloseCode));
        assert_eq!(ws.close_info().sent, None);
        assert_eq!(ws.sender().close(CloseFrame::EMPTY), Ok(()));
        assert_eq!(sent(&mut ws), [(Opcode::Close, true, Vec::new())]);
    }
}

#[test]
fn fragments_are_counted_without_overflow() {
    let config = WebSocketConfig::new().max_fragments(u32::MAX).max_message_len(usize::MAX);
    let mut ws = open(Role::Client, &config);
    ws.receiver().recv_buf().extend_from_slice(b"\x01\x00\x00\x00\x80\x00");
    assert_eq!(ws.poll(), Ok(Some(Incoming::Message(MessageKind::Text))));
}

#[test]
fn the_memory_of_a_broken_message_is_given_up() {
    for role in ROLES {
        let mut ws = open(role, &WebSocketConfig::new());
        let mut text = vec![b'a'; 1 << 20];
        text[(1 << 20) - 1] = 0xff;
        let input = frame(role, true, Opcode::Text, &text);
        let broken = input.chunks(32 * 1024).any(|piece| {
            ws.receiver().recv_buf().extend_from_slice(piece);
            ws.poll() == Err(FrameRule::InvalidUtf8)
        });
        assert!(broken);
        assert!(ws.receiver().recv_buf().capacity() < 64 * 1024, "memory is still held");
    }
}

/// Whoever leaves the time to the connection need not tell it of pongs.
#[test]
fn a_pong_is_told_to_the_clock() {
    let (long, soon) = (Duration::from_secs(1000), Duration::from_secs(5));
    for role in ROLES {
        let config = WebSocketConfig::new().ping_interval(long).pong_timeout(soon);
        let mut ws = open(role, &config);
        let now = Instant::now();
        let at = ws.poll_timeout(now).unwrap();
        assert_eq!(ws.handle_timeout(at), None);
        let pings = sent(&mut ws);
        ws.handle_written(at);
        let [(Opcode::Ping, true, payload)] = &pings[..] else { panic!("{pings:?}") };
        ws.receiver().recv_buf().extend_from_slice(&frame(role, true, Opcode::Pong, payload));
        assert_eq!(ws.poll(), Ok(Some(Incoming::Pong)));
        let (_, _, clock, _) = ws.split();
        assert!(clock.round_trip().is_some(), "{role:?}");
    }
}

/// However much was written before.
#[test]
fn a_pong_is_not_due_before_its_ping_has_gone() {
    let (long, soon) = (Duration::from_secs(1000), Duration::from_secs(5));
    for role in ROLES {
        let config = WebSocketConfig::new().ping_interval(long).pong_timeout(soon);
        let mut ws = open(role, &config);
        ws.sender().send(&Message::binary(vec![0; 100])).unwrap();
        assert_eq!(sent(&mut ws).len(), 1);
        let at = ws.poll_timeout(Instant::now()).unwrap();
        assert_eq!(ws.handle_timeout(at), None);
        let (looked, gone) = (at + soon / 4, at + soon / 2);
        assert!(ws.send_queue().has_remaining());
        ws.handle_written(looked);
        assert_eq!(sent(&mut ws).len(), 1);
        ws.handle_written(gone);
        assert_eq!(ws.poll_timeout(gone), Some(gone + soon), "{role:?}");
    }
}

/// How far the end of sending has come.
#[test]
fn a_sender_knows_how_far_it_is() {
    let mut ws = open(Role::Server, &WebSocketConfig::new());
    assert!(!ws.sender().is_done() && !ws.sender().is_cut());
    ws.sender().close(CloseFrame::NORMAL).unwrap();
    assert!(!ws.sender().is_done());
    assert!(ws.send_queue().has_remaining());
    assert!(!ws.sender().is_done());
    assert_eq!(sent(&mut ws).len(), 1);
    assert!(ws.sender().is_done() && !ws.sender().is_cut());

    let mut ws = open(Role::Server, &WebSocketConfig::new());
    ws.handle_eof();
    assert!(ws.sender().is_cut());
}

/// What may be said of a queue that is nearly full.
#[test]
fn a_message_that_just_fits_is_taken() {
    let config = WebSocketConfig::new().max_queue_len(100);
    let mut ws = open(Role::Server, &config);
    ws.sender().send(&Message::binary(vec![0; 50])).unwrap();
    assert_eq!(ws.sender().queue_len(), 52);
    assert_eq!(ws.sender().check_ready(48), Ok(()));
    assert_eq!(ws.sender().check_ready(49), Err(SendError::Full));
}

/// What is in the queue, and what is still to go there.
#[test]
fn the_length_of_a_queue_is_that_of_all_that_waits() {
    let config = WebSocketConfig::new().fragment_len(1000);
    let mut ws = open(Role::Server, &config);
    ws.sender().send(&Message::binary(vec![0; 1 << 20])).unwrap();
    let waits = ws.sender().queue_len();
    assert!((1 << 20..(1 << 20) + 5000).contains(&waits), "{waits}");
    let n = ws.send_queue().chunk().len();
    ws.send_queue().advance(n);
    assert!(ws.sender().queue_len() <= waits + 5000 - n);
}

/// That nothing can be written any more is not forgotten over something newer.
#[test]
fn replies_are_merged_to_what_has_to_be_known() {
    for newest in [false, true] {
        let mut asked = open(Role::Server, &WebSocketConfig::new());
        let ping = frame(Role::Server, true, Opcode::Ping, b"");
        asked.receiver().recv_buf().extend_from_slice(&ping);
        assert_eq!(asked.receiver().poll(), Ok(Some(Incoming::Ping)));
        let pong = asked.receiver().take_reply().unwrap();
        let (mut one, mut other) = (Reply::disconnected(), pong);
        if newest {
            std::mem::swap(&mut one, &mut other);
        }
        one.merge(other);
        let mut ws = open(Role::Server, &WebSocketConfig::new());
        ws.sender().reply(one);
        let error = ws.sender().check_ready(0).unwrap_err();
        assert_eq!((error, error.is_failure()), (SendError::Disconnected, true));
    }
    let all = [SendError::Full, SendError::Closing, SendError::CloseCode];
    assert!(!all.iter().any(|error| error.is_failure()));
}

/// What comes puts off the end of who says nothing.
#[test]
fn a_peer_that_is_heard_is_not_idle() {
    let second = Duration::from_secs(1);
    let mut ws = open(Role::Server, &WebSocketConfig::new().idle_timeout(5 * second));
    let now = Instant::now();
    assert_eq!(ws.poll_timeout(now), Some(now + 5 * second));
    ws.handle_received(now + 3 * second);
    assert_eq!(ws.poll_timeout(now + 3 * second), Some(now + 8 * second));
}

/// Both have to have closed, and all of it has to be written.
#[test]
fn a_connection_is_done_when_both_ends_are() {
    for peer_first in [false, true] {
        let mut ws = open(Role::Server, &WebSocketConfig::new());
        let close = frame(Role::Server, true, Opcode::Close, &[3, 232]);
        if peer_first {
            ws.receiver().recv_buf().extend_from_slice(&close);
            assert_eq!(ws.poll(), Ok(Some(Incoming::Close)));
            assert!(!ws.is_done());
            assert_eq!(sent(&mut ws).len(), 1);
        } else {
            ws.sender().close(CloseFrame::NORMAL).unwrap();
            assert_eq!(sent(&mut ws).len(), 1);
            assert!(!ws.is_done());
            ws.receiver().recv_buf().extend_from_slice(&close);
            assert_eq!(ws.poll(), Ok(Some(Incoming::Close)));
        }
        assert!(ws.is_done());
    }
}

/// Where no message may have a frame, there is none, not even of one piece.
#[test]
fn no_fragments_are_no_messages() {
    for role in ROLES {
        for (max, expected) in [
            (0, Err(FrameRule::TooManyFragments)),
            (1, Ok(Some(Incoming::Message(MessageKind::Text)))),
        ] {
            let mut ws = open(role, &WebSocketConfig::new().max_fragments(max));
            ws.receiver().recv_buf().extend_from_slice(&frame(role, true, Opcode::Text, b"a"));
            assert_eq!(ws.poll(), expected, "{role:?} {max}");
        }
    }
}

/// Only text is cut where characters end.
#[test]
fn octets_are_cut_where_the_caller_says() {
    for role in ROLES {
        let mut ws = open(role, &WebSocketConfig::new().fragment_len(4));
        for (message, expected) in [
            (Message::binary("\u{20ac}".repeat(3)), [4, 4, 1]),
            (Message::text("\u{20ac}".repeat(3)), [3, 3, 3]),
        ] {
            ws.sender().send(&message).unwrap();
            let lens: Vec<_> = sent(&mut ws).iter().map(|(.., payload)| payload.len()).collect();
            assert_eq!(lens, expected, "{role:?}");
        }
    }
}
