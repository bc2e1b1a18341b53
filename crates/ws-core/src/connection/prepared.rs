//! A message framed once, for many connections.

use bytes::{Bytes, BytesMut};

use super::sender::opcode_of;
use crate::{codec::frame::FrameHead, message::Message};

/// A message with its frame made, to be sent to any number of peers: the payload is copied once,
/// here, and shared from then on.
///
/// ```
/// use ws_core::{Message, Prepared};
///
/// let prepared = Prepared::new(Message::text("hello"));
/// // for client in clients { client.send_prepared(&prepared).await?; }
/// assert_eq!(prepared.message().as_text(), Some("hello"));
/// ```
#[derive(Clone, Debug)]
pub struct Prepared {
    message: Message,
    frame: Bytes,
}

impl Prepared {
    /// Frames `message` for servers to send: unmasked, in one frame.
    pub fn new(message: Message) -> Self {
        let len = message.len() as u64;
        let opcode = opcode_of(message.kind());
        let head = FrameHead { fin: true, rsv1: false, opcode, mask: None, len };
        let mut bytes = [0; FrameHead::MAX_LEN];
        let n = head.encode(&mut bytes);
        let mut frame = BytesMut::with_capacity(n + message.len());
        frame.extend_from_slice(&bytes[..n]);
        frame.extend_from_slice(message.as_bytes());
        Self { message, frame: frame.freeze() }
    }

    /// The message.
    pub fn message(&self) -> &Message {
        &self.message
    }

    pub(super) fn frame(&self) -> &Bytes {
        &self.frame
    }
}
