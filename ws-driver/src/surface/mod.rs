//! What users of an adapter see, written once for every runtime: macros, since each adapter has types
//! of its own and blocks or awaits.

mod about;
mod acceptor;
mod adapter;
mod byte_stream;
mod closing;
mod connect;
mod functions;
mod halves;
pub(crate) mod polling;
mod receiving;
mod sending;
mod stream;
mod tracker;
mod wait;
mod web_socket;
