//! A request that another HTTP stack has parsed.

use http::{HeaderMap, HeaderValue, Method, Request, Uri, Version, header, request::Parts};

use super::{
    lenient::Lenient,
    negotiate::subprotocols,
    request_rules::{self, RequestFields, RequestLine, Upgrade},
    rule::RequestRule,
    server_config::ServerConfig,
    violation::Violation,
};

/// A request that another HTTP stack has parsed, by reference: what [`respond`](crate::respond) and
/// [`UpgradeRequest::from_request`](crate::UpgradeRequest::from_request) take.
///
/// From a reference to a request, or to its parts, it is one whose body has not been read: if a body is
/// announced, the request is rejected, since frames could not be told from it.
/// [`body_read`](Self::body_read) says that your stack has read it.
///
/// ```
/// use ws_core::{ParsedRequest, ServerConfig, respond};
///
/// let request = http::Request::get("/chat")
///     .header("host", "ws.example")
///     .header("connection", "Upgrade")
///     .header("upgrade", "websocket")
///     .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
///     .header("sec-websocket-version", "13")
///     .header("content-length", "5")
///     .body("hello")?;
/// let config = ServerConfig::new();
/// assert!(respond(&request, &config).is_err());
/// assert!(respond(ParsedRequest::from(&request).body_read(), &config).is_ok());
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ParsedRequest<'a> {
    method: &'a Method,
    uri: &'a Uri,
    version: Version,
    headers: &'a HeaderMap,
    body_read: bool,
}

impl<'a> ParsedRequest<'a> {
    /// The same, with its body read: what comes behind it is not the body.
    #[must_use]
    pub fn body_read(self) -> Self {
        Self { body_read: true, ..self }
    }

    pub(crate) fn method(&self) -> &Method {
        self.method
    }

    pub(crate) fn version(&self) -> Version {
        self.version
    }

    /// See [`is_upgrade`](crate::is_upgrade).
    pub(crate) fn is_upgrade(&self, lenient: Lenient) -> bool {
        let slots = RequestFields::collect(self.headers);
        self.version == Version::HTTP_11
            && request_rules::is_upgrade(self.method.as_str(), &slots, lenient)
    }

    /// Whether no other request can follow this one.
    pub(crate) fn is_last(&self) -> bool {
        self.version != Version::HTTP_11
            || RequestFields::collect(self.headers).is_last(self.body_read)
    }

    pub(crate) fn check(&self, config: &ServerConfig) -> Result<Upgrade, Violation> {
        if !matches!(self.version, Version::HTTP_10 | Version::HTTP_11) {
            let version = format!("{:?}", self.version);
            return Err(Violation::new(RequestRule::HttpVersion, Some(version.as_bytes())));
        }
        let target = self.uri.to_string();
        let slots = RequestFields::collect(self.headers);
        let line = RequestLine {
            method: self.method.as_str(),
            target: &target,
            is_http_1_1: self.version == Version::HTTP_11,
        };
        request_rules::check(line, self.headers, &slots, config.options(), self.body_read)
    }

    pub(crate) fn offers(&self, name: &[u8]) -> bool {
        let lines = self.headers.get_all(header::SEC_WEBSOCKET_PROTOCOL);
        subprotocols(lines.iter().map(HeaderValue::as_bytes)).any(|offered| offered == name)
    }

    /// The request by itself, without its body.
    pub(crate) fn to_request(self) -> Request<()> {
        let mut copy = Request::new(());
        *copy.method_mut() = self.method.clone();
        *copy.uri_mut() = self.uri.clone();
        *copy.version_mut() = self.version;
        *copy.headers_mut() = self.headers.clone();
        copy
    }
}

impl<'a, B> From<&'a Request<B>> for ParsedRequest<'a> {
    fn from(request: &'a Request<B>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            version: request.version(),
            headers: request.headers(),
            body_read: false,
        }
    }
}

impl<'a> From<&'a Parts> for ParsedRequest<'a> {
    fn from(parts: &'a Parts) -> Self {
        Self {
            method: &parts.method,
            uri: &parts.uri,
            version: parts.version,
            headers: &parts.headers,
            body_read: false,
        }
    }
}
