#![doc = include_str!("../README.md")]

mod block_on;
mod byte_stream;
mod dial;
mod non_blocking;
mod runtime;
mod threads;
mod transport;
mod wait;

use std::net::TcpStream;

use self::dial::dial;
pub use self::{
    non_blocking::{Accepting, Connecting},
    runtime::Blocking,
    transport::{Timeouts, Transport, Untimed},
};

ws_driver::adapter!(blocking, Blocking, [Transport], TcpStream, dial);
