//! What is done to clients.

pub(crate) mod answering;
pub(crate) mod child;
