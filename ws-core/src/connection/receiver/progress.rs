//! How far a frame and a message have come.

use crate::{
    codec::{FrameRule, frame::FrameHead, utf8::Utf8},
    message::MessageKind,
};

/// The frame whose payload is coming.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) head: FrameHead,
    /// The payload that is to come, `done` included.
    pub(super) rest: usize,
    /// The payload that has come, is unmasked, checked and still in the buffer.
    pub(super) done: usize,
    /// The payload that has been given out already: where in the mask the rest begins.
    pub(super) given: usize,
    /// `recv` holds the message so far and this much of it belongs to earlier frames.
    pub(super) direct: Option<usize>,
}

/// The message that is coming.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    pub(super) kind: MessageKind,
    pub(super) fragments: u32,
    /// The payload of all frames so far, as their heads declare it.
    pub(super) declared: usize,
    pub(super) utf8: Utf8,
    pub(super) compressed: bool,
    /// Some of it has been given out in parts.
    pub(super) given: bool,
}

impl Frame {
    /// The first `n` bytes of what has come are dealt with.
    pub(super) fn skip(&mut self, n: usize) {
        self.given += n;
        self.rest -= n;
        self.done -= n;
    }
}

impl Progress {
    /// Looks at the next bytes of the message. "When an endpoint is to interpret a byte stream as
    /// UTF-8 but finds that the byte stream is not, in fact, a valid UTF-8 stream, that endpoint
    /// MUST _Fail the WebSocket Connection_." At the first such byte, not at the end of its frame.
    /// RFC 6455 8.1
    pub(super) fn check(&mut self, new: &[u8]) -> Result<(), FrameRule> {
        match self.kind {
            MessageKind::Text => self.utf8.push(new).map_err(|_| FrameRule::InvalidUtf8),
            MessageKind::Binary => Ok(()),
        }
    }

    /// The message has ended.
    pub(super) fn end(&mut self) -> Result<(), FrameRule> {
        self.utf8.end().map_err(|_| FrameRule::InvalidUtf8)
    }
}
