//! What comes over a WebSocket.

use bytes::Bytes;
use ws_core::{CloseFrame, Message, MessageKind};

/// A message, ping, pong or close that came, from `recv_event`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A message.
    Message(Message),
    /// A ping; it is answered, unless [`auto_pong`](ws_core::WebSocketConfig::auto_pong) is off.
    Ping(Bytes),
    /// A pong.
    Pong(Bytes),
    /// The peer closes: nothing comes behind it but the end. It is answered.
    Close(CloseFrame),
}

/// A part of a message, from `recv_part` or for `send_part`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// What the message is. Text is checked, but a part may begin or end inside a character.
    pub kind: MessageKind,
    /// The bytes; may be empty.
    pub data: Bytes,
    /// The message ends with this part.
    pub last: bool,
}

impl Part {
    /// A part of a message; the first part of a message decides its kind.
    pub fn new(kind: MessageKind, data: impl Into<Bytes>, last: bool) -> Self {
        Self { kind, data: data.into(), last }
    }

    /// A part of a text message. It may begin or end inside a character.
    pub fn text(data: impl Into<Bytes>, last: bool) -> Self {
        Self::new(MessageKind::Text, data, last)
    }

    /// A part of a binary message.
    pub fn binary(data: impl Into<Bytes>, last: bool) -> Self {
        Self::new(MessageKind::Binary, data, last)
    }
}
