//! Proxies: asking somebody else for a connection to the server.

mod answer_error;
mod connect;
mod destination;
mod error;
mod handshake;
mod kind;
mod no_proxy;
mod reply;
mod rules;
mod settings;
mod socks4;
mod socks5;
mod step;
mod url_error;

pub use self::{
    answer_error::MalformedAnswer,
    error::ProxyError,
    handshake::ProxyHandshake,
    kind::ProxyKind,
    reply::{Socks4Reply, Socks5Reply},
    rules::ProxyRules,
    settings::Proxy,
    step::ProxyStep,
    url_error::ProxyUrlError,
};
