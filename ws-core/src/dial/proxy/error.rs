//! Why there is no connection through a proxy.

use std::fmt;

use bytes::Bytes;
use http::{HeaderName, Response, StatusCode};

use super::{
    answer_error::MalformedAnswer,
    kind::ProxyKind,
    reply::{Socks4Reply, Socks5Reply},
    step::ProxyStep,
};

/// Why a proxy gave no connection.
///
/// [`name`](Self::name) is stable and meant for logs. Neither user name nor password is in any text.
///
/// ```
/// use ws_core::{Proxy, ProxyHandshake};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut handshake = ProxyHandshake::new(&Proxy::parse("proxy:3128")?, "ws.example", 443)?;
/// handshake.recv_buf().extend_from_slice(
///     b"HTTP/1.1 407 Who are you?\r\nProxy-Authenticate: Basic realm=\"a\"\r\nContent-Length: 2\r\n\r\nno",
/// );
/// let error = handshake.poll().unwrap_err();
/// assert_eq!(error.name(), "proxy-authentication-required");
/// assert_eq!(error.refusal().map(|refusal| &refusal.body()[..]), Some(&b"no"[..]));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ProxyError {
    /// `proxy-invalid-host`: not a name or address of a server (RFC 3986 3.2.2). Holds the host, escaped.
    Host(String),
    /// `proxy-address-needed`: a proxy of this kind is told addresses, and one of SOCKS 4 those of IPv4.
    AddressNeeded {
        /// What the proxy speaks.
        kind: ProxyKind,
        /// The host that it cannot be told, escaped.
        host: String,
    },
    /// `proxy-too-long`: a name, user name or password of more than the 255 octets that SOCKS has room for.
    TooLong {
        /// What is too long.
        what: &'static str,
        /// How many octets it has.
        len: usize,
    },
    /// `proxy-invalid-credentials`: a control character in the user name or password, or, for HTTP, a colon in
    /// the user name (RFC 7617 2).
    Credentials,
    /// `proxy-invalid-header`: a field name that is not a token (RFC 9110 5.1). Holds the name, escaped.
    Header(String),
    /// `proxy-invalid-header`: a value with CR, LF, NUL or another control character (RFC 9110 5.5).
    HeaderValue {
        /// The name of the field.
        name: HeaderName,
        /// The first byte that no value may have. The others may be a secret.
        byte: u8,
    },
    /// `proxy-reserved-header`: a field that only the handshake itself may set.
    ReservedHeader(HeaderName),
    /// `proxy-refused`, or `proxy-authentication-required` for 407: HTTP, an answer other than 2xx.
    Refused {
        /// Status, fields, and as much of the body as was read.
        response: Box<Response<Bytes>>,
        /// Whether the body was read to its end, within 64 KiB.
        body_complete: bool,
    },
    /// `socks4-...`, by the reply: the proxy did not connect.
    Socks4(Socks4Reply),
    /// `socks5-...`, by the reply: the proxy did not connect.
    Socks5(Socks5Reply),
    /// `proxy-no-acceptable-method`: SOCKS 5, the proxy takes no method of authentication that was offered:
    /// none, and user name and password if there are any (RFC 1928 3).
    NoAcceptableMethod {
        /// Whether user name and password were offered.
        with_credentials: bool,
    },
    /// `proxy-authentication-refused`: SOCKS 5, the proxy does not take user name and password (RFC 1929 2).
    /// Holds the octet that says so.
    AuthenticationRefused(u8),
    /// `proxy-malformed-answer`: not the protocol that was expected.
    Malformed(Box<MalformedAnswer>),
    /// `proxy-answer-too-large`: HTTP, a head over a limit, or interim answers without end. Says which limit.
    TooLarge(&'static str),
    /// `proxy-truncated`: the proxy closed the connection. What was waited for.
    Truncated(ProxyStep),
    /// `proxy-done`: the handshake has failed, and its outcome has been given out.
    Done,
}

impl ProxyError {
    /// A stable name in kebab-case.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Host(_) => "proxy-invalid-host",
            Self::AddressNeeded { .. } => "proxy-address-needed",
            Self::TooLong { .. } => "proxy-too-long",
            Self::Credentials => "proxy-invalid-credentials",
            Self::Header(_) | Self::HeaderValue { .. } => "proxy-invalid-header",
            Self::ReservedHeader(_) => "proxy-reserved-header",
            Self::Refused { response, .. }
                if response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED =>
            {
                "proxy-authentication-required"
            }
            Self::Refused { .. } => "proxy-refused",
            Self::Socks4(reply) => reply.name(),
            Self::Socks5(reply) => reply.name(),
            Self::NoAcceptableMethod { .. } => "proxy-no-acceptable-method",
            Self::AuthenticationRefused(_) => "proxy-authentication-refused",
            Self::Malformed(_) => "proxy-malformed-answer",
            Self::TooLarge(_) => "proxy-answer-too-large",
            Self::Truncated(_) => "proxy-truncated",
            Self::Done => "proxy-done",
        }
    }

    /// The answer of an HTTP proxy that refused: status, fields, and as much of the body as was read.
    pub fn refusal(&self) -> Option<&Response<Bytes>> {
        match self {
            Self::Refused { response, .. } => Some(response),
            _ => None,
        }
    }
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => {
                write!(f, "the host must be a name or an address (RFC 3986 3.2.2): \"{host}\"")
            }
            Self::AddressNeeded { kind, host } => {
                let address = match kind {
                    ProxyKind::Socks4 | ProxyKind::Socks4a => "an IPv4 address",
                    _ => "an address",
                };
                write!(f, "a {} proxy has to be told {address}: \"{host}\"", kind.scheme())
            }
            Self::TooLong { what, len } => {
                write!(f, "{what} has {len} octets, and SOCKS has room for 255 (RFC 1928 5)")
            }
            Self::Credentials => f.write_str(
                "the user name for the proxy has a colon, which HTTP has no room for, or it or the \
                 password a control character (RFC 7617 2)",
            ),
            Self::Header(name) => {
                write!(f, "the name of a field must be a token (RFC 9110 5.1): \"{name}\"")
            }
            Self::HeaderValue { name, byte } => write!(
                f,
                "the value of a field must not have control characters (RFC 9110 5.5): that of {name} \
                 has \"{}\"",
                byte.escape_ascii()
            ),
            Self::ReservedHeader(name) => {
                write!(f, "the field {name} is not yours to set: CONNECT has no body, and names its host")
            }
            Self::Refused { response, body_complete } => {
                write!(f, "the proxy answered {} to CONNECT", response.status())?;
                let cut = if *body_complete { "" } else { "; its body was not read to the end" };
                f.write_str(cut)
            }
            Self::Socks4(reply) => {
                write!(f, "the proxy did not connect: {} ({reply}, SOCKS 4)", reply.code())
            }
            Self::Socks5(reply) => {
                write!(f, "the proxy did not connect: {} ({reply}, RFC 1928 6)", reply.code())
            }
            Self::NoAcceptableMethod { with_credentials: true } => f.write_str(
                "the proxy takes neither clients without authentication nor user name and password \
                 (RFC 1928 3)",
            ),
            Self::NoAcceptableMethod { with_credentials: false } => f.write_str(
                "the proxy takes no clients without authentication, and there is no user name for it \
                 (RFC 1928 3)",
            ),
            Self::AuthenticationRefused(status) => {
                write!(f, "the proxy does not take user name and password: {status} (RFC 1929 2)")
            }
            Self::Malformed(answer) => answer.fmt(f),
            Self::TooLarge(limit) => write!(f, "the proxy's answer has {limit}"),
            Self::Truncated(step) => write!(f, "the proxy closed the connection while {step}"),
            Self::Done => f.write_str("the handshake with the proxy has failed, and its outcome was given out"),
        }
    }
}

impl std::error::Error for ProxyError {}

impl From<MalformedAnswer> for ProxyError {
    fn from(answer: MalformedAnswer) -> Self {
        Self::Malformed(Box::new(answer))
    }
}
