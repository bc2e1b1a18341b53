//! Pending output into the queue: in which order, and how much at a time.

use bytes::BytesMut;

use super::Sender;
use crate::{close::CloseCode, codec::frame::Opcode, role::Role};

impl Sender {
    /// Puts pending output into the queue while there is room: control frames first, so that they
    /// never wait for more than what is in the queue.
    #[inline]
    pub(super) fn refill(&mut self) {
        let is_idle = self.controls.is_none() && self.outgoing.is_none() && self.sending.is_open();
        if !is_idle && !self.sending.is_over() {
            self.refill_pending();
        }
    }

    fn refill_pending(&mut self) {
        self.controls();
        while let Some(outgoing) = &self.outgoing {
            let by_handle = self.role == Role::Server && !outgoing.style.compressed;
            let low = if by_handle { LOW_QUEUE_OF_HANDLES } else { LOW_QUEUE };
            if !self.queue_has_less_than(low) {
                break;
            }
            self.fragment();
        }
        if self.outgoing.is_none() {
            if let Some(frame) = self.sending.take_frame() {
                let mut payload = BytesMut::new();
                if frame.code != CloseCode::NO_STATUS_RECEIVED {
                    payload.extend_from_slice(&frame.code.get().to_be_bytes());
                    payload.extend_from_slice(frame.reason.as_bytes());
                }
                self.control_frame(Opcode::Close, &payload);
            }
        }
    }

    pub(super) fn controls(&mut self) {
        let Some(controls) = &mut self.controls else { return };
        let pong = controls.pong.take_if(|_| self.marks.has_room(self.queue.written()));
        let ping = controls.ping.take();
        if controls.pong.is_none() {
            self.controls = None;
        }
        if let Some(payload) = pong {
            self.control_frame(Opcode::Pong, &payload);
            self.marks.pong_queued(self.queue.end());
        }
        if let Some(payload) = ping {
            self.control_frame(Opcode::Ping, &payload);
            self.marks.ping_queued(self.queue.end());
            self.tap.ping();
        }
    }

    pub(super) fn queue_has_less_than(&self, len: usize) -> bool {
        self.queue.len() < len
    }
}

/// Below this length the queue takes the next fragment of a long message. A pong waits for the queue.
const LOW_QUEUE: usize = 64 * 1024;

/// [`LOW_QUEUE`] for fragments that go by their handle, and so take no memory: as much as one system
/// call writes, for each of them wakes the peer. 64 KiB at a time, an echo of 1 MiB takes twice as long.
const LOW_QUEUE_OF_HANDLES: usize = 256 * 1024;
