//! Clients with TLS, next to each other at one server: their own rustls below them, and the same
//! configuration for all.

mod client;
mod dial;
mod server;

pub(crate) use self::{
    client::{Client, Exchange, SECURE, Target},
    dial::dial,
    server::{Server, trusting},
};
