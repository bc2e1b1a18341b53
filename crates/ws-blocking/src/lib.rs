#![doc = include_str!("../README.md")]

mod block_on;
mod dial;
mod handshake;
mod runtime;
mod steps;
mod transport;
mod web_socket;

pub use ws_driver::{Error, Event, Part, Parts, Timeout, Url, UrlError, core, types::*};

pub use self::{
    handshake::{
        accept, accept_buffered, accept_request, accept_with, connect, connect_with, handshake,
        handshake_with,
    },
    runtime::Blocking,
    steps::{Accepting, Connecting, Handshake, Pending},
    transport::{Timeouts, Transport, Untimed},
    web_socket::{ByteStream, Receiver, Sender, WebSocket},
};
