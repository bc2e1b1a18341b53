//! permessage-deflate (RFC 7692): what one side compresses the other inflates, within every limit, and nothing else is
//! taken for it.

#![cfg(feature = "deflate")]
#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use bytes::{Buf, Bytes};
use ws_core::{
    Connection, DeflatePool, FrameHead, FrameRule, Incoming, Message, MessageKind, Negotiated,
    Opcode, Prepared, RecvBuf, Role, WebSocketConfig,
};

const PLAIN: &str = "permessage-deflate";

fn open(role: Role, params: &str, config: &WebSocketConfig) -> Connection {
    let negotiated = Negotiated::new(None, Some(params.parse().unwrap()));
    Connection::new(role, negotiated, RecvBuf::new(), config)
}

fn written(ws: &mut Connection) -> Vec<u8> {
    let mut out = Vec::new();
    while ws.send_queue().has_remaining() {
        let n = ws.send_queue().chunk().len();
        out.extend_from_slice(&ws.send_queue().chunk()[..n]);
        ws.send_queue().advance(n);
    }
    // What the driver does when everything has been written.
    ws.sender().detach_buffer();
    out
}

/// An unmasked frame, as a server sends it.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let opcode = match first & 0x0F {
        0x0 => Opcode::Continuation,
        0x1 => Opcode::Text,
        0x2 => Opcode::Binary,
        0x9 => Opcode::Ping,
        _ => Opcode::Pong,
    };
    let len = payload.len() as u64;
    let (fin, rsv1) = (first & 0x80 != 0, first & 0x40 != 0);
    let head = FrameHead { fin, rsv1, opcode, mask: None, len };
    let mut out = [0; FrameHead::MAX_LEN];
    let n = head.encode(&mut out);
    [&out[..n], payload].concat()
}

/// The frames of some octets that a server has sent: first octet and payload of each.
fn frames(mut octets: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    while let Some((head, n)) = FrameHead::decode(octets).unwrap() {
        let end = n + head.len as usize;
        frames.push((octets[0], octets[n..end].to_vec()));
        octets = &octets[end..];
    }
    assert!(octets.is_empty());
    frames
}

/// Everything that comes of octets which arrive in pieces of `step`.
fn heard(
    ws: &mut Connection,
    octets: &[u8],
    step: usize,
    parts: bool,
) -> Result<Vec<Message>, FrameRule> {
    let mut messages = Vec::new();
    let mut open: Vec<u8> = Vec::new();
    for mut piece in octets.chunks(step.max(1)) {
        while !piece.is_empty() {
            let space = ws.receiver().recv_buf().space_mut();
            let n = piece.len().min(space.len());
            space[..n].copy_from_slice(&piece[..n]);
            ws.receiver().recv_buf().commit(n);
            piece = &piece[n..];
            loop {
                match if parts { ws.poll_part()? } else { ws.poll()? } {
                    None => break,
                    Some(Incoming::Message(_)) => {
                        let lent = ws.receiver().payload().to_vec();
                        let message = ws.receiver().take_message().unwrap();
                        assert_eq!(message.as_bytes(), lent);
                        messages.push(message);
                    }
                    Some(Incoming::Part { kind, last }) => {
                        open.extend_from_slice(&ws.receiver().take_payload());
                        if last {
                            let whole = Bytes::from(std::mem::take(&mut open));
                            messages.push(match kind {
                                MessageKind::Text => {
                                    Message::text(String::from_utf8(whole.into()).unwrap())
                                }
                                MessageKind::Binary => Message::binary(whole),
                            });
                        }
                    }
                    Some(_) => {}
                }
            }
        }
    }
    Ok(messages)
}

fn client_hears(octets: &[u8]) -> Result<Vec<Message>, FrameRule> {
    let config = WebSocketConfig::default();
    let whole = heard(&mut open(Role::Client, PLAIN, &config), octets, usize::MAX, false);
    for (step, parts) in [(1, false), (1, true), (7, false), (usize::MAX, true)] {
        let other = heard(&mut open(Role::Client, PLAIN, &config), octets, step, parts);
        assert_eq!(other, whole, "in pieces of {step}, parts: {parts}");
    }
    for cut in 1..octets.len().min(300) {
        let mut ws = open(Role::Client, PLAIN, &config);
        let mut pieces = heard(&mut ws, &octets[..cut], usize::MAX, false);
        if let Ok(first) = &mut pieces {
            match heard(&mut ws, &octets[cut..], usize::MAX, false) {
                Ok(more) => first.extend(more),
                Err(rule) => pieces = Err(rule),
            }
        }
        assert_eq!(pieces, whole, "cut at {cut}");
    }
    whole
}

fn texts(texts: &[&str]) -> Result<Vec<Message>, FrameRule> {
    Ok(texts.iter().map(|text| Message::text(*text)).collect())
}

/// RFC 7692 7.2.3: the examples, octet by octet.
#[test]
fn the_examples_of_the_rfc() {
    // 7.2.3.1: one frame, and fragments, with a ping between them.
    let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    assert_eq!(client_hears(&frame(0xc1, &hello)), texts(&["Hello"]));
    let fragments =
        [frame(0x41, &hello[..3]), frame(0x89, b"ping"), frame(0x80, &hello[3..])].concat();
    assert_eq!(client_hears(&fragments), texts(&["Hello"]));
    // 7.2.3.2: the second message refers to the first.
    let again = [0xf2, 0x00, 0x11, 0x00, 0x00];
    let both = [frame(0xc1, &hello), frame(0xc1, &again)].concat();
    assert_eq!(client_hears(&both), texts(&["Hello", "Hello"]));
    // 7.2.3.3: a block that is not compressed.
    let stored = [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00];
    assert_eq!(client_hears(&frame(0xc1, &stored)), texts(&["Hello"]));
    // 7.2.3.4: a block with BFINAL; others and other messages may follow it.
    let last = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00];
    assert_eq!(client_hears(&frame(0xc1, &last)), texts(&["Hello"]));
    let three = [frame(0xc1, &last), frame(0xc1, &last), frame(0xc1, &hello)].concat();
    assert_eq!(client_hears(&three), texts(&["Hello", "Hello", "Hello"]));
    // Behind a last block without the octet that the RFC adds, and with a message behind it.
    let bare = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    let two = [frame(0xc1, &bare[..7]), frame(0xc1, &hello)].concat();
    assert_eq!(client_hears(&two), texts(&["Hello", "Hello"]));
    let twice = [&bare[..7], &hello[..]].concat();
    assert_eq!(client_hears(&frame(0xc1, &twice)), texts(&["HelloHello"]));
    // The empty block whose octets are left out at the end may have BFINAL as well.
    let last_is_empty = [&stored[..10], &[0x01]].concat();
    assert_eq!(client_hears(&frame(0xc1, &last_is_empty)), texts(&["Hello"]));
    let two = [frame(0xc1, &[0x01]), frame(0xc1, &last_is_empty), frame(0xc1, &hello)].concat();
    assert_eq!(client_hears(&two), texts(&["", "Hello", "Hello"]));
    // 7.2.3.5: two blocks in one message.
    let two_blocks = [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00];
    assert_eq!(client_hears(&frame(0xc1, &two_blocks)), texts(&["Hello"]));
    // 7.2.3.6: an empty message.
    for empty in [&[0x00][..], &[0x02, 0x00]] {
        assert_eq!(client_hears(&frame(0xc1, empty)), texts(&[""]), "{empty:x?}");
    }
    // Messages that are not compressed come between those that are.
    let mixed = [frame(0xc1, &hello), frame(0x81, b"plain"), frame(0xc1, &again)].concat();
    assert_eq!(client_hears(&mixed), texts(&["Hello", "plain", "Hello"]));
}

/// RFC 7692 6: the bit is for the first frame of a message.
#[test]
fn rsv1_is_for_the_first_frame() {
    let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    for octets in [
        [frame(0x41, &hello[..3]), frame(0xc0, &hello[3..])].concat(),
        [frame(0x01, b"Hel"), frame(0xc0, b"lo")].concat(),
        frame(0xc9, b"ping"),
        frame(0xca, b"pong"),
    ] {
        assert_eq!(client_hears(&octets), Err(FrameRule::ReservedBit), "{octets:x?}");
    }
    let config = WebSocketConfig::default();
    for role in [Role::Client, Role::Server] {
        let mut ws = Connection::new(role, Negotiated::default(), RecvBuf::new(), &config);
        let mask: &[u8] = if role == Role::Server { &[0; 4] } else { &[] };
        let head = [0xc1, if role == Role::Server { 0x87 } else { 0x07 }];
        ws.receiver().recv_buf().extend_from_slice(&[&head, mask, &hello].concat());
        assert_eq!(ws.poll(), Err(FrameRule::ReservedBit), "not negotiated: {role:?}");
    }
}

/// Data that is no deflated data, is cut off, or goes on where it should have ended.
#[test]
fn corrupted_streams() {
    let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    for (what, payload) in [
        ("nothing at all", &[][..]),
        ("the reserved kind of block", &[0x06]),
        ("cut off inside a code", &hello[..1]),
        ("cut off between codes", &hello[..4]),
        ("cut off before the end of the block", &hello[..5]),
        ("a stored block whose lengths differ", &[0x00, 0x05, 0x00, 0xff, 0xff, 0x48]),
        ("a stored block that is too short", &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65]),
        ("a distance to before the beginning", &[0xf2, 0x00, 0x11, 0x00, 0x00]),
        ("bad code lengths", &[0x04, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ("cut off inside a head of codes", &[0xdc, 0x2e, 0x00]),
        ("the tail left on", &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00, 0x00, 0xff]),
    ] {
        let got = client_hears(&frame(0xc1, payload));
        assert_eq!(got, Err(FrameRule::InvalidDeflate), "{what}");
        assert_eq!(FrameRule::InvalidDeflate.close_code().get(), 1007);
    }
    // With its tail, a message is whole and one empty block longer; that is legal.
    let whole = [&hello[..], &[0x00, 0x00, 0xff, 0xff, 0x00]].concat();
    assert_eq!(client_hears(&frame(0xc1, &whole)), texts(&["Hello"]));
    // Any single bit: an error or some text, never a panic, and the same however it is cut.
    for bit in 0..hello.len() * 8 {
        let mut broken = hello;
        broken[bit / 8] ^= 1 << (bit % 8);
        let _ = client_hears(&[frame(0xc1, &broken), frame(0xc1, &hello)].concat());
    }
}

/// Inside a block of each kind, and inside the head of one, which is long where a block has codes of its own.
#[test]
fn a_message_that_was_cut_off_is_noticed_wherever_that_was() {
    // Letters that do not repeat each other.
    let letter = |n: u32| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 23);
    let text: String = (0..700).map(letter).collect();
    for (level, kind) in [(0, 0), (1, 1), (9, 2)] {
        let config = WebSocketConfig::new().deflate_level(level).fragment_len(None);
        let mut ws = open(Role::Server, PLAIN, &config);
        ws.sender().send(&Message::text(text.as_str())).unwrap();
        let [(0xc1, payload)] = &frames(&written(&mut ws))[..] else { panic!("not one frame") };
        assert_eq!(payload[0] >> 1 & 3, kind, "another kind of block than is meant");
        // One octet of zeros is a message without any.
        for len in 2..payload.len() {
            let mut ws = open(Role::Client, PLAIN, &WebSocketConfig::default());
            let got = heard(&mut ws, &frame(0xc1, &payload[..len]), usize::MAX, false);
            assert_eq!(got, Err(FrameRule::InvalidDeflate), "level {level}, {len} octets");
        }
    }
}

/// Text is checked as it inflates.
#[test]
fn text_is_checked_while_it_inflates() {
    let config = WebSocketConfig::new().min_deflate_len(0);
    let mut sender = open(Role::Server, PLAIN, &config);
    let bad = [b"good ".as_slice(), &[0xff], &[b'x'; 100_000]].concat();
    sender.sender().send(&Message::binary(bad)).unwrap();
    let mut octets = written(&mut sender);
    // Says that it is text.
    octets[0] = octets[0] & 0xf0 | 0x1;
    assert!(octets.len() > 20);
    let mut client = open(Role::Client, PLAIN, &config);
    client.receiver().recv_buf().extend_from_slice(&octets[..octets.len() - 10]);
    assert_eq!(client.poll(), Err(FrameRule::InvalidUtf8), "before its frame has ended");
    // What comes first is told, however it comes: text that is none, and then no deflated data.
    let bad = Bytes::from_static(b"good \xff");
    sender.sender().send_part(MessageKind::Binary, &bad, false).unwrap();
    let (_, mut payload) = frames(&written(&mut sender)).swap_remove(0);
    payload.push(0x06);
    assert_eq!(client_hears(&frame(0xc1, &payload)), Err(FrameRule::InvalidUtf8));
    // A character that two fragments share.
    let mut sender = open(Role::Server, PLAIN, &config);
    let euro = "\u{20ac}".as_bytes();
    for (part, last) in [(&euro[..1], false), (&euro[1..2], false), (&euro[2..], true)] {
        let part = Bytes::copy_from_slice(part);
        sender.sender().send_part(MessageKind::Text, &part, last).unwrap();
    }
    assert_eq!(client_hears(&written(&mut sender)), texts(&["\u{20ac}"]));
}

/// 1000 : 1 against every limit, exact to the byte, for messages and for parts.
#[test]
fn bombs_are_stopped_at_the_limit() {
    for len in [1, 100, 1000, 65_536, 1 << 20] {
        let generous = WebSocketConfig::new().min_deflate_len(0).fragment_len(None);
        let mut sender = open(Role::Server, PLAIN, &generous);
        sender.sender().send(&Message::binary(vec![0; len])).unwrap();
        let octets = written(&mut sender);
        assert!(octets.len() <= 20 + len / 900, "{len}: {}", octets.len());
        for (limit, fits) in [(len - 1, false), (len, true), (len + 1, true)] {
            for parts in [false, true] {
                for step in [1, usize::MAX] {
                    let config = WebSocketConfig::new().max_message_len(limit);
                    let mut client = open(Role::Client, PLAIN, &config);
                    let got = heard(&mut client, &octets, step, parts);
                    let got = got.map(|messages| messages[0].len());
                    let expected = if fits { Ok(len) } else { Err(FrameRule::MessageTooLarge) };
                    assert_eq!(got, expected, "{len}, limit {limit}, parts: {parts}");
                }
            }
        }
    }
}

/// Deflated data that inflates to nothing at all goes on only so long.
#[test]
fn empty_blocks_without_end() {
    let config = WebSocketConfig::new().max_message_len(1000);
    let mut client = open(Role::Client, PLAIN, &config);
    let block = [0x00, 0x00, 0x00, 0xff, 0xff];
    let mut octets = frame(0x41, &block);
    for _ in 0..1000 {
        octets.extend(frame(0x00, &block));
    }
    let got = heard(&mut client, &octets, usize::MAX, false);
    assert_eq!(got, Err(FrameRule::MessageTooLarge));
}

/// Some text, some noise, and something of both.
fn samples() -> Vec<Message> {
    let mut state = 1_u64;
    let mut noise = |len: usize| -> Vec<u8> {
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        };
        (0..len).map(|_| next()).collect()
    };
    let json: String = (0..400)
        .map(|i| format!("{{\"id\":{i},\"name\":\"user{}\",\"tags\":[\"a\",\"b\"]}}\n", i * 7))
        .collect();
    vec![
        Message::text(""),
        Message::text("x"),
        Message::text(json.clone()),
        Message::binary(noise(3)),
        Message::binary(noise(100_000)),
        Message::text(json.repeat(20)),
        Message::binary(vec![0; 300_000]),
        Message::text(&json[..200]),
        Message::text(&json[..200]),
    ]
}

/// Every agreement, level and length of fragments, both ways.
#[test]
fn what_one_side_sends_the_other_hears() {
    let samples = samples();
    let mut all = Vec::new();
    for flags in ["", "; server_no_context_takeover", "; client_no_context_takeover"] {
        for bits in ["", "; server_max_window_bits=9", "; client_max_window_bits=9"] {
            all.push(format!("{PLAIN}{flags}{bits}"));
        }
    }
    for bits in 8..=15 {
        all.push(format!("{PLAIN}; server_max_window_bits={bits}; client_max_window_bits={bits}"));
    }
    let pool = DeflatePool::new(4);
    for params in &all {
        for (level, fragment_len, pool) in [
            (6, Some(64 << 10), None),
            (1, None, Some(pool.clone())),
            (0, Some(1000), None),
            (9, Some(100_000), Some(pool.clone())),
        ] {
            let config = WebSocketConfig::new()
                .min_deflate_len(0)
                .deflate_level(level)
                .deflate_pool(pool)
                .fragment_len(fragment_len);
            let [mut client, mut server] =
                [Role::Client, Role::Server].map(|role| open(role, params, &config));
            for round in 0..2 {
                for message in &samples {
                    for way in 0..2 {
                        let (from, to) = if way == 0 {
                            (&mut client, &mut server)
                        } else {
                            (&mut server, &mut client)
                        };
                        from.sender().send(message).unwrap();
                        let octets = written(from);
                        assert_eq!(octets[0] & 0x40, 0x40);
                        let got = heard(to, &octets, 5000, round == 1).unwrap();
                        let what = format!("{params}, level {level}, {fragment_len:?}");
                        assert!(got == [message.clone()], "{what}, {} bytes", message.len());
                    }
                }
            }
        }
    }
    assert!((1..=4).contains(&pool.idle_len()), "{}", pool.idle_len());
}

/// In parts, each of which can be inflated when it has come.
#[test]
fn parts_are_of_use_as_they_come() {
    for params in [PLAIN, "permessage-deflate; server_no_context_takeover"] {
        let config = WebSocketConfig::default();
        let mut server = open(Role::Server, params, &config);
        let mut client = open(Role::Client, params, &config);
        for _ in 0..3 {
            for (part, last) in [("first", false), ("", false), ("second", false), ("", true)] {
                let part = Bytes::from_static(part.as_bytes());
                server.sender().send_part(MessageKind::Text, &part, last).unwrap();
                let octets = written(&mut server);
                client.receiver().recv_buf().extend_from_slice(&octets);
                let mut came = Vec::new();
                let mut ended = false;
                while let Some(Incoming::Part { last, .. }) = client.poll_part().unwrap() {
                    came.extend_from_slice(client.receiver().payload());
                    ended |= last;
                }
                assert_eq!((&came[..], ended), (&part[..], last));
            }
        }
    }
}

/// A message of much more than a part.
#[test]
fn what_inflates_to_much_is_given_out_in_parts() {
    let config = WebSocketConfig::new().fragment_len(None);
    let mut server = open(Role::Server, PLAIN, &config);
    server.sender().send(&Message::binary(vec![0; 5 << 20])).unwrap();
    let octets = written(&mut server);
    let mut client = open(Role::Client, PLAIN, &config);
    client.receiver().recv_buf().extend_from_slice(&octets);
    let (mut total, mut largest, mut ended) = (0, 0, false);
    while let Some(Incoming::Part { last, .. }) = client.poll_part().unwrap() {
        let len = client.receiver().payload().len();
        (total, largest) = (total + len, largest.max(len));
        ended = last;
    }
    assert!(ended && total == 5 << 20 && largest <= 128 << 10, "{total}, {largest}");
}

/// A message that has come as a whole, and is no longer than a part, is one.
#[test]
fn what_fits_into_a_part_is_one() {
    let config = WebSocketConfig::new();
    let mut server = open(Role::Server, PLAIN, &config);
    server.sender().send(&Message::text("a".repeat(1000))).unwrap();
    let octets = written(&mut server);
    let mut client = open(Role::Client, PLAIN, &config);
    client.receiver().recv_buf().extend_from_slice(&octets);
    let whole = Incoming::Part { kind: MessageKind::Text, last: true };
    assert_eq!(client.poll_part(), Ok(Some(whole)));
    assert_eq!(client.receiver().payload().len(), 1000);
    assert_eq!(client.poll_part(), Ok(None));
}

/// What a compressor has taken in and not given out when a part is full belongs to the next one.
#[test]
fn a_part_may_be_full_where_the_payload_ends() {
    const PART: usize = 64 << 10;
    let config = WebSocketConfig::new().fragment_len(None);
    for len in PART - 10..PART + 280 {
        let mut server = open(Role::Server, PLAIN, &config);
        let message = Message::binary(vec![7; len]);
        server.sender().send(&message).unwrap();
        let octets = written(&mut server);
        for parts in [false, true] {
            let mut client = open(Role::Client, PLAIN, &config);
            assert_eq!(heard(&mut client, &octets, octets.len(), parts), Ok(vec![message.clone()]));
        }
    }
}

#[test]
fn short_messages_and_unwilling_applications() {
    let config = WebSocketConfig::default();
    let mut server = open(Role::Server, PLAIN, &config);
    let long = Message::text("x".repeat(64));
    for (message, on, compressed) in [
        (Message::text("x".repeat(63)), true, false),
        (long.clone(), true, true),
        (long.clone(), false, false),
        (long.clone(), true, true),
    ] {
        server.sender().set_compression(on);
        server.sender().send(&message).unwrap();
        let sent = frames(&written(&mut server));
        assert_eq!(sent[0].0 & 0x40 != 0, compressed, "{} {on}", message.len());
    }
    // Switched off in the middle of a message in parts, it holds from the next one.
    let part = Bytes::from_static(b"part");
    server.sender().send_part(MessageKind::Text, &part, false).unwrap();
    server.sender().set_compression(false);
    server.sender().send_part(MessageKind::Text, &part, true).unwrap();
    server.sender().send(&long).unwrap();
    let octets = written(&mut server);
    let firsts: Vec<u8> = frames(&octets).iter().map(|(first, _)| *first).collect();
    assert_eq!(firsts, [0x41, 0x80, 0x81]);
    assert_eq!(client_hears(&octets).unwrap()[0], Message::text("partpart"));
}

/// One message for many, compressed once for each setting; the connection goes on as before.
#[test]
fn prepared_messages() {
    let text = "the same for everybody, ".repeat(20);
    let prepared = Prepared::new(Message::text(text.clone()));
    let config = WebSocketConfig::default();
    let mut firsts = Vec::new();
    for params in [
        PLAIN,
        "permessage-deflate; server_no_context_takeover",
        "permessage-deflate; server_max_window_bits=9",
    ] {
        let mut server = open(Role::Server, params, &config);
        let mut client = open(Role::Client, params, &config);
        let own = Message::text("some of its own, ".repeat(20));
        let mut all = Vec::new();
        for _ in 0..2 {
            server.sender().send(&own).unwrap();
            server.sender().send_prepared(&prepared).unwrap();
            server.sender().send(&own).unwrap();
            let octets = written(&mut server);
            firsts.push(frames(&octets)[1].1.clone());
            all.extend(heard(&mut client, &octets, usize::MAX, false).unwrap());
        }
        let other = Message::text(text.clone());
        let one = [own.clone(), other, own.clone()];
        assert_eq!(all, [one.clone(), one].concat(), "{params}");
    }
    assert!(firsts[..4].iter().all(|payload| *payload == firsts[0]));
    assert!(firsts[0].len() < 60);
    // Not for a connection that has not negotiated it, or does not want it.
    let mut plain = Connection::new(Role::Server, Negotiated::default(), RecvBuf::new(), &config);
    plain.sender().send_prepared(&prepared).unwrap();
    assert_eq!(frames(&written(&mut plain))[0], (0x81, text.clone().into_bytes()));
    let mut unwilling = open(Role::Server, PLAIN, &config);
    unwilling.sender().set_compression(false);
    unwilling.sender().send_prepared(&prepared).unwrap();
    assert_eq!(frames(&written(&mut unwilling))[0].0, 0x81);
}

/// Context that is kept makes the second of two equal messages short; context that is not does not.
/// A window that is smaller makes another frame of the same message.
#[test]
fn what_was_prepared_for_one_window_is_not_sent_in_another() {
    // Bytes that do not repeat within 512, and do within 32 KiB.
    let once: Vec<u8> =
        (0..2000u32).flat_map(|i| (i * i).wrapping_mul(2_654_435_761).to_be_bytes()).collect();
    let message = Message::binary(once.repeat(3));
    let prepared = Prepared::new(message.clone());
    let sent = |prepared: &Prepared, bits: u8| {
        let params = format!("permessage-deflate; server_max_window_bits={bits}");
        let mut ws = open(Role::Server, &params, &WebSocketConfig::new());
        ws.sender().send_prepared(prepared).unwrap();
        written(&mut ws)
    };
    for bits in [9, 15, 9, 15] {
        let fresh = Prepared::new(message.clone());
        assert_eq!(sent(&prepared, bits), sent(&fresh, bits), "{bits}");
    }
    assert!(sent(&prepared, 9).len() > 2 * sent(&prepared, 15).len());
}

#[test]
fn takeover_shows() {
    let message = &samples()[7];
    for (params, role, kept) in [
        (PLAIN, Role::Server, true),
        (PLAIN, Role::Client, true),
        ("permessage-deflate; server_no_context_takeover", Role::Server, false),
        ("permessage-deflate; server_no_context_takeover", Role::Client, true),
        ("permessage-deflate; client_no_context_takeover", Role::Client, false),
    ] {
        let mut ws = open(role, params, &WebSocketConfig::default());
        let mut lens = Vec::new();
        for _ in 0..2 {
            ws.sender().send(message).unwrap();
            lens.push(written(&mut ws).len());
        }
        assert_eq!(lens[1] < lens[0] / 2, kept, "{params}, {role:?}: {lens:?}");
        assert!(kept || lens[1] == lens[0], "{params}, {role:?}: {lens:?}");
    }
}
