//! Where a proxy is, what it speaks, and what it is told besides.

use std::fmt;

use super::super::url::{
    authority::{Authority, is_scheme},
    host::Host,
    percent,
    user_info::UserInfo,
};
use super::{kind::ProxyKind, url_error::ProxyUrlError};
use crate::codec::{excerpt::shown, field_name::FieldName};

/// A proxy: where it is, what it speaks, and what it is told besides.
///
/// ```
/// use ws_core::{Proxy, ProxyKind};
///
/// let proxy = Proxy::parse("socks5h://ada:love%3Alace@[2001:db8::1]:9050")?;
/// assert_eq!((proxy.host(), proxy.port()), ("2001:db8::1", 9050));
/// assert_eq!(proxy.kind(), ProxyKind::Socks5h);
/// assert!(proxy.resolves_names()); // it is told the name of the server
/// assert_eq!(proxy.to_string(), "socks5h://[2001:db8::1]:9050");
/// # Ok::<(), ws_core::ProxyUrlError>(())
/// ```
///
/// Neither `Debug` nor `Display` shows user name, password or the values of fields.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a proxy is used by a `ProxyHandshake`"]
pub struct Proxy {
    kind: ProxyKind,
    host: Host,
    port: u16,
    user_info: Option<UserInfo>,
    fields: Vec<ExtraField>,
}

/// A field that the caller adds to CONNECT. It is checked when it is written.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ExtraField {
    pub(super) name: Box<str>,
    pub(super) keeps_case: bool,
    pub(super) value: Box<[u8]>,
}

impl Proxy {
    /// Takes `[scheme://][user[:password]@]host[:port][/]` apart.
    ///
    /// | scheme | speaks | default port | is told |
    /// |---|---|---|---|
    /// | `http`, or none, as with curl | CONNECT | 80 | names |
    /// | `https` | CONNECT over TLS | 443 | names |
    /// | `socks4` | SOCKS 4 | 1080 | IPv4 addresses |
    /// | `socks4a` | SOCKS 4A | 1080 | names |
    /// | `socks5` | SOCKS 5 | 1080 | addresses |
    /// | `socks5h` | SOCKS 5 | 1080 | names |
    ///
    /// The default ports of `http` and `https` are those of the schemes; curl takes 1080 for `http`, and
    /// Python's `websockets` 80 for SOCKS. User name, password and host are read as in a
    /// [`Url`](crate::Url).
    ///
    /// ```
    /// use ws_core::Proxy;
    ///
    /// assert_eq!(Proxy::parse("proxy:3128")?.to_string(), "http://proxy:3128");
    /// assert!(Proxy::parse("ftp://proxy").is_err());
    /// # Ok::<(), ws_core::ProxyUrlError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A [`ProxyUrlError`] that says what is wrong.
    pub fn parse(url: &str) -> Result<Self, ProxyUrlError> {
        let scheme = url.split_once("://").filter(|(scheme, _)| is_scheme(scheme));
        let (kind, rest) = match scheme {
            Some((scheme, rest)) => match ProxyKind::of_scheme(scheme) {
                Some(kind) => (kind, rest),
                None => return Err(ProxyUrlError::UnsupportedScheme(shown(scheme))),
            },
            None => (ProxyKind::Http, url),
        };
        let (authority, behind) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let authority = Authority::parse(authority);
        let Authority { user_info, host, port } =
            authority.map_err(|error| error.without_password(behind))?;
        match behind {
            "" | "/" => {}
            // What looks like a host may be the beginning of a password.
            _ if behind.contains('@') => return Err(ProxyUrlError::Behind("...".to_owned())),
            _ => return Err(ProxyUrlError::Behind(shown(behind))),
        }
        let port = port.unwrap_or(kind.default_port());
        Ok(Self { kind, host, port, user_info, fields: Vec::new() })
    }

    /// Sets user name and password, which are sent as Basic credentials (RFC 7617) to an HTTP proxy and
    /// by RFC 1929 to one of SOCKS 5. SOCKS 4 has user names only: the password is not sent. Two empty
    /// texts are none.
    ///
    /// What cannot be sent is an error of [`ProxyHandshake::new`](crate::ProxyHandshake::new): a colon in
    /// a user name for HTTP, control characters, more than 255 octets for SOCKS.
    pub fn user_info(mut self, user: &str, password: &str) -> Self {
        let is_some = !user.is_empty() || !password.is_empty();
        let info = UserInfo { user: user.to_owned(), password: password.to_owned() };
        self.user_info = is_some.then_some(info);
        self
    }

    /// Adds a field to CONNECT: a User-Agent, or a Proxy-Authorization, which then goes instead of user
    /// name and password. Host, Content-Length and Transfer-Encoding cannot be set. A SOCKS proxy is not
    /// told of fields.
    ///
    /// A name or value that must not be sent is an error of
    /// [`ProxyHandshake::new`](crate::ProxyHandshake::new).
    ///
    /// ```
    /// let proxy = ws_core::Proxy::parse("https://proxy.example")?
    ///     .header("Proxy-Authorization", "Bearer mF_9.B5f-4.1JqM")
    ///     .header("User-Agent", "example/1");
    /// assert!(!format!("{proxy:?}").contains("mF_9"));
    /// # Ok::<(), ws_core::ProxyUrlError>(())
    /// ```
    pub fn header<N: FieldName, V: AsRef<[u8]>>(mut self, name: N, value: V) -> Self {
        self.fields.push(ExtraField {
            name: name.text().into(),
            keeps_case: name.keeps_case(),
            value: value.as_ref().into(),
        });
        self
    }

    /// The host to connect to; an IPv6 address has no brackets, but its zone if the URL has one:
    /// `fe80::1%eth0`.
    pub fn host(&self) -> &str {
        &self.host.dialled
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it speaks.
    pub fn kind(&self) -> ProxyKind {
        self.kind
    }

    /// Whether the connection to the proxy begins with TLS: for `https`.
    pub fn is_secure(&self) -> bool {
        self.kind == ProxyKind::Https
    }

    /// Whether the proxy is told the name of the server. It is not for `socks4` and `socks5`: look the
    /// name up, and pass an address to [`ProxyHandshake::new`](crate::ProxyHandshake::new).
    pub fn resolves_names(&self) -> bool {
        !matches!(self.kind, ProxyKind::Socks4 | ProxyKind::Socks5)
    }

    pub(super) fn credentials(&self) -> Option<&UserInfo> {
        self.user_info.as_ref()
    }

    pub(super) fn fields(&self) -> &[ExtraField] {
        &self.fields
    }
}

impl fmt::Display for Proxy {
    /// `scheme://host:port`, without user name and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, port) = (self.kind.scheme(), self.port);
        match self.host.dialled.split_once('%') {
            // "IP-literal = "[" ( IPv6address / IPv6addrz / IPvFuture ) "]"". RFC 6874 2
            Some((address, zone)) => {
                write!(f, "{scheme}://[{address}%25{}]:{port}", percent::encode_reserved(zone))
            }
            None => write!(f, "{scheme}://{}:{port}", self.host.written),
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.fields.iter().map(|field| &field.name).collect();
        f.debug_struct("Proxy")
            .field("url", &format_args!("{self}"))
            .field("fields", &names)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::url::UrlError;
    use super::*;

    #[test]
    fn taken_apart() {
        for (url, shown, host) in [
            ("http://h", "http://h:80", "h"),
            ("HTTPS://H/", "https://h:443", "h"),
            ("socks4://h:/", "socks4://h:1080", "h"),
            ("socks4a://1.2", "socks4a://1.0.0.2:1080", "1.0.0.2"),
            ("socks5://[::1]:1", "socks5://[::1]:1", "::1"),
            ("Socks5H://u:p@h:9050", "socks5h://h:9050", "h"),
            ("h", "http://h:80", "h"),
            ("h:3128", "http://h:3128", "h"),
            ("u:p@h:3128/", "http://h:3128", "h"),
            ("[fe80::1%25eth0]:8", "http://[fe80::1%25eth0]:8", "fe80::1%eth0"),
            ("[fe80::1%25a%2Fb]:8", "http://[fe80::1%25a%2Fb]:8", "fe80::1%a/b"),
        ] {
            let proxy = Proxy::parse(url).unwrap();
            assert_eq!((&*proxy.to_string(), proxy.host()), (shown, host));
            let again = Proxy::parse(shown).unwrap();
            assert_eq!(again, Proxy { user_info: None, ..proxy });
        }
    }

    #[test]
    fn each_cause_has_an_error() {
        use ProxyUrlError::{Behind, Part, UnsupportedScheme};

        for (url, error) in [
            ("", Part(UrlError::EmptyHost)),
            ("http://", Part(UrlError::EmptyHost)),
            ("u:p@", Part(UrlError::EmptyHost)),
            ("ws://h", UnsupportedScheme("ws".into())),
            ("socks://h", UnsupportedScheme("socks".into())),
            ("http://h:0", Part(UrlError::Port("0".into()))),
            ("h:x", Part(UrlError::Port("x".into()))),
            ("h h", Part(UrlError::Host("h h".into()))),
            ("[::1", Part(UrlError::Ipv6Address("[::1".into()))),
            ("u%00@h", Part(UrlError::UserInfo)),
            ("h/a", Behind("/a".into())),
            ("h//", Behind("//".into())),
            ("h?", Behind("?".into())),
            ("h#\u{e9}", Behind("#\\u{e9}".into())),
            ("u:7/secret@h", Behind("...".into())),
            ("u:secret/x@h", Part(UrlError::Port("...".into()))),
        ] {
            assert_eq!(Proxy::parse(url), Err(error), "{url}");
        }
        let shown = UnsupportedScheme("ws".into()).to_string();
        assert!(shown.contains("\"ws\" is not one of a proxy"), "{shown}");
    }

    #[test]
    fn what_it_is_told_is_not_shown() {
        let url = "http://ada:secret@h";
        let proxy = Proxy::parse(url).unwrap().header("X-Key", "secret").user_info("b", "secret");
        let shown = format!("{proxy:?} {proxy}");
        assert!(shown.contains("X-Key") && !shown.contains("secret"), "{shown}");
        for url in [
            "ada:secret@",
            "http://ada:secret@h:x",
            "ada:secret%00@h",
            "ada:secret/x@h",
            "ada:secret?@h",
            "ada:7#secret@h",
            "x y:secret://@h",
            "ada:secret@h/x",
        ] {
            let error = Proxy::parse(url).unwrap_err();
            assert!(!format!("{error:?} {error}").contains("secret"), "{url}: {error}");
        }
    }

    #[test]
    fn two_empty_texts_are_no_credentials() {
        let proxy = Proxy::parse("ada:lovelace@h").unwrap();
        assert!(proxy.credentials().is_some());
        assert!(proxy.user_info("", "").credentials().is_none());
    }
}
