//! The sending half: messages to bytes. Pending output goes into the queue in this order: a pong and a
//! ping; fragments of `outgoing`, while the queue is short; behind the last of them the close frame.

use bytes::{Bytes, BytesMut};

mod framing;
mod pending;
#[cfg(test)]
mod tests;

use super::{
    closing::Sending,
    marks::{MAX_PONGS, Marks},
    prepared::Prepared,
    progress::SendProgress,
    reply::Reply,
    send_error::{MAX_CONTROL, SendError, check_close, check_control},
    tap::SendTap,
    timeout::Timeout,
    web_socket_config::WebSocketConfig,
};
use crate::{
    close::{CloseCode, CloseFrame, CloseInfo, Side},
    codec::{SendQueue, deflate::Deflater, frame::Opcode},
    message::{Message, MessageKind, Text},
    role::Role,
};

/// The sending half of a connection.
///
/// Commands put frames into the queue; write [`send_queue`](Self::send_queue) until it is empty.
/// A long message goes in frame by frame as the queue empties, with pongs in between.
#[derive(Debug)]
pub struct Sender {
    queue: SendQueue,
    /// A client has sent something.
    has_masked: bool,
    /// Compresses messages, if that was negotiated.
    deflater: Option<Deflater>,
    /// The application wants messages to be compressed.
    compress: bool,
    min_deflate_len: usize,
    /// A message whose frames are not all in the queue.
    outgoing: Option<Box<Outgoing>>,
    /// A message that is being sent in parts has begun.
    parts: Option<Style>,
    /// A message was given up in the middle.
    abandoned: bool,
    /// Control frames that are not in the queue yet.
    controls: Option<Box<Controls>>,
    marks: Marks,
    sending: Sending,
    role: Role,
    fragment_len: usize,
    max_queue_len: usize,
    pub(super) tap: SendTap,
}

/// At most one pong and one ping are pending.
#[derive(Debug, Default)]
struct Controls {
    pong: Option<Bytes>,
    /// The pong answers a ping.
    is_answer: bool,
    ping: Option<Bytes>,
}

#[derive(Debug)]
struct Outgoing {
    opcode: Opcode,
    rest: Bytes,
    /// The last frame ends the message.
    fin: bool,
    style: Style,
}

/// How a message becomes frames.
#[derive(Clone, Copy, Debug)]
struct Style {
    compressed: bool,
    /// Frames end where characters do.
    text: bool,
}

impl Sender {
    #[inline]
    pub(crate) fn new(
        role: Role,
        queue: SendQueue,
        deflater: Option<Deflater>,
        config: &WebSocketConfig,
    ) -> Self {
        Self {
            queue,
            has_masked: false,
            deflater,
            compress: true,
            min_deflate_len: config.min_deflate_len,
            outgoing: None,
            parts: None,
            abandoned: false,
            controls: None,
            marks: Marks::default(),
            sending: Sending::Open,
            role,
            fragment_len: config.fragment_len.unwrap_or(usize::MAX).max(1),
            max_queue_len: config.max_queue_len,
            tap: SendTap::default(),
        }
    }

    /// The bytes to write. Pending output for which there is room now is put in first.
    #[inline]
    pub fn send_queue(&mut self) -> &mut SendQueue {
        self.refill();
        &mut self.queue
    }

    /// Whether there is no pending output, and the queue has no memory for more.
    #[inline]
    pub fn wants_buffer(&self) -> bool {
        self.is_drained() && !self.queue.has_buffer()
    }

    /// Gives the queue memory to use, unless it has some.
    #[inline]
    pub fn attach_buffer(&mut self, memory: Box<BytesMut>) {
        self.queue.attach_buffer(memory);
    }

    /// Takes the queue's memory away if nothing is pending, so that it can be used elsewhere meanwhile.
    #[inline]
    pub fn detach_buffer(&mut self) -> Option<Box<BytesMut>> {
        if !self.is_drained() {
            return None;
        }
        if let (Some(deflater), None) = (&mut self.deflater, self.parts) {
            deflater.rest();
        }
        self.queue.detach_buffer()
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
        if self.parts.is_some() {
            return Err(SendError::Unfinished);
        }
        self.tap.room();
        let compressed = self.compresses(message.len());
        self.start(message.kind().opcode(), message.bytes(), true, compressed);
        Ok(())
    }

    /// Queues a part of a message; the first part decides its kind. The parts of a text need not
    /// end at a character's end, but together they must be UTF-8: the peer refuses what is not.
    /// Each part is compressed so that the peer can inflate all of it when it has come.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_part(
        &mut self,
        kind: MessageKind,
        part: &Bytes,
        last: bool,
    ) -> Result<(), SendError> {
        self.check_ready(part.len())?;
        self.tap.room();
        let (opcode, style) = match self.parts {
            Some(style) => (Opcode::Continuation, style),
            // The length of the whole message is not known yet.
            None if !last => (kind.opcode(), self.style(kind, usize::MAX)),
            None => (kind.opcode(), self.style(kind, part.len())),
        };
        self.start(opcode, part, last, style.compressed);
        self.parts = (!last).then_some(style);
        Ok(())
    }

    /// Queues a message that has been framed already. Only a server sends the shared bytes; a client
    /// has to mask, and so to copy.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_prepared(&mut self, prepared: &Prepared) -> Result<(), SendError> {
        if self.role == Role::Client {
            return self.send(prepared.message());
        }
        self.check_ready(prepared.message().len())?;
        if self.parts.is_some() {
            return Err(SendError::Unfinished);
        }
        self.tap.room();
        // Pending output comes first, and may still need the compressor as it is.
        self.settle();
        let compressed = self.compresses(prepared.message().len());
        let frame = match &mut self.deflater {
            Some(deflater) if compressed => {
                // The peer's window continues with this message, and the compressor's does not.
                deflater.forget();
                prepared.deflated(deflater.setting())
            }
            _ => prepared.frame().clone(),
        };
        let message = prepared.message();
        self.tap.message(message.kind(), message.len(), frame.len());
        if frame.len() <= MAX_COPIED {
            self.queue.write(|out| out.extend_from_slice(&frame));
        } else {
            self.queue.push(frame);
        }
        Ok(())
    }

    /// Whether messages that are sent from now on are compressed, if permessage-deflate was negotiated
    /// and they are long enough. On by default.
    pub fn set_compression(&mut self, on: bool) {
        self.compress = on;
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
        self.marks.ping();
        Ok(())
    }

    /// Queues a pong that no ping asked for. It replaces one of its kind that has not gone out yet; the answer
    /// to a ping goes out before it.
    ///
    /// # Errors
    ///
    /// [`SendError::ControlTooLong`] for more than 125 bytes, [`SendError::Closing`].
    pub fn pong(&mut self, payload: Bytes) -> Result<(), SendError> {
        self.control(payload.len())?;
        let answers = |sender: &Self| sender.controls.as_ref().is_some_and(|it| it.is_answer);
        if answers(self) {
            self.controls();
        }
        if !answers(self) {
            self.controls.get_or_insert_default().pong = Some(payload);
        }
        // Otherwise the peer has a row of pongs to read, and needs no other as a sign of life.
        Ok(())
    }

    /// Begins to close: queues a close frame behind the pending output. [`CloseFrame::EMPTY`] has
    /// neither code nor reason.
    ///
    /// # Errors
    ///
    /// [`SendError::CloseCode`] for a code that may not be sent, or a reason without one,
    /// [`SendError::ControlTooLong`] for a reason of more than 123 bytes, [`SendError::Closing`] when
    /// a close frame is under way.
    pub fn close(&mut self, frame: CloseFrame) -> Result<(), SendError> {
        match check_close(&frame) {
            Err(SendError::CloseCode) => return Err(SendError::CloseCode),
            checked => self.check_open().and(checked)?,
        }
        self.sending.close(frame, Side::Local);
        self.tap.close(self.sending.frame());
        Ok(())
    }

    /// Fails the connection: tells the peer why, and sends nothing else. Frames that are in the
    /// queue go out first; other pending output is dropped.
    fn fail(&mut self, code: CloseCode, reason: &'static str) {
        let frame = CloseFrame::new(code, Text::from_static(reason));
        if self.sending.close(frame, Side::Local) {
            self.tap.close(self.sending.frame());
            self.abandon();
            self.controls = None;
        }
    }

    /// The stream has failed or ended: what is queued is of no use.
    fn disconnect(&mut self) {
        // A close frame that waits alone leaves nothing to lose.
        self.abandoned |= self.queue.len() > self.close_frame_len();
        self.abandon();
        self.controls = None;
        self.queue.clear();
        self.sending.cut();
    }

    /// The length of the close frame, once it is in the queue.
    fn close_frame_len(&self) -> usize {
        let frame = self.close_frame().filter(|_| self.sending.is_closed());
        let head = if self.role == Role::Client { 6 } else { 2 };
        frame.map_or(0, |frame| match frame.code {
            CloseCode::NO_STATUS_RECEIVED => head,
            _ => head + 2 + frame.reason.len(),
        })
    }

    /// Takes a reply from the receiver.
    pub fn reply(&mut self, reply: Reply) {
        if let Some(timeout) = reply.timed_out {
            // A peer that takes nothing would not read it.
            let reads = matches!(timeout, Timeout::Idle | Timeout::Pong);
            if reads {
                self.fail(CloseCode::POLICY_VIOLATION, "timed out");
            }
            self.sending.fail(SendError::TimedOut(timeout));
            if !reads {
                self.disconnect();
            }
        }
        if let Some(rule) = reply.broken {
            self.fail(rule.close_code(), rule.message());
            self.sending.fail(SendError::Failed(rule));
        }
        if reply.disconnected {
            self.disconnect();
        }
        if self.sending.is_over() {
            return;
        }
        if let Some(ping) = reply.ping.filter(|_| self.sending.is_open()) {
            // If one is still pending, that one will do.
            self.controls.get_or_insert_default().ping.get_or_insert(ping);
        }
        if let Some(pong) = reply.pong {
            // Pings that come together are all answered, as long as the peer reads the answers.
            if self.queue_has_less_than(MAX_PONGS) {
                self.controls();
            }
            let controls = self.controls.get_or_insert_default();
            (controls.pong, controls.is_answer) = (Some(pong), true);
        }
        // "If an endpoint receives a Close frame and did not previously send a Close frame, the
        // endpoint MUST send a Close frame in response." RFC 6455 5.5.1. What is not in the queue
        // yet would be of no use to a peer that has closed.
        if let Some(code) = reply.close {
            if self.sending.close(CloseFrame { code, reason: Text::default() }, Side::Remote) {
                self.tap.close(self.sending.frame());
                self.abandon();
            }
        }
        // What is pending goes out first, as when the application closes.
        if let Some(frame) = reply.shutdown {
            if self.sending.close(*frame, Side::Local) {
                self.tap.close(self.sending.frame());
            }
        }
    }

    /// Checks whether a message of `len` bytes would be queued now.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn check_ready(&self, len: usize) -> Result<(), SendError> {
        self.check_open()?;
        let waiting = self.queue_len();
        if waiting.saturating_add(len) > self.max_queue_len && waiting > 0 {
            self.tap.full();
            return Err(SendError::Full);
        }
        Ok(())
    }

    /// Whether anything may be sent still.
    ///
    /// # Errors
    ///
    /// [`SendError::Closing`] from when a close frame is under way; [`SendError::TimedOut`],
    /// [`SendError::Failed`] or [`SendError::Disconnected`] when the connection was given up.
    #[inline]
    pub fn check_open(&self) -> Result<(), SendError> {
        self.sending.check_open()
    }

    /// Whether the stream has failed or ended, so that nothing can be written any more.
    pub fn is_cut(&self) -> bool {
        self.sending.is_cut()
    }

    /// Whether a message was given up in the middle since this was asked last, because the peer
    /// closed or the connection failed.
    pub fn take_abandoned(&mut self) -> bool {
        std::mem::take(&mut self.abandoned)
    }

    /// How many bytes have been written since the beginning.
    pub fn written(&self) -> u64 {
        self.queue.written()
    }

    /// How far sending has come.
    pub fn progress(&self) -> SendProgress {
        let written = self.written();
        SendProgress {
            written,
            pending: !self.is_drained(),
            ping_pending: self.marks.has_ping(written)
                || self.controls.as_ref().is_some_and(|controls| controls.ping.is_some()),
            pings: self.marks.pings(),
            closed: self.is_done(),
        }
    }

    /// The length of the pending output, in bytes of payload and heads.
    pub fn queue_len(&self) -> usize {
        self.queue.len() + self.outgoing.as_ref().map_or(0, |outgoing| outgoing.rest.len())
    }

    /// The close frame that was sent or is about to be.
    pub fn close_frame(&self) -> Option<&CloseFrame> {
        self.sending.frame().map(|(frame, _)| frame)
    }

    /// How the connection ended, or how far closing has come; `received` is the receiver's close frame.
    pub fn close_info(&self, received: Option<&CloseFrame>) -> CloseInfo {
        self.sending.info(received)
    }

    /// Queues a message of any length, after [`check_ready`](Self::check_ready) found room for some.
    ///
    /// # Errors
    ///
    /// [`SendError::Closing`] and [`SendError::Unfinished`].
    pub fn send_unbounded(&mut self, message: &Message) -> Result<(), SendError> {
        let max_queue_len = std::mem::replace(&mut self.max_queue_len, usize::MAX);
        let sent = self.send(message);
        self.max_queue_len = max_queue_len;
        sent
    }

    /// Whether everything has been written.
    #[inline]
    pub fn is_drained(&self) -> bool {
        let queued = self.sending.is_open() || self.sending.is_over();
        self.queue.is_empty() && self.outgoing.is_none() && self.controls.is_none() && queued
    }

    /// Whether the close frame has been written: nothing more will be sent.
    pub fn is_done(&self) -> bool {
        self.sending.is_closed() && self.queue.is_empty()
    }

    pub(crate) fn into_send_queue(self) -> SendQueue {
        self.queue
    }

    fn abandon(&mut self) {
        self.abandoned |= self.outgoing.take().is_some();
    }

    /// Whether a ping or pong with a payload of `len` bytes may be sent.
    fn control(&self, len: usize) -> Result<(), SendError> {
        self.check_open()?;
        check_control(len, MAX_CONTROL)
    }

    fn compresses(&self, len: usize) -> bool {
        self.compress && len >= self.min_deflate_len && self.deflater.is_some()
    }

    fn style(&self, kind: MessageKind, len: usize) -> Style {
        Style { compressed: self.compresses(len), text: kind == MessageKind::Text }
    }

    #[inline]
    fn start(&mut self, opcode: Opcode, payload: &Bytes, fin: bool, compressed: bool) {
        if self.controls.is_some() || self.outgoing.is_some() {
            self.settle();
        }
        if payload.len() <= self.fragment_len {
            self.data(opcode, payload, fin, compressed);
        } else {
            self.start_fragments(opcode, payload, fin, compressed);
        }
    }

    fn start_fragments(&mut self, opcode: Opcode, payload: &Bytes, fin: bool, compressed: bool) {
        let text = match opcode {
            Opcode::Continuation => self.parts.is_some_and(|style| style.text),
            opcode => opcode == Opcode::Text,
        };
        let (rest, style) = (payload.clone(), Style { compressed, text });
        self.outgoing = Some(Box::new(Outgoing { opcode, rest, fin, style }));
        self.refill();
    }

    /// Puts everything into the queue that has to be there before a new message.
    fn settle(&mut self) {
        self.controls();
        while self.outgoing.is_some() {
            self.fragment();
        }
    }
}

/// Up to this length a payload is copied behind its head; a longer one goes by its handle.
const MAX_COPIED: usize = 4 * 1024;
