//! WebSocket URLs (RFC 6455 3).

use std::fmt;

/// A `ws` or `wss` URL, taken apart.
///
/// ```
/// let url = ws_driver::Url::parse("ws://[::1]:9001/chat?room=7#top")?;
/// assert_eq!((url.host(), url.port()), ("::1", 9001));
/// assert_eq!((url.host_field(), url.target()), ("[::1]:9001", "/chat?room=7"));
/// # Ok::<(), ws_driver::UrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    secure: bool,
    host: String,
    port: u16,
    host_field: String,
    target: String,
}

impl Url {
    /// Takes `url` apart. A fragment is dropped, as the WHATWG's WebSocket API does.
    ///
    /// # Errors
    ///
    /// [`UrlError::Invalid`] for anything that is not `ws://host[:port][/path][?query]`,
    /// [`UrlError::UserInfo`] for user information, [`UrlError::Scheme`] for another scheme.
    pub fn parse(url: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = url.split_once("://").ok_or(UrlError::Invalid)?;
        let secure = match scheme {
            _ if scheme.eq_ignore_ascii_case("ws") => false,
            _ if scheme.eq_ignore_ascii_case("wss") => true,
            _ => return Err(UrlError::Scheme),
        };
        let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
        let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (authority, None),
        };
        if host.contains('@') {
            return Err(UrlError::UserInfo);
        }
        if host.is_empty() {
            return Err(UrlError::Invalid);
        }
        let default_port = if secure { 443 } else { 80 };
        let port = match port {
            None | Some("") => default_port,
            Some(port) if port.bytes().all(|b| b.is_ascii_digit()) => {
                port.parse().ok().filter(|&port| port != 0).ok_or(UrlError::Invalid)?
            }
            Some(_) => return Err(UrlError::Invalid),
        };
        // "/host/ plus optionally ":" followed by /port/ (when not using the default port)". RFC
        // 6455 4.1(4)
        let host_field =
            if port == default_port { host.to_owned() } else { format!("{host}:{port}") };
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        Ok(Self { secure, host: bare.to_owned(), port, host_field, target: target.to_owned() })
    }

    /// Whether the scheme is `wss`: WebSocket over TLS.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The host to connect to; an IPv6 address has no brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The value for Host.
    pub fn host_field(&self) -> &str {
        &self.host_field
    }

    /// Path and query, as they stand in the URL; may be empty.
    pub fn target(&self) -> &str {
        &self.target
    }
}

/// A URL that cannot be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// `invalid-url`: not of the form of RFC 6455 3.
    Invalid,
    /// `invalid-url`: with a user name or password. Pass these as a header field.
    UserInfo,
    /// `unsupported-scheme`: not `ws`. For `wss`, connect and do TLS first, then the handshake on
    /// the TLS stream.
    Scheme,
}

impl UrlError {
    /// A stable name in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid | Self::UserInfo => "invalid-url",
            Self::Scheme => "unsupported-scheme",
        }
    }
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => {
                "the URL is not of the form ws://host[:port][/path][?query] (RFC 6455 3)"
            }
            Self::UserInfo => {
                "a WebSocket URL has no user information: pass it as ClientConfig::header with \
                 \"Authorization\" (RFC 7617)"
            }
            Self::Scheme => {
                "only ws URLs can be connected to here; for wss, do the handshake on a TLS stream"
            }
        })
    }
}

impl std::error::Error for UrlError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taken_apart() {
        let parts = |url: &str| {
            Url::parse(url).map(|u| format!("{} {} {} {}", u.host, u.port, u.host_field, u.target))
        };
        assert_eq!(parts("ws://h").as_deref(), Ok("h 80 h "));
        assert_eq!(parts("WSS://h:443?q").as_deref(), Ok("h 443 h ?q"));
        assert_eq!(parts("ws://h:81/a:b#f").as_deref(), Ok("h 81 h:81 /a:b"));
        assert_eq!(parts("ws://[::1]/").as_deref(), Ok("::1 80 [::1] /"));
        for bad in ["", "ws:/h", "ws://", "ws://:80", "ws://h:x", "ws://h:99999", "ws://h:0"] {
            assert_eq!(parts(bad), Err(UrlError::Invalid), "{bad}");
        }
        assert_eq!(parts("http://h/"), Err(UrlError::Scheme));
        for url in ["ws://u@h/", "ws://u:p@h:80/"] {
            assert_eq!(parts(url), Err(UrlError::UserInfo), "{url}");
            assert!(UrlError::UserInfo.to_string().contains("Authorization"));
        }
    }
}
