//! Bytes to values and back. Knows nothing of handshakes or connections.

pub(crate) mod body;
pub(crate) mod head;
pub(crate) mod list;
mod recv_buf;
mod send_queue;

pub use self::{recv_buf::RecvBuf, send_queue::SendQueue};
