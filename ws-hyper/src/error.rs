//! What goes wrong between HTTP and a WebSocket.

use std::{fmt, io};

use hyper::{Response, body::Incoming};
use ws_tokio::handshake::{HandshakeError, HandshakeWatch};

/// Why no WebSocket was opened.
///
/// It becomes a [`ws_tokio::Error`] with `?`, as what goes wrong with open WebSockets is.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The handshake failed: the 101 breaks a rule, the time was up, or an argument of yours cannot be
    /// sent.
    Handshake(HandshakeError),
    /// Client: the server answered with something other than 101.
    Declined {
        /// The same for code that knows nothing of hyper: its response has no body.
        error: HandshakeError,
        /// The whole response. Its body has not been read, and the connection goes on when it has.
        response: Box<Response<Incoming>>,
    },
    /// Client: hyper could not send the request, or got no answer to it.
    Http(hyper::Error),
    /// hyper did not hand over the connection: the 101 was not sent, the connection ended before, or it is
    /// not driven by something that hands over (`with_upgrades`).
    Upgrade(hyper::Error),
    /// There is no timer to wait with.
    Io(io::Error),
}

impl Error {
    /// A stable name in kebab-case: that of what is inside, or `http`, `not-upgraded`, `io`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Handshake(error) | Self::Declined { error, .. } => error.name(),
            Self::Http(_) => "http",
            Self::Upgrade(_) => "not-upgraded",
            Self::Io(_) => "io",
        }
    }

    pub(crate) fn tell(&self, watch: &mut HandshakeWatch) {
        match self.handshake() {
            Some(error) => watch.failed(error),
            None => watch.failed_as(self.name()),
        }
    }

    /// What went wrong with the handshake, as opposed to the connection.
    pub fn handshake(&self) -> Option<&HandshakeError> {
        match self {
            Self::Handshake(error) | Self::Declined { error, .. } => Some(error),
            Self::Http(_) | Self::Upgrade(_) | Self::Io(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handshake(error) | Self::Declined { error, .. } => error.fmt(f),
            Self::Http(_) => f.write_str("hyper got no answer to the request"),
            Self::Upgrade(_) => {
                f.write_str("hyper did not hand over the connection, or the 101 was not sent")
            }
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Handshake(error) | Self::Declined { error, .. } => error.source(),
            Self::Http(error) | Self::Upgrade(error) => Some(error),
            Self::Io(error) => error.source(),
        }
    }
}

impl From<HandshakeError> for Error {
    fn from(error: HandshakeError) -> Self {
        Self::Handshake(error)
    }
}

/// hyper's errors become [`Io`](ws_tokio::Error::Io), with this error inside.
impl From<Error> for ws_tokio::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Handshake(error) | Error::Declined { error, .. } => error.into(),
            Error::Io(error) => error.into(),
            error @ (Error::Http(_) | Error::Upgrade(_)) => {
                io::Error::new(io::ErrorKind::ConnectionAborted, error).into()
            }
        }
    }
}
