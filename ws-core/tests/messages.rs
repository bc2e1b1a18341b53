//! Frames in, messages out, and back, without any I/O.

use bytes::{Buf, Bytes};
use ws_core::{
    CloseCode, CloseFrame, Connection, FrameHead, FrameRule, Incoming, Message, MessageKind,
    Negotiated, Opcode, RecvBuf, Role, SendError, Side, WebSocketConfig,
};

mod common;

use common::frame;

fn open(role: Role, config: &WebSocketConfig) -> Connection {
    Connection::new(role, Negotiated::default(), RecvBuf::new(), config)
}

#[derive(Debug, PartialEq)]
enum Heard {
    Message(Message),
    Ping(Bytes),
    Pong(Bytes),
    Close(CloseFrame),
    Broken(FrameRule),
}

fn hear(connection: &mut Connection, heard: &mut Vec<Heard>) {
    loop {
        heard.push(match connection.poll() {
            Ok(None) => return,
            Ok(Some(Incoming::Message(_))) => match connection.receiver().take_message() {
                Some(message) => Heard::Message(message),
                None => return,
            },
            Ok(Some(Incoming::Ping)) => Heard::Ping(connection.receiver().take_payload()),
            Ok(Some(Incoming::Pong)) => {
                Heard::Pong(Bytes::copy_from_slice(connection.receiver().payload()))
            }
            Ok(Some(Incoming::Close)) => match connection.receiver().close_frame() {
                Some(frame) => Heard::Close(frame.clone()),
                None => return,
            },
            Ok(Some(Incoming::Part { .. })) => return,
            Err(rule) => {
                heard.push(Heard::Broken(rule));
                return;
            }
        });
    }
}

/// Hears `bytes` in one piece, byte by byte, and cut in two at every place; all must agree.
fn hear_all(role: Role, config: &WebSocketConfig, bytes: &[u8]) -> Vec<Heard> {
    let run = |pieces: &mut dyn Iterator<Item = &[u8]>| {
        let mut connection = open(role, config);
        let mut heard = Vec::new();
        for piece in pieces {
            // As much as the buffer takes at a time, like a socket.
            let mut piece = piece;
            while !piece.is_empty() {
                let space = connection.receiver().recv_buf().space_mut();
                let n = piece.len().min(space.len());
                space[..n].copy_from_slice(&piece[..n]);
                connection.receiver().recv_buf().commit(n);
                piece = &piece[n..];
                hear(&mut connection, &mut heard);
                if matches!(heard.last(), Some(Heard::Broken(_))) {
                    return heard;
                }
            }
        }
        heard
    };
    let whole = run(&mut [bytes].into_iter());
    assert_eq!(run(&mut bytes.chunks(1)), whole, "byte by byte");
    for cut in 1..bytes.len().min(400) {
        let (a, b) = bytes.split_at(cut);
        assert_eq!(run(&mut [a, b].into_iter()), whole, "cut at {cut}");
    }
    for step in [7, 1000, 4096, 20_000] {
        assert_eq!(run(&mut bytes.chunks(step)), whole, "in pieces of {step}");
    }
    whole
}

fn written(connection: &mut Connection) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let queue = connection.send_queue();
        if !queue.has_remaining() {
            return out;
        }
        let n = queue.chunk().len().min(1000);
        out.extend_from_slice(&queue.chunk()[..n]);
        queue.advance(n);
    }
}

const ROLES: [Role; 2] = [Role::Client, Role::Server];

#[test]
fn messages_whole_and_in_fragments() {
    for role in ROLES {
        let mut bytes = frame(role, true, Opcode::Text, "h\u{e9}llo".as_bytes());
        bytes.extend(frame(role, true, Opcode::Binary, b""));
        bytes.extend(frame(role, false, Opcode::Text, "\u{20ac}".as_bytes().split_at(1).0));
        bytes.extend(frame(role, true, Opcode::Ping, b"between"));
        bytes.extend(frame(role, false, Opcode::Continuation, b""));
        bytes.extend(frame(role, true, Opcode::Continuation, "\u{20ac}".as_bytes().split_at(1).1));
        bytes.extend(frame(role, true, Opcode::Pong, b""));
        bytes.extend(frame(role, true, Opcode::Close, b"\x03\xe8bye"));
        bytes.extend(frame(role, true, Opcode::Text, b"too late"));
        assert_eq!(
            hear_all(role, &WebSocketConfig::default(), &bytes),
            [
                Heard::Message(Message::text("h\u{e9}llo")),
                Heard::Message(Message::binary(Bytes::new())),
                Heard::Ping("between".into()),
                Heard::Message(Message::text("\u{20ac}")),
                Heard::Pong(Bytes::new()),
                Heard::Close(CloseFrame::new(CloseCode::NORMAL_CLOSURE, "bye")),
            ]
        );
    }
}

#[test]
fn long_messages_are_read_to_their_place() {
    for role in ROLES {
        let long: Vec<u8> = (0..100_000u32).map(|i| i as u8).collect();
        let mut bytes = frame(role, true, Opcode::Binary, &long);
        bytes.extend(frame(role, false, Opcode::Binary, &long[..300]));
        bytes.extend(frame(role, false, Opcode::Continuation, &long[300..60_000]));
        bytes.extend(frame(role, true, Opcode::Ping, b"p"));
        bytes.extend(frame(role, true, Opcode::Continuation, &long[60_000..]));
        bytes.extend(frame(role, true, Opcode::Text, b"short"));
        assert_eq!(
            hear_all(role, &WebSocketConfig::default(), &bytes),
            [
                Heard::Message(Message::binary(long.clone())),
                Heard::Ping("p".into()),
                Heard::Message(Message::binary(long.clone())),
                Heard::Message(Message::text("short")),
            ]
        );
    }
}

#[test]
fn broken_rules() {
    for role in ROLES {
        let other = ROLES[usize::from(role == Role::Client)];
        let f = |fin, opcode, payload: &[u8]| frame(role, fin, opcode, payload);
        let two = |a: Vec<u8>, b: Vec<u8>| [a, b].concat();
        let wrong_mask = match role {
            Role::Server => FrameRule::Unmasked,
            Role::Client => FrameRule::Masked,
        };
        let mut rsv1 = f(true, Opcode::Text, b"x");
        rsv1[0] |= 0x40;
        for (bytes, rule) in [
            (frame(other, true, Opcode::Text, b"x"), wrong_mask),
            (frame(other, true, Opcode::Ping, b""), wrong_mask),
            (rsv1, FrameRule::ReservedBit),
            (f(true, Opcode::Continuation, b"x"), FrameRule::UnexpectedContinuation),
            (
                two(f(false, Opcode::Text, b"x"), f(true, Opcode::Text, b"y")),
                FrameRule::InterleavedMessage,
            ),
            (f(true, Opcode::Text, b"ab\xff"), FrameRule::InvalidUtf8),
            (f(true, Opcode::Text, b"ab\xe2\x82"), FrameRule::InvalidUtf8),
            (f(true, Opcode::Close, b"\x03"), FrameRule::CloseLength),
            (f(true, Opcode::Close, b"\x03\xed"), FrameRule::CloseCode),
            (f(true, Opcode::Close, b"\x03\xe8\xff"), FrameRule::CloseReason),
        ] {
            let heard = hear_all(role, &WebSocketConfig::default(), &bytes);
            assert_eq!(heard, [Heard::Broken(rule)], "{bytes:x?}");

            // The peer is told, once, and nothing follows.
            let mut connection = open(role, &WebSocketConfig::default());
            connection.receiver().recv_buf().extend_from_slice(&bytes);
            while let Ok(Some(_)) = connection.poll() {}
            assert_eq!(connection.poll(), Err(rule));
            let told = connection.close_info().sent.map(|frame| frame.code);
            assert_eq!(told, Some(rule.close_code()));
            let out = written(&mut connection);
            assert_eq!(out[0], 0x88);
            assert!(connection.is_done());
            assert_eq!(connection.sender().send(&"x".into()), Err(SendError::Failed(rule)));
        }
    }
}

#[test]
fn bad_text_fails_before_its_frame_has_ended() {
    let mut bytes =
        frame(Role::Server, true, Opcode::Text, &[b"good \xff".as_slice(), &[b'x'; 500]].concat());
    bytes.truncate(20);
    let heard = hear_all(Role::Server, &WebSocketConfig::default(), &bytes);
    assert_eq!(heard, [Heard::Broken(FrameRule::InvalidUtf8)]);
}

#[test]
fn limits_hold_for_what_a_head_declares() {
    let config = WebSocketConfig::new().max_frame_len(10).max_message_len(15).max_fragments(3);
    for role in ROLES {
        let f = |fin, opcode, len: usize| frame(role, fin, opcode, &vec![b'x'; len]);
        for (len, fine) in [(9, true), (10, true), (11, false)] {
            let heard = hear_all(role, &config, &f(true, Opcode::Binary, len));
            assert_eq!(heard == [Heard::Broken(FrameRule::FrameTooLarge)], !fine, "{len}");
        }
        for (len, fine) in [(4, true), (5, true), (6, false)] {
            let bytes = [f(false, Opcode::Text, 10), f(true, Opcode::Continuation, len)].concat();
            let heard = hear_all(role, &config, &bytes);
            assert_eq!(heard == [Heard::Broken(FrameRule::MessageTooLarge)], !fine, "{len}");
        }
        let fragments = [f(false, Opcode::Text, 0), f(false, Opcode::Continuation, 0)].concat();
        let fine = [fragments.clone(), f(true, Opcode::Continuation, 1)].concat();
        assert_eq!(hear_all(role, &config, &fine), [Heard::Message("x".into())]);
        let flood =
            [fragments, f(false, Opcode::Continuation, 0), f(false, Opcode::Continuation, 0)]
                .concat();
        assert_eq!(hear_all(role, &config, &flood), [Heard::Broken(FrameRule::TooManyFragments)]);
        // Before the payload comes: the head is enough.
        let head = &f(true, Opcode::Binary, 300)[..if role == Role::Server { 8 } else { 4 }];
        assert_eq!(hear_all(role, &config, head), [Heard::Broken(FrameRule::FrameTooLarge)]);
    }
}

#[test]
fn what_one_side_sends_the_other_hears() {
    let long = "\u{1f980} and more ".repeat(30_000);
    for config in [
        WebSocketConfig::default(),
        WebSocketConfig::new().fragment_len(1000),
        WebSocketConfig::new().fragment_len(None),
    ] {
        for role in ROLES {
            let other = ROLES[usize::from(role == Role::Client)];
            let mut connection = open(role, &config);
            let mut expected = Vec::new();
            let mut bytes = Vec::new();
            for text in ["", "a", &long[..4096], &long[..70_000], &long, "z"] {
                let message = Message::text(text);
                assert_eq!(connection.sender().send(&message), Ok(()));
                expected.push(Heard::Message(message));
                bytes.extend(written(&mut connection));
            }
            assert_eq!(
                connection.sender().close(CloseFrame::new(CloseCode::new(3000), "enough")),
                Ok(())
            );
            expected.push(Heard::Close(CloseFrame::new(CloseCode::new(3000), "enough")));
            bytes.extend(written(&mut connection));
            let mut peer = open(other, &config);
            let mut heard = Vec::new();
            for piece in bytes.chunks(1 << 14) {
                let mut piece = piece;
                while !piece.is_empty() {
                    let space = peer.receiver().recv_buf().space_mut();
                    let n = piece.len().min(space.len());
                    space[..n].copy_from_slice(&piece[..n]);
                    peer.receiver().recv_buf().commit(n);
                    piece = &piece[n..];
                    hear(&mut peer, &mut heard);
                }
            }
            assert!(heard == expected, "{config:?} {role:?}");
            // The echo, and then it is over on both sides.
            let echo = written(&mut peer);
            assert!(peer.is_done());
            assert_eq!(peer.close_info().first, Some(Side::Remote));
            connection.receiver().recv_buf().extend_from_slice(&echo);
            assert_eq!(connection.poll(), Ok(Some(Incoming::Close)));
            assert!(connection.is_done());
            let info = connection.close_info();
            assert_eq!((info.first, info.is_clean()), (Some(Side::Local), true));
        }
    }
}

#[test]
fn pongs_get_through_a_long_message_and_do_not_pile_up() {
    let config = WebSocketConfig::new().fragment_len(10_000);
    let mut server = open(Role::Server, &config);
    assert_eq!(server.sender().send(&vec![1u8; 1_000_000].into()), Ok(()));
    let before = server.sender().queue_len();
    server.send_queue().advance(5_000);
    for i in 0..1000u32 {
        let ping = frame(Role::Server, true, Opcode::Ping, &i.to_be_bytes());
        server.receiver().recv_buf().extend_from_slice(&ping);
        assert_eq!(server.poll(), Ok(Some(Incoming::Ping)));
    }
    assert!(server.sender().queue_len() < before);
    let out = written(&mut server);
    // The first frame's head went out before the cut; its payload is what is left of it.
    let mut rest = &out[10_000 + 4 - 5_000..];
    let mut pongs = Vec::new();
    let mut data = 0;
    while let Ok(Some((head, n))) = FrameHead::decode(rest) {
        let payload = &rest[n..n + head.len as usize];
        match head.opcode {
            Opcode::Pong => pongs.push((payload.to_vec(), data)),
            _ => data += 1,
        }
        rest = &rest[n + head.len as usize..];
    }
    assert_eq!(pongs.len(), 1, "one reply is pending at most");
    assert_eq!(pongs[0].0, 999u32.to_be_bytes());
    assert!(pongs[0].1 < 30, "the pong waited for {} frames", pongs[0].1);
    assert_eq!(data, 99);
}

#[test]
fn a_message_that_a_close_cuts_off_is_not_taken_for_sent() {
    for close in [true, false] {
        let mut server = open(Role::Server, &WebSocketConfig::default());
        server.sender().send(&Message::binary(vec![0; 1 << 20])).unwrap();
        assert!(!server.send_queue().is_empty());
        assert!(!server.sender().take_abandoned());
        let (opcode, payload) =
            if close { (Opcode::Close, &b"\x03\xe8"[..]) } else { (Opcode::Text, &b"\xff"[..]) };
        let frame = frame(Role::Server, true, opcode, payload);
        server.receiver().recv_buf().extend_from_slice(&frame);
        assert_eq!(server.poll().is_ok(), close);
        assert!(written(&mut server).len() < 1 << 20);
        assert!(server.sender().take_abandoned());
        assert!(!server.sender().take_abandoned());
    }
}

#[test]
fn pings_that_come_together_are_all_answered() {
    let mut server = open(Role::Server, &WebSocketConfig::default());
    let mut pongs = Vec::new();
    for i in 0..10u8 {
        let ping = frame(Role::Server, true, Opcode::Ping, &[i; 125]);
        server.receiver().recv_buf().extend_from_slice(&ping);
        pongs.extend_from_slice(&[0x8A, 125]);
        pongs.extend_from_slice(&[i; 125]);
    }
    while let Ok(Some(incoming)) = server.poll() {
        assert_eq!(incoming, Incoming::Ping);
    }
    assert_eq!(written(&mut server), pongs);

    // A peer that asks and does not listen makes no more of them wait.
    for _ in 0..10_000 {
        let ping = frame(Role::Server, true, Opcode::Ping, &[0; 125]);
        server.receiver().recv_buf().extend_from_slice(&ping);
        assert_eq!(server.poll(), Ok(Some(Incoming::Ping)));
    }
    assert!(written(&mut server).len() < 5000);
}

#[test]
fn parts() {
    for role in ROLES {
        let bytes = [
            frame(role, false, Opcode::Text, b"abc"),
            frame(role, true, Opcode::Ping, b""),
            frame(role, true, Opcode::Continuation, b"defgh"),
        ]
        .concat();
        let mut connection = open(role, &WebSocketConfig::default());
        let mut text = Vec::new();
        let mut ended = false;
        for byte in bytes {
            connection.receiver().recv_buf().extend_from_slice(&[byte]);
            while let Ok(Some(incoming)) = connection.poll_part() {
                if let Incoming::Part { kind, last } = incoming {
                    assert_eq!(kind, MessageKind::Text);
                    text.extend_from_slice(connection.receiver().payload());
                    ended |= last;
                }
            }
        }
        assert_eq!(text, b"abcdefgh");
        assert!(ended);

        assert!(!written(&mut connection).is_empty(), "the pong");
        let sender = connection.sender();
        assert_eq!(
            sender.send_part(MessageKind::Binary, &Bytes::from_static(b"ab"), false),
            Ok(())
        );
        assert_eq!(sender.send(&"x".into()), Err(SendError::Unfinished));
        assert_eq!(sender.send_part(MessageKind::Binary, &Bytes::from_static(b""), false), Ok(()));
        assert_eq!(sender.send_part(MessageKind::Binary, &Bytes::from_static(b"cd"), true), Ok(()));
        assert_eq!(sender.send(&"x".into()), Ok(()));
        let out = written(&mut connection);
        let other = ROLES[usize::from(role == Role::Client)];
        assert_eq!(
            hear_all(other, &WebSocketConfig::default(), &out),
            [Heard::Message(Message::binary(&b"abcd"[..])), Heard::Message("x".into())]
        );
    }
}

#[test]
fn changing_from_messages_to_parts_in_the_middle_loses_nothing() {
    let long: Vec<u8> = (0..50_000u32).map(|i| i as u8).collect();
    let bytes = frame(Role::Server, true, Opcode::Binary, &long);
    for cut in [0, 1, 7, 8, 9, 100, 20_000, 40_000] {
        let mut server = open(Role::Server, &WebSocketConfig::default());
        let mut heard = Vec::new();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let sent = bytes.len() - rest.len();
            let space = server.receiver().recv_buf().space_mut();
            let n = rest.len().min(space.len()).min(if sent < cut { cut - sent } else { 3000 });
            space[..n].copy_from_slice(&rest[..n]);
            server.receiver().recv_buf().commit(n);
            rest = &rest[n..];
            if bytes.len() - rest.len() <= cut {
                assert_eq!(server.poll(), Ok(None));
            } else {
                while let Ok(Some(Incoming::Part { .. })) = server.poll_part() {
                    heard.extend_from_slice(server.receiver().payload());
                }
            }
        }
        assert!(heard == long, "{cut}");
    }
}

#[test]
fn what_may_not_be_sent_is_refused() {
    let mut server = open(Role::Server, &WebSocketConfig::new().max_queue_len(100));
    let sender = server.sender();
    assert_eq!(
        sender.ping(vec![0; 126].into()),
        Err(SendError::ControlTooLong { len: 126, max: 125 })
    );
    assert_eq!(
        sender.pong(vec![0; 126].into()),
        Err(SendError::ControlTooLong { len: 126, max: 125 })
    );
    assert_eq!(
        sender.close(CloseFrame::new(CloseCode::ABNORMAL_CLOSURE, "")),
        Err(SendError::CloseCode)
    );
    assert_eq!(
        sender.close(CloseFrame::new(CloseCode::NORMAL_CLOSURE, "x".repeat(124))),
        Err(SendError::ControlTooLong { len: 124, max: 123 })
    );
    assert_eq!(sender.send(&vec![0; 1000].into()), Ok(()), "an empty queue takes anything");
    assert_eq!(sender.send(&vec![0; 1].into()), Err(SendError::Full));
    assert_eq!(sender.close(CloseFrame::EMPTY), Ok(()));
    assert_eq!(sender.send(&vec![0; 1].into()), Err(SendError::Closing));
    let out = written(&mut server);
    assert_eq!(out[out.len() - 2..], [0x88, 0]);
}

#[test]
fn the_structure_is_small() {
    assert!(size_of::<Connection>() <= 1024, "{}", size_of::<Connection>());
    println!("Connection: {} bytes", size_of::<Connection>());
}

/// What waits in front of a close frame is lost with the stream, and the close frame alone is no loss.
#[test]
fn a_message_that_waits_with_the_close_frame_is_given_up() {
    for role in [Role::Server, Role::Client] {
        for close in [CloseFrame::EMPTY, CloseFrame::new(CloseCode::GOING_AWAY, "soon")] {
            for (left, lost) in [(None, true), (Some(1), true), (Some(0), false)] {
                let mut ws = open(role, &WebSocketConfig::default());
                ws.sender().send(&Message::text("hello")).unwrap();
                let len = ws.send_queue().remaining();
                ws.sender().close(close.clone()).unwrap();
                // So many octets of the message are left, or all.
                let written = left.map_or(0, |left| len - left);
                let both = ws.send_queue().remaining();
                assert!(both > len);
                ws.send_queue().advance(written);
                ws.handle_eof();
                assert_eq!(ws.sender().take_abandoned(), lost, "{role:?} {close:?} {left:?}");
            }
        }
    }
}
