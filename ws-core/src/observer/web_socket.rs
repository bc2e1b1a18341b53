//! What is told of a WebSocket.

use std::time::Duration;

use crate::{close::CloseInfo, message::MessageKind, role::Role};

/// Which WebSocket, or handshake, something is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Observed {
    /// A number that no other one in the program has.
    pub id: u64,
    /// Which end of it this is.
    pub role: Role,
}

impl Observed {
    /// The one with this number.
    pub fn new(id: u64, role: Role) -> Self {
        Self { id, role }
    }
}

/// A message, without its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ObservedMessage {
    /// What it is.
    pub kind: MessageKind,
    /// The length of its payload in bytes.
    pub len: u64,
    /// How many bytes its frames are on the wire: compressed, and with their heads.
    pub wire_len: u64,
}

impl ObservedMessage {
    /// A message of `len` bytes that are `wire_len` bytes on the wire.
    pub fn new(kind: MessageKind, len: u64, wire_len: u64) -> Self {
        Self { kind, len, wire_len }
    }
}

/// The messages that went in one direction, as far as they were whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// How many there were.
    pub messages: u64,
    /// The length of their payloads in bytes.
    pub len: u64,
    /// How many bytes their frames were on the wire.
    pub wire_len: u64,
}

impl Totals {
    /// So many messages, of so many bytes together.
    pub fn new(messages: u64, len: u64, wire_len: u64) -> Self {
        Self { messages, len, wire_len }
    }
}

/// How a WebSocket has ended, and what has become of it until then.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObservedEnd<'a> {
    /// The close frames, and whose was first. Reasons are a peer's words: they are not for labels of metrics, and of
    /// codes above 3000 a peer may send any.
    pub info: &'a CloseInfo,
    /// Why it ended, if not by closing: the stable name of the error, such as `unmasked`, `pong-timeout` or
    /// `disconnected`; `dropped` if it was dropped before the closing handshake was complete, and `taken-apart` if
    /// somebody took the stream out of it.
    pub error: Option<&'static str>,
    /// What came.
    pub received: Totals,
    /// What was sent.
    pub sent: Totals,
    /// How long it was open.
    pub duration: Duration,
}

impl<'a> ObservedEnd<'a> {
    /// The end of a WebSocket over which nothing came or went.
    pub fn new(info: &'a CloseInfo) -> Self {
        let none = Totals::default();
        Self { info, error: None, received: none, sent: none, duration: Duration::ZERO }
    }

    /// With the name of an error.
    #[must_use]
    pub fn error(self, error: Option<&'static str>) -> Self {
        Self { error, ..self }
    }

    /// With what came, and what was sent.
    #[must_use]
    pub fn totals(self, received: Totals, sent: Totals) -> Self {
        Self { received, sent, ..self }
    }

    /// With how long it was open.
    #[must_use]
    pub fn duration(self, duration: Duration) -> Self {
        Self { duration, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_has_all_that_it_is_given() {
        let info = CloseInfo::default();
        let (received, sent) = (Totals { messages: 1, ..Totals::default() }, Totals::default());
        let second = Duration::from_secs(1);
        let end = ObservedEnd::new(&info).error(Some("e")).totals(received, sent).duration(second);
        assert_eq!((end.error, end.duration, end.received.messages), (Some("e"), second, 1));
    }
}
