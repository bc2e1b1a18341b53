//! What goes wrong between HTTP and a WebSocket.

use std::{fmt, io};

use hyper::{Response, body::Incoming};
#[cfg(feature = "http2")]
use ws_tokio::handshake::UrlError;
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
    /// Client over HTTP/2: the server does not take WebSockets in this way. Its SETTINGS do not say that it does
    /// (RFC 8441 3), or it reset the request as one that it does not know. By HTTP/1.1 it may.
    #[cfg(feature = "http2")]
    NotOffered(Option<hyper::Error>),
    /// Client over HTTP/2: the URL is none.
    #[cfg(feature = "http2")]
    Url(UrlError),
    /// There is no timer to wait with, or the connection ended.
    Io(io::Error),
}

impl Error {
    /// A stable name in kebab-case: that of what is inside, or `http`, `not-upgraded`, `not-offered`, `io`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Handshake(error) | Self::Declined { error, .. } => error.name(),
            Self::Http(_) => "http",
            Self::Upgrade(_) => "not-upgraded",
            #[cfg(feature = "http2")]
            Self::NotOffered(_) => "not-offered",
            #[cfg(feature = "http2")]
            Self::Url(error) => error.name(),
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
            _ => None,
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
            #[cfg(feature = "http2")]
            Self::NotOffered(_) => {
                f.write_str("the server does not take WebSockets over HTTP/2 (RFC 8441 3)")
            }
            #[cfg(feature = "http2")]
            Self::Url(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Handshake(error) | Self::Declined { error, .. } => error.source(),
            Self::Http(error) | Self::Upgrade(error) => Some(error),
            #[cfg(feature = "http2")]
            Self::NotOffered(error) => error.as_ref().map(|error| error as _),
            #[cfg(feature = "http2")]
            Self::Url(error) => error.source(),
            Self::Io(error) => error.source(),
        }
    }
}

impl From<HandshakeError> for Error {
    fn from(error: HandshakeError) -> Self {
        Self::Handshake(error)
    }
}

#[cfg(feature = "http2")]
impl From<UrlError> for Error {
    fn from(error: UrlError) -> Self {
        Self::Url(error)
    }
}

/// hyper's errors become [`Io`](ws_tokio::Error::Io), with this error inside.
impl From<Error> for ws_tokio::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Handshake(error) | Error::Declined { error, .. } => error.into(),
            Error::Io(error) => error.into(),
            #[cfg(feature = "http2")]
            Error::Url(error) => error.into(),
            #[cfg(feature = "http2")]
            error @ Error::NotOffered(_) => {
                io::Error::new(io::ErrorKind::Unsupported, error).into()
            }
            error @ (Error::Http(_) | Error::Upgrade(_)) => {
                io::Error::new(io::ErrorKind::ConnectionAborted, error).into()
            }
        }
    }
}
