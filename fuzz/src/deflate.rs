//! Any bytes as frames where permessage-deflate was negotiated, whole and in pieces, as messages and as parts, to both
//! roles: the same comes of them, and it stays within the limits. And any bytes as messages: the other end hears them.
#![no_main]

use bytes::{Buf, Bytes};
use libfuzzer_sys::fuzz_target;
use ws_core::{
    Connection, Incoming, Message, MessageKind, Negotiated, RecvBuf, Role, WebSocketConfig,
};

const ANSWERS: [&str; 4] = [
    "permessage-deflate",
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9",
    "permessage-deflate; server_no_context_takeover; client_max_window_bits=12",
];

/// Small, so that a few bytes reach it.
const MAX_MESSAGE_LEN: usize = 3000;

fuzz_target!(|data: &[u8]| {
    let [how, data @ ..] = data else { return };
    let answer = ANSWERS[usize::from(how & 3)];
    for role in [Role::Client, Role::Server] {
        let whole = hear(role, answer, data, data.len().max(1), false);
        assert_eq!(whole, hear(role, answer, data, 1, false));
        assert_eq!(whole, hear(role, answer, data, 7, false));
        let parts = hear(role, answer, data, data.len().max(1), true);
        assert_eq!(parts, hear(role, answer, data, 1, true));
        // The same messages; only what was given out of one that did not end is known here as well.
        let messages = |all: &[String]| -> Vec<String> {
            all.iter().filter(|it| !it.starts_with("unfinished")).cloned().collect()
        };
        assert_eq!(whole, messages(&parts));
    }
    say(*how, answer, data);
});

fn config() -> WebSocketConfig {
    WebSocketConfig::new()
        .max_frame_len(2000)
        .max_message_len(MAX_MESSAGE_LEN)
        .max_fragments(10)
        .min_deflate_len(0)
}

fn open(role: Role, answer: &str, config: &WebSocketConfig) -> Connection {
    let negotiated = Negotiated::new(None, answer.parse().ok());
    Connection::new(role, negotiated, RecvBuf::new(), config)
}

/// What comes of frames that arrive in pieces of `step`.
fn hear(role: Role, answer: &str, data: &[u8], step: usize, parts: bool) -> Vec<String> {
    let mut connection = open(role, answer, &config());
    let (mut heard, mut message) = (Vec::new(), Vec::new());
    for piece in data.chunks(step) {
        let mut piece = piece;
        while !piece.is_empty() {
            let space = connection.receiver().recv_buf().space_mut();
            let n = piece.len().min(space.len());
            space[..n].copy_from_slice(&piece[..n]);
            connection.receiver().recv_buf().commit(n);
            piece = &piece[n..];
            loop {
                let polled = if parts { connection.poll_part() } else { connection.poll() };
                match polled {
                    Ok(Some(Incoming::Message(kind))) => {
                        let message = connection.receiver().take_message().unwrap();
                        assert!(message.len() <= MAX_MESSAGE_LEN);
                        heard.push(format!("{kind:?} {:?}", message.as_bytes()));
                    }
                    Ok(Some(Incoming::Part { kind, last })) => {
                        message.extend_from_slice(&connection.receiver().take_payload());
                        assert!(message.len() <= MAX_MESSAGE_LEN);
                        if last {
                            heard.push(format!("{kind:?} {:?}", std::mem::take(&mut message)));
                        }
                    }
                    Ok(Some(other)) => {
                        heard.push(format!("{other:?} {:?}", connection.receiver().payload()));
                    }
                    Ok(None) => break,
                    Err(rule) => {
                        heard.push(rule.name().into());
                        return heard;
                    }
                }
            }
        }
    }
    assert!(connection.receiver().recv_buf().capacity() <= 64 * 1024);
    if !message.is_empty() {
        heard.push(format!("unfinished {message:?}"));
    }
    heard
}

/// Sends the data as messages of several lengths, in several ways, and looks that the other end hears them.
fn say(how: u8, answer: &str, data: &[u8]) {
    let config = WebSocketConfig::new()
        .fragment_len([None, Some(1), Some(100), Some(1000)][usize::from(how >> 2 & 3)])
        .deflate_level(how >> 4)
        .min_deflate_len(0);
    for role in [Role::Client, Role::Server] {
        let other = if role == Role::Client { Role::Server } else { Role::Client };
        let mut from = open(role, answer, &config);
        let mut to = open(other, answer, &config);
        for piece in data.chunks(1 + data.len() / 3).chain([data]) {
            let kind = match std::str::from_utf8(piece) {
                Ok(_) => MessageKind::Text,
                Err(_) => MessageKind::Binary,
            };
            if piece.len() % 3 == 0 {
                let (first, last) = piece.split_at(piece.len() / 2);
                for (part, last) in [(first, false), (last, true)] {
                    let part = Bytes::copy_from_slice(part);
                    assert_eq!(from.sender().send_part(kind, &part, last), Ok(()));
                    write(&mut from, &mut to);
                }
            } else {
                let bytes = Bytes::copy_from_slice(piece);
                let message = match kind {
                    MessageKind::Text => Message::text(String::from_utf8_lossy(piece).into_owned()),
                    MessageKind::Binary => Message::binary(bytes),
                };
                assert_eq!(from.sender().send(&message), Ok(()));
                write(&mut from, &mut to);
            }
            assert_eq!(to.poll(), Ok(Some(Incoming::Message(kind))));
            assert_eq!(to.receiver().take_message().unwrap().as_bytes(), piece);
        }
    }
}

fn write(from: &mut Connection, to: &mut Connection) {
    while from.send_queue().has_remaining() {
        let n = from.send_queue().chunk().len();
        to.receiver().recv_buf().extend_from_slice(from.send_queue().chunk());
        from.send_queue().advance(n);
    }
    from.sender().detach_buffer();
}
