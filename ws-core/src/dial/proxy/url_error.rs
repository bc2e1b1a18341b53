//! What is wrong with the URL of a proxy.

use std::fmt;

use super::super::url::UrlError;

/// The URL of a proxy that cannot be used.
///
/// The offending part comes along where that helps: escaped, and cut at 80 octets. It is `...` where it
/// might be a piece of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyUrlError {
    /// `unsupported-proxy-scheme`: none of `http`, `https`, `socks4`, `socks4a`, `socks5` and `socks5h`.
    UnsupportedScheme(String),
    /// `invalid-proxy-url`: user name, password, host or port.
    Part(UrlError),
    /// `invalid-proxy-url`: something other than `/` behind host and port.
    Behind(String),
    /// The URL stands in an environment variable, and is wrong.
    Variable {
        /// The name of the variable, as it was looked up.
        name: &'static str,
        /// What is wrong with its value.
        error: Box<ProxyUrlError>,
    },
}

impl ProxyUrlError {
    /// A stable name in kebab-case.
    pub fn name(&self) -> &'static str {
        match self {
            Self::UnsupportedScheme(_) => "unsupported-proxy-scheme",
            Self::Part(_) | Self::Behind(_) => "invalid-proxy-url",
            Self::Variable { error, .. } => error.name(),
        }
    }
}

impl fmt::Display for ProxyUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnsupportedScheme(scheme) => write!(
                f,
                "the scheme \"{scheme}\" is not one of a proxy: http, https, socks4, socks4a, socks5 or \
                 socks5h"
            ),
            Self::Part(UrlError::EmptyHost) => f.write_str("the URL of the proxy has no host"),
            Self::Part(error) => write!(f, "the URL of the proxy cannot be used: {error}"),
            Self::Behind(behind) => write!(
                f,
                "the URL of a proxy ends behind host and port, or with a slash there: \"{behind}\""
            ),
            Self::Variable { name, error } => write!(f, "{name}: {error}"),
        }
    }
}

impl std::error::Error for ProxyUrlError {}

impl From<UrlError> for ProxyUrlError {
    fn from(error: UrlError) -> Self {
        Self::Part(error)
    }
}
