//! WebSocket URLs (RFC 6455 3).

pub(crate) mod authority;
mod error;
pub(crate) mod host;
pub(crate) mod percent;
mod reference;
pub(crate) mod user_info;

use std::fmt;

pub use self::error::UrlError;
pub(super) use self::error::cut;
use self::{
    authority::{Authority, is_scheme},
    host::Host,
    reference::Reference,
    user_info::UserInfo,
};
use crate::codec::path_and_query::is_path_and_query;

/// A `ws` or `wss` URL, taken apart.
///
/// ```
/// let url = ws_core::Url::parse("ws://[::1]:9001/chat?room=7#top")?;
/// assert_eq!((url.host(), url.port()), ("::1", 9001));
/// assert_eq!((url.host_field(), url.target()), ("[::1]:9001", "/chat?room=7"));
/// # Ok::<(), ws_core::UrlError>(())
/// ```
///
/// As text it is a URL again, without user name and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    secure: bool,
    user_info: Option<UserInfo>,
    host: String,
    port: u16,
    host_field: String,
    target: String,
}

impl Url {
    /// Takes `url` apart. A fragment is dropped, as the WHATWG's WebSocket API does.
    ///
    /// Hosts become what browsers make of them: in lower case, with addresses in their usual form,
    /// and with the feature `idna` international names in their ASCII form. Characters beyond ASCII
    /// in path and query are percent-encoded as UTF-8. All else in path and query stays as it is; the
    /// handshake refuses what no target can hold.
    ///
    /// # Errors
    ///
    /// A [`UrlError`] for anything that is not `ws://[user[:password]@]host[:port][/path][?query]`,
    /// with `ws` or `wss`, and says what is wrong.
    pub fn parse(url: &str) -> Result<Self, UrlError> {
        let Some((scheme, rest)) = url.split_once("://").filter(|(scheme, _)| is_scheme(scheme))
        else {
            return Err(UrlError::NoScheme(without_user_info(url)).shown());
        };
        let Some(secure) = is_secure(scheme) else {
            return Err(UrlError::UnsupportedScheme(scheme.to_owned()).shown());
        };
        let (authority, behind) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        Self::with_authority(secure, authority, target(behind))
            .map_err(|error| error.without_password(behind))
    }

    /// The URL that `reference` stands for where this one is the base: what a server means by a
    /// Location (RFC 9110 10.2.2, RFC 3986 5.2).
    ///
    /// ```
    /// let url = ws_core::Url::parse("wss://ws.example/rooms/7?key=1")?;
    /// assert_eq!(url.join("../lobby")?.to_string(), "wss://ws.example/lobby");
    /// assert_eq!(url.join("//b.example")?.to_string(), "wss://b.example");
    /// assert_eq!(url.join("https://b.example:81/a")?.to_string(), "wss://b.example:81/a");
    /// # Ok::<(), ws_core::UrlError>(())
    /// ```
    ///
    /// `http` and `https` stand for `ws` and `wss` here, as they do for browsers. A fragment is
    /// dropped. User name and password are those of the reference if it names a host, and otherwise
    /// the ones of this URL.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse). Besides, path and query must be such as can be sent, and what
    /// browsers read in another way than RFC 3986 is refused: backslashes in a path, a scheme without
    /// `//`, a third slash.
    pub fn join(&self, reference: &str) -> Result<Self, UrlError> {
        let joined = match Reference::new(reference) {
            Reference { target, .. } if !is_path_and_query(&percent::encode_non_ascii(target)) => {
                // Before dot segments take it away: behind "/\h/.." a browser looks for a host.
                Err(UrlError::Target(target.to_owned()))
            }
            Reference { scheme, authority: Some(authority), target } => {
                let target = percent::encode_non_ascii(&reference::without_dot_segments(target));
                let secure = scheme.map_or(Ok(self.secure), is_secure_or_like_it);
                secure.and_then(|secure| Self::with_authority(secure, authority, target))
            }
            Reference { scheme: Some(_), authority: None, .. } => {
                Err(UrlError::NoScheme(without_user_info(reference)))
            }
            Reference { scheme: None, authority: None, target } => {
                let target = reference::resolve(&self.target, target);
                Ok(Self { target: percent::encode_non_ascii(&target), ..self.clone() })
            }
        };
        joined.map_err(|error| error.without_password(reference))
    }

    fn with_authority(secure: bool, authority: &str, target: String) -> Result<Self, UrlError> {
        let Authority { user_info, host, port } = Authority::parse(authority)?;
        let Host { dialled, written } = host;
        let default_port = if secure { 443 } else { 80 };
        let port = port.unwrap_or(default_port);
        // "/host/ plus optionally ":" followed by /port/ (when not using the default port)". RFC
        // 6455 4.1(4)
        let host_field = if port == default_port { written } else { format!("{written}:{port}") };
        Ok(Self { secure, user_info, host: dialled, port, host_field, target })
    }

    /// Whether the scheme is `wss`: WebSocket over TLS.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// User name and password, decoded; without a password that is empty. They are for
    /// [`ClientConfig::user_info`](crate::ClientConfig::user_info).
    pub fn user_info(&self) -> Option<(&str, &str)> {
        self.user_info.as_ref().map(|info| (info.user.as_str(), info.password.as_str()))
    }

    /// The host to connect to; an IPv6 address has no brackets, but its zone if the URL has one:
    /// `fe80::1%eth0`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The value for Host. A zone means something on this machine only, and is left out.
    pub fn host_field(&self) -> &str {
        &self.host_field
    }

    /// Path and query, with characters beyond ASCII percent-encoded; may be empty.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Whether scheme, host and port are the same (RFC 6454 5).
    ///
    /// ```
    /// use ws_core::Url;
    ///
    /// let url = Url::parse("wss://ws.example/a")?;
    /// assert!(url.same_origin(&Url::parse("wss://ada@WS.example:443/b")?));
    /// assert!(!url.same_origin(&Url::parse("ws://ws.example:443/a")?));
    /// # Ok::<(), ws_core::UrlError>(())
    /// ```
    pub fn same_origin(&self, other: &Self) -> bool {
        (self.secure, &self.host, self.port) == (other.secure, &other.host, other.port)
    }

    /// Takes user name and password of `other` where it has none itself.
    pub(super) fn or_user_info_of(mut self, other: &Self) -> Self {
        self.user_info = self.user_info.or_else(|| other.user_info.clone());
        self
    }
}

/// The URL as it can be parsed again, without user name and password.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.secure { "wss://" } else { "ws://" })?;
        match (self.host.split_once('%'), self.host_field.split_once(']')) {
            (Some((address, zone)), Some((_, port))) => {
                write!(f, "[{address}%25{}]{port}", percent::encode_reserved(zone))?;
            }
            _ => f.write_str(&self.host_field)?,
        }
        f.write_str(&self.target)
    }
}

/// Whether a scheme is that of a WebSocket over TLS.
fn is_secure(scheme: &str) -> Option<bool> {
    match scheme {
        _ if scheme.eq_ignore_ascii_case("ws") => Some(false),
        _ if scheme.eq_ignore_ascii_case("wss") => Some(true),
        _ => None,
    }
}

/// The same where servers name their URLs, who think of HTTP.
///
/// "If urlRecord's scheme is "http", then set urlRecord's scheme to "ws"", "if urlRecord's scheme is
/// "https", set urlRecord's scheme to "wss"". WebSockets 3.1
fn is_secure_or_like_it(scheme: &str) -> Result<bool, UrlError> {
    match scheme {
        _ if scheme.eq_ignore_ascii_case("http") => Ok(false),
        _ if scheme.eq_ignore_ascii_case("https") => Ok(true),
        _ => is_secure(scheme).ok_or_else(|| UrlError::UnsupportedScheme(scheme.to_owned())),
    }
}

fn target(behind: &str) -> String {
    percent::encode_non_ascii(behind.split_once('#').map_or(behind, |(target, _)| target))
}

/// Text that may have a password in it, without that.
fn without_user_info(text: &str) -> String {
    text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, rest)| format!("...@{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str) -> Result<String, UrlError> {
        Url::parse(url).map(|u| format!("{} {} {} {}", u.host, u.port, u.host_field, u.target))
    }

    #[test]
    fn taken_apart() {
        assert_eq!(parts("ws://h").as_deref(), Ok("h 80 h "));
        assert_eq!(parts("WSS://H:443?q").as_deref(), Ok("h 443 h ?q"));
        assert_eq!(parts("ws://h:81/a:b#f").as_deref(), Ok("h 81 h:81 /a:b"));
        assert_eq!(parts("ws://h#f").as_deref(), Ok("h 80 h "));
        assert_eq!(parts("ws://[::1]/").as_deref(), Ok("::1 80 [::1] /"));
        assert_eq!(parts("ws://[0:0::1]:81/").as_deref(), Ok("::1 81 [::1]:81 /"));
        assert_eq!(parts("ws://127.1:/").as_deref(), Ok("127.0.0.1 80 127.0.0.1 /"));
    }

    #[test]
    fn a_zone_is_dialled_and_not_written() {
        assert_eq!(parts("ws://[FE80::1%25eth0]/").as_deref(), Ok("fe80::1%eth0 80 [fe80::1] /"));
        assert_eq!(parts("ws://[fe80::1%25a%2Fb]:9/").unwrap(), "fe80::1%a/b 9 [fe80::1]:9 /");
        for zone in ["%", "%25", "%2", "%eth0", "%25e th", "%25%00", "%25%ff", "%25%zz", "%25a%"] {
            let error = parts(&format!("ws://[fe80::1{zone}]/")).unwrap_err();
            assert_eq!(error, UrlError::Zone(zone.to_owned()));
        }
    }

    #[test]
    fn as_text_it_is_the_same_url() {
        for (url, shown) in [
            ("WS://u:p@H:80", "ws://h"),
            ("wss://h:80/a?b#c", "wss://h:80/a?b"),
            ("wss://@h:443?b@c", "wss://h?b@c"),
            ("ws://[0::1]:81/", "ws://[::1]:81/"),
            ("ws://u@[FE80::1%25eth0]/", "ws://[fe80::1%25eth0]/"),
            ("wss://[fe80::1%25a%2F%C3%A9]:9/x", "wss://[fe80::1%25a%2F%C3%A9]:9/x"),
            ("ws://127.1/\u{e9}", "ws://127.0.0.1/%C3%A9"),
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!(url.to_string(), shown);
            let again = Url::parse(shown).unwrap();
            assert_eq!(again, Url { user_info: None, ..url });
        }
    }

    #[test]
    fn joined() {
        let base = Url::parse("ws://u:p@h:81/a/b?c").unwrap();
        for (reference, expected, has_user) in [
            ("", "ws://h:81/a/b?c", true),
            ("#f", "ws://h:81/a/b?c", true),
            ("?d", "ws://h:81/a/b?d", true),
            ("c/\u{e9}?\u{e9}", "ws://h:81/a/c/%C3%A9?%C3%A9", true),
            ("/", "ws://h:81/", true),
            ("//h:81", "ws://h:81", false),
            ("//v@i/../c/.", "ws://i/c/", true),
            ("WSS://i?/../", "wss://i?/../", false),
            ("HTTP://i:80/", "ws://i/", false),
            ("https://i:80#/", "wss://i:80", false),
        ] {
            let url = base.join(reference).unwrap();
            assert_eq!((&*url.to_string(), url.user_info().is_some()), (expected, has_user));
        }
    }

    #[test]
    fn what_cannot_be_joined() {
        type Kind = fn(String) -> UrlError;
        let base = Url::parse("ws://ada:secret@h/a").unwrap();
        let shown: &[(&str, Kind, &str)] = &[
            ("ftp://h/", UrlError::UnsupportedScheme, "ftp"),
            ("g:h", UrlError::NoScheme, "g:h"),
            ("ws:h", UrlError::NoScheme, "ws:h"),
            ("http:/h", UrlError::NoScheme, "http:/h"),
            ("localhost:80/", UrlError::NoScheme, "localhost:80/"),
            ("ada:secret@h", UrlError::NoScheme, "..."),
            ("//h:0", UrlError::Port, "0"),
            ("//a b/", UrlError::Host, "a b"),
            ("//ada:sec/ret@h", UrlError::Port, "..."),
            ("//ada:sec#ret@h", UrlError::Port, "..."),
            ("https://ada:sec?ret@h", UrlError::Port, "..."),
            ("/a b", UrlError::Target, "/a b"),
            ("/\\h/", UrlError::Target, "/\\\\h/"),
            ("/\\h/..", UrlError::Target, "/\\\\h/.."),
            ("\\\\h/", UrlError::Target, "\\\\\\\\h/"),
            ("b\tc", UrlError::Target, "b\\tc"),
            ("?\"", UrlError::Target, "?\\\""),
            (" ws://h/", UrlError::Target, " ws://h/"),
            ("@ ", UrlError::Target, "..."),
        ];
        for (reference, kind, text) in shown {
            let error = base.join(reference).unwrap_err();
            assert_eq!(error, kind((*text).to_owned()), "{reference}");
            assert!(!error.to_string().contains("sec"), "{error}");
        }
        for reference in ["//", "///h", "http:///h", "//?", "ws://:80", "//u@"] {
            assert_eq!(base.join(reference), Err(UrlError::EmptyHost), "{reference}");
        }
    }

    #[test]
    fn origins() {
        let urls =
            ["ws://h", "wss://h", "ws://i", "ws://h:443", "wss://h:80", "ws://[fe80::1%251]"];
        let parse = |url| Url::parse(url).unwrap();
        for (i, a) in urls.into_iter().enumerate() {
            for (j, b) in urls.into_iter().enumerate() {
                assert_eq!(parse(a).same_origin(&parse(b)), i == j, "{a} {b}");
            }
        }
        assert!(parse("ws://u@h:80/a").same_origin(&parse("WS://H")));
        assert!(!parse("ws://[fe80::1%251]").same_origin(&parse("ws://[fe80::1%252]")));
    }

    #[test]
    fn beyond_ascii_is_encoded_in_path_and_query() {
        assert_eq!(parts("ws://h/\u{e9}/%41?\u{4e2d}=1#\u{e9}").unwrap(), {
            "h 80 h /%C3%A9/%41?%E4%B8%AD=1"
        });
        assert_eq!(parts("ws://h?\u{1f600}").as_deref(), Ok("h 80 h ?%F0%9F%98%80"));
    }

    #[test]
    fn user_info_is_decoded() {
        let info = |url: &str| {
            let url = Url::parse(url)?;
            assert_eq!(url.host_field(), "h");
            Ok(url.user_info().map(|(user, password)| format!("{user}|{password}")))
        };
        for (url, expected) in [
            ("ws://h/@", None),
            ("ws://@h/", None),
            ("ws://:@h/", None),
            ("ws://ada@h/", Some("ada|")),
            ("ws://ada:@h/", Some("ada|")),
            ("ws://:secret@h/", Some("|secret")),
            ("ws://ada:love%3Al%40c%C3%A9@h/", Some("ada|love:l@c\u{e9}")),
            ("ws://ada:love:lace@h", Some("ada|love:lace")),
            ("ws://ada@b:c@h", Some("ada@b|c")),
            ("ws://\u{e9}:%@h?@", Some("\u{e9}|%")),
        ] {
            assert_eq!(info(url), Ok::<_, UrlError>(expected.map(str::to_owned)), "{url}");
        }
        for bad in ["a%3Ab", "a:%0a", "a%00", "a%7f", "a\\", "a:b\\", "a:%ff", "a\tb", "%c2%85"] {
            let error = Url::parse(&format!("ws://{bad}@h/")).unwrap_err();
            assert_eq!(error, UrlError::UserInfo, "{bad}");
        }
    }

    #[test]
    fn each_cause_has_an_error() {
        type Kind = fn(String) -> UrlError;
        let shown: &[(&str, Kind, &str)] = &[
            ("", UrlError::NoScheme, ""),
            ("127.0.0.1", UrlError::NoScheme, "127.0.0.1"),
            ("ws:/h", UrlError::NoScheme, "ws:/h"),
            ("://h", UrlError::NoScheme, "://h"),
            ("w s://h", UrlError::NoScheme, "w s://h"),
            (" ws://h", UrlError::NoScheme, " ws://h"),
            ("ada:secret@h", UrlError::NoScheme, "...@h"),
            ("http://h/", UrlError::UnsupportedScheme, "http"),
            ("ws://h:x", UrlError::Port, "x"),
            ("ws://h:0", UrlError::Port, "0"),
            ("ws://h:+1", UrlError::Port, "+1"),
            ("ws://h:99999/", UrlError::Port, "99999"),
            ("ws://1:80:", UrlError::Port, "80:"),
            ("ws://h:80:80/", UrlError::Port, "80:80"),
            ("ws://[::1]:x/", UrlError::Port, "x"),
            ("ws://[]", UrlError::Ipv6Address, "[]"),
            ("ws://[::1", UrlError::Ipv6Address, "[::1"),
            ("ws://[::1]x", UrlError::Ipv6Address, "[::1]x"),
            ("ws://[::1]]:80", UrlError::Ipv6Address, "[::1]]:80"),
            ("ws://[nope]/", UrlError::Ipv6Address, "[nope]"),
            ("ws://[v1.a]/", UrlError::Ipv6Address, "[v1.a]"),
            ("ws://[fe80::1%eth0]/", UrlError::Zone, "%eth0"),
            ("ws://1.2.3.256/", UrlError::Ipv4Address, "1.2.3.256"),
            ("ws://a.1/", UrlError::Ipv4Address, "a.1"),
            ("ws://a b/", UrlError::Host, "a b"),
            ("ws://a\0/", UrlError::Host, "a\\u{0}"),
            ("ws://h\\x/", UrlError::Host, "h\\\\x"),
            ("ws://a%2fb/", UrlError::Host, "a%2fb"),
            ("ws://a%zz/", UrlError::Host, "a%zz"),
            ("ws://]/", UrlError::Host, "]"),
            ("ws://a\"b/", UrlError::Host, "a\\\"b"),
            ("ws://ada:secret@a b/", UrlError::Host, "a b"),
            // What may be a piece of a password.
            ("ws://ada:sec/ret@h/", UrlError::Port, "..."),
            ("ws://ada:sec#ret@h/", UrlError::Port, "..."),
            ("ws://s e/c@h/", UrlError::Host, "..."),
        ];
        for (url, kind, text) in shown {
            let error = Url::parse(url).unwrap_err();
            assert_eq!(error, kind((*text).to_owned()), "{url}");
            assert!(error.to_string().contains(&format!("\"{text}\"")), "{error}");
        }
        for url in ["ws://", "ws:///path", "ws://:80", "ws://u@", "ws://u@:80", "ws://?h", "ws://#"]
        {
            assert_eq!(Url::parse(url), Err(UrlError::EmptyHost), "{url}");
        }
    }

    #[test]
    fn long_parts_are_cut() {
        for (letter, escaped) in [("a", "a"), ("\u{1f600}", "\\u{1f600}")] {
            let Err(UrlError::Port(shown)) = Url::parse(&format!("ws://h:{}", letter.repeat(99)))
            else {
                panic!()
            };
            assert!(shown.len() <= 80 && shown.len() > 60 && shown.ends_with("..."), "{shown}");
            assert!(shown.starts_with(escaped));
        }
        let exact = "a".repeat(80);
        let error = Url::parse(&format!("ws://h:{exact}")).unwrap_err();
        assert_eq!(error, UrlError::Port(exact));
    }

    #[test]
    fn passwords_are_not_shown() {
        let url = Url::parse("ws://ada:secret@h/").unwrap();
        assert!(!format!("{url:?}").contains("secret") && !format!("{url:?}").contains("ada"));
        for url in [
            "ada:secret@h",
            "ws:ada:secret@h",
            "ada:secret@ws://h",
            "ws://ada:secret@",
            "ws://ada:secret@h:x",
            "ws://ada:secret\\@h",
            "ws://ada:secret%00@h",
            "ws://ada:secret/x@h",
            "ws://ada:secret?x@h",
            "ws://ada:secret#x@h",
            "ws://ada:@secret/x@h",
            "ws://ada:[secret/x@h",
            "ws://[secret/x@h",
            "ws://s\u{e9}cret/x@h",
        ] {
            let Err(error) = Url::parse(url) else { continue };
            assert!(!format!("{error:?} {error}").contains("cret"), "{url}: {error}");
        }
    }

    #[cfg(not(feature = "idna"))]
    #[test]
    fn an_international_host_names_the_feature() {
        for (url, shown) in [
            ("ws://l\u{f6}wen.example/", "l\\u{f6}wen.example"),
            ("ws://l%C3%B6wen.example/", "l%C3%B6wen.example"),
        ] {
            let error = Url::parse(url).unwrap_err();
            assert_eq!(error, UrlError::NeedsIdna(shown.to_owned()));
            assert!(error.to_string().contains("feature \"idna\""), "{error}");
        }
    }

    #[cfg(feature = "idna")]
    #[test]
    fn an_international_host_is_written_in_ascii() {
        for (url, host) in [
            ("ws://l\u{f6}wen.example/", "xn--lwen-5qa.example 80 xn--lwen-5qa.example /"),
            ("ws://L%C3%96WEN.example:9/", "xn--lwen-5qa.example 9 xn--lwen-5qa.example:9 /"),
            ("ws://fa\u{df}.de/", "xn--fa-hia.de 80 xn--fa-hia.de /"),
            ("ws://\u{ff11}.\u{ff12}\u{3002}3.4/", "1.2.3.4 80 1.2.3.4 /"),
        ] {
            assert_eq!(parts(url).as_deref(), Ok(host), "{url}");
        }
        for bad in ["\u{ad}", "a\u{2f}\u{301}".trim_start_matches('a'), "xn--\u{e9}", "\u{fffd}"] {
            assert!(parts(&format!("ws://{bad}/")).is_err(), "{bad}");
        }
        let error = parts("ws://\u{fffd}.example/").unwrap_err();
        assert_eq!(error, UrlError::InternationalHost("\\u{fffd}.example".to_owned()));
    }
}
