//! The receiving half: bytes to messages.
//!
//! ```text
//! recv: the window    | head |   payload   | head | payl       a payload that came whole is given out
//!                            '-Front(len)--'                   from where it is, without a copy
//!
//! message             | payloads of earlier frames |           copied out of the window
//!
//! recv: direct        | earlier frames | done | to come |      of a payload of which 8 KiB or more are
//!                     0               base    base + rest      missing: memory of the message itself
//!
//! inflater            | inflated so far |                      from compressed payloads in the window
//! ```
//!
//! A direct read never goes past `base + rest`, so the next head is read into a new window.

use bytes::{Bytes, BytesMut};

mod collected;
mod compressed;
mod heads;
mod limits;
mod progress;
mod removed;
mod violation;

use self::{
    collected::Collected,
    progress::{Frame, Progress},
};
pub use self::{limits::ReceiveLimits, violation::FrameViolation};
use super::{
    closing::{Ended, Receiving, StreamEnd, stream_end},
    incoming::Incoming,
    reply::Reply,
    tap::RecvTap,
    web_socket_config::WebSocketConfig,
};
use crate::{
    close::{CloseCode, CloseFrame},
    codec::{
        FrameRule, RecvBuf,
        deflate::Inflater,
        frame::{FrameHead, Opcode},
        mask::apply_mask,
        utf8::is_utf8,
    },
    message::{Message, MessageKind, Text},
    role::Role,
};

/// The receiving half of a connection.
///
/// Read into [`recv_buf`](Self::recv_buf), [`poll`](Self::poll), look at
/// [`payload`](Self::payload) or take it, hand [`take_reply`](Self::take_reply) to the sender;
/// again until `poll` has nothing.
#[derive(Debug)]
pub struct Receiver {
    recv: RecvBuf,
    /// The message so far, unless it is read straight to its place: then it is in `recv`.
    message: Collected,
    frame: Option<Frame>,
    progress: Option<Progress>,
    /// Inflates compressed messages, if there may be any, and has what came of them.
    inflater: Option<Inflater>,
    ready: Ready,
    /// What was returned last is a message of this kind, and has not been taken.
    message_kind: Option<MessageKind>,
    /// Something is to be answered: a ping with `pong`, or how it ended.
    unanswered: bool,
    /// `None` if it is empty. In a box, since most connections are no larger for it then.
    pong: Option<Box<Bytes>>,
    /// Pings are answered here.
    auto_pong: bool,
    receiving: Receiving,
    role: Role,
    limits: ReceiveLimits,
    pub(super) tap: RecvTap,
}

/// Where the payload of what was returned last is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ready {
    Nothing,
    /// At the front of `recv`.
    Front(usize),
    /// In `message`.
    Message,
    /// With the inflater.
    Inflated,
}

impl Receiver {
    #[inline]
    pub(crate) fn new(
        role: Role,
        recv: RecvBuf,
        inflater: Option<Inflater>,
        config: &WebSocketConfig,
    ) -> Self {
        Self {
            recv,
            inflater,
            message: Collected::default(),
            frame: None,
            progress: None,
            ready: Ready::Nothing,
            message_kind: None,
            unanswered: false,
            pong: None,
            auto_pong: config.auto_pong,
            receiving: Receiving::Open,
            role,
            limits: ReceiveLimits::of(config),
            tap: RecvTap::default(),
        }
    }

    /// Where to read to. Gives up the payload of what was polled last. Whoever removes bytes of a message that
    /// has begun has had a part of it: [`poll`](Self::poll) skips the rest.
    #[inline]
    pub fn recv_buf(&mut self) -> &mut RecvBuf {
        self.forget_payload();
        &mut self.recv
    }

    /// Looks for the next thing that came, and forgets the payload of the one before. `None` when
    /// more bytes are needed, or when the peer has closed. The rest of a message whose beginning was
    /// given out in parts is skipped.
    ///
    /// # Errors
    ///
    /// The rule that the peer broke. Nothing comes after it.
    #[inline]
    pub fn poll(&mut self) -> Result<Option<Incoming>, FrameRule> {
        self.notice_removed();
        // Of a message that has been given out in parts nobody wants the rest for the whole.
        while self.progress.is_some_and(|progress| progress.given) {
            match self.poll_as(true)? {
                Some(Incoming::Part { .. }) => {}
                other => return Ok(other),
            }
        }
        self.poll_as(false)
    }

    /// Like [`poll`](Self::poll), but gives out data as it comes instead of whole messages.
    ///
    /// # Errors
    ///
    /// As [`poll`](Self::poll).
    pub fn poll_part(&mut self) -> Result<Option<Incoming>, FrameRule> {
        self.notice_removed();
        self.poll_as(true)
    }

    /// The payload of what was polled last; for a close frame, code and reason as they came.
    #[inline]
    pub fn payload(&self) -> &[u8] {
        match self.ready {
            Ready::Nothing => &[],
            Ready::Front(len) => &self.recv.filled()[..len],
            Ready::Message => self.message.as_slice(),
            Ready::Inflated => self.inflater.as_ref().map_or(&[], |inflater| inflater.out()),
        }
    }

    /// Takes the payload of what was polled last, without copying it.
    #[inline]
    pub fn take_payload(&mut self) -> Bytes {
        self.message_kind = None;
        match std::mem::replace(&mut self.ready, Ready::Nothing) {
            Ready::Nothing => Bytes::new(),
            Ready::Front(len) => self.recv.split_to(len),
            Ready::Message => self.message.take().freeze(),
            Ready::Inflated => match &mut self.inflater {
                Some(inflater) => inflater.take_out().into(),
                None => Bytes::new(),
            },
        }
    }

    /// Takes the message that was polled last, without copying it; `None` if that was none.
    #[inline]
    pub fn take_message(&mut self) -> Option<Message> {
        let kind = self.message_kind?;
        let payload = self.take_payload();
        Some(match kind {
            MessageKind::Text => Message::Text(Text::from_checked(payload)),
            MessageKind::Binary => Message::Binary(payload),
        })
    }

    /// Takes what the sender has to send because of what was polled: `None` but for pings, close frames and
    /// broken rules, and once for each. Of several, what came last (RFC 6455 5.5.3).
    #[inline]
    pub fn take_reply(&mut self) -> Option<Reply> {
        if !std::mem::take(&mut self.unanswered) {
            return None;
        }
        Some(match self.receiving.ended() {
            None => Reply::pong(self.pong.take().map_or_else(Bytes::new, |pong| *pong)),
            Some(Ended::Closed(frame)) => Reply::close(frame.code),
            Some(Ended::Failed(rule)) => Reply::broken(*rule),
        })
    }

    /// The peer's close frame, once it has come.
    pub fn close_frame(&self) -> Option<&CloseFrame> {
        self.receiving.close_frame()
    }

    /// What becomes of the stream when everything has been written (RFC 6455 7.1.1).
    pub fn stream_end(&self) -> StreamEnd {
        stream_end(self.role, &self.receiving)
    }

    /// Sets the limits for what comes from now on, and gives back those before.
    pub fn set_limits(&mut self, limits: ReceiveLimits) -> ReceiveLimits {
        std::mem::replace(&mut self.limits, limits)
    }

    /// Which end this is.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether nothing more can come: the peer has closed, or broke a rule.
    pub fn is_done(&self) -> bool {
        !self.receiving.is_open()
    }

    /// Bytes that came and have not been looked at.
    pub fn leftover(&self) -> &[u8] {
        self.recv.filled()
    }

    /// Gives away the bytes that came and have not been looked at.
    pub fn into_leftover(self) -> Bytes {
        self.recv.into_bytes()
    }

    pub(crate) fn into_recv_buf(self) -> RecvBuf {
        self.recv
    }

    #[inline]
    fn poll_as(&mut self, parts: bool) -> Result<Option<Incoming>, FrameRule> {
        self.forget_payload();
        let nothing_begun = self.frame.is_none() && self.progress.is_none() && !self.is_done();
        if !nothing_begun {
            return self.poll_frames(parts);
        }
        if self.recv.is_empty() {
            return Ok(None);
        }
        self.poll_first(parts)
    }

    /// What takes more than a look: fragments, control frames, payloads that have not come as a
    /// whole, compressed ones, and everything that is wrong.
    #[inline(never)]
    fn poll_frames(&mut self, parts: bool) -> Result<Option<Incoming>, FrameRule> {
        match self.receiving.ended() {
            None => {}
            Some(Ended::Closed(_)) => return Ok(None),
            Some(Ended::Failed(rule)) => return Err(*rule),
        }
        let outcome = self.advance(parts);
        match outcome {
            Ok(polled) => {
                self.message_kind = match polled {
                    Some(Incoming::Message(kind)) => Some(kind),
                    _ => None,
                };
                match polled {
                    Some(Incoming::Ping) if self.auto_pong => {
                        // A ping's payload is small; a copy leaves the window alone.
                        let payload = Some(self.payload()).filter(|payload| !payload.is_empty());
                        self.pong = payload.map(|it| Box::new(Bytes::copy_from_slice(it)));
                        self.unanswered = true;
                    }
                    Some(Incoming::Close) => self.unanswered = true,
                    _ => {}
                }
            }
            Err(rule) => self.fail(rule),
        }
        outcome
    }

    fn fail(&mut self, rule: FrameRule) {
        self.receiving.end(Ended::Failed(rule));
        self.unanswered = true;
        // What was collected is of no use to anybody.
        self.message.take();
        self.recv.give_up_message();
        if let Some(inflater) = &mut self.inflater {
            inflater.forget_out();
        }
    }

    #[inline]
    fn forget_payload(&mut self) {
        self.message_kind = None;
        match std::mem::replace(&mut self.ready, Ready::Nothing) {
            Ready::Nothing => {}
            Ready::Front(len) => self.recv.skip(len),
            // The memory of a long message is not kept for a short one.
            Ready::Message => drop(self.message.take()),
            Ready::Inflated => {
                if let Some(inflater) = &mut self.inflater {
                    inflater.forget_out();
                }
            }
        }
    }

    fn advance(&mut self, parts: bool) -> Result<Option<Incoming>, FrameRule> {
        loop {
            let mut frame = match self.frame.take() {
                Some(frame) => frame,
                None => {
                    let Some((head, len)) = FrameHead::decode(self.recv.filled())? else {
                        return Ok(None);
                    };
                    let rest = self.check_head(&head)?;
                    self.recv.skip(len);
                    self.recv.take_removed();
                    self.tap.head(head.opcode, len);
                    Frame { head, rest, done: 0, given: 0, direct: None }
                }
            };
            self.take_in(&mut frame)?;
            if self.is_compressed(&frame) {
                let part = self.inflate(&mut frame, parts)?;
                if part.is_some() {
                    self.frame = Some(frame);
                    return Ok(part);
                }
            }
            if frame.done < frame.rest {
                let incoming = self.wait_for_rest(&mut frame, parts);
                self.frame = Some(frame);
                return Ok(incoming);
            }
            if let Some(incoming) = self.end_frame(frame, parts)? {
                return Ok(Some(incoming));
            }
        }
    }

    #[inline]
    fn take_whole(
        &mut self,
        kind: MessageKind,
        head: &FrameHead,
        head_len: usize,
        parts: bool,
    ) -> Result<Incoming, FrameRule> {
        let len = head.len as usize;
        self.recv.expect_frames(head_len + len);
        self.recv.skip(head_len);
        let payload = &mut self.recv.filled_mut()[..len];
        if let Some(mask) = head.mask {
            apply_mask(payload, mask, 0);
        }
        if kind == MessageKind::Text && !is_utf8(payload) {
            self.fail(FrameRule::InvalidUtf8);
            return Err(FrameRule::InvalidUtf8);
        }
        self.ready = Ready::Front(len);
        self.tap.message(kind, len, head_len + len);
        if parts {
            return Ok(Incoming::Part { kind, last: true });
        }
        self.message_kind = Some(kind);
        Ok(Incoming::Message(kind))
    }

    /// Unmasks and checks what has come of the frame's payload since the last look.
    fn take_in(&mut self, frame: &mut Frame) -> Result<(), FrameRule> {
        let base = frame.direct.unwrap_or(0);
        let have = (self.recv.len() - base).min(frame.rest);
        let new = &mut self.recv.filled_mut()[base + frame.done..base + have];
        if let Some(mask) = frame.head.mask {
            apply_mask(new, mask, frame.given + frame.done);
        }
        frame.done = have;
        match &mut self.progress {
            Some(progress) if !frame.head.opcode.is_control() && !progress.compressed => {
                progress.check(new)
            }
            _ => Ok(()),
        }
    }

    /// The payload is not whole yet: gives out the part that is there, or makes room for the rest.
    fn wait_for_rest(&mut self, frame: &mut Frame, parts: bool) -> Option<Incoming> {
        let progress = self.progress.filter(|_| !frame.head.opcode.is_control())?;
        if progress.compressed {
            return None;
        }
        if parts {
            // `poll` may have collected something before: that goes out first, with this.
            let collected = self.end_direct(frame);
            let part = Incoming::Part { kind: progress.kind, last: false };
            if collected || !self.message.is_empty() {
                self.collect(frame.done);
                self.ready = Ready::Message;
            } else if frame.done > 0 {
                self.ready = Ready::Front(frame.done);
            } else {
                return None;
            }
            frame.skip(frame.done);
            if let Some(progress) = &mut self.progress {
                progress.given = true;
            }
            return Some(part);
        }
        let missing = frame.rest - frame.done;
        if frame.direct.is_none() && missing >= MIN_DIRECT {
            // All that is in `recv` is of this payload. It becomes, or joins, the message so far,
            // and the rest is read to its place behind it.
            let base = self.message.as_slice().len();
            if base == 0 {
                self.recv.collect(frame.rest);
            } else {
                self.collect(frame.done);
                self.recv.replace(self.message.take(), Some(base + frame.rest));
            }
            frame.direct = Some(base);
        }
        None
    }

    /// The payload is whole.
    fn end_frame(&mut self, mut frame: Frame, parts: bool) -> Result<Option<Incoming>, FrameRule> {
        let len = frame.done;
        match frame.head.opcode {
            Opcode::Ping => {
                self.ready = Ready::Front(len);
                return Ok(Some(Incoming::Ping));
            }
            Opcode::Pong => {
                self.ready = Ready::Front(len);
                return Ok(Some(Incoming::Pong));
            }
            Opcode::Close => {
                let frame = parse_close(&self.recv.filled()[..len])?;
                self.ready = Ready::Front(len);
                self.tap.close(&frame);
                self.receiving.end(Ended::Closed(frame));
                return Ok(Some(Incoming::Close));
            }
            Opcode::Text | Opcode::Binary | Opcode::Continuation => {}
        }
        self.recv.expect_frames(frame.head.encoded_len() + frame.given + len);
        let fin = frame.head.fin;
        let Some(mut progress) = self.progress.take() else {
            return Err(FrameRule::UnexpectedContinuation);
        };
        if fin {
            let len = self.message_len(&progress);
            self.end_inflating(&progress)?;
            progress.end()?;
            self.tap.message(progress.kind, len, progress.declared);
        } else {
            progress.given |= parts;
            self.progress = Some(progress);
        }
        let kind = progress.kind;
        let collected = self.end_direct(&mut frame);
        let in_message = collected || !self.message.is_empty();
        if in_message || !(fin || parts) {
            self.collect(frame.done);
        }
        if !fin && !parts {
            return Ok(None);
        }
        self.ready = match in_message {
            _ if progress.compressed => Ready::Inflated,
            true => Ready::Message,
            false => Ready::Front(frame.done),
        };
        Ok(Some(match (parts, fin) {
            (false, _) => Incoming::Message(kind),
            (true, last) => Incoming::Part { kind, last },
        }))
    }

    /// Ends reading to the message's own place: what was collected there is the message so far, and
    /// `recv` is the window again. Says whether there was such a place.
    fn end_direct(&mut self, frame: &mut Frame) -> bool {
        if frame.direct.take().is_none() {
            return false;
        }
        self.message.put(self.recv.replace(BytesMut::new(), None));
        frame.skip(frame.done);
        true
    }

    /// Moves the first `n` bytes of `recv` to the message.
    fn collect(&mut self, n: usize) {
        self.message.extend_from_slice(&self.recv.filled()[..n]);
        self.recv.skip(n);
    }
}

/// "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer (in
/// network byte order) representing a status code [...]. Following the 2-byte integer, the body MAY
/// contain UTF-8-encoded data". RFC 6455 5.5.1
fn parse_close(payload: &[u8]) -> Result<CloseFrame, FrameRule> {
    let (code, reason) = match payload {
        [] => return Ok(CloseFrame::EMPTY),
        [_] => return Err(FrameRule::CloseLength),
        [a, b, reason @ ..] => (u16::from_be_bytes([*a, *b]), reason),
    };
    let code = CloseCode::new(code);
    if !code.is_sendable() {
        return Err(FrameRule::CloseCode);
    }
    match std::str::from_utf8(reason) {
        Ok(reason) => Ok(CloseFrame::new(code, reason)),
        Err(_) => Err(FrameRule::CloseReason),
    }
}

/// When at least this much of a payload is missing, it is read to its final place; a shorter rest
/// is waited for in the window. Also bounds how far the window grows.
const MIN_DIRECT: usize = 8 * 1024;
