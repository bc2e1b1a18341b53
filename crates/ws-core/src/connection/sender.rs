//! The sending half: messages to bytes.

use bytes::{Bytes, BytesMut};

use super::{limits::WebSocketConfig, masks::Masks, prepared::Prepared, receiver::Reply};
use crate::{
    close::{CloseCode, CloseFrame, CloseInfo, Side},
    codec::{
        SendQueue,
        frame::{FrameHead, Opcode},
        mask::apply_mask,
    },
    message::{Message, MessageKind, Text},
    role::Role,
};

/// Why something cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendError {
    /// `queue-full`: so much waits to be written that this has to wait as well.
    Full,
    /// `closing`: a close frame has been sent, or has to be.
    Closing,
    /// `unfinished-message`: a message that is sent in parts has to end first.
    Unfinished,
    /// `control-too-long`: a ping, pong or close reason of more than 125 bytes (a reason: 123).
    ControlTooLong,
    /// `invalid-close-code`: a code that no close frame may have (RFC 6455 7.4).
    CloseCode,
}

impl SendError {
    /// A stable name in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "queue-full",
            Self::Closing => "closing",
            Self::Unfinished => "unfinished-message",
            Self::ControlTooLong => "control-too-long",
            Self::CloseCode => "invalid-close-code",
        }
    }
}

impl std::fmt::Display for SendError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Full => "the send queue is full",
            Self::Closing => "nothing may be sent after a close frame (RFC 6455 5.5.1)",
            Self::Unfinished => "a message that is sent in parts has to end first (RFC 6455 5.4)",
            Self::ControlTooLong => {
                "the payload of a control frame is at most 125 bytes (RFC 6455 5.5)"
            }
            Self::CloseCode => "a close frame cannot have this code (RFC 6455 7.4)",
        })
    }
}

impl std::error::Error for SendError {}

/// The sending half of a connection.
///
/// Commands put frames into the queue; write [`send_queue`](Self::send_queue) until it is empty.
/// A long message goes in frame by frame as the queue empties, with pongs in between.
#[derive(Debug)]
pub struct Sender {
    queue: SendQueue,
    masks: Masks,
    /// A message whose frames are not all in the queue.
    outgoing: Option<Box<Outgoing>>,
    /// A message that is being sent in parts has begun.
    parts: bool,
    /// A message was given up in the middle.
    abandoned: bool,
    /// Control frames that are not in the queue yet.
    controls: Option<Box<Controls>>,
    close: Option<Box<CloseFrame>>,
    /// The close frame answers the peer's.
    echo: bool,
    /// The close frame is in the queue; nothing comes behind it.
    closed: bool,
    role: Role,
    fragment_len: usize,
    max_queue_len: usize,
}

/// At most one pong and one ping wait.
#[derive(Debug, Default)]
struct Controls {
    pong: Option<Bytes>,
    ping: Option<Bytes>,
}

#[derive(Debug)]
struct Outgoing {
    opcode: Opcode,
    rest: Bytes,
    /// The last frame ends the message.
    fin: bool,
}

impl Sender {
    pub(crate) fn new(role: Role, queue: SendQueue, config: &WebSocketConfig) -> Self {
        Self {
            queue,
            masks: Masks::default(),
            outgoing: None,
            parts: false,
            abandoned: false,
            controls: None,
            close: None,
            echo: false,
            closed: false,
            role,
            fragment_len: config.fragment_len.unwrap_or(usize::MAX).max(1),
            max_queue_len: config.max_queue_len,
        }
    }

    /// What to write. Looking at it puts in what has been waiting for room.
    pub fn send_queue(&mut self) -> &mut SendQueue {
        self.refill();
        &mut self.queue
    }

    /// Whether nothing waits to be written, and the queue has no memory for what comes.
    pub fn wants_memory(&self) -> bool {
        self.is_drained() && !self.queue.has_memory()
    }

    /// Gives the queue memory to use, unless it has some.
    pub fn give_memory(&mut self, memory: BytesMut) {
        self.queue.give_memory(memory);
    }

    /// Takes the queue's memory away if nothing waits in it, for somebody else to use meanwhile.
    pub fn take_memory(&mut self) -> Option<BytesMut> {
        if self.is_drained() { self.queue.take_memory() } else { None }
    }

    /// Queues a message.
    ///
    /// # Errors
    ///
    /// [`SendError::Full`] while there is no room: write some of the queue first. An empty queue
    /// takes a message of any length. [`SendError::Closing`] and [`SendError::Unfinished`] when
    /// there can be no message now.
    pub fn send(&mut self, message: &Message) -> Result<(), SendError> {
        self.check_ready(message.len())?;
        if self.parts {
            return Err(SendError::Unfinished);
        }
        let payload = match message {
            Message::Text(text) => text.clone().into_bytes(),
            Message::Binary(bytes) => bytes.clone(),
        };
        self.start(opcode_of(message.kind()), payload, true);
        Ok(())
    }

    /// Queues a part of a message; the first part decides its kind. The parts of a text need not
    /// end at a character's end, but together they must be UTF-8: the peer refuses what is not.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_part(
        &mut self,
        kind: MessageKind,
        part: Bytes,
        last: bool,
    ) -> Result<(), SendError> {
        self.check_ready(part.len())?;
        let opcode = if self.parts { Opcode::Continuation } else { opcode_of(kind) };
        self.parts = !last;
        self.start(opcode, part, last);
        Ok(())
    }

    /// Queues a message that has been framed already. Only servers send the same bytes to all; a
    /// client has to mask, and so to copy.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_prepared(&mut self, prepared: &Prepared) -> Result<(), SendError> {
        match (self.role, prepared.frame()) {
            (Role::Server, frame) => {
                self.check_ready(frame.len())?;
                if self.parts {
                    return Err(SendError::Unfinished);
                }
                self.put(frame.clone());
                Ok(())
            }
            (Role::Client, _) => self.send(prepared.message()),
        }
    }

    /// Queues a ping.
    ///
    /// # Errors
    ///
    /// [`SendError::ControlTooLong`] for more than 125 bytes, [`SendError::Closing`],
    /// [`SendError::Full`] when the last ping has not gone out yet.
    pub fn ping(&mut self, payload: Bytes) -> Result<(), SendError> {
        self.control(payload.len())?;
        let controls = self.controls.get_or_insert_default();
        if controls.ping.is_some() {
            return Err(SendError::Full);
        }
        controls.ping = Some(payload);
        Ok(())
    }

    /// Queues a pong that no ping asked for. A newer one takes the place of one that has not gone
    /// out yet.
    ///
    /// # Errors
    ///
    /// [`SendError::ControlTooLong`] for more than 125 bytes, [`SendError::Closing`].
    pub fn pong(&mut self, payload: Bytes) -> Result<(), SendError> {
        self.control(payload.len())?;
        self.controls.get_or_insert_default().pong = Some(payload);
        Ok(())
    }

    /// Begins to close: queues a close frame behind what is queued already. A code of
    /// [`CloseCode::NO_STATUS`] sends an empty one.
    ///
    /// # Errors
    ///
    /// [`SendError::CloseCode`] for a code that may not be sent, [`SendError::ControlTooLong`] for
    /// a reason of more than 123 bytes, [`SendError::Closing`] when a close frame is under way.
    pub fn close(&mut self, frame: CloseFrame) -> Result<(), SendError> {
        if frame.code != CloseCode::NO_STATUS && !frame.code.is_sendable() {
            return Err(SendError::CloseCode);
        }
        self.control(frame.reason.as_bytes().len().saturating_add(2))?;
        self.close = Some(Box::new(frame));
        Ok(())
    }

    /// Fails the connection: tells the peer why, and sends nothing else. Frames that are in the
    /// queue go out first; what was to follow them does not.
    pub fn fail(&mut self, code: CloseCode, reason: &'static str) {
        if self.close.is_none() {
            self.abandon();
            self.controls = None;
            self.close = Some(Box::new(CloseFrame::new(code, Text::from_static(reason))));
        }
    }

    /// Takes what the receiver has to say.
    pub fn reply(&mut self, reply: Reply) {
        if self.closed {
            return;
        }
        if let Some(rule) = reply.broken {
            self.fail(rule.close_code(), rule.message());
        }
        if reply.timed_out {
            self.fail(CloseCode::POLICY, "timed out");
        }
        if let Some(ping) = reply.ping {
            // One that is still waiting to be written will do as well.
            let _ = self.ping(ping);
        }
        if let Some(pong) = reply.pong {
            // Pings that come together are all answered, as long as the peer takes the answers.
            if self.queue_has_less_than(MAX_PONGS) {
                self.controls();
            }
            self.controls.get_or_insert_default().pong = Some(pong);
        }
        // "If an endpoint receives a Close frame and did not previously send a Close frame, the
        // endpoint MUST send a Close frame in response." RFC 6455 5.5.1. What is not in the queue
        // yet is of no use to a peer that has said goodbye.
        if let (Some(code), None) = (reply.close, &self.close) {
            self.abandon();
            self.echo = true;
            self.close = Some(Box::new(CloseFrame { code, reason: Text::default() }));
        }
    }

    /// Whether a message of `len` bytes would be taken now.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn check_ready(&self, len: usize) -> Result<(), SendError> {
        if self.close.is_some() {
            return Err(SendError::Closing);
        }
        let waiting = self.queue_len();
        if waiting > 0 && waiting.saturating_add(len) > self.max_queue_len {
            return Err(SendError::Full);
        }
        Ok(())
    }

    /// Whether a message was given up in the middle since this was asked last, because the peer
    /// closed or the connection failed.
    pub fn take_abandoned(&mut self) -> bool {
        std::mem::take(&mut self.abandoned)
    }

    /// How many bytes of payload and heads wait to be written.
    pub fn queue_len(&self) -> usize {
        use bytes::Buf;
        self.queue.remaining() + self.outgoing.as_ref().map_or(0, |outgoing| outgoing.rest.len())
    }

    /// The close frame that was sent or is about to be.
    pub fn close_frame(&self) -> Option<&CloseFrame> {
        self.close.as_deref()
    }

    /// How the connection ended, as far as it has; `received` is the receiver's close frame.
    pub fn close_info(&self, received: Option<&CloseFrame>) -> CloseInfo {
        let sent = self.close_frame().cloned();
        let first = match (&sent, received) {
            (Some(_), _) if !self.echo => Some(Side::Local),
            (None, None) => None,
            _ => Some(Side::Remote),
        };
        CloseInfo { sent, received: received.cloned(), first }
    }

    /// Queues a message that [`check_ready`](Self::check_ready) has made room for, however long it
    /// is.
    ///
    /// # Errors
    ///
    /// [`SendError::Closing`] and [`SendError::Unfinished`].
    pub fn send_over(&mut self, message: &Message) -> Result<(), SendError> {
        let max_queue_len = std::mem::replace(&mut self.max_queue_len, usize::MAX);
        let sent = self.send(message);
        self.max_queue_len = max_queue_len;
        sent
    }

    /// Whether everything has been written.
    pub fn is_drained(&self) -> bool {
        self.queue.is_empty()
            && self.outgoing.is_none()
            && self.controls.is_none()
            && self.close.is_some() == self.closed
    }

    /// Whether the close frame has been written: nothing more comes from here.
    pub fn is_done(&self) -> bool {
        self.closed && self.queue.is_empty()
    }

    pub(crate) fn into_send_queue(self) -> SendQueue {
        self.queue
    }

    fn abandon(&mut self) {
        self.abandoned |= self.outgoing.take().is_some();
    }

    fn control(&self, len: usize) -> Result<(), SendError> {
        if self.close.is_some() {
            return Err(SendError::Closing);
        }
        if len > MAX_CONTROL { Err(SendError::ControlTooLong) } else { Ok(()) }
    }

    fn start(&mut self, opcode: Opcode, payload: Bytes, fin: bool) {
        self.settle();
        if payload.len() <= self.fragment_len {
            self.frame(opcode, payload, fin);
        } else {
            self.outgoing = Some(Box::new(Outgoing { opcode, rest: payload, fin }));
            self.refill();
        }
    }

    /// Puts everything into the queue that has to be there before a new message.
    fn settle(&mut self) {
        self.controls();
        while self.outgoing.is_some() {
            self.fragment();
        }
    }

    /// Puts in what has been waiting, as far as there is room: control frames first, so that they
    /// never wait for more than what is in the queue.
    fn refill(&mut self) {
        if self.closed {
            return;
        }
        self.controls();
        while self.outgoing.is_some() && self.queue_has_less_than(LOW_QUEUE) {
            self.fragment();
        }
        if self.outgoing.is_none() {
            if let Some(frame) = &self.close {
                let mut payload = BytesMut::new();
                if frame.code != CloseCode::NO_STATUS {
                    payload.extend_from_slice(&frame.code.get().to_be_bytes());
                    payload.extend_from_slice(frame.reason.as_bytes());
                }
                self.closed = true;
                self.frame(Opcode::Close, payload.freeze(), true);
            }
        }
    }

    fn controls(&mut self) {
        let Some(controls) = self.controls.take() else { return };
        if let Some(payload) = controls.pong {
            self.frame(Opcode::Pong, payload, true);
        }
        if let Some(payload) = controls.ping {
            self.frame(Opcode::Ping, payload, true);
        }
    }

    fn queue_has_less_than(&self, len: usize) -> bool {
        use bytes::Buf;
        self.queue.remaining() < len
    }

    fn fragment(&mut self) {
        let Some(outgoing) = &mut self.outgoing else { return };
        let n = outgoing.rest.len().min(self.fragment_len);
        let payload = outgoing.rest.split_to(n);
        let opcode = std::mem::replace(&mut outgoing.opcode, Opcode::Continuation);
        let last = outgoing.rest.is_empty();
        let fin = last && outgoing.fin;
        if last {
            self.outgoing = None;
        }
        self.frame(opcode, payload, fin);
    }

    fn frame(&mut self, opcode: Opcode, payload: Bytes, fin: bool) {
        let mask = match self.role {
            Role::Client => Some(self.masks.next()),
            Role::Server => None,
        };
        let head = FrameHead { fin, rsv1: false, opcode, mask, len: payload.len() as u64 };
        let mut bytes = [0; FrameHead::MAX_LEN];
        let n = head.encode(&mut bytes);
        // A small payload is copied behind its head: one piece costs less to write than two.
        let copied = mask.is_some() || payload.len() <= MAX_COPIED;
        self.queue.write(|out| {
            out.reserve(n + if copied { payload.len() } else { 0 });
            out.extend_from_slice(&bytes[..n]);
            if copied {
                let start = out.len();
                out.extend_from_slice(&payload);
                if let Some(mask) = mask {
                    apply_mask(&mut out[start..], mask, 0);
                }
            }
        });
        if !copied {
            self.queue.push(payload);
        }
    }

    fn put(&mut self, frame: Bytes) {
        self.settle();
        if frame.len() <= MAX_COPIED {
            self.queue.write(|out| out.extend_from_slice(&frame));
        } else {
            self.queue.push(frame);
        }
    }
}

pub(super) fn opcode_of(kind: MessageKind) -> Opcode {
    match kind {
        MessageKind::Text => Opcode::Text,
        MessageKind::Binary => Opcode::Binary,
    }
}

/// "All control frames MUST have a payload length of 125 bytes or less". RFC 6455 5.5
const MAX_CONTROL: usize = 125;

/// Up to this length a payload is copied behind its head; a longer one goes by its handle.
const MAX_COPIED: usize = 4 * 1024;

/// Up to this length of the queue a pong goes in, so that the next one does not take its place: the
/// most that a flood of pings from a peer that does not read makes wait.
const MAX_PONGS: usize = 4 * 1024;

/// Below this the queue takes the next fragment of a long message. What is in the queue is what a
/// pong has to wait for.
const LOW_QUEUE: usize = 64 * 1024;
