//! Which side is ours.

use std::fmt;

/// One of the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The server is ours, the peer its client.
    Server,
    /// The client is ours, the peer its server.
    Client,
}

impl Side {
    /// Both of them, in the order of the table.
    pub(crate) const ALL: [Self; 2] = [Self::Server, Self::Client];
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Server => "our server",
            Self::Client => "our client",
        })
    }
}
