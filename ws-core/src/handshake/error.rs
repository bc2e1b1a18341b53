//! Why a handshake failed.

use std::fmt;

use bytes::Bytes;
use http::{HeaderName, Response, StatusCode};

use super::{
    rejection::Violation,
    rule::{RequestRule, ResponseRule},
};

/// Why a handshake did not open a WebSocket.
///
/// [`name`](Self::name) is stable and meant for logs; the variants say whose fault it was.
#[derive(Debug)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The caller asked for something that must not be sent. Nothing was written.
    Argument(ArgumentError),
    /// Server: the request was refused, by a rule or by the application.
    Rejected(Box<Rejection>),
    /// Client: the server answered with something other than 101.
    Declined(Box<Declined>),
    /// Client: the server's answer breaks a rule.
    InvalidResponse(Box<InvalidResponse>),
    /// The stream ended inside a head.
    Truncated,
    /// The stream ended, or was ended by the last answer, and no request had begun.
    Closed,
    /// The handshake's deadline passed.
    TimedOut,
    /// The operating system gave no random bytes for the key.
    Random(getrandom::Error),
}

impl HandshakeError {
    /// A stable name in kebab-case, such as `bad-accept`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Argument(error) => error.name(),
            Self::Rejected(rejection) => rejection.rule().name(),
            Self::Declined(_) => "status-not-101",
            Self::InvalidResponse(response) => response.rule().name(),
            Self::Truncated => "truncated",
            Self::Closed => "closed",
            Self::TimedOut => "timeout",
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
            Self::Truncated => f.write_str("the peer closed the connection inside a head"),
            Self::Closed => f.write_str("the connection was closed before a request began"),
            Self::TimedOut => f.write_str("the handshake was not done by its deadline"),
            Self::Random(error) => write!(f, "no random bytes for Sec-WebSocket-Key: {error}"),
        }
    }
}

impl std::error::Error for HandshakeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Argument(error) => Some(error),
            _ => None,
        }
    }
}

impl From<ArgumentError> for HandshakeError {
    fn from(error: ArgumentError) -> Self {
        Self::Argument(error)
    }
}

/// Something the caller gave that must not be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArgumentError {
    /// `invalid-host`: empty, or not a host with an optional port (RFC 3986 3.2).
    Host,
    /// `invalid-target`: not a path with an optional query in visible ASCII (RFC 9112 3.2.1).
    Target,
    /// `invalid-header`: a field name that is no token, or a value with CR, LF, NUL or another
    /// control character (RFC 9110 5). Holds the name as it was given, escaped.
    Header(String),
    /// `reserved-header`: a field that only the handshake itself may set.
    ReservedHeader(HeaderName),
    /// `invalid-request`: a decorator changed the method, target or version.
    Request,
    /// `invalid-subprotocol`: not a token, offered twice, or chosen without having been offered
    /// (RFC 6455 4.1). Holds the name, escaped.
    Subprotocol(String),
    /// `invalid-deflate`: window bits outside 8 to 15 (RFC 7692 7.1.2).
    Deflate,
    /// `invalid-answer`: an answer that cannot stand in for a rejection, such as a 1xx.
    Response(StatusCode),
}

impl ArgumentError {
    /// A stable name in kebab-case.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Host => "invalid-host",
            Self::Target => "invalid-target",
            Self::Header(_) => "invalid-header",
            Self::ReservedHeader(_) => "reserved-header",
            Self::Request => "invalid-request",
            Self::Subprotocol(_) => "invalid-subprotocol",
            Self::Deflate => "invalid-deflate",
            Self::Response(_) => "invalid-answer",
        }
    }
}

impl fmt::Display for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => {
                f.write_str("the host must be a host name or address, with an optional port")
            }
            Self::Target => {
                f.write_str("the target must be a path and query of visible ASCII characters")
            }
            Self::Header(name) => write!(f, "the field \"{name}\" has an invalid name or value"),
            Self::ReservedHeader(name) => {
                write!(f, "the field {name} is set by the handshake alone")
            }
            Self::Request => {
                f.write_str("a decorator must leave method, target and version as they are")
            }
            Self::Subprotocol(name) => {
                write!(f, "\"{name}\" is not a token, is offered twice, or was not offered")
            }
            Self::Deflate => f.write_str("window bits must be 8 to 15 (server's own: 9 to 15)"),
            Self::Response(status) => {
                write!(f, "{status} cannot be the answer to a refused request")
            }
        }
    }
}

impl std::error::Error for ArgumentError {}

/// A request that was refused, and the answer that went out.
#[derive(Debug)]
pub struct Rejection {
    pub(crate) violation: Violation,
    pub(crate) cause: Option<ArgumentError>,
    pub(crate) response: Response<Bytes>,
    pub(crate) leftover: Bytes,
    pub(crate) keep_alive: bool,
}

impl Rejection {
    /// The rule that was broken; [`RequestRule::Application`] when the application refused.
    pub fn rule(&self) -> RequestRule {
        self.violation.rule()
    }

    /// The offending value, where there is one.
    pub fn value(&self) -> Option<&[u8]> {
        self.violation.value()
    }

    /// What was wrong with the application's answer, when the rule is [`RequestRule::Response`].
    pub fn cause(&self) -> Option<&ArgumentError> {
        self.cause.as_ref()
    }

    /// The answer, as it went out.
    pub fn response(&self) -> &Response<Bytes> {
        &self.response
    }

    /// Bytes behind the request that belong to the next one, when the connection stays open and
    /// nobody else holds them.
    pub fn leftover(&self) -> &Bytes {
        &self.leftover
    }

    /// Whether the answer said that the connection stays open.
    pub fn keep_alive(&self) -> bool {
        self.keep_alive
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused with {}: {}", self.response.status(), self.violation)?;
        match &self.cause {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

/// An answer that is not 101: the whole response, for the caller to look at.
#[derive(Debug)]
pub struct Declined {
    pub(crate) response: Response<Bytes>,
    pub(crate) body_complete: bool,
    pub(crate) leftover: Bytes,
}

impl Declined {
    /// Status, fields, and as much of the body as was read.
    pub fn response(&self) -> &Response<Bytes> {
        &self.response
    }

    /// Whether the body was read to its end, within the limit and the time for it.
    pub fn body_complete(&self) -> bool {
        self.body_complete
    }

    /// Bytes behind the body. Empty unless the body is complete.
    pub fn leftover(&self) -> &Bytes {
        &self.leftover
    }

    /// Gives the response away.
    pub fn into_response(self) -> Response<Bytes> {
        self.response
    }
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server answered {} instead of 101", self.response.status())
    }
}

/// An answer that breaks a rule.
#[derive(Debug)]
pub struct InvalidResponse {
    pub(crate) rule: ResponseRule,
    pub(crate) value: Option<Box<[u8]>>,
    pub(crate) response: Option<Response<()>>,
}

impl InvalidResponse {
    /// The rule.
    pub fn rule(&self) -> ResponseRule {
        self.rule
    }

    /// The offending value, where there is one.
    pub fn value(&self) -> Option<&[u8]> {
        self.value.as_deref()
    }

    /// The head of the answer, when it could be read.
    pub fn response(&self) -> Option<&Response<()>> {
        self.response.as_ref()
    }
}

impl fmt::Display for InvalidResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rule.fmt(f)?;
        match self.value() {
            Some(value) => write!(f, ": \"{}\"", value.escape_ascii()),
            None => Ok(()),
        }
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
