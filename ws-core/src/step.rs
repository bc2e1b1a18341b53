//! How far a handshake had come when it failed.

use std::fmt;

/// What a handshake was doing when its time was up or its stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HandshakeStep {
    /// Client: looking up the addresses of the host, or of the proxy.
    LookUp,
    /// Client: connecting to the host, or to the proxy.
    Connect,
    /// Client: asking the proxy for a connection to the host.
    Proxy,
    /// Client: beginning TLS, with the host or with the proxy.
    Tls,
    /// Client over HTTP/2: waiting for the server to say whether it takes WebSockets.
    Settings,
    /// Client: writing the request.
    SendRequest,
    /// Client: waiting for the first byte of an answer, or of one behind interim answers.
    AwaitAnswer,
    /// Client: reading the head of the answer.
    ReadAnswer,
    /// Server: waiting for the first byte of a request.
    AwaitRequest,
    /// Server: reading the head of a request.
    ReadRequest,
    /// Server: deciding about a request that is there.
    Decide,
    /// Server: writing the answer.
    SendAnswer,
}

impl HandshakeStep {
    /// A stable name in kebab-case, such as `await-answer`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LookUp => "look-up",
            Self::Connect => "connect",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::Settings => "settings",
            Self::SendRequest => "send-request",
            Self::AwaitAnswer => "await-answer",
            Self::ReadAnswer => "read-answer",
            Self::AwaitRequest => "await-request",
            Self::ReadRequest => "read-request",
            Self::Decide => "decide",
            Self::SendAnswer => "send-answer",
        }
    }
}

impl fmt::Display for HandshakeStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LookUp => "looking up the host",
            Self::Connect => "connecting to the host",
            Self::Proxy => "asking the proxy for a connection to the host",
            Self::Tls => "beginning TLS",
            Self::Settings => "waiting for the server's SETTINGS of HTTP/2",
            Self::SendRequest => "writing the request",
            Self::AwaitAnswer => "waiting for the server's answer",
            Self::ReadAnswer => "reading the head of the server's answer",
            Self::AwaitRequest => "waiting for a request",
            Self::ReadRequest => "reading the head of a request",
            Self::Decide => "deciding about the request",
            Self::SendAnswer => "writing the answer",
        })
    }
}
