//! Arguments from a caller that must not be sent.

use std::fmt;

use http::{HeaderName, StatusCode};

/// An argument of yours that must not be sent: refused before anything is written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArgumentError {
    /// `invalid-host`: empty, or not a host with an optional port (RFC 3986 3.2). Holds the host, escaped.
    Host(String),
    /// `invalid-scheme`: neither `ws` nor `wss` (RFC 6455 3). Holds the scheme, escaped.
    Scheme(String),
    /// `invalid-target`: not a path with an optional query (RFC 9112 3.2.1). Holds the target, escaped.
    Target(String),
    /// `invalid-header`: a field name that is not a token (RFC 9110 5.1). Holds the name, escaped.
    Header(String),
    /// `invalid-header`: a value with CR, LF, NUL or another control character (RFC 9110 5.5).
    HeaderValue {
        /// The name of the field.
        name: HeaderName,
        /// The first byte that no value may have. The others may be a secret.
        byte: u8,
    },
    /// `reserved-header`: a field that only the handshake itself may set.
    ReservedHeader(HeaderName),
    /// `invalid-request`: the method, target or version of a request was changed by a decorator, or before
    /// it was given back. Holds what they have become, escaped.
    Request(String),
    /// `invalid-subprotocol`: not a token (RFC 6455 4.1). Holds the name, escaped.
    Subprotocol(String),
    /// `duplicate-subprotocol`: offered twice (RFC 6455 4.1). Holds the name, escaped.
    DuplicateSubprotocol(String),
    /// `unoffered-subprotocol`: chosen by a server, and not offered by the client (RFC 6455 4.2.2). Holds
    /// the name, escaped.
    UnofferedSubprotocol(String),
    /// `several-subprotocols`: more than one chosen by a server (RFC 6455 11.3.4). Holds the names,
    /// escaped.
    SeveralSubprotocols(String),
    /// `invalid-deflate`: window bits outside 8 to 15, or 9 to 15 for what is compressed here (RFC 7692
    /// 7.1.2). Holds them.
    Deflate(u8),
    /// `invalid-deflate`: text that is not one well-formed permessage-deflate (RFC 7692 7.1). Holds
    /// it, escaped.
    DeflateParams(String),
    /// `invalid-origin`: not a scheme and a host with an optional port, such as `https://app.example`
    /// (RFC 6454 7). Holds the entry of the list, escaped.
    Origin(String),
    /// `invalid-answer`: an answer that cannot stand in for a rejection, such as a 1xx, or a 2xx to a
    /// CONNECT.
    Response(StatusCode),
}

impl ArgumentError {
    /// A stable name in kebab-case.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Host(_) => "invalid-host",
            Self::Scheme(_) => "invalid-scheme",
            Self::Target(_) => "invalid-target",
            Self::Header(_) | Self::HeaderValue { .. } => "invalid-header",
            Self::ReservedHeader(_) => "reserved-header",
            Self::Request(_) => "invalid-request",
            Self::Subprotocol(_) => "invalid-subprotocol",
            Self::DuplicateSubprotocol(_) => "duplicate-subprotocol",
            Self::UnofferedSubprotocol(_) => "unoffered-subprotocol",
            Self::SeveralSubprotocols(_) => "several-subprotocols",
            Self::Deflate(_) | Self::DeflateParams(_) => "invalid-deflate",
            Self::Origin(_) => "invalid-origin",
            Self::Response(_) => "invalid-answer",
        }
    }
}

impl fmt::Display for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => write!(
                f,
                "the host must be a name or address with an optional port (RFC 3986 3.2): {}",
                Shown(host)
            ),
            Self::Scheme(scheme) => {
                write!(f, "the scheme must be ws or wss (RFC 6455 3): {}", Shown(scheme))
            }
            Self::Target(target) => write!(
                f,
                "the target must be a path that begins with /, with an optional query, in characters that \
                 a URI may have (RFC 9112 3.2.1): {}",
                Shown(target)
            ),
            Self::Header(name) => {
                write!(f, "the name of a field must be a token (RFC 9110 5.1): {}", Shown(name))
            }
            Self::HeaderValue { name, byte } => write!(
                f,
                "the value of a field must not have control characters (RFC 9110 5.5): that of {name} \
                 has \"{}\"",
                byte.escape_ascii()
            ),
            Self::ReservedHeader(name) => {
                write!(f, "the field {name} is set by the handshake alone: {}", set_by(name))
            }
            Self::Request(request) => write!(
                f,
                "the method, target and version of the request must stay as they were made: {}",
                Shown(request)
            ),
            Self::Subprotocol(name) => {
                write!(f, "a subprotocol must be a token (RFC 6455 4.1): {}", Shown(name))
            }
            Self::Origin(origin) => write!(
                f,
                "an origin must be a scheme and a host as browsers write them, such as \
                 \"https://app.example\", with an optional port and no path (RFC 6454 7): {}",
                Shown(origin)
            ),
            Self::DuplicateSubprotocol(name) => {
                write!(f, "a subprotocol must be offered once (RFC 6455 4.1): {}", Shown(name))
            }
            Self::UnofferedSubprotocol(name) => write!(
                f,
                "only a subprotocol that the client offers can be chosen (RFC 6455 4.2.2): {}",
                Shown(name)
            ),
            Self::SeveralSubprotocols(names) => {
                write!(
                    f,
                    "at most one subprotocol can be chosen (RFC 6455 11.3.4): {}",
                    Shown(names)
                )
            }
            Self::Deflate(bits) => write!(
                f,
                "window bits must be 8 to 15, or 9 to 15 for what is compressed here (RFC 7692 7.1.2): \
                 {bits}"
            ),
            Self::DeflateParams(params) => write!(
                f,
                "the answer to an offer must be one well-formed permessage-deflate (RFC 7692 7.1): {}",
                Shown(params)
            ),
            Self::Response(status) => {
                write!(
                    f,
                    "{status} cannot be the answer to a refused request: it {}",
                    if status.is_success() { "lets it in" } else { "is not a final one" }
                )
            }
        }
    }
}

impl std::error::Error for ArgumentError {}

/// Text that was escaped before, in quotes and cut.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(MAX_SHOWN) {
            Some((end, _)) => write!(f, "\"{}\"...", &self.0[..end]),
            None => write!(f, "\"{}\"", self.0),
        }
    }
}

/// As many as are shown of what peers send.
const MAX_SHOWN: usize = 80;

/// How that field comes to its value, and how the caller gets another one.
fn set_by(name: &HeaderName) -> &'static str {
    match name.as_str() {
        "host" => {
            "it is the host of the URL; to send another, connect a stream and give the host to handshake()"
        }
        "upgrade" => "it is always websocket",
        "connection" => "it is always Upgrade",
        "sec-websocket-protocol" => "offer subprotocols with ClientConfig::subprotocols",
        "sec-websocket-extensions" => {
            "compression is offered with ClientConfig::deflate, and accepted with ServerConfig::deflate"
        }
        "sec-websocket-key" => "it is drawn at random for every request, and no answer has one",
        "sec-websocket-accept" => "it answers the key of the request",
        "sec-websocket-version" => "it is 13 in every request, and not part of a 101",
        _ => "neither the request nor the 101 has a body",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_reserved_field_says_what_to_use_instead() {
        for (name, instead) in [
            ("Sec-WebSocket-Protocol", "ClientConfig::subprotocols"),
            ("Sec-WebSocket-Extensions", "ClientConfig::deflate"),
            ("Host", "of the URL"),
            ("Host", "handshake()"),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "random"),
            ("Sec-WebSocket-Accept", "key"),
            ("Content-Length", "body"),
            ("Transfer-Encoding", "body"),
        ] {
            let config = crate::ClientConfig::new().header(name, "chat");
            let error = crate::ClientHandshake::new(&config, "a", "/").unwrap_err().to_string();
            assert!(error.contains(instead), "{error}");
        }
    }
}
