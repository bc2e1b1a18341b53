//! The two forms of a handshake.

use http::{StatusCode, Version};

/// In which form a handshake asks for a WebSocket. What is negotiated, and how, is the same in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// HTTP/1.1: a GET with Upgrade, which a 101 answers (RFC 6455 4).
    Upgrade,
    /// HTTP/2 and HTTP/3: a CONNECT with `:protocol`, which a 200 answers (RFC 8441 5, RFC 9220 3).
    Connect,
}

impl Form {
    /// The form that messages of this version have.
    pub(crate) fn of(version: Version) -> Self {
        if version > Version::HTTP_11 { Self::Connect } else { Self::Upgrade }
    }

    /// The method of the request.
    pub(crate) const fn method(self) -> &'static str {
        match self {
            Self::Upgrade => "GET",
            Self::Connect => "CONNECT",
        }
    }

    /// The status of the answer that opens the WebSocket.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Upgrade => StatusCode::SWITCHING_PROTOCOLS,
            Self::Connect => StatusCode::OK,
        }
    }

    /// Whether an answer with this status opens something, be it a WebSocket or not.
    ///
    /// "Any 2xx (Successful) response indicates that the sender (and all inbound proxies) will switch to
    /// tunnel mode immediately after the response header section". RFC 9110 9.3.6
    pub(crate) fn opens(self, status: StatusCode) -> bool {
        match self {
            Self::Upgrade => status == StatusCode::SWITCHING_PROTOCOLS,
            Self::Connect => status.is_success(),
        }
    }
}
