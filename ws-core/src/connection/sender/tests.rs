//! Everything that can be sent, in both roles, read by hand.

use bytes::Buf;

use super::*;
use crate::{RecvBuf, codec::mask::apply_mask, connection::Connection, negotiated::Negotiated};

/// Around the lengths at which something is done in another way: forms of the length, what is masked in long words,
/// what is copied, what goes by its handle, what is cut into fragments.
const LENS: [usize; 16] =
    [0, 1, 3, 15, 31, 125, 126, 127, 255, 300, 4000, 4091, 4092, 4096, 4097, 9000];

/// The payloads of the frames in the queue.
fn payloads(sender: &mut Sender) -> Vec<(u8, Vec<u8>)> {
    let mut octets = Vec::new();
    while sender.send_queue().has_remaining() {
        let n = sender.send_queue().chunk().len();
        octets.extend_from_slice(&sender.send_queue().chunk()[..n]);
        sender.send_queue().advance(n);
    }
    let mut frames = Vec::new();
    let mut rest = octets.as_slice();
    while let [first, second, behind @ ..] = rest {
        let (len, behind) = match second & 0x7F {
            126 => (u64::from(u16::from_be_bytes([behind[0], behind[1]])), &behind[2..]),
            127 => (u64::from_be_bytes(behind[..8].try_into().unwrap()), &behind[8..]),
            len => (u64::from(len), behind),
        };
        let (key, behind) = match second & 0x80 {
            0 => ([0; 4], behind),
            _ => (behind[..4].try_into().unwrap(), &behind[4..]),
        };
        let (payload, behind) = behind.split_at(usize::try_from(len).unwrap());
        let mut payload = payload.to_vec();
        apply_mask(&mut payload, key, 0);
        frames.push((first & 0x7F, payload));
        rest = behind;
    }
    assert!(rest.is_empty());
    frames
}

fn assert_sent(sender: &mut Sender, opcode: u8, payload: &[u8], what: &str) {
    let frames = payloads(sender);
    let opcodes: Vec<_> = frames.iter().map(|(opcode, _)| *opcode).collect();
    assert!(opcodes[0] == opcode && opcodes[1..].iter().all(|it| *it == 0), "{what}: {opcodes:?}");
    let sent: Vec<u8> = frames.into_iter().flat_map(|(_, payload)| payload).collect();
    assert!(sent == payload, "{what}: {} octets", payload.len());
}

/// npm `ws` sent memory that nobody had written, when a close frame had a reason of a type it did not expect. Under
/// Miri, looking at such a byte ends the test.
#[test]
fn cve_2026_45736_every_octet_that_goes_out_was_written() {
    for role in [Role::Client, Role::Server] {
        let config = WebSocketConfig::new().fragment_len(4096);
        let connection = || Connection::new(role, Negotiated::default(), RecvBuf::new(), &config);
        let mut ws = connection();
        for len in LENS {
            let what = format!("{role:?}");
            let octets: Vec<u8> = (0..len).map(|at| b'a' + (at % 26) as u8).collect();
            let bytes = Bytes::from(octets.clone());
            let text = Message::Text(Text::try_from(bytes.clone()).unwrap());
            let sender = ws.sender();
            sender.send(&text).unwrap();
            assert_sent(sender, 1, &octets, &what);
            sender.send(&Message::Binary(bytes.clone())).unwrap();
            assert_sent(sender, 2, &octets, &what);
            sender.send_unbounded(&text).unwrap();
            assert_sent(sender, 1, &octets, &what);
            sender.send_prepared(&Prepared::new(text)).unwrap();
            assert_sent(sender, 1, &octets, &what);
            let half = len / 2;
            sender.send_part(MessageKind::Binary, &bytes.slice(..half), false).unwrap();
            sender.send_part(MessageKind::Binary, &bytes.slice(half..), true).unwrap();
            assert_sent(sender, 2, &octets, &what);
            if len > usize::from(MAX_CONTROL) {
                continue;
            }
            sender.ping(bytes.clone()).unwrap();
            assert_sent(sender, 9, &octets, &what);
            sender.pong(bytes.clone()).unwrap();
            assert_sent(sender, 10, &octets, &what);
            if len + 2 <= usize::from(MAX_CONTROL) {
                let mut ws = connection();
                let reason = std::str::from_utf8(&octets).unwrap();
                ws.sender().close(CloseFrame::new(CloseCode::new(3000), reason)).unwrap();
                let frame = [&3000_u16.to_be_bytes(), octets.as_slice()].concat();
                assert_sent(ws.sender(), 8, &frame, &what);
            }
        }
        ws.sender().close(CloseFrame::EMPTY).unwrap();
        assert_sent(ws.sender(), 8, b"", "an empty close");
    }
}

#[test]
fn memory_is_lent_only_when_nothing_is_left_to_be_sent() {
    // A message that is longer than a frame waits beside the queue, and the queue may be empty meanwhile.
    let config = WebSocketConfig::new().fragment_len(4096);
    let mut ws = Connection::new(Role::Client, Negotiated::default(), RecvBuf::new(), &config);
    let sender = ws.sender();
    sender.send(&Message::binary(vec![7; 200_000])).unwrap();
    while sender.send_queue().has_remaining() {
        assert!(sender.detach_buffer().is_none());
        let n = sender.send_queue().chunk().len();
        sender.send_queue().advance(n);
    }
    let memory = sender.detach_buffer().unwrap();
    assert!(memory.is_empty() && sender.wants_buffer());
    sender.attach_buffer(memory);
    assert!(!sender.wants_buffer());
}

#[test]
fn a_ping_is_pending_until_its_last_octet_is_written() {
    let config = WebSocketConfig::default();
    let mut ws = Connection::new(Role::Server, Negotiated::default(), RecvBuf::new(), &config);
    let sender = ws.sender();
    sender.send(&Message::text("before")).unwrap();
    assert!(!sender.progress().ping_pending);
    sender.ping(Bytes::from_static(b"ping")).unwrap();
    assert!(sender.progress().ping_pending);
    sender.send_queue();
    sender.send(&Message::text("behind")).unwrap();
    for written in 1..=22 {
        sender.send_queue().advance(1);
        assert_eq!(sender.progress().ping_pending, written < 14, "{written}");
    }
    assert!(!sender.send_queue().has_remaining());
}

/// "The application MUST NOT send any more data frames after sending a Close frame." RFC 6455 5.5.1. A pong that has
/// found no room before it stays behind, too.
#[test]
fn nothing_goes_out_behind_a_close_frame() {
    let config = WebSocketConfig::default();
    let mut ws = Connection::new(Role::Server, Negotiated::default(), RecvBuf::new(), &config);
    let sender = ws.sender();
    for at in 0..40_u8 {
        sender.reply(Reply::pong(Bytes::copy_from_slice(&[at])));
        sender.send_queue();
    }
    sender.close(CloseFrame::EMPTY).unwrap();
    let opcodes: Vec<_> = payloads(sender).into_iter().map(|(opcode, _)| opcode).collect();
    let pongs = opcodes.len() - 1;
    assert!(pongs < 40 && opcodes[..pongs].iter().all(|opcode| *opcode == 10), "{opcodes:?}");
    assert_eq!(opcodes[pongs], 8);
}
