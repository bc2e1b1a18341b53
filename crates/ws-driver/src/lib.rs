#![doc = include_str!("../README.md")]

mod adapter;
mod client;
mod error;
#[cfg(feature = "futures-io")]
mod futures_io;
mod runtime;
mod server;
mod url;
mod web_socket;
mod wire;

pub use http::{Request, Response};
pub use ws_core as core;

/// The types of `ws-core` that users of an adapter meet; adapters re-export them.
pub mod types {
    pub use ws_core::{
        AnswerRule, ArgumentError, BadAnswer, ClientConfig, ClientWindow, Declined, DeflateConfig,
        DeflateOffer, DeflateParams, HandshakeError, Limits, Negotiated, Preference, RecvBuf,
        Refusal, Rejection, RequestRule, Role, ServerConfig, credentials, is_upgrade,
    };
}

#[cfg(feature = "futures-io")]
pub use self::futures_io::FuturesIo;
pub use self::{
    client::{Connecting, connect, handshake},
    error::Error,
    runtime::{Reads, Runtime, Writes},
    server::{Accepting, Handshake, Pending, accept, accept_buffered, accept_request},
    url::{Url, UrlError},
    web_socket::{Parts, WebSocket},
};
