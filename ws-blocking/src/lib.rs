#![doc = include_str!("../README.md")]

mod block_on;
mod byte_stream;
mod dial;
mod handshake;
mod runtime;
mod split;
mod steps;
mod transport;
mod wait;
mod web_socket;

pub use ws_driver::{
    Bytes, Error, Event, Part, Parts, Timeout, Url, UrlError, bytes, http, types::*, ws_core,
};

pub use self::{
    byte_stream::ByteStream,
    handshake::{
        accept, accept_buffered, accept_request, accept_with, connect, connect_with, handshake,
        handshake_with,
    },
    runtime::Blocking,
    split::{RecvHalf, SendHalf},
    steps::{Accepting, Acceptor, Connecting, UpgradeRequest},
    transport::{Timeouts, Transport, Untimed},
    web_socket::WebSocket,
};
