//! What a WebSocket is once it is open.

use crate::{Negotiated, RecvBuf, Role, SendQueue};

/// An open WebSocket, as a handshake gives it away: the same buffers, with the bytes that came
/// behind the head still in the one and perhaps the end of the head still in the other.
#[derive(Debug)]
pub struct Connection {
    role: Role,
    negotiated: Negotiated,
    recv: RecvBuf,
    send: SendQueue,
}

impl Connection {
    /// A connection whose handshake somebody else did: `leftover` is what was read behind the head.
    pub fn new(role: Role, negotiated: Negotiated, leftover: impl Into<RecvBuf>) -> Self {
        Self::from_buffers(role, negotiated, leftover.into(), SendQueue::new())
    }

    pub(crate) fn from_buffers(
        role: Role,
        negotiated: Negotiated,
        recv: RecvBuf,
        send: SendQueue,
    ) -> Self {
        Self { role, negotiated, recv, send }
    }

    /// What is to be written; after an accept, the 101.
    pub fn send_queue(&mut self) -> &mut SendQueue {
        &mut self.send
    }

    /// Which end this is.
    pub fn role(&self) -> Role {
        self.role
    }

    /// What was agreed on.
    pub fn negotiated(&self) -> &Negotiated {
        &self.negotiated
    }

    /// Bytes that came behind the head: the first frames.
    pub fn leftover(&self) -> &[u8] {
        self.recv.filled()
    }

    /// Gives everything away.
    pub fn into_parts(self) -> (RecvBuf, SendQueue, Role, Negotiated) {
        (self.recv, self.send, self.role, self.negotiated)
    }
}
