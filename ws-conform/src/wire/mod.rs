//! Octets and what they mean, read by itself: nothing of any implementation is in here.

pub(crate) mod accept;
pub(crate) mod deflate;
pub(crate) mod extension;
pub(crate) mod frame;
pub(crate) mod head;
