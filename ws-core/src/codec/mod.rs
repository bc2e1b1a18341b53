//! Bytes to values and back. Knows nothing of handshakes or connections.

pub(crate) mod basic;
pub(crate) mod body;
pub(crate) mod deflate;
pub(crate) mod excerpt;
pub(crate) mod field_name;
pub(crate) mod frame;
mod frame_rule;
pub(crate) mod head;
pub(crate) mod http_types;
pub(crate) mod list;
pub(crate) mod mask;
pub(crate) mod not_a_head;
pub(crate) mod path_and_query;
mod recv_buf;
mod send_queue;
pub(crate) mod utf8;

pub use self::{
    deflate::DeflatePool, frame_rule::FrameRule, recv_buf::RecvBuf, send_queue::SendQueue,
};
