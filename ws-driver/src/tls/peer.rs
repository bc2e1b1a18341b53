//! Whose session it is.

/// Who is at the other end of a TLS session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A proxy on the way.
    Proxy,
    /// The server of the WebSocket.
    Origin,
}
