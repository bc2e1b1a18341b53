//! What goes wrong with a WebSocket and its stream.

use std::{fmt, io};

use ws_core::{
    ArgumentError, ErrorBox, FrameViolation, HandshakeError, ProxyError, ProxyUrlError,
    RedirectError, Rejection, SendError, Socks5Reply, TextError, Timeout, UrlError,
    is_transient_status,
};

use crate::tls::TlsError;

/// Why a WebSocket could not be opened, or did not go on. Two words long: it is in whatever every call returns, so what is
/// longer is in a box.
///
/// It becomes an [`io::Error`] with `?`, of a kind that fits. Worth another attempt are, as a rule,
/// [`Io`](Self::Io), [`Disconnected`](Self::Disconnected), [`TimedOut`](Self::TimedOut) once it was open,
/// and before that [`HandshakeError::TimedOut`], [`HandshakeError::Truncated`] and a
/// [`HandshakeError::Declined`] with a status such as 503.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The handshake itself failed. The peer has been told, if there was something to tell.
    Handshake(HandshakeError),
    /// The handshake failed, and the answer could not be written.
    Unsent(Box<UnsentAnswer>),
    /// The stream failed, or could not be connected.
    Io(io::Error),
    /// The peer broke a rule of frames or messages. It has been told, as far as it could be.
    Protocol(Box<FrameViolation>),
    /// What was to be sent cannot be.
    Send(SendError),
    /// Bytes that were to be taken as text are not UTF-8: from
    /// [`Message::into_text`](ws_core::Message::into_text). The WebSocket goes on.
    Text(Box<TextError>),
    /// The stream ended without a closing handshake (close code 1006).
    Disconnected,
    /// The peer was silent for too long once the WebSocket was open. A handshake that takes too long is
    /// [`HandshakeError::TimedOut`].
    TimedOut(Timeout),
    /// The URL is not one that this crate can connect to.
    Url(ErrorBox<UrlError>),
    /// TLS could not be begun, or was broken off.
    Tls(ErrorBox<TlsError>),
    /// The proxy did not give a connection to the host.
    Proxy(ErrorBox<ProxyError>),
    /// The environment names a proxy that is none.
    ProxyUrl(ErrorBox<ProxyUrlError>),
    /// The server sent the client somewhere where it does not go.
    Redirect(ErrorBox<RedirectError>),
}

/// A handshake that failed, and whose answer could not be written.
#[derive(Debug)]
#[non_exhaustive]
pub struct UnsentAnswer {
    /// Why the handshake failed.
    pub error: HandshakeError,
    /// Why the answer could not be written.
    pub source: io::Error,
}

impl Error {
    /// A stable name in kebab-case, for logs and metrics: that of what is inside, or `io`,
    /// `disconnected`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Handshake(error) => error.name(),
            Self::Unsent(unsent) => unsent.error.name(),
            Self::Io(_) => "io",
            Self::Protocol(violation) => violation.rule().name(),
            Self::Send(error) => error.name(),
            Self::Text(_) => "not-text",
            Self::Disconnected => "disconnected",
            Self::TimedOut(timeout) => timeout.name(),
            Self::Url(error) => error.name(),
            Self::Tls(error) => error.name(),
            Self::Proxy(error) => error.name(),
            Self::ProxyUrl(error) => error.name(),
            Self::Redirect(error) => error.name(),
        }
    }

    /// Whether another attempt may succeed, some time later, with nothing changed on this side.
    ///
    /// That is so after errors of the stream, timeouts, a stream that ended, and a rejection with 429, 500,
    /// 502, 503 or 504, by the server or by a proxy. It is not so after other rejections, broken rules,
    /// certificates that are not trusted, and whatever is wrong with what the caller passed.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Io(error) => is_transient(error),
            Self::Unsent(unsent) => is_transient(&unsent.source),
            Self::Disconnected
            | Self::TimedOut(_)
            | Self::Send(SendError::TimedOut(_) | SendError::Disconnected)
            | Self::Handshake(
                HandshakeError::TimedOut(_)
                | HandshakeError::Truncated(_)
                | HandshakeError::Closed
                | HandshakeError::Random(_),
            ) => true,
            Self::Handshake(HandshakeError::Declined(declined)) => {
                is_transient_status(declined.response().status())
            }
            Self::Tls(error) => match &**error {
                TlsError::AtProxy(error) => matches!(**error, TlsError::Truncated),
                error => matches!(error, TlsError::Truncated),
            },
            Self::Proxy(error) => match (&**error, error.refusal()) {
                (ProxyError::Truncated(_), _) => true,
                // What the proxy says of the host may pass; what it says of the client does not.
                (ProxyError::Socks5(reply), _) => *reply != Socks5Reply::NotAllowed,
                (_, Some(refusal)) => is_transient_status(refusal.status()),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether the peer is gone without a closing handshake: the stream ended, was reset, or ended inside
    /// TLS without a close_notify. Which of them it is depends on the transport alone.
    pub fn is_disconnect(&self) -> bool {
        use io::ErrorKind::{
            BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof,
        };

        let gone = |error: &io::Error| {
            matches!(
                error.kind(),
                BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof
            )
        };
        match self {
            Self::Disconnected | Self::Send(SendError::Disconnected) => true,
            Self::Io(error) => gone(error),
            Self::Unsent(unsent) => gone(&unsent.source),
            _ => false,
        }
    }

    /// What went wrong with the handshake, as opposed to the stream.
    pub fn handshake(&self) -> Option<&HandshakeError> {
        match self {
            Self::Handshake(error) => Some(error),
            Self::Unsent(unsent) => Some(&unsent.error),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handshake(error) => error.fmt(f),
            Self::Unsent(unsent) => {
                write!(f, "{}; the answer could not be written", unsent.error)
            }
            Self::Io(error) => error.fmt(f),
            Self::Protocol(violation) => write!(f, "the peer broke a rule: {violation}"),
            Self::Send(error) => error.fmt(f),
            Self::Text(error) => error.fmt(f),
            Self::Disconnected => {
                f.write_str("the peer went away without closing (RFC 6455 7.1.5)")
            }
            Self::TimedOut(timeout) => timeout.fmt(f),
            Self::Url(error) => error.fmt(f),
            Self::Tls(error) => error.fmt(f),
            Self::Proxy(error) => error.fmt(f),
            Self::ProxyUrl(error) => error.fmt(f),
            Self::Redirect(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // What a variant shows of another error is not told again: only what that one came from.
        match self {
            Self::Handshake(error) => error.source(),
            Self::Unsent(unsent) => Some(&unsent.source),
            Self::Io(error) => error.source(),
            Self::Protocol(violation) => violation.source(),
            Self::Send(error) => error.source(),
            Self::Text(error) => error.source(),
            Self::Url(error) => error.source(),
            Self::Tls(error) => error.source(),
            Self::Proxy(error) => error.source(),
            Self::ProxyUrl(error) => error.source(),
            Self::Redirect(error) => error.source(),
            Self::Disconnected | Self::TimedOut(_) => None,
        }
    }
}

/// An I/O error is given back as it was; the others become one of a kind that fits, with the error
/// inside.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Io(error) => return error,
            Error::Send(SendError::Full) => io::ErrorKind::WouldBlock,
            Error::Send(SendError::TimedOut(_)) => io::ErrorKind::TimedOut,
            Error::Send(_) => io::ErrorKind::BrokenPipe,
            Error::Disconnected
            | Error::Handshake(HandshakeError::Truncated(_) | HandshakeError::Closed) => {
                io::ErrorKind::UnexpectedEof
            }
            Error::TimedOut(_) | Error::Handshake(HandshakeError::TimedOut(_)) => {
                io::ErrorKind::TimedOut
            }
            Error::Protocol(_)
            | Error::Text(_)
            | Error::Handshake(HandshakeError::InvalidResponse(_)) => io::ErrorKind::InvalidData,
            Error::Url(_) | Error::ProxyUrl(_) | Error::Handshake(HandshakeError::Argument(_)) => {
                io::ErrorKind::InvalidInput
            }
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

fn is_transient(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};

    !matches!(error.kind(), InvalidInput | Unsupported | PermissionDenied)
}

impl UnsentAnswer {
    /// A handshake that failed with `error`, which could not be told because of `source`.
    pub fn new(error: HandshakeError, source: io::Error) -> Self {
        Self { error, source }
    }
}

impl From<UnsentAnswer> for Error {
    fn from(unsent: UnsentAnswer) -> Self {
        Self::Unsent(unsent.into())
    }
}

impl From<FrameViolation> for Error {
    fn from(violation: FrameViolation) -> Self {
        Self::Protocol(violation.into())
    }
}

impl From<SendError> for Error {
    fn from(error: SendError) -> Self {
        Self::Send(error)
    }
}

impl From<TextError> for Error {
    fn from(error: TextError) -> Self {
        Self::Text(error.into())
    }
}

impl From<Box<Rejection>> for Error {
    fn from(rejection: Box<Rejection>) -> Self {
        Self::Handshake(rejection.into())
    }
}

impl From<HandshakeError> for Error {
    fn from(error: HandshakeError) -> Self {
        Self::Handshake(error)
    }
}

impl From<ArgumentError> for Error {
    fn from(error: ArgumentError) -> Self {
        HandshakeError::from(error).into()
    }
}

/// An error of TLS inside comes out, and is [`Error::Tls`].
impl From<io::Error> for Error {
    #[cold]
    fn from(error: io::Error) -> Self {
        match error.downcast::<ErrorBox<TlsError>>() {
            Ok(error) => Self::Tls(error),
            Err(error) => Self::Io(error),
        }
    }
}

impl From<TlsError> for Error {
    fn from(error: TlsError) -> Self {
        Self::Tls(error.into())
    }
}

impl From<ProxyError> for Error {
    fn from(error: ProxyError) -> Self {
        Self::Proxy(error.into())
    }
}

impl From<ProxyUrlError> for Error {
    fn from(error: ProxyUrlError) -> Self {
        Self::ProxyUrl(error.into())
    }
}

impl From<RedirectError> for Error {
    fn from(error: RedirectError) -> Self {
        Self::Redirect(error.into())
    }
}

impl From<UrlError> for Error {
    fn from(error: UrlError) -> Self {
        Self::Url(error.into())
    }
}
