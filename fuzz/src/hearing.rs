//! What an open WebSocket hears.

use ws_core::{Connection, FrameRule, Incoming, Message, MessageKind};

use crate::{pieces::Cut, wire::fill};

/// Something that was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Text(Vec<u8>),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Vec<u8>),
    /// The beginning of a message, when asked for parts.
    Unfinished(Vec<u8>),
    Broken(FrameRule),
}

impl Heard {
    /// A message, which has to be what it says.
    pub(crate) fn message(kind: MessageKind, payload: Vec<u8>) -> Self {
        match kind {
            MessageKind::Text => {
                assert!(std::str::from_utf8(&payload).is_ok(), "a text that is none");
                Self::Text(payload)
            }
            MessageKind::Binary => Self::Binary(payload),
        }
    }
}

/// Lets `data` come in pieces, and polls for whole messages or for parts after each. Nothing that is given out is
/// longer than `max_message_len`, and the receive buffer no larger than `max_capacity`.
pub(crate) fn hear(
    connection: &mut Connection,
    data: &[u8],
    cut: Cut,
    parts: bool,
    [max_message_len, max_capacity]: [usize; 2],
) -> Vec<Heard> {
    let (mut heard, mut message) = (Vec::new(), Vec::new());
    for mut piece in cut.of(data) {
        while !piece.is_empty() {
            fill(connection.receiver().recv_buf(), &mut piece);
            loop {
                let polled = if parts { connection.poll_part() } else { connection.poll() };
                let receiver = connection.receiver();
                heard.push(match polled {
                    Ok(None) => break,
                    Ok(Some(Incoming::Message(kind))) => {
                        let taken = receiver.take_message().map(Message::into_bytes);
                        let taken = taken.expect("it has just been announced");
                        assert!(taken.len() <= max_message_len);
                        Heard::message(kind, taken.into())
                    }
                    Ok(Some(Incoming::Part { kind, last })) => {
                        message.extend_from_slice(&receiver.take_payload());
                        assert!(message.len() <= max_message_len);
                        if !last {
                            continue;
                        }
                        Heard::message(kind, std::mem::take(&mut message))
                    }
                    Ok(Some(Incoming::Ping)) => Heard::Ping(receiver.payload().to_vec()),
                    Ok(Some(Incoming::Pong)) => Heard::Pong(receiver.payload().to_vec()),
                    Ok(Some(Incoming::Close)) => Heard::Close(receiver.payload().to_vec()),
                    Err(rule) => {
                        assert_eq!(connection.poll(), Err(rule), "an error is the last thing");
                        heard.push(Heard::Broken(rule));
                        return heard;
                    }
                });
            }
            assert!(connection.receiver().recv_buf().capacity() <= max_capacity);
        }
    }
    if !message.is_empty() {
        heard.push(Heard::Unfinished(message));
    }
    heard
}
