//! Why there is no WebSocket.

use std::{fmt, io};

use ws_core::HandshakeError;

use crate::url::UrlError;

/// Why a handshake over a stream failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The handshake itself failed. The peer has been told what it should know.
    Handshake(HandshakeError),
    /// The handshake failed, and the answer could not be written.
    Unsent {
        /// Why the handshake failed.
        error: HandshakeError,
        /// Why the answer could not be written.
        source: io::Error,
    },
    /// The stream failed, or could not be connected.
    Io(io::Error),
    /// The URL to connect to is none that this crate can connect to.
    Url(UrlError),
}

impl Error {
    /// A stable name in kebab-case: the handshake error's, `io`, `invalid-url` or
    /// `unsupported-scheme`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Handshake(error) | Self::Unsent { error, .. } => error.name(),
            Self::Io(_) => "io",
            Self::Url(error) => error.name(),
        }
    }

    /// What went wrong with the handshake, as opposed to the stream.
    pub fn handshake(&self) -> Option<&HandshakeError> {
        match self {
            Self::Handshake(error) | Self::Unsent { error, .. } => Some(error),
            Self::Io(_) | Self::Url(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handshake(error) => error.fmt(f),
            Self::Unsent { error, source } => {
                write!(f, "{error}; the answer could not be written: {source}")
            }
            Self::Io(error) => error.fmt(f),
            Self::Url(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Handshake(error) => Some(error),
            Self::Unsent { source, .. } => Some(source),
            Self::Io(error) => Some(error),
            Self::Url(error) => Some(error),
        }
    }
}

impl From<HandshakeError> for Error {
    fn from(error: HandshakeError) -> Self {
        Self::Handshake(error)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<UrlError> for Error {
    fn from(error: UrlError) -> Self {
        Self::Url(error)
    }
}
