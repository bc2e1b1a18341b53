//! What the receiving half finds, without its payload.

use crate::message::MessageKind;

/// Something that came. Its payload is in the receiver, to be looked at or taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A whole message.
    Message(MessageKind),
    /// A part of a message, when parts are asked for. Text is checked, but a part of it may begin
    /// or end inside a character.
    Part {
        /// What the message is.
        kind: MessageKind,
        /// The message ends with this part.
        last: bool,
    },
    /// A ping. The pong is sent automatically.
    Ping,
    /// A pong.
    Pong,
    /// A close frame; nothing comes behind it. The answer is sent automatically.
    Close,
}
