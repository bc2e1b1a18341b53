//! What is wrong with a URL.

use std::fmt;

/// A URL that cannot be connected to.
///
/// The offending part comes along where that helps: escaped, and cut at 80 octets. It is `...` where it
/// might be a piece of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// `invalid-url`: it does not begin with a scheme and `://`.
    NoScheme(String),
    /// `unsupported-scheme`: neither `ws` nor `wss`.
    UnsupportedScheme(String),
    /// `unsupported-scheme`: `wss`, where TLS is not done for you. Connect and do TLS first, then the
    /// handshake on the TLS stream.
    Secure,
    /// `invalid-url`: a user name with a colon, a control character, a backslash, or something that
    /// is not UTF-8 (RFC 7617 2).
    UserInfo,
    /// `invalid-url`: no host.
    EmptyHost,
    /// `invalid-url`: a character that no host has (RFC 3986 3.2.2).
    Host(String),
    /// `invalid-url`: it ends in a number, as only addresses do, and is none.
    Ipv4Address(String),
    /// `invalid-url`: brackets around what is no IPv6 address.
    Ipv6Address(String),
    /// `invalid-url`: the zone of an IPv6 address is not `%25` and a name (RFC 6874).
    Zone(String),
    /// `invalid-url`: not a name by UTS 46.
    InternationalHost(String),
    /// `invalid-url`: an international name, which takes the feature `idna`.
    NeedsIdna(String),
    /// `invalid-url`: not a number from 1 to 65535.
    Port(String),
    /// `invalid-url`: a character that no path or query is sent with (RFC 3986 3.3, 3.4). Only for URLs
    /// that a peer gave: in your own, the handshake finds it.
    Target(String),
}

impl UrlError {
    /// A stable name in kebab-case.
    pub fn name(&self) -> &'static str {
        match self {
            Self::UnsupportedScheme(_) | Self::Secure => "unsupported-scheme",
            _ => "invalid-url",
        }
    }

    /// The offending part, unless what stands behind the authority shows that a password may be in it: one
    /// with a slash that is not encoded looks like a host, and a port.
    pub(crate) fn without_password(self, behind: &str) -> Self {
        if behind.contains('@') { self.hidden() } else { self.shown() }
    }

    /// The offending part, as people may see it.
    pub(super) fn shown(self) -> Self {
        self.with_part(|part| cut(&part.escape_default().to_string()))
    }

    /// Without the offending part.
    fn hidden(self) -> Self {
        self.with_part(|_| MORE.to_owned())
    }

    fn with_part(mut self, change: impl Fn(&str) -> String) -> Self {
        match &mut self {
            Self::NoScheme(part)
            | Self::UnsupportedScheme(part)
            | Self::Host(part)
            | Self::Ipv4Address(part)
            | Self::Ipv6Address(part)
            | Self::Zone(part)
            | Self::InternationalHost(part)
            | Self::NeedsIdna(part)
            | Self::Port(part)
            | Self::Target(part) => *part = change(part),
            Self::Secure | Self::UserInfo | Self::EmptyHost => {}
        }
        self
    }
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoScheme(url) => {
                write!(f, "the URL \"{url}\" does not begin with ws:// or wss:// (RFC 6455 3)")
            }
            Self::UnsupportedScheme(scheme) => {
                write!(f, "the scheme \"{scheme}\" is neither ws nor wss (RFC 6455 3)")
            }
            Self::Secure => f.write_str(
                "only ws URLs can be connected to here; for wss, do the handshake on a TLS stream",
            ),
            Self::UserInfo => f.write_str(
                "the URL's user name has a colon, or it or the password a control character, a \
                 backslash, or bytes that are not UTF-8 (RFC 7617 2)",
            ),
            Self::EmptyHost => f.write_str("the URL has no host (RFC 6455 3)"),
            Self::Host(host) => write!(
                f,
                "the host \"{host}\" has a character that no host can have (RFC 3986 3.2.2)"
            ),
            Self::Ipv4Address(host) => {
                write!(f, "the host \"{host}\" ends in a number and is no IPv4 address")
            }
            Self::Ipv6Address(host) => {
                write!(f, "\"{host}\" is not an IPv6 address in brackets (RFC 3986 3.2.2)")
            }
            Self::Zone(zone) => write!(
                f,
                "\"{zone}\" is not the zone of an IPv6 address: %25 and a name, such as %25eth0 \
                 (RFC 6874 2)"
            ),
            Self::InternationalHost(host) => {
                write!(f, "\"{host}\" is not an international host name (UTS 46)")
            }
            Self::NeedsIdna(host) => write!(
                f,
                "the international host name \"{host}\" takes the feature \"idna\"; without it, \
                 write its ASCII form (xn--)"
            ),
            Self::Port(port) => write!(f, "the port \"{port}\" is not a number from 1 to 65535"),
            Self::Target(target) => write!(
                f,
                "\"{target}\" has a character that no path and no query is sent with (RFC 3986 3.3)"
            ),
        }
    }
}

impl std::error::Error for UrlError {}

/// Cuts ASCII text that is too long.
pub(in crate::dial) fn cut(text: &str) -> String {
    match text.get(..MAX_LEN - MORE.len()) {
        Some(start) if text.len() > MAX_LEN => format!("{start}{MORE}"),
        _ => text.to_owned(),
    }
}

/// Two of them fit into a line of a log.
const MAX_LEN: usize = 80;

const MORE: &str = "...";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_says_what_is_wrong_with_which_part() {
        use UrlError::*;

        let part = || "the-part".to_owned();
        for (error, words) in [
            (NoScheme(part()), "does not begin with ws:// or wss://"),
            (UnsupportedScheme(part()), "neither ws nor wss"),
            (Host(part()), "a character that no host can have"),
            (Ipv4Address(part()), "ends in a number"),
            (Ipv6Address(part()), "not an IPv6 address"),
            (Zone(part()), "not the zone"),
            (InternationalHost(part()), "not an international host name"),
            (NeedsIdna(part()), "takes the feature \"idna\""),
            (Port(part()), "not a number from 1 to 65535"),
            (Target(part()), "no path and no query"),
        ] {
            let shown = error.clone().shown().to_string();
            assert!(shown.contains(words) && shown.contains("the-part"), "{shown}");
            let hidden = error.without_password("@").to_string();
            assert!(hidden.contains(words) && !hidden.contains("the-part"), "{hidden}");
        }
        for (error, words) in [
            (Secure, "only ws URLs"),
            (UserInfo, "user name has a colon"),
            (EmptyHost, "has no host"),
        ] {
            assert_eq!(error.clone().without_password("@"), error);
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}
