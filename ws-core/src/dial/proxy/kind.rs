//! What a proxy speaks.

/// What a proxy speaks, by the scheme of its URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProxyKind {
    /// `http`: the method CONNECT of HTTP/1.1 (RFC 9110 9.3.6).
    Http,
    /// `https`: the same over TLS. The connection to a `wss` server is then TLS in TLS.
    Https,
    /// `socks4`: SOCKS 4. The proxy is told an IPv4 address.
    Socks4,
    /// `socks4a`: SOCKS 4A. The proxy is told the name.
    Socks4a,
    /// `socks5`: SOCKS 5 (RFC 1928). The proxy is told an address.
    Socks5,
    /// `socks5h`: SOCKS 5 (RFC 1928). The proxy is told the name.
    Socks5h,
}

impl ProxyKind {
    /// The scheme in a URL.
    ///
    /// ```
    /// assert_eq!(ws_core::ProxyKind::Socks5h.scheme(), "socks5h");
    /// ```
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Socks4 => "socks4",
            Self::Socks4a => "socks4a",
            Self::Socks5 => "socks5",
            Self::Socks5h => "socks5h",
        }
    }

    /// "An implementation should accept uppercase letters as equivalent to lowercase in scheme names". RFC
    /// 3986 3.1
    pub(super) fn of_scheme(scheme: &str) -> Option<Self> {
        ALL.into_iter().find(|kind| scheme.eq_ignore_ascii_case(kind.scheme()))
    }

    /// The port where a URL has none. For HTTP these are the ports of the schemes, as with Python and
    /// most programs; curl takes 1080 for `http`. SOCKS has 1080 from IANA, as with curl.
    pub(super) fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
            Self::Socks4 | Self::Socks4a | Self::Socks5 | Self::Socks5h => 1080,
        }
    }
}

const ALL: [ProxyKind; 6] = [
    ProxyKind::Http,
    ProxyKind::Https,
    ProxyKind::Socks4,
    ProxyKind::Socks4a,
    ProxyKind::Socks5,
    ProxyKind::Socks5h,
];
