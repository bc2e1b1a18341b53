//! How far asking a proxy has come.

use std::fmt;

/// What a [`ProxyHandshake`](crate::ProxyHandshake) waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProxyStep {
    /// SOCKS 5: which method of authentication the proxy chooses.
    Method,
    /// SOCKS 5: whether the proxy takes user name and password.
    Authentication,
    /// Whether the proxy connects to the server.
    Connection,
    /// HTTP: the body of the refusal whose head is there.
    Refusal,
}

impl fmt::Display for ProxyStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Method => "waiting for the proxy to choose a method of authentication",
            Self::Authentication => "waiting for the proxy to take user name and password",
            Self::Connection => "waiting for the proxy to connect to the server",
            Self::Refusal => "reading the proxy's refusal",
        })
    }
}
