//! Bytes into and out of the two buffers of a machine.

use bytes::Buf;
use ws_core::{Connection, Negotiated, RecvBuf, Role, SendQueue, WebSocketConfig};

/// An open WebSocket, with the extension of `answer` if that is one.
pub(crate) fn open(role: Role, answer: Option<&str>, config: &WebSocketConfig) -> Connection {
    let deflate = answer.and_then(|answer| answer.parse().ok());
    Connection::new(role, Negotiated::new(None, deflate), RecvBuf::new(), config)
}

/// The other end.
pub(crate) fn other(role: Role) -> Role {
    match role {
        Role::Client => Role::Server,
        Role::Server => Role::Client,
    }
}

/// Fills a receive buffer with as much of `piece` as it offers room for, and takes that off.
pub(crate) fn fill(recv: &mut RecvBuf, piece: &mut &[u8]) {
    let space = recv.space_mut();
    let n = piece.len().min(space.len());
    space[..n].copy_from_slice(&piece[..n]);
    recv.commit(n);
    *piece = &piece[n..];
}

/// Takes everything out of a queue.
pub(crate) fn drain(queue: &mut SendQueue, out: &mut Vec<u8>) {
    while queue.has_remaining() {
        let n = queue.chunk().len();
        out.extend_from_slice(queue.chunk());
        queue.advance(n);
    }
}
