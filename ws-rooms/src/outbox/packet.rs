//! What nodes tell each other through a broker.
//!
//! ```text
//! octets   3        1         1       16     2          length   the rest
//!          "WSR"    version   kind    node   length     topic    payload
//! ```
//!
//! The version is 1, numbers are in network byte order, and the kinds are 0 for text, 1 for bytes, 2 for "something is
//! missing here", and 3 for the heartbeat of a node, which it sends to itself. A gap without a topic is one in all of them.
//! A node that does not know a version or a kind leaves the packet out.

use std::fmt;

use ws_tokio::{
    Message,
    bytes::{Buf, BufMut, Bytes, BytesMut},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) node: u128,
    pub(crate) topic: Bytes,
    pub(crate) body: Body,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Message(Message),
    Gap,
    Beat,
}

/// Why something that came through the broker is not taken for a packet of another node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PacketError {
    /// `foreign`: it does not begin like a packet.
    Foreign,
    /// `version`: it is of another version.
    Version(u8),
    /// `kind`: it is of a kind that this version does not have.
    Kind(u8),
    /// `truncated`: it ends too early.
    Truncated,
    /// `topic`: it came over a channel that is not that of its topic.
    Topic,
    /// `not-utf-8`: its text is not UTF-8.
    NotUtf8,
    /// `too-long`: its message is longer than [`max_queued_len`](crate::RoomsConfig::max_queued_len) of this node.
    TooLong,
}

impl PacketError {
    /// A stable name in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Foreign => "foreign",
            Self::Version(_) => "version",
            Self::Kind(_) => "kind",
            Self::Truncated => "truncated",
            Self::Topic => "topic",
            Self::NotUtf8 => "not-utf-8",
            Self::TooLong => "too-long",
        }
    }
}

impl fmt::Display for PacketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => {
                f.write_str("something that is no packet of ws-rooms came over its channel")
            }
            Self::Version(version) => {
                write!(f, "a packet of version {version} came, and {VERSION} is expected")
            }
            Self::Kind(kind) => write!(f, "a packet of the unknown kind {kind} came"),
            Self::Truncated => f.write_str("a packet ended too early"),
            Self::Topic => {
                f.write_str("a packet came over a channel that is not that of its topic")
            }
            Self::NotUtf8 => f.write_str("the text in a packet is not UTF-8"),
            Self::TooLong => f.write_str("the message in a packet is longer than max_queued_len"),
        }
    }
}

impl std::error::Error for PacketError {}

impl Packet {
    pub(crate) fn encode(node: u128, topic: &str, body: &Body) -> Bytes {
        let (kind, payload) = match body {
            Body::Message(message) if message.is_text() => (TEXT, message.as_bytes()),
            Body::Message(message) => (BINARY, message.as_bytes()),
            Body::Gap => (GAP, &[][..]),
            Body::Beat => (BEAT, &[][..]),
        };
        let mut packet = BytesMut::with_capacity(HEAD_LEN + topic.len() + payload.len());
        packet.extend_from_slice(MAGIC);
        packet.put_u8(VERSION);
        packet.put_u8(kind);
        packet.put_u128(node);
        // A name that is longer than that is none: the limit would have to be set to more than 64 KiB.
        let (len, topic) = match u16::try_from(topic.len()) {
            Ok(len) => (len, topic.as_bytes()),
            Err(_) => (0, &[][..]),
        };
        packet.put_u16(len);
        packet.extend_from_slice(topic);
        packet.extend_from_slice(payload);
        packet.freeze()
    }

    pub(crate) fn decode(mut packet: Bytes) -> Result<Self, PacketError> {
        if !packet.starts_with(MAGIC) {
            return Err(PacketError::Foreign);
        }
        packet.advance(MAGIC.len());
        let truncated = |_| PacketError::Truncated;
        let version = packet.try_get_u8().map_err(truncated)?;
        if version != VERSION {
            return Err(PacketError::Version(version));
        }
        let kind = packet.try_get_u8().map_err(truncated)?;
        let node = packet.try_get_u128().map_err(truncated)?;
        let len = usize::from(packet.try_get_u16().map_err(truncated)?);
        if packet.len() < len {
            return Err(PacketError::Truncated);
        }
        let topic = packet.split_to(len);
        let body = match kind {
            TEXT => Body::Message(
                Message::binary(packet).into_text().map_err(|_| PacketError::NotUtf8)?.into(),
            ),
            BINARY => Body::Message(Message::binary(packet)),
            GAP => Body::Gap,
            BEAT => Body::Beat,
            _ => return Err(PacketError::Kind(kind)),
        };
        Ok(Self { node, topic, body })
    }
}

const MAGIC: &[u8] = b"WSR";
const VERSION: u8 = 1;
const HEAD_LEN: usize = 3 + 1 + 1 + 16 + 2;

const TEXT: u8 = 0;
const BINARY: u8 = 1;
const GAP: u8 = 2;
const BEAT: u8 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies() -> [Body; 6] {
        let message = |message: Message| Body::Message(message);
        [
            message("hello".into()),
            message("".into()),
            message(b"\xff\0".into()),
            message(Message::binary(vec![])),
            Body::Gap,
            Body::Beat,
        ]
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        for topic in ["", "tea", "日本"] {
            for body in bodies() {
                let packet =
                    Packet { node: 7, topic: Bytes::copy_from_slice(topic.as_bytes()), body };
                let encoded = Packet::encode(7, topic, &packet.body);
                assert_eq!(Packet::decode(encoded), Ok(packet));
            }
        }
    }

    #[test]
    fn the_format_does_not_change_unnoticed() {
        let encoded = Packet::encode(1, "tea", &Body::Message("hi".into()));
        assert_eq!(&encoded[..], b"WSR\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\x03teahi");
    }

    #[test]
    fn what_is_cut_is_refused_or_shorter() {
        for body in bodies() {
            let whole = Packet::encode(7, "tea", &body);
            for len in 0..HEAD_LEN + 3 {
                let expected = if len < 3 { PacketError::Foreign } else { PacketError::Truncated };
                assert_eq!(Packet::decode(whole.slice(..len)), Err(expected), "{len}");
            }
        }
    }

    #[test]
    fn whatever_comes_is_refused_by_name() {
        let good = Packet::encode(7, "tea", &Body::Message("hi".into()));
        let changed = |at: usize, to: u8| {
            let mut packet = good.to_vec();
            packet[at] = to;
            Packet::decode(packet.into())
        };
        assert_eq!(changed(0, b'w'), Err(PacketError::Foreign));
        assert_eq!(changed(3, 2), Err(PacketError::Version(2)));
        assert_eq!(changed(4, 4), Err(PacketError::Kind(4)));
        assert_eq!(changed(21, 255), Err(PacketError::Truncated));
        assert_eq!(changed(26, 255), Err(PacketError::NotUtf8));
    }
}
