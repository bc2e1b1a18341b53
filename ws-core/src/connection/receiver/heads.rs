//! Heads of frames against the role, the message in progress and the limits.

use super::{Incoming, Receiver, progress::Progress};
use crate::{
    codec::{
        FrameRule,
        frame::{FrameHead, Opcode},
        utf8::Utf8,
    },
    message::MessageKind,
    role::Role,
};

impl Receiver {
    /// Looks at bytes that begin with a frame.
    #[inline(never)]
    pub(super) fn poll_first(&mut self, parts: bool) -> Result<Option<Incoming>, FrameRule> {
        match self.whole() {
            Some((kind, head, head_len)) => self.take_whole(kind, &head, head_len, parts).map(Some),
            None => self.poll_frames(parts),
        }
    }

    /// The head of a message that has come as a whole, in one frame, and may be taken as it is. Most
    /// messages are like that, and need none of what keeps track of the others.
    #[inline]
    pub(super) fn whole(&self) -> Option<(MessageKind, FrameHead, usize)> {
        let (head, head_len) = FrameHead::decode(self.recv.filled()).ok().flatten()?;
        let kind = match head.opcode {
            Opcode::Text => MessageKind::Text,
            Opcode::Binary => MessageKind::Binary,
            _ => return None,
        };
        let most = self
            .limits
            .max_frame_len
            .min(self.limits.max_message_len)
            .min(self.recv.len() - head_len);
        let masked_well = head.mask.is_some() == (self.role == Role::Server);
        let plain = head.fin && !head.rsv1 && masked_well && self.limits.max_fragments > 0;
        (plain && head.len <= most as u64).then_some((kind, head, head_len))
    }

    /// Checks a head against the role, the message in progress and the limits, before anything of
    /// the payload is looked at.
    pub(super) fn check_head(&mut self, head: &FrameHead) -> Result<usize, FrameRule> {
        match (self.role, head.mask) {
            // "The server MUST close the connection upon receiving a frame that is not masked."
            // RFC 6455 5.1
            (Role::Server, None) => return Err(FrameRule::Unmasked),
            // "A client MUST close a connection if it detects a masked frame." RFC 6455 5.1
            (Role::Client, Some(_)) => return Err(FrameRule::Masked),
            _ => {}
        }
        // "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values."
        // RFC 6455 5.2. With permessage-deflate it marks the first frame of a compressed message,
        // and no other. RFC 7692 6
        let may_compress = matches!(head.opcode, Opcode::Text | Opcode::Binary);
        if head.rsv1 && !(may_compress && self.inflater.is_some()) {
            return Err(FrameRule::ReservedBit);
        }
        // More than memory has addresses for is too large, whatever the limit.
        let len = usize::try_from(head.len);
        if head.opcode.is_control() {
            return len.map_err(|_| FrameRule::LongControl);
        }
        let kind = match head.opcode {
            Opcode::Text => Some(MessageKind::Text),
            Opcode::Binary => Some(MessageKind::Binary),
            _ => None,
        };
        let progress = match (kind, &mut self.progress) {
            (Some(kind), progress @ None) => progress.insert(Progress {
                kind,
                fragments: 0,
                declared: 0,
                utf8: Utf8::default(),
                compressed: head.rsv1,
                given: false,
            }),
            (None, Some(progress)) => progress,
            // "The fragments of one message MUST NOT be interleaved between the fragments of
            // another message unless an extension has been negotiated". RFC 6455 5.4
            (Some(_), Some(_)) => return Err(FrameRule::InterleavedMessage),
            (None, None) => return Err(FrameRule::UnexpectedContinuation),
        };
        // What inflates to a message of the longest kind may be a little longer than that itself.
        let allowed = |max_len: usize| match progress.compressed {
            true => max_len.saturating_add(max_len / 8).saturating_add(MAX_OVERHEAD),
            false => max_len,
        };
        let max_frame_len = allowed(self.limits.max_frame_len);
        let Some(len) = len.ok().filter(|len| *len <= max_frame_len) else {
            return Err(FrameRule::FrameTooLarge);
        };
        let max_message_len = allowed(self.limits.max_message_len);
        progress.declared = progress.declared.saturating_add(len);
        if progress.declared > max_message_len {
            return Err(FrameRule::MessageTooLarge);
        }
        progress.fragments = progress.fragments.saturating_add(1);
        if progress.fragments > self.limits.max_fragments {
            return Err(FrameRule::TooManyFragments);
        }
        Ok(len)
    }
}

/// How much longer than what it inflates to a payload may be, besides an eighth of that: more than any
/// compressor adds to what it cannot compress.
const MAX_OVERHEAD: usize = 1024;

#[cfg(test)]
mod tests {
    use crate::{
        codec::{FrameRule, RecvBuf},
        connection::{Connection, Incoming, ReceiveLimits, WebSocketConfig},
        message::MessageKind,
        negotiated::Negotiated,
        role::Role,
    };

    /// What is compressed may be a little longer than what comes of it: an eighth and 1 KiB.
    #[cfg(feature = "deflate")]
    #[test]
    fn a_compressed_payload_may_be_a_little_longer_than_its_message() {
        for (len, fits) in [(8000 + 1000 + 1024, true), (8000 + 1000 + 1025, false)] {
            for head in [[0xc2_u8, 126], [0x42, 126]] {
                let negotiated = Negotiated::new(None, "permessage-deflate".parse().ok());
                let config = WebSocketConfig::new().max_message_len(8000).max_frame_len(8000);
                let mut core = Connection::new(Role::Client, negotiated, RecvBuf::new(), &config);
                core.receiver().recv_buf().extend_from_slice(&head);
                core.receiver().recv_buf().extend_from_slice(&u16::to_be_bytes(len));
                assert_eq!(core.poll().is_ok(), fits, "{len}");
            }
        }
    }

    #[test]
    fn a_ping_is_answered_unless_that_is_left_to_the_caller() {
        for (on, payload) in [(true, &b"ping"[..]), (true, b""), (false, b"ping"), (false, b"")] {
            let config = WebSocketConfig::new().auto_pong(on);
            let mut core =
                Connection::new(Role::Client, Negotiated::default(), RecvBuf::new(), &config);
            core.receiver().recv_buf().extend_from_slice(&[0x89, payload.len() as u8]);
            core.receiver().recv_buf().extend_from_slice(payload);
            assert_eq!(core.receiver().poll(), Ok(Some(Incoming::Ping)));
            assert_eq!(core.receiver().payload(), payload);
            assert_eq!(core.receiver().take_reply().is_some(), on);
            assert!(core.receiver().take_reply().is_none());
        }
    }

    /// What does not fit into the address space must not be taken for the longest that does: what is behind that
    /// would be the head of the next frame.
    #[test]
    fn a_length_is_never_cut_to_what_the_machine_can_count() {
        let config = WebSocketConfig::default();
        let mut core =
            Connection::new(Role::Client, Negotiated::default(), RecvBuf::new(), &config);
        core.receiver().set_limits(ReceiveLimits::NONE);
        let len: u64 = (1 << 32) + 5;
        let mut octets = vec![0x82, 127];
        octets.extend(len.to_be_bytes());
        octets.extend(b"begin");
        core.receiver().recv_buf().extend_from_slice(&octets);
        let begun = Incoming::Part { kind: MessageKind::Binary, last: false };
        let found = core.receiver().poll_part();
        match usize::try_from(len) {
            Ok(_) => assert_eq!(found, Ok(Some(begun))),
            Err(_) => {
                assert_eq!(found, Err(FrameRule::FrameTooLarge));
                let violation = core.receiver().violation().unwrap();
                assert_eq!(violation.found(), Some(len));
            }
        }
    }
}
