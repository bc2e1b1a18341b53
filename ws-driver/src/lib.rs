#![doc = include_str!("../README.md")]

mod byte_stream;
mod client;
mod ending;
mod error;
mod event;
#[cfg(feature = "futures-io")]
mod futures_io;
mod hold;
mod inbound;
mod outbound;
mod parts;
mod pool;
mod runtime;
mod server;
mod split;
mod stream;
mod surface;
mod url;
mod web_socket;
mod wire;

pub use {bytes, http, ws_core};
#[doc(hidden)]
pub use {futures_core, futures_sink};

#[cfg(feature = "futures-io")]
pub use self::futures_io::{Closes, FuturesIo, PollClose};
pub use self::{
    byte_stream::ByteStream,
    client::{Connecting, connect, handshake, handshake_request},
    error::{Error, Timeout},
    event::{Event, Part},
    hold::{Hold, Own, Shared},
    parts::Parts,
    runtime::{Reads, Runtime, Writes, write_queue},
    server::{Accepting, Acceptor, UpgradeRequest, accept, accept_buffered, accept_request},
    split::{RecvHalf, SendHalf},
    url::{Url, UrlError},
    web_socket::WebSocket,
};
