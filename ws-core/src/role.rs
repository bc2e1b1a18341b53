//! Which end of a connection this is.

/// One of the two ends of a WebSocket connection: client or server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The end that opened the connection and sent the request. It masks what it sends.
    Client,
    /// The end that answered the request. It never masks.
    Server,
}
