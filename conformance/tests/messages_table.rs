//! Tables that are too long to be written down: every kind of frame head, and text that is broken at every place.

#![expect(clippy::panic, reason = "this is how a test fails")]

use bytes::Buf as _;
use conformance::{
    delivery::Delivery,
    messages::{
        case::Case,
        cases::ROLES,
        frames::{Form, Frame, binary, continuation, other, text, told},
        reader::read_all,
        run::{Manner, check, run},
        socket,
    },
};
use ws_core::{
    CloseCode, Connection, FrameRule, Incoming, Negotiated, RecvBuf, Role, WebSocketConfig,
};

/// What a frame, the first of a connection, comes to by RFC 6455 alone.
fn is_right(frame: &Frame) -> bool {
    let len = frame.payload.len();
    let control = frame.opcode & 8 != 0;
    let minimal = match frame.form {
        Form::Minimal => true,
        Form::Two => len >= 126,
        Form::Eight => false,
    };
    let close = frame.opcode == 8 && (len == 1 || (len > 1 && frame.payload[..2] != [3, 232]));
    matches!(frame.opcode, 1 | 2 | 8 | 9 | 10)
        && frame.rsv == 0
        && !frame.wrong_mask
        && minimal
        && !(control && (!frame.fin || len > 125))
        && !close
}

/// Server accepts unmasked client frames; accepts a 200-byte close; compressed frames without negotiation
/// (CVE-2026-59881); control frames with long lengths (CVE-2020-13935).
#[test]
fn every_opcode_mask_length_form_and_reserved_bit() {
    let adapters = socket::all();
    let (mut right, mut wrong) = (0, 0);
    for role in ROLES {
        for bits in 0..16 * 2 * 3 * 2 * 2 * 4 {
            let mut rest = bits;
            let mut digit = |base: usize| {
                let digit = rest % base;
                rest /= base;
                digit
            };
            let mut frame = Frame::new(digit(16) as u8, "");
            frame.wrong_mask = digit(2) == 1;
            frame.form = [Form::Minimal, Form::Two, Form::Eight][digit(3)];
            frame.fin = digit(2) == 0;
            frame.rsv = [0, 4][digit(2)];
            frame.payload = vec![b'x'; [0, 2, 125, 126][digit(4)]];
            if frame.opcode == 8 && frame.payload.len() >= 2 {
                frame.payload[..2].copy_from_slice(&1000_u16.to_be_bytes());
            }
            let case = Case::new(role, format!("{frame:?}"))
                .peer(&frame)
                .peer_closes()
                .event("")
                .recv("")
                .wire([""]);
            for adapter in &adapters {
                let verdict = run(&**adapter, &case, &Manner::plain()).unwrap().verdict;
                let said = format!("{} as {role:?}, {frame:?}: {verdict:?}", adapter.name());
                let told = &verdict[2];
                if is_right(&frame) {
                    right += 1;
                    match (frame.opcode, frame.fin) {
                        (8, _) => {
                            let closed = ["close empty", "close 1000"].contains(&&*verdict[0]);
                            // A reason comes along, where there is one.
                            assert!(closed || verdict[0].starts_with("close 1000 x"), "{said}");
                        }
                        (_, true) => assert_eq!(verdict[0], frame.to_string(), "{said}"),
                        (_, false) => assert_eq!(verdict[0], "disconnected", "{said}"),
                    }
                    match frame.opcode {
                        8 if frame.payload.is_empty() => assert_eq!(told, "close", "{said}"),
                        8 => assert_eq!(told, "close 1000", "{said}"),
                        9 => assert!(told.starts_with("pong"), "{said}"),
                        _ => assert_eq!(told, "", "{said}"),
                    }
                } else {
                    wrong += 1;
                    let rule = FrameRule::ALL.iter().find(|rule| rule.name() == verdict[0]);
                    let rule = rule.unwrap_or_else(|| panic!("{said}"));
                    assert_eq!(rule.close_code(), CloseCode::PROTOCOL_ERROR, "{said}");
                    assert_eq!(*told, conformance::messages::frames::told(*rule), "{said}");
                    assert_eq!(verdict[1], "end", "{said}");
                }
            }
        }
    }
    assert!(right > 100 && wrong > 10_000, "{right} right, {wrong} wrong");
}

const GOOD: &str = "a\u{e9}\u{20ac}\u{1f980}z\u{7ff}\u{800}\u{ffff}\u{10ffff}";

/// Each can neither stand alone nor be gone on with.
const BAD: [&[u8]; 9] = [
    b"\x80",
    b"\xbf",
    b"\xc0\x80",
    b"\xc1",
    b"\xe0\x9f\xbf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xf5",
    b"\xff",
];

fn broken_texts() -> impl Iterator<Item = Vec<u8>> {
    let places = (0..=GOOD.len()).filter(|&at| GOOD.is_char_boundary(at));
    places.flat_map(|at| {
        BAD.into_iter()
            .map(move |bad| [&GOOD.as_bytes()[..at], bad, &GOOD.as_bytes()[at..]].concat())
    })
}

/// How many octets of a text are read before it is refused.
fn refused_after(role: Role, octets: &[u8]) -> Option<usize> {
    let config = WebSocketConfig::default();
    let mut connection = Connection::new(role, Negotiated::default(), RecvBuf::new(), &config);
    for (at, octet) in octets.iter().enumerate() {
        connection.receiver().recv_buf().extend_from_slice(&[*octet]);
        match connection.poll() {
            Ok(None) => {}
            Ok(Some(Incoming::Message(_))) => return None,
            Ok(Some(other)) => panic!("{other:?}"),
            Err(rule) => {
                assert_eq!(rule, FrameRule::InvalidUtf8);
                let mut out = vec![0; connection.send_queue().remaining()];
                connection.send_queue().copy_to_slice(&mut out);
                assert_eq!(read_all(&out, role), [told(rule)]);
                return Some(at + 1);
            }
        }
    }
    panic!("neither a message nor an error")
}

#[test]
fn bad_utf8_is_refused_at_its_first_bad_octet_wherever_frames_are_cut() {
    for role in ROLES {
        for bad in broken_texts() {
            let valid = std::str::from_utf8(&bad).unwrap_err().valid_up_to();
            let first_bad = (valid + 1..=bad.len())
                .find(|&end| {
                    std::str::from_utf8(&bad[..end]).is_err_and(|error| error.error_len().is_some())
                })
                .unwrap();
            for cut in 0..=bad.len() {
                let first = text(&bad[..cut]).more().encode(role);
                let second = continuation(&bad[cut..]);
                let octets = [first, second.encode(role)].concat();
                let heads = text("").encode(role).len()
                    + if first_bad > cut { second.head(role).len() } else { 0 };
                assert_eq!(
                    refused_after(role, &octets),
                    Some(heads + first_bad),
                    "{} cut at {cut}",
                    bad.escape_ascii()
                );
            }
        }
        for cut in 0..=GOOD.len() {
            let (first, second) = GOOD.as_bytes().split_at(cut);
            let octets = [text(first).more().encode(role), continuation(second).encode(role)];
            assert_eq!(refused_after(role, &octets.concat()), None);
        }
    }
}

/// Text not checked for UTF-8, panic later in as_str.
#[test]
fn bad_utf8_at_every_place_cut_at_every_octet_is_1007() {
    let adapters = socket::all();
    for role in ROLES {
        for bad in broken_texts().step_by(4) {
            let frame = text(&bad);
            let case = Case::new(role, bad.escape_ascii().to_string())
                .peer(&frame)
                .broken(FrameRule::InvalidUtf8);
            let cuts = Delivery::every_split(frame.encode(role).len());
            for delivery in cuts.chain([Delivery::Whole, Delivery::Bytewise]) {
                for adapter in &adapters {
                    check(&**adapter, &case, &Manner::cut(delivery)).unwrap();
                }
            }
        }
    }
}

/// CVE-2026-54277: limits hold at every split point; CVE-2026-54466: lengths in every form are exact.
#[test]
fn limits_hold_at_every_split_point_for_every_form_of_length() {
    let adapters = socket::all();
    for role in ROLES {
        for len in [124_usize, 125, 126, 127, 255, 256, 300] {
            for limit in [len - 1, len, len + 1] {
                let frame = binary(vec![b'x'; len]);
                let case = Case::new(role, format!("{len} octets, limit {limit}"))
                    .config(|config| config.max_frame_len = limit)
                    .peer(&frame);
                let case = match limit < len {
                    true => case.broken(FrameRule::FrameTooLarge),
                    false => case.recv_frame(&frame),
                };
                let heads = frame.head(role).len();
                for at in 1..heads + 2 {
                    let manner = Manner::cut(Delivery::Split(at));
                    for adapter in &adapters {
                        check(&**adapter, &case, &manner).unwrap();
                    }
                }
            }
        }
        assert_eq!(other(other(role)), role);
    }
}
