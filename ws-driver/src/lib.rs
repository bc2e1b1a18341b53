#![doc = include_str!("../README.md")]

mod adapter;
mod byte_stream;
mod client;
mod ending;
mod error;
#[cfg(feature = "futures-io")]
mod futures_io;
mod hold;
mod inbound;
mod outbound;
mod pool;
mod runtime;
mod server;
mod split;
mod stream;
mod url;
mod web_socket;
mod wire;

pub use bytes::Bytes;
pub use http::{Request, Response};
pub use ws_core;
pub use {bytes, http};

/// The types of `ws-core` that users of an adapter meet; adapters re-export them.
pub mod types {
    pub use ws_core::{
        ArgumentError, ClientConfig, ClientWindow, CloseCode, CloseFrame, CloseInfo, Declined,
        DeflateConfig, DeflateOffer, DeflateParams, DeflatePool, FrameRule, HandshakeError,
        InvalidResponse, Limits, Message, MessageKind, Negotiated, Preference, Prepared, RecvBuf,
        Rejection, RequestRule, ResponseRule, Role, SendError, ServerConfig, Side, Text, TextError,
        UpgradeResponse, Violation, WebSocketConfig, credentials, is_upgrade,
    };
}

#[cfg(feature = "futures-io")]
pub use self::futures_io::{Closes, FuturesIo, PollClose};
pub use self::{
    byte_stream::ByteStream,
    client::{Connecting, connect, handshake},
    error::{Error, Timeout},
    hold::{Hold, Own, Shared},
    runtime::{MAX_SLICES, Reads, Runtime, Writes},
    server::{Accepting, Acceptor, UpgradeRequest, accept, accept_buffered, accept_request},
    split::{RecvHalf, SendHalf},
    url::{Url, UrlError},
    web_socket::{Event, Part, Parts, WebSocket},
};
