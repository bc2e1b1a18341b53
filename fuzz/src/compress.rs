//! Any bytes as messages, compressed: the other end hears them. The first byte says by whom and with which
//! parameters, the second in which frames and how well they are compressed, the third how they are cut into messages.

use bytes::Bytes;
use ws_core::{Connection, Incoming, Message, MessageKind, Role, WebSocketConfig};

use crate::{
    deflate::ANSWERS,
    input::Input,
    wire::{drain, open, other},
};

/// Runs one input.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let (who, how, cut) = (input.byte(), input.byte(), input.byte());
    let answer = ANSWERS[usize::from(who & 3)];
    let role = if who & 4 == 0 { Role::Server } else { Role::Client };
    let config = WebSocketConfig::new()
        .fragment_len([None, Some(1), Some(100), Some(1000)][usize::from(how & 3)])
        .deflate_level(how >> 4)
        .min_deflate_len(0);
    let mut from = open(role, Some(answer), &config);
    let mut to = open(other(role), Some(answer), &config);
    // No more than some contexts can be made in a moment.
    for _ in 0..8 {
        let piece = input.bytes(16 * (1 + usize::from(cut)));
        say(&mut from, &mut to, piece, who & 8 != 0);
        if input.is_empty() {
            break;
        }
    }
}

fn say(from: &mut Connection, to: &mut Connection, piece: &[u8], in_parts: bool) {
    let kind = match std::str::from_utf8(piece) {
        Ok(_) => MessageKind::Text,
        Err(_) => MessageKind::Binary,
    };
    if in_parts {
        let (first, last) = piece.split_at(piece.len() / 2);
        for (part, last) in [(first, false), (last, true)] {
            let part = Bytes::copy_from_slice(part);
            assert_eq!(from.sender().send_part(kind, &part, last), Ok(()));
            transfer(from, to);
        }
    } else {
        let message = match std::str::from_utf8(piece) {
            Ok(text) => Message::text(text.to_owned()),
            Err(_) => Message::binary(Bytes::copy_from_slice(piece)),
        };
        assert_eq!(from.sender().send(&message), Ok(()));
        transfer(from, to);
    }
    assert_eq!(to.poll(), Ok(Some(Incoming::Message(kind))));
    let heard = to.receiver().take_message().expect("it has just been announced");
    assert_eq!(heard.as_bytes(), piece);
}

fn transfer(from: &mut Connection, to: &mut Connection) {
    let mut wire = Vec::new();
    drain(from.send_queue(), &mut wire);
    to.receiver().recv_buf().extend_from_slice(&wire);
    from.sender().detach_buffer();
}
