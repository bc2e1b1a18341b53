//! A request that another HTTP stack has parsed.

use http::{HeaderMap, HeaderValue, Method, Request, Uri, Version, header, request::Parts};

use super::{
    form::Form,
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
    protocol: Option<&'a str>,
    body_read: bool,
}

impl<'a> ParsedRequest<'a> {
    /// The same, with its body read: what comes behind it is not the body.
    #[must_use]
    pub fn body_read(self) -> Self {
        Self { body_read: true, ..self }
    }

    /// The same, with what its `:protocol` was: how a WebSocket is asked for in HTTP/2 and HTTP/3 (RFC 8441
    /// 4). An [`http::Request`] has no place for it, so every stack keeps it somewhere else: hyper in the
    /// extensions, as `hyper::ext::Protocol`.
    ///
    /// ```
    /// use http::{Method, Request, Version};
    /// use ws_core::{ParsedRequest, ServerConfig, is_upgrade, respond};
    ///
    /// let request = Request::connect("https://ws.example/chat")
    ///     .version(Version::HTTP_2)
    ///     .header("sec-websocket-version", "13")
    ///     .body(())?;
    /// let request = ParsedRequest::from(&request).protocol(Some("websocket"));
    /// assert!(is_upgrade(request));
    /// let (response, _negotiated) = respond(request, &ServerConfig::new())?;
    /// assert_eq!(response.status(), 200);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn protocol(self, protocol: Option<&'a str>) -> Self {
        Self { protocol, ..self }
    }

    /// The form of the answer.
    pub(crate) fn form(&self) -> Form {
        Form::of(self.version)
    }

    pub(crate) fn method(&self) -> &Method {
        self.method
    }

    /// See [`is_upgrade`](crate::is_upgrade).
    pub(crate) fn is_upgrade(&self, lenient: Lenient) -> bool {
        let slots = RequestFields::collect(self.headers);
        self.version != Version::HTTP_09
            && request_rules::is_upgrade(self.line(""), &slots, lenient)
    }

    /// Whether no other request can follow this one.
    pub(crate) fn is_last(&self) -> bool {
        self.version != Version::HTTP_11
            || RequestFields::collect(self.headers).is_last(self.body_read)
    }

    pub(crate) fn check(&self, config: &ServerConfig) -> Result<Upgrade, Violation> {
        if self.version == Version::HTTP_09 {
            let version = format!("{:?}", self.version);
            return Err(Violation::new(RequestRule::HttpVersion, Some(version.as_bytes())));
        }
        let target = self.uri.to_string();
        let slots = RequestFields::collect(self.headers);
        let line = self.line(&target);
        request_rules::check(line, self.headers, &slots, config.options(), self.body_read)
    }

    /// The start line, with the target as text.
    fn line<'l>(&'l self, target: &'l str) -> RequestLine<'l> {
        RequestLine {
            method: self.method.as_str(),
            target,
            form: self.form(),
            is_http_1_0: self.version == Version::HTTP_10,
            protocol: self.protocol,
        }
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
            protocol: None,
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
            protocol: None,
            body_read: false,
        }
    }
}
