//! Compressed messages (RFC 7692 6.2): their payload goes through the inflater as it comes.

use super::{Frame, Incoming, Progress, Ready, Receiver};
use crate::codec::FrameRule;

impl Receiver {
    pub(super) fn is_compressed(&self, frame: &Frame) -> bool {
        !frame.head.opcode.is_control() && self.progress.is_some_and(|it| it.compressed)
    }

    /// Inflates what has come of the frame's payload: all of it, or as much as makes a part.
    pub(super) fn inflate(
        &mut self,
        frame: &mut Frame,
        parts: bool,
    ) -> Result<Option<Incoming>, FrameRule> {
        let (Some(inflater), Some(progress)) = (&mut self.inflater, &mut self.progress) else {
            return Ok(None);
        };
        if frame.done > 0 || inflater.is_full() {
            // The limit holds while inflating: one byte more than it allows is the last that comes.
            let most = self.limits.max_message_len.saturating_add(1) - inflater.total();
            let before = inflater.out().len();
            let max_len = if parts { most.min(MAX_PART) } else { before.saturating_add(most) };
            let used = inflater.inflate(&self.recv.filled()[..frame.done], max_len);
            // In the order of the message, however it was cut: first what came of it, then why
            // nothing more did.
            progress.check(&inflater.out()[before..])?;
            let used = used.map_err(|_| FrameRule::InvalidDeflate)?;
            self.recv.skip(used);
            frame.skip(used);
            if inflater.total() > self.limits.max_message_len {
                return Err(FrameRule::MessageTooLarge);
            }
        }
        let is_whole = frame.rest == 0 && !inflater.is_full();
        if !parts || is_whole || inflater.out().is_empty() {
            return Ok(None);
        }
        self.ready = Ready::Inflated;
        progress.given = true;
        Ok(Some(Incoming::Part { kind: progress.kind, last: false }))
    }

    /// The message has ended.
    pub(super) fn end_inflating(&mut self, progress: &Progress) -> Result<(), FrameRule> {
        match &mut self.inflater {
            Some(inflater) if progress.compressed => {
                inflater.end().map_err(|_| FrameRule::InvalidDeflate)
            }
            _ => Ok(()),
        }
    }
}

/// What inflates to more than this is given out in several parts.
const MAX_PART: usize = 64 * 1024;
