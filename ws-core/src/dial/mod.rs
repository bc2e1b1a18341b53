//! How a client gets to a server.

mod proxy;
mod url;

pub use self::{
    proxy::{
        MalformedAnswer, Proxy, ProxyError, ProxyHandshake, ProxyKind, ProxyRules, ProxyStep,
        ProxyUrlError, Socks4Reply, Socks5Reply,
    },
    url::{Url, UrlError},
};
