//! Where a server sends its clients instead of answering with a 101 (RFC 9110 15.4).

use std::fmt;

use http::{HeaderMap, StatusCode, header};

use super::url::{Url, UrlError, cut};

/// Follows redirects, up to a number of them.
///
/// "the server might redirect the client using a 3xx status code (but clients are not required to follow
/// them)". RFC 6455 4.1
///
/// ```
/// use http::{HeaderMap, HeaderValue, StatusCode};
/// use ws_core::{Redirects, Url};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut redirects = Redirects::new(5);
/// let url = Url::parse("ws://ws.example/chat")?;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("location", HeaderValue::from_static("https://b.example/chat/"));
/// let next = redirects.follow(&url, StatusCode::MOVED_PERMANENTLY, &headers)?;
/// assert_eq!(next.map(|url| url.to_string()).as_deref(), Some("wss://b.example/chat/"));
/// // What was meant for the first server is not for this one.
/// assert!(redirects.crossed_origin());
/// # Ok(())
/// # }
/// ```
///
/// # Credentials
///
/// User name and password in a Location are the choice of the server that sent it: they are those of the
/// next URL, as they are for curl. Otherwise the ones of the URL that was redirected are kept within an
/// origin, and no further. The credentials of a configuration are for the first origin; once
/// [`crossed_origin`](Self::crossed_origin) says that another one had a say, go on with
/// [`ClientConfig::without_credentials`](crate::ClientConfig::without_credentials).
#[derive(Clone, Debug)]
pub struct Redirects {
    limit: usize,
    followed: usize,
    crossed_origin: bool,
}

/// A redirect that cannot be followed.
///
/// ```
/// use http::{HeaderMap, HeaderValue, StatusCode};
/// use ws_core::{Redirects, Url};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut headers = HeaderMap::new();
/// headers.insert("location", HeaderValue::from_static("http://ws.example/chat"));
/// let url = Url::parse("wss://ws.example/")?;
/// let error = Redirects::new(5).follow(&url, StatusCode::FOUND, &headers).unwrap_err();
/// assert_eq!(error.name(), "insecure-redirect");
/// # Ok(())
/// # }
/// ```
///
/// The Location comes along escaped, cut at 80 octets, and with `...@` in place of user name and
/// password.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectError {
    /// `no-location`: the answer does not say where to.
    NoLocation(StatusCode),
    /// `several-locations`: the answer names more than one URL, or the same one more than once; and how
    /// many.
    SeveralLocations(usize),
    /// `invalid-location`: not UTF-8.
    NotText(String),
    /// `invalid-location`: not a URL that can be connected to.
    InvalidLocation {
        /// What the server sent.
        location: String,
        /// What is wrong with it.
        error: UrlError,
    },
    /// `insecure-redirect`: from `wss` to `ws`, which would give up what TLS protects; and to which URL.
    InsecureRedirect(String),
    /// `too-many-redirects`: one more than allowed.
    TooManyRedirects {
        /// How many are allowed.
        limit: usize,
        /// The URL that is not asked any more.
        url: String,
    },
}

impl Redirects {
    /// Follows at most `limit` redirects.
    pub fn new(limit: usize) -> Self {
        Self { limit, followed: 0, crossed_origin: false }
    }

    /// Whether an answer with `status` says where to go: 301, 302, 303, 307 and 308 do.
    pub fn apply_to(status: StatusCode) -> bool {
        REDIRECTS.contains(&status)
    }

    /// The URL to go on with when `from` has answered with `status` and `headers`; `None` when the
    /// status is not 301, 302, 303, 307 or 308. A handshake is a GET, so these mean the same.
    ///
    /// # Errors
    ///
    /// A [`RedirectError`] when there is not one Location, when it is nothing to connect to, when it
    /// leads from `wss` to `ws`, or when there were too many before it, looked at in this order.
    pub fn follow(
        &mut self,
        from: &Url,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<Option<Url>, RedirectError> {
        if !Self::apply_to(status) {
            return Ok(None);
        }
        let location = location(status, headers)?;
        let next = from.join(location).map_err(|error| RedirectError::InvalidLocation {
            location: shown(&location.escape_default().to_string()),
            error,
        })?;
        if from.is_secure() && !next.is_secure() {
            return Err(RedirectError::InsecureRedirect(cut(&next.to_string())));
        }
        if self.followed >= self.limit {
            let url = cut(&next.to_string());
            return Err(RedirectError::TooManyRedirects { limit: self.limit, url });
        }
        self.followed += 1;
        if from.same_origin(&next) {
            return Ok(Some(next.or_user_info_of(from)));
        }
        self.crossed_origin = true;
        Ok(Some(next))
    }

    /// Whether any step so far led to another scheme, host or port. It stays so when a later one leads
    /// back: the server in between has chosen that URL.
    #[must_use]
    pub fn crossed_origin(&self) -> bool {
        self.crossed_origin
    }
}

impl RedirectError {
    /// A stable name in kebab-case.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NoLocation(_) => "no-location",
            Self::SeveralLocations(_) => "several-locations",
            Self::NotText(_) | Self::InvalidLocation { .. } => "invalid-location",
            Self::InsecureRedirect(_) => "insecure-redirect",
            Self::TooManyRedirects { .. } => "too-many-redirects",
        }
    }
}

impl fmt::Display for RedirectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLocation(status) => {
                write!(f, "the {} has no Location to go on with (RFC 9110 15.4)", status.as_u16())
            }
            Self::SeveralLocations(count) => {
                write!(f, "the redirect has {count} Locations, and not one (RFC 9110 10.2.2)")
            }
            Self::NotText(location) => {
                write!(f, "the Location \"{location}\" is not UTF-8 (RFC 9110 10.2.2)")
            }
            Self::InvalidLocation { location, error } => {
                write!(f, "the Location \"{location}\" cannot be connected to: {error}")
            }
            Self::InsecureRedirect(url) => {
                write!(f, "the redirect to \"{url}\" leads from wss to ws, which is not encrypted")
            }
            Self::TooManyRedirects { limit, url } => {
                write!(f, "the redirect to \"{url}\" is one more than the {limit} allowed")
            }
        }
    }
}

impl std::error::Error for RedirectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::InvalidLocation { error, .. } => Some(error),
            _ => None,
        }
    }
}

/// "Location = URI-reference". RFC 9110 10.2.2. That is ASCII, but many send UTF-8, as browsers know.
fn location(status: StatusCode, headers: &HeaderMap) -> Result<&str, RedirectError> {
    let mut locations = headers.get_all(header::LOCATION).iter();
    let first = locations.next().ok_or(RedirectError::NoLocation(status))?;
    match locations.count() {
        0 => std::str::from_utf8(first.as_bytes()).map_err(|_| {
            RedirectError::NotText(shown(&first.as_bytes().escape_ascii().to_string()))
        }),
        more => Err(RedirectError::SeveralLocations(more + 1)),
    }
}

/// What has been escaped, without what may be user name and password.
fn shown(escaped: &str) -> String {
    match escaped.rsplit_once('@') {
        Some((_, rest)) => cut(&format!("...@{rest}")),
        None => cut(escaped),
    }
}

/// Those of RFC 9110 15.4 that name another URL for the same request. 300 leaves a choice, 304 is about
/// caches, and 305 and 306 are no more.
const REDIRECTS: [StatusCode; 5] = [
    StatusCode::MOVED_PERMANENTLY,
    StatusCode::FOUND,
    StatusCode::SEE_OTHER,
    StatusCode::TEMPORARY_REDIRECT,
    StatusCode::PERMANENT_REDIRECT,
];
