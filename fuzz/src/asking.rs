//! A request that a server accepts, to which targets add what they are about.

use http::{Request, request::Builder};

/// All that a request to this host has to have.
pub(crate) fn asking(host: &str) -> Builder {
    Request::get("/")
        .header("host", host)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-version", "13")
}
