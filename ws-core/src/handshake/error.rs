//! Why a handshake failed.

use std::fmt;

use http::{Response, StatusCode};

use super::{
    argument_error::ArgumentError,
    declined::{Declined, InvalidResponse},
    key::RandomError,
    rejection::Rejection,
};
use crate::{error_box::ErrorBox, step::HandshakeStep};

/// Why a handshake did not open a WebSocket.
///
/// [`name`](Self::name) is stable and meant for logs; the variants say whose fault it was.
#[derive(Debug)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The caller asked for something that must not be sent. Nothing was written.
    Argument(ErrorBox<ArgumentError>),
    /// Server: the request was rejected, by a rule or by the application.
    Rejected(ErrorBox<Rejection>),
    /// Client: the server answered with something other than 101.
    Declined(ErrorBox<Declined>),
    /// Client: the server's answer breaks a rule.
    InvalidResponse(ErrorBox<InvalidResponse>),
    /// The stream ended inside a head, or, for a client, without an answer. What was being done then.
    Truncated(HandshakeStep),
    /// Server: the stream ended, or was ended by the last answer, and no request had begun.
    Closed,
    /// The handshake's deadline passed. What was being done then.
    TimedOut(HandshakeStep),
    /// A [`Tracker`](crate::Tracker) shut down before there was a whole request, or an answer to it.
    ShuttingDown,
    /// The handshake is over: its outcome has been given out.
    Done,
    /// The operating system gave no random bytes for the key.
    Random(RandomError),
}

impl HandshakeError {
    /// A stable name in kebab-case, such as `bad-accept`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Argument(error) => error.name(),
            Self::Rejected(rejection) => rejection.rule().name(),
            Self::Declined(_) => "status-not-101",
            Self::InvalidResponse(response) => response.rule().name(),
            Self::Truncated(_) => "truncated",
            Self::Closed => "closed",
            Self::TimedOut(_) => "timeout",
            Self::ShuttingDown => "shutting-down",
            Self::Done => "done",
            Self::Random(_) => "no-random",
        }
    }

    /// The status of the answer: the one sent by a server, the one received by a client.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Rejected(rejection) => Some(rejection.response().status()),
            Self::Declined(declined) => Some(declined.response().status()),
            Self::InvalidResponse(response) => response.response().map(Response::status),
            _ => None,
        }
    }

    /// The section of the RFC that the failure is about.
    pub fn section(&self) -> Option<&'static str> {
        match self {
            Self::Rejected(rejection) => Some(rejection.rule().section()),
            Self::InvalidResponse(response) => Some(response.rule().section()),
            Self::Declined(_) => Some("RFC 6455 4.1"),
            _ => None,
        }
    }
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(error) => error.fmt(f),
            Self::Rejected(rejection) => rejection.fmt(f),
            Self::Declined(declined) => declined.fmt(f),
            Self::InvalidResponse(response) => response.fmt(f),
            Self::Truncated(HandshakeStep::ReadRequest) => {
                f.write_str("the client closed the connection inside the head of a request")
            }
            Self::Truncated(HandshakeStep::ReadAnswer) => {
                f.write_str("the server closed the connection inside the head of its answer")
            }
            Self::Truncated(HandshakeStep::AwaitAnswer) => {
                f.write_str("the server closed the connection without a final answer")
            }
            Self::Truncated(step) => write!(f, "the peer closed the connection while {step}"),
            Self::Closed => f.write_str("the connection was closed, and no request had begun"),
            Self::TimedOut(step) => write!(f, "the deadline of the handshake passed while {step}"),
            Self::ShuttingDown => {
                f.write_str("everything shuts down, and the handshake was not over")
            }
            Self::Done => f.write_str("the handshake is over, and its outcome has been given out"),
            Self::Random(_) => f.write_str("there is no Sec-WebSocket-Key without random bytes"),
        }
    }
}

impl std::error::Error for HandshakeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Argument(error) => error.source(),
            Self::Rejected(rejection) => rejection.source(),
            Self::Declined(declined) => declined.source(),
            Self::InvalidResponse(response) => response.source(),
            Self::Random(error) => Some(error),
            Self::Truncated(_)
            | Self::Closed
            | Self::TimedOut(_)
            | Self::ShuttingDown
            | Self::Done => None,
        }
    }
}

impl From<InvalidResponse> for HandshakeError {
    fn from(response: InvalidResponse) -> Self {
        Self::InvalidResponse(response.into())
    }
}

impl From<Box<Rejection>> for HandshakeError {
    fn from(rejection: Box<Rejection>) -> Self {
        Self::Rejected(rejection.into())
    }
}

impl From<ArgumentError> for HandshakeError {
    fn from(error: ArgumentError) -> Self {
        Self::Argument(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_stays_small() {
        assert!(size_of::<HandshakeError>() <= 40, "{}", size_of::<HandshakeError>());
    }
}
