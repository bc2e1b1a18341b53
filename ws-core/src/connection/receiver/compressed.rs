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
            // The limit holds while inflating: one byte more than it allows is the last that comes. More may have come
            // before the limit was set.
            let most = self.limits.max_message_len.saturating_add(1);
            let most = most.saturating_sub(inflater.total());
            let before = inflater.out().len();
            let max_len = if parts { most.min(MAX_PART) } else { before.saturating_add(most) };
            let used = inflater.inflate(&self.recv.filled()[..frame.done], max_len);
            // In the order of the message, however it was cut: first what came of it, then that it was too
            // much, then why nothing more did.
            progress.check(&inflater.out()[before..])?;
            if inflater.total() > self.limits.max_message_len {
                return Err(FrameRule::MessageTooLarge);
            }
            let used = used.map_err(|_| FrameRule::InvalidDeflate)?;
            self.recv.skip(used);
            frame.skip(used);
        }
        let is_whole = frame.rest == 0 && !inflater.is_full();
        if !parts || is_whole || inflater.out().is_empty() {
            return Ok(None);
        }
        self.ready = Ready::Inflated;
        progress.given = true;
        Ok(Some(Incoming::Part { kind: progress.kind, last: false }))
    }

    /// The length of a message whose payload has come, before [`end_inflating`](Self::end_inflating).
    pub(super) fn message_len(&self, progress: &Progress) -> usize {
        match &self.inflater {
            Some(inflater) if progress.compressed => inflater.total(),
            _ => progress.declared,
        }
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

#[cfg(all(test, feature = "deflate"))]
mod tests {
    use super::MAX_PART;
    use crate::{
        codec::{FrameRule, RecvBuf},
        connection::{Connection, Incoming, ReceiveLimits, WebSocketConfig},
        message::MessageKind,
        negotiated::Negotiated,
        role::Role,
    };

    /// A block of fixed codes (RFC 1951 3.2.6), which is the last: three octets, and the last of them 65,790 times again. The
    /// code for the end fits into the octet in which the last repetition ends: all has come of it when a part is full.
    #[test]
    fn what_is_left_behind_a_full_part_is_given_out() {
        let mut bits = vec![true, true, false];
        // The most significant bit of a code comes first.
        let mut code = |value: u16, len: u32| {
            bits.extend((0..len).rev().map(|at| value >> at & 1 == 1));
        };
        (0..3).for_each(|_| code(0b1_1111_1111, 9));
        (0..255).for_each(|_| code(0b1100_0101 << 5, 13));
        code(0, 7);
        let octet =
            |bits: &[bool]| bits.iter().rev().fold(0, |octet, bit| octet << 1 | u8::from(*bit));
        let payload: Vec<u8> = bits.chunks(8).map(octet).collect();
        assert!(bits.len() % 8 == 0 && payload.len() == 419);

        let negotiated = Negotiated::new(None, "permessage-deflate".parse().ok());
        let config = WebSocketConfig::default();
        let mut core = Connection::new(Role::Client, negotiated, RecvBuf::new(), &config);
        core.receiver().recv_buf().extend_from_slice(&[0xc2, 126, 1, 163]);
        core.receiver().recv_buf().extend_from_slice(&payload);
        for (len, last) in [(MAX_PART, false), (3 + 255 * 258 - MAX_PART, true)] {
            let part = Incoming::Part { kind: MessageKind::Binary, last };
            assert_eq!(core.poll_part(), Ok(Some(part)));
            assert_eq!(core.receiver().payload(), vec![0xff; len]);
        }
    }

    /// What has come of a frame is given out before the rest of it has.
    #[test]
    fn a_part_does_not_wait_for_the_end_of_its_frame() {
        let negotiated = Negotiated::new(None, "permessage-deflate".parse().ok());
        let config = WebSocketConfig::default();
        let mut core = Connection::new(Role::Client, negotiated, RecvBuf::new(), &config);
        let part = |last| Ok(Some(Incoming::Part { kind: MessageKind::Binary, last }));
        core.receiver().recv_buf().extend_from_slice(b"\xc2\x15\0\x05\0\xfa\xffaaaaa");
        assert_eq!(core.poll_part(), part(false));
        assert_eq!(core.receiver().payload(), b"aaaaa");
        assert_eq!(core.poll_part(), Ok(None));
        core.receiver().recv_buf().extend_from_slice(b"\0\x05\0\xfa\xffbbbbb\0");
        assert_eq!(core.poll_part(), part(true));
        assert_eq!(core.receiver().payload(), b"bbbbb");
    }

    /// Three octets in a stored block, and behind them a block of a kind that there is not.
    #[test]
    fn what_is_over_the_limit_comes_before_what_is_wrong_behind_it() {
        let frame = b"\xc2\x09\0\x03\0\xfc\xffaaa\x06";
        for (most, rule) in [(2, FrameRule::MessageTooLarge), (3, FrameRule::InvalidDeflate)] {
            for piece in 1..=frame.len() {
                for parts in [false, true] {
                    let negotiated = Negotiated::new(None, "permessage-deflate".parse().ok());
                    let config = WebSocketConfig::new().max_message_len(most);
                    let mut core =
                        Connection::new(Role::Client, negotiated, RecvBuf::new(), &config);
                    let broken = frame.chunks(piece).find_map(|piece| {
                        core.receiver().recv_buf().extend_from_slice(piece);
                        loop {
                            match if parts { core.poll_part() } else { core.poll() } {
                                Ok(None) => break None,
                                Ok(Some(_)) => {}
                                Err(rule) => break Some(rule),
                            }
                        }
                    });
                    assert_eq!(broken, Some(rule), "{most} {piece} {parts}");
                }
            }
        }
    }

    /// Five octets in a stored block, and five more.
    #[test]
    fn a_limit_below_what_has_been_inflated_is_exceeded() {
        for parts in [false, true] {
            let negotiated = Negotiated::new(None, "permessage-deflate".parse().ok());
            let config = WebSocketConfig::default();
            let mut core = Connection::new(Role::Client, negotiated, RecvBuf::new(), &config);
            core.receiver().recv_buf().extend_from_slice(b"\x42\x0a\0\x05\0\xfa\xffaaaaa");
            if parts {
                let part = Incoming::Part { kind: MessageKind::Binary, last: false };
                assert_eq!(core.poll_part(), Ok(Some(part)));
            } else {
                assert_eq!(core.poll(), Ok(None));
            }
            core.receiver().set_limits(ReceiveLimits { max_message_len: 3, ..ReceiveLimits::NONE });
            core.receiver().recv_buf().extend_from_slice(b"\x80\x0b\0\x05\0\xfa\xffaaaaa\0");
            assert_eq!(core.poll_part(), Err(FrameRule::MessageTooLarge));
            let violation = core.receiver().violation();
            assert_eq!(violation.and_then(|violation| violation.found()), Some(5));
        }
    }
}
