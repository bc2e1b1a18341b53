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
    /// Server: writing the answer.
    SendAnswer,
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
            Self::SendAnswer => "writing the answer",
        })
    }
}
