//! Why there is no WebSocket.

use std::{fmt, io};

use ws_core::{FrameRule, HandshakeError, SendError};

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
    /// The peer broke a rule of frames or messages. It has been told, as far as it could be.
    Protocol(FrameRule),
    /// What was to be sent cannot be.
    Send(SendError),
    /// The stream ended without a closing handshake (close code 1006).
    Disconnected,
    /// The peer was silent for too long.
    TimedOut(Timeout),
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
            Self::Protocol(rule) => rule.name(),
            Self::Send(error) => error.name(),
            Self::Disconnected => "disconnected",
            Self::TimedOut(timeout) => timeout.name(),
            Self::Url(error) => error.name(),
        }
    }

    /// What went wrong with the handshake, as opposed to the stream.
    pub fn handshake(&self) -> Option<&HandshakeError> {
        match self {
            Self::Handshake(error) | Self::Unsent { error, .. } => Some(error),
            _ => None,
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
            Self::Protocol(rule) => write!(f, "the peer broke a rule: {rule}"),
            Self::Send(error) => error.fmt(f),
            Self::Disconnected => {
                f.write_str("the peer went away without closing (RFC 6455 7.1.5)")
            }
            Self::TimedOut(timeout) => timeout.fmt(f),
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
            Self::Protocol(rule) => Some(rule),
            Self::Send(error) => Some(error),
            Self::Url(error) => Some(error),
            Self::Disconnected | Self::TimedOut(_) => None,
        }
    }
}

/// What the peer did not do in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeout {
    /// `idle-timeout`: say anything.
    Idle,
    /// `pong-timeout`: answer a ping.
    Pong,
    /// `close-timeout`: finish the closing handshake.
    Close,
}

impl Timeout {
    /// A stable name in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle-timeout",
            Self::Pong => "pong-timeout",
            Self::Close => "close-timeout",
        }
    }
}

impl fmt::Display for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Idle => "the peer said nothing for too long",
            Self::Pong => "the peer did not answer a ping in time",
            Self::Close => "the peer did not finish the closing handshake in time",
        })
    }
}

impl From<SendError> for Error {
    fn from(error: SendError) -> Self {
        Self::Send(error)
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
