//! Messages into frames, and frames into the queue.

use bytes::Bytes;

use super::{MAX_COPIED, Sender};
use crate::{
    codec::{
        frame::{FrameHead, Opcode},
        mask::extend_masked,
        utf8::character_end,
    },
    random::mask,
    role::Role,
};

impl Sender {
    pub(super) fn fragment(&mut self) {
        let Some(outgoing) = &mut self.outgoing else { return };
        let n = match outgoing.rest.get(self.fragment_len) {
            Some(_) if outgoing.style.text => character_end(&outgoing.rest, self.fragment_len),
            Some(_) => self.fragment_len,
            None => outgoing.rest.len(),
        };
        let payload = outgoing.rest.split_to(n);
        let opcode = std::mem::replace(&mut outgoing.opcode, Opcode::Continuation);
        let (last, compressed) = (outgoing.rest.is_empty(), outgoing.style.compressed);
        let fin = last && outgoing.fin;
        if last {
            self.outgoing = None;
        }
        self.data(opcode, &payload, fin, compressed);
    }

    /// A frame of a message, compressed or not.
    #[inline]
    pub(super) fn data(&mut self, opcode: Opcode, payload: &Bytes, fin: bool, compressed: bool) {
        self.tap.payload(opcode, payload.len());
        if compressed {
            self.deflated(opcode, payload, fin);
        } else {
            self.frame(Head { opcode, fin, rsv1: false }, payload, Some(payload));
        }
    }

    fn deflated(&mut self, opcode: Opcode, payload: &Bytes, fin: bool) {
        let Some(deflater) = &mut self.deflater else { return };
        // "set the "Per-Message Compressed" bit of the first frame". RFC 7692 6.1
        let head = Head { opcode, fin, rsv1: opcode != Opcode::Continuation };
        let deflated = deflater.deflate(payload, fin);
        if deflated.len() > MAX_COPIED && self.role == Role::Server {
            let deflated = Bytes::from(deflated);
            return self.frame(head, &deflated, Some(&deflated));
        }
        self.frame(head, &deflated, None);
        if let Some(deflater) = &mut self.deflater {
            deflater.reuse(deflated);
        }
    }

    pub(super) fn control_frame(&mut self, opcode: Opcode, payload: &[u8]) {
        self.frame(Head { opcode, fin: true, rsv1: false }, payload, None);
    }

    /// Puts a frame into the queue: its payload by the handle, if there is one and it is long.
    fn frame(&mut self, head: Head, payload: &[u8], handle: Option<&Bytes>) {
        let Head { opcode, fin, rsv1 } = head;
        let mask = match self.role {
            Role::Client => Some(mask(!std::mem::replace(&mut self.has_masked, true))),
            Role::Server => None,
        };
        let head = FrameHead { fin, rsv1, opcode, mask, len: payload.len() as u64 };
        let mut bytes = [0; FrameHead::MAX_LEN];
        let n = head.encode(&mut bytes);
        // A small payload is copied behind its head: one piece costs less to write than two.
        let handle = handle.filter(|_| mask.is_none() && payload.len() > MAX_COPIED);
        self.queue.write(|out| {
            out.reserve(bytes.len() + if handle.is_none() { payload.len() } else { 0 });
            // All of the array and then less of it: a copy whose length is known costs nothing.
            let head_end = out.len() + n;
            out.extend_from_slice(&bytes);
            out.truncate(head_end);
            match mask {
                Some(mask) => extend_masked(out, payload, mask),
                None if handle.is_none() => out.extend_from_slice(payload),
                None => {}
            }
        });
        if let Some(handle) = handle {
            self.queue.push(handle.clone());
        }
        self.tap.frame(opcode, fin, n + payload.len());
    }
}

/// What the head of a frame says besides its length and mask.
#[derive(Clone, Copy)]
struct Head {
    opcode: Opcode,
    fin: bool,
    rsv1: bool,
}
