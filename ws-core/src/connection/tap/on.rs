//! Counting, and telling.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    close::{CloseFrame, Side},
    codec::frame::Opcode,
    message::MessageKind,
    observer::ObservedMessage,
};

/// Listens to both halves of one connection: see [`Connection::set_tap`](crate::Connection::set_tap).
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use ws_core::{Connection, Message, Negotiated, ObservedMessage, RecvBuf, Role, Tap, WebSocketConfig};
///
/// #[derive(Default)]
/// struct Sent(Mutex<Vec<ObservedMessage>>);
///
/// impl Tap for Sent {
///     fn message_sent(&self, message: ObservedMessage) {
///         self.0.lock().unwrap().push(message);
///     }
/// }
///
/// let config = WebSocketConfig::new();
/// let mut ws = Connection::new(Role::Server, Negotiated::default(), RecvBuf::new(), &config);
/// let sent = Arc::new(Sent::default());
/// ws.set_tap(sent.clone());
/// ws.sender().send(&Message::text("hello"))?;
/// assert_eq!(sent.0.lock().unwrap()[0].wire_len, 7); // two octets of head, and five
/// # Ok::<(), ws_core::SendError>(())
/// ```
///
/// The halves may be on two threads. Adapters have one of these for every WebSocket that is observed.
pub trait Tap: Send + Sync {
    /// A message has come as a whole.
    fn message_received(&self, message: ObservedMessage) {
        let _ = message;
    }

    /// The last frame of a message is in the queue.
    fn message_sent(&self, message: ObservedMessage) {
        let _ = message;
    }

    /// A ping is in the queue.
    fn ping_sent(&self) {}

    /// There was no room for a message, and the one before had found some.
    fn queue_full(&self) {}

    /// The peer's close frame has come.
    fn close_received(&self, frame: &CloseFrame) {
        let _ = frame;
    }

    /// A close frame will be sent, behind what is pending. The peer was first, or this end.
    fn close_sent(&self, frame: &CloseFrame, first: Side) {
        let _ = (frame, first);
    }
}

/// Who listens to what is received.
#[derive(Default)]
pub(crate) struct RecvTap(Option<Box<Receiving>>);

struct Receiving {
    tap: Arc<dyn Tap>,
    /// The heads of the frames that have come of the current message.
    heads: usize,
}

impl RecvTap {
    pub(crate) fn new(tap: Arc<dyn Tap>) -> Self {
        Self(Some(Box::new(Receiving { tap, heads: 0 })))
    }

    /// The head of a frame has come.
    #[inline]
    pub(crate) fn head(&mut self, opcode: Opcode, len: usize) {
        if let Some(receiving) = &mut self.0 {
            if !opcode.is_control() {
                receiving.heads += len;
            }
        }
    }

    /// A message has come. Those of its heads that were told apart are added to its length on the wire.
    #[inline]
    pub(crate) fn message(&mut self, kind: MessageKind, len: usize, wire_len: usize) {
        if let Some(receiving) = &mut self.0 {
            let wire_len = wire_len as u64 + std::mem::take(&mut receiving.heads) as u64;
            receiving.tap.message_received(ObservedMessage::new(kind, len as u64, wire_len));
        }
    }

    pub(crate) fn close(&self, frame: &CloseFrame) {
        if let Some(receiving) = &self.0 {
            receiving.tap.close_received(frame);
        }
    }
}

/// Who listens to what is sent.
#[derive(Default)]
pub(crate) struct SendTap(Option<Box<Sending>>);

struct Sending {
    tap: Arc<dyn Tap>,
    /// The message whose frames are going into the queue, as far as they are there.
    message: ObservedMessage,
    /// There was no room for a message, and none has found room since.
    is_full: AtomicBool,
}

impl SendTap {
    pub(crate) fn new(tap: Arc<dyn Tap>) -> Self {
        let message = ObservedMessage::new(MessageKind::Binary, 0, 0);
        Self(Some(Box::new(Sending { tap, message, is_full: AtomicBool::new(false) })))
    }

    /// A part of a message goes into a frame.
    #[inline]
    pub(crate) fn payload(&mut self, opcode: Opcode, len: usize) {
        if let Some(sending) = &mut self.0 {
            match opcode {
                Opcode::Text => sending.message = ObservedMessage::new(MessageKind::Text, 0, 0),
                Opcode::Binary => sending.message = ObservedMessage::new(MessageKind::Binary, 0, 0),
                _ => {}
            }
            sending.message.len += len as u64;
        }
    }

    /// A frame has gone into the queue.
    #[inline]
    pub(crate) fn frame(&mut self, opcode: Opcode, fin: bool, wire_len: usize) {
        if let Some(sending) = &mut self.0 {
            if opcode.is_control() {
                return;
            }
            sending.message.wire_len += wire_len as u64;
            if fin {
                sending.tap.message_sent(sending.message);
            }
        }
    }

    /// A message has gone into the queue as one frame.
    pub(crate) fn message(&self, kind: MessageKind, len: usize, wire_len: usize) {
        if let Some(sending) = &self.0 {
            let message = ObservedMessage::new(kind, len as u64, wire_len as u64);
            sending.tap.message_sent(message);
        }
    }

    pub(crate) fn ping(&self) {
        if let Some(sending) = &self.0 {
            sending.tap.ping_sent();
        }
    }

    /// There is no room for a message.
    #[cold]
    pub(crate) fn full(&self) {
        if let Some(sending) = &self.0 {
            if !sending.is_full.swap(true, Ordering::Relaxed) {
                sending.tap.queue_full();
            }
        }
    }

    /// There was room for a message.
    #[inline]
    pub(crate) fn room(&self) {
        if let Some(sending) = &self.0 {
            sending.is_full.store(false, Ordering::Relaxed);
        }
    }

    pub(crate) fn close(&self, frame: Option<(&CloseFrame, Side)>) {
        if let (Some(sending), Some((frame, first))) = (&self.0, frame) {
            sending.tap.close_sent(frame, first);
        }
    }
}

impl fmt::Debug for RecvTap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "RecvTap(set)" } else { "RecvTap(none)" })
    }
}

impl fmt::Debug for SendTap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "SendTap(set)" } else { "SendTap(none)" })
    }
}
