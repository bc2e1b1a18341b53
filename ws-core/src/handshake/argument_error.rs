//! Arguments from a caller that must not be sent.

use std::fmt;

use http::{HeaderName, StatusCode};

/// An argument of yours that must not be sent: refused before anything is written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArgumentError {
    /// `invalid-host`: empty, or not a host with an optional port (RFC 3986 3.2).
    Host,
    /// `invalid-target`: not a path with an optional query in visible ASCII (RFC 9112 3.2.1).
    Target,
    /// `invalid-header`: a field name that is not a token, or a value with CR, LF, NUL or another
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
    /// `invalid-origin`: not a scheme and a host with an optional port, such as `https://app.example`
    /// (RFC 6454 7). Holds the entry of the list, escaped.
    Origin(String),
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
            Self::Origin(_) => "invalid-origin",
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
                write!(f, "the field {name} is set by the handshake alone")?;
                f.write_str(instead_of(name))
            }
            Self::Request => {
                f.write_str("a decorator must leave method, target and version as they are")
            }
            Self::Subprotocol(name) => {
                write!(f, "\"{name}\" is not a token, is offered twice, or was not offered")
            }
            Self::Deflate => f.write_str("window bits must be 8 to 15 (server's own: 9 to 15)"),
            Self::Origin(origin) => write!(
                f,
                "\"{origin}\" is no origin: it must be a scheme and a host as browsers write them, \
                 such as \"https://app.example\", with an optional port and no path (RFC 6454 7)"
            ),
            Self::Response(status) => {
                write!(f, "{status} cannot be the answer to a refused request")
            }
        }
    }
}

impl std::error::Error for ArgumentError {}

/// How the caller gets what that field would say.
fn instead_of(name: &HeaderName) -> &'static str {
    match name.as_str() {
        "host" => ": it is the host given to the handshake, or that of the URL",
        "sec-websocket-protocol" => ": offer subprotocols with ClientConfig::subprotocols",
        "sec-websocket-extensions" => ": offer compression with ClientConfig::deflate",
        "sec-websocket-key" => ": it is drawn at random for every handshake",
        "content-length" | "transfer-encoding" => ": the request has no body",
        _ => "",
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
        ] {
            let config = crate::ClientConfig::new().header(name, "chat");
            let error = crate::ClientHandshake::new(&config, "a", "/").unwrap_err().to_string();
            assert!(error.contains(instead), "{error}");
        }
    }
}
