//! What stands behind the `://` of a URL, up to its path (RFC 3986 3.2).

use super::{
    error::UrlError,
    host::{self, Host},
    user_info::UserInfo,
};

/// User information, host and port.
#[derive(Debug)]
pub(crate) struct Authority {
    pub(crate) user_info: Option<UserInfo>,
    pub(crate) host: Host,
    pub(crate) port: Option<u16>,
}

impl Authority {
    /// Takes `[user[:password]@]host[:port]` apart.
    pub(crate) fn parse(authority: &str) -> Result<Self, UrlError> {
        let (user_info, host_and_port) = match authority.rsplit_once('@') {
            Some((user_info, rest)) => (UserInfo::parse(user_info)?, rest),
            None => (None, authority),
        };
        let (host, port) = host::split_port(host_and_port)?;
        let host = host::parse(host)?;
        let port = match port {
            None | Some("") => None,
            Some(port) => Some(parse_port(port).ok_or_else(|| UrlError::Port(port.to_owned()))?),
        };
        Ok(Self { user_info, host, port })
    }
}

/// "port = *DIGIT". RFC 3986 3.2.3. Nobody can connect to port 0.
pub(crate) fn parse_port(port: &str) -> Option<u16> {
    let digits = port.bytes().all(|b| b.is_ascii_digit());
    port.parse().ok().filter(|&port| digits && port != 0)
}

/// "scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )". RFC 3986 3.1
pub(crate) fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}
