//! A message framed once, for many connections.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::{Bytes, BytesMut};

use crate::{
    codec::{
        deflate::{Setting, deflate_alone},
        frame::FrameHead,
    },
    message::Message,
};

/// A framed message, to be sent to any number of peers: the payload is copied once,
/// here, and shared from then on. It is compressed at most once for every window and level that
/// connections have negotiated, when it is first sent over such a connection.
///
/// ```
/// use ws_core::Prepared;
///
/// let prepared = Prepared::new("hello");
/// // for client in clients { client.send(&prepared).await?; }
/// assert_eq!(prepared.message().as_text(), Some("hello"));
/// ```
#[derive(Clone)]
pub struct Prepared {
    message: Message,
    frame: Bytes,
    /// The frame with its payload compressed, for each setting that was asked for.
    deflated: Arc<Mutex<Vec<(Setting, Bytes)>>>,
}

impl Prepared {
    /// Makes `message` ready: one unmasked frame, as servers send it. A client, which has to mask, sends the
    /// message itself.
    pub fn new(message: impl Into<Message>) -> Self {
        let message = message.into();
        let frame = frame(&message, message.as_bytes(), false);
        Self { message, frame, deflated: Arc::default() }
    }

    /// The message.
    pub fn message(&self) -> &Message {
        &self.message
    }

    pub(super) fn frame(&self) -> &Bytes {
        &self.frame
    }

    /// The frame with its payload compressed without a reference to anything before it.
    pub(super) fn deflated(&self, setting: Setting) -> Bytes {
        let mut deflated = self.deflated.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, frame)) = deflated.iter().find(|(known, _)| *known == setting) {
            return frame.clone();
        }
        let payload = deflate_alone(setting, self.message.as_bytes());
        let frame = frame(&self.message, &payload, true);
        deflated.push((setting, frame.clone()));
        frame
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("message", &self.message).finish_non_exhaustive()
    }
}

fn frame(message: &Message, payload: &[u8], rsv1: bool) -> Bytes {
    let (opcode, len) = (message.kind().opcode(), payload.len() as u64);
    let head = FrameHead { fin: true, rsv1, opcode, mask: None, len };
    let mut bytes = [0; FrameHead::MAX_LEN];
    let n = head.encode(&mut bytes);
    let mut frame = BytesMut::with_capacity(n + payload.len());
    frame.extend_from_slice(&bytes[..n]);
    frame.extend_from_slice(payload);
    frame.freeze()
}
