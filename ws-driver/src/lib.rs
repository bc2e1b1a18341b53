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
pub use ws_core as core;

/// The types of `ws-core` that users of an adapter meet; adapters re-export them.
pub mod types {
    pub use ws_core::{
        AnswerRule, ArgumentError, BadAnswer, ClientConfig, ClientWindow, CloseCode, CloseFrame,
        CloseInfo, Declined, DeflateConfig, DeflateOffer, DeflateParams, DeflatePool, FrameRule,
        HandshakeError, Limits, Message, MessageKind, Negotiated, Preference, Prepared, RecvBuf,
        Refusal, Rejection, RequestRule, Role, SendError, ServerConfig, Side, Text, TextError,
        UpgradeResponse, WebSocketConfig, credentials, is_upgrade,
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
    server::{Accepting, Handshake, Pending, accept, accept_buffered, accept_request},
    split::{ReceiveHalf, SendHalf},
    url::{Url, UrlError},
    web_socket::{Event, Part, Parts, WebSocket},
};
