//! What a server or a client wants from its handshakes. Both are cheap to clone.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};

use crate::{
    codec::head::HeadLimits,
    connection::WebSocketConfig,
    handshake::{ArgumentError, DeflateConfig, DeflateOffer, Preference, origin::OriginPolicy},
};

/// What a head, and the body of a refusal, may measure. All lengths are in bytes; the number given
/// is still allowed, one more is not.
///
/// The defaults are those of well-known web servers: a request line and a field of 8 KiB (nginx,
/// Apache httpd), 100 fields (Apache httpd), and room for two such lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The request line (or status line), without its CR LF: 8192. Longer ones are answered 414.
    pub max_request_line_len: usize,
    /// One field line, without its CR LF: 8192. Longer ones are answered 431.
    pub max_field_len: usize,
    /// From the first byte of the start line to the end of the blank line: 16384. Larger heads are
    /// answered 431.
    pub max_head_len: usize,
    /// Field lines: 100. More are answered 431.
    pub max_fields: usize,
    /// Client: how much of a refusal's body is kept: 65536.
    pub max_body_len: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_request_line_len: 8 * 1024,
            max_field_len: 8 * 1024,
            max_head_len: 16 * 1024,
            max_fields: 100,
            max_body_len: 64 * 1024,
        }
    }
}

impl Limits {
    pub(crate) fn head(&self) -> HeadLimits {
        HeadLimits {
            start_line: self.max_request_line_len,
            field: self.max_field_len,
            head: self.max_head_len,
            fields: self.max_fields,
        }
    }
}

/// How a server answers handshakes.
///
/// ```
/// use std::time::Duration;
/// use ws_core::ServerConfig;
///
/// let config = ServerConfig::new()
///     .subprotocols(["chat.v2", "chat.v1"])
///     .origins(["https://app.example"])
///     .timeout(Some(Duration::from_secs(5)))
///     .decorate(|_request, response| {
///         response.headers_mut().insert("server", http::HeaderValue::from_static("example/1"));
///     });
/// ```
#[derive(Clone, Debug, Default)]
pub struct ServerConfig {
    options: Arc<ServerOptions>,
}

#[derive(Clone)]
pub(crate) struct ServerOptions {
    pub(crate) subprotocols: Arc<[Arc<str>]>,
    pub(crate) preference: Preference,
    pub(crate) require_subprotocol: bool,
    pub(crate) origins: OriginPolicy,
    pub(crate) require_origin: bool,
    pub(crate) deflate: Option<DeflateConfig>,
    pub(crate) decorator: Option<ResponseDecorator>,
    pub(crate) limits: Limits,
    pub(crate) timeout: Option<Duration>,
    pub(crate) answer_timeout: bool,
    pub(crate) keep_alive: bool,
    pub(crate) max_attempts: usize,
    pub(crate) keep_request: bool,
    pub(crate) body_consumed: bool,
    pub(crate) web_socket: WebSocketConfig,
}

pub(crate) type ResponseDecorator =
    Arc<dyn Fn(Option<&Request<()>>, &mut Response<Bytes>) + Send + Sync>;

impl ServerConfig {
    /// No subprotocols, any origin, no compression, the default limits, ten seconds, and
    /// `Connection: close` after a refusal.
    pub fn new() -> Self {
        Self::default()
    }

    /// The subprotocols the server speaks, most preferred first. Without any, a client's offer is
    /// passed over.
    pub fn subprotocols<I: IntoIterator<Item: AsRef<str>>>(self, names: I) -> Self {
        let names = names.into_iter().map(|name| Arc::from(name.as_ref())).collect();
        self.with(|options| options.subprotocols = names)
    }

    /// Whose order decides between subprotocols that both sides know.
    pub fn subprotocol_preference(self, preference: Preference) -> Self {
        self.with(|options| options.preference = preference)
    }

    /// Whether to refuse requests without a common subprotocol: 400, and a body that names what is
    /// supported. Otherwise the WebSocket opens without one, which is the default.
    pub fn require_subprotocol(self, required: bool) -> Self {
        self.with(|options| options.require_subprotocol = required)
    }

    /// The origins whose pages may open a WebSocket, such as `https://app.example`. Others get 403;
    /// requests without Origin do not come from a page and pass (see
    /// [`require_origin`](Self::require_origin)).
    pub fn origins<I: IntoIterator<Item: AsRef<str>>>(self, origins: I) -> Self {
        self.with(|options| options.origins = OriginPolicy::list(origins))
    }

    /// Lets only pages of the server's own host open a WebSocket; the defence against cross-site
    /// WebSocket hijacking for servers that know users by cookies.
    pub fn same_origin(self) -> Self {
        self.with(|options| options.origins = OriginPolicy::Same)
    }

    /// Whether to refuse requests without Origin: 403. They pass by default.
    pub fn require_origin(self, required: bool) -> Self {
        self.with(|options| options.require_origin = required)
    }

    /// Agrees to permessage-deflate (RFC 7692) on these terms; by default every offer is declined. How
    /// messages are compressed then is part of the [`WebSocketConfig`]. Needs the feature `deflate`.
    #[cfg(feature = "deflate")]
    pub fn deflate(self, deflate: DeflateConfig) -> Self {
        self.with(|options| options.deflate = Some(deflate))
    }

    /// A hook that sees every answer just before it is written, 101s and refusals both, with the
    /// request where its head could be read.
    ///
    /// It may add and change fields and, of a refusal, status and body. Turning a 101 into another
    /// status refuses the request. Fields that say what was negotiated cannot be changed, but for
    /// Sec-WebSocket-Protocol, which may name any subprotocol the client offered; a hook that tries
    /// makes the answer a 500. Content-Length and Transfer-Encoding are computed last.
    pub fn decorate<F>(self, decorator: F) -> Self
    where
        F: Fn(Option<&Request<()>>, &mut Response<Bytes>) + Send + Sync + 'static,
    {
        self.with(|options| options.decorator = Some(Arc::new(decorator)))
    }

    /// What a request's head may measure.
    pub fn limits(self, limits: Limits) -> Self {
        self.with(|options| options.limits = limits)
    }

    /// How long the whole handshake may take, from the start of the call to the last byte of the
    /// answer; progress does not extend it. Ten seconds by default, `None` for no end.
    pub fn timeout(self, timeout: Option<Duration>) -> Self {
        self.with(|options| options.timeout = timeout)
    }

    /// Whether a request that began and did not end in time is answered 408. It is by default; a
    /// peer that said nothing is never answered.
    pub fn answer_timeout(self, answer: bool) -> Self {
        self.with(|options| options.answer_timeout = answer)
    }

    /// Whether the connection stays open after a refusal, for the next attempt. Off by default:
    /// the answer then says `Connection: close`. Requests whose end is not known, or that ask for
    /// it, close in any case.
    pub fn keep_alive(self, keep: bool) -> Self {
        self.with(|options| options.keep_alive = keep)
    }

    /// How many requests are answered on one connection when it stays open: 100 by default.
    pub fn max_attempts(self, attempts: usize) -> Self {
        self.with(|options| options.max_attempts = attempts)
    }

    /// Whether an accepted WebSocket keeps the `http::Request` that opened it. Off by default,
    /// since building one allocates; a pending request can be looked at in any case.
    pub fn keep_request(self, keep: bool) -> Self {
        self.with(|options| options.keep_request = keep)
    }

    /// For requests that the caller parsed: says that the caller has read the request's body, if
    /// it had one, so that Content-Length and Transfer-Encoding are no reason to refuse it. Has no
    /// effect on requests read from a stream.
    pub fn body_consumed(self, consumed: bool) -> Self {
        self.with(|options| options.body_consumed = consumed)
    }

    /// Limits and times of the WebSockets that open.
    pub fn web_socket(self, config: WebSocketConfig) -> Self {
        self.with(|options| options.web_socket = config)
    }

    /// The limit on the whole handshake, as set by [`timeout`](Self::timeout).
    pub fn handshake_timeout(&self) -> Option<Duration> {
        self.options.timeout
    }

    /// Limits and times of the WebSockets that open, as set by [`web_socket`](Self::web_socket).
    pub fn web_socket_config(&self) -> &WebSocketConfig {
        &self.options.web_socket
    }

    /// Whether accepted WebSockets keep their request, as set by
    /// [`keep_request`](Self::keep_request).
    pub fn keeps_request(&self) -> bool {
        self.options.keep_request
    }

    pub(crate) fn options(&self) -> &ServerOptions {
        &self.options
    }

    fn with(mut self, change: impl FnOnce(&mut ServerOptions)) -> Self {
        change(Arc::make_mut(&mut self.options));
        self
    }
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            subprotocols: Arc::new([]),
            preference: Preference::default(),
            require_subprotocol: false,
            origins: OriginPolicy::default(),
            require_origin: false,
            deflate: None,
            decorator: None,
            limits: Limits::default(),
            timeout: Some(DEFAULT_TIMEOUT),
            answer_timeout: true,
            keep_alive: false,
            max_attempts: 100,
            keep_request: false,
            body_consumed: false,
            web_socket: WebSocketConfig::default(),
        }
    }
}

impl fmt::Debug for ServerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerOptions")
            .field("subprotocols", &self.subprotocols)
            .field("origins", &self.origins)
            .field("deflate", &self.deflate)
            .field("limits", &self.limits)
            .field("timeout", &self.timeout)
            .field("keep_alive", &self.keep_alive)
            .finish_non_exhaustive()
    }
}

/// What a client sends, and what it takes for an answer.
///
/// ```
/// use ws_core::ClientConfig;
///
/// let config = ClientConfig::new()
///     .subprotocols(["chat.v2", "chat.v1"])
///     .header("User-Agent", "example/1")
///     .header("Origin", "https://app.example");
/// ```
///
/// A name or value that must not be sent is an error of the handshake, before anything is written.
#[derive(Clone, Debug, Default)]
pub struct ClientConfig {
    options: Arc<ClientOptions>,
}

#[derive(Clone)]
pub(crate) struct ClientOptions {
    pub(crate) subprotocols: Vec<Box<str>>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) invalid: Option<ArgumentError>,
    pub(crate) decorator: Option<RequestDecorator>,
    pub(crate) deflate: Vec<DeflateOffer>,
    pub(crate) limits: Limits,
    pub(crate) timeout: Option<Duration>,
    pub(crate) body_timeout: Duration,
    pub(crate) web_socket: WebSocketConfig,
}

pub(crate) type RequestDecorator = Arc<dyn Fn(&mut Request<()>) + Send + Sync>;

impl ClientConfig {
    /// No subprotocols, no extra fields, no compression, the default limits, ten seconds.
    pub fn new() -> Self {
        Self::default()
    }

    /// The subprotocols to offer, most preferred first: tokens, each once.
    pub fn subprotocols<I: IntoIterator<Item: AsRef<str>>>(self, names: I) -> Self {
        let names = names.into_iter().map(|name| name.as_ref().into()).collect();
        self.with(|options| options.subprotocols = names)
    }

    /// Adds a field to the request. The fields of the handshake itself cannot be set: Host,
    /// Connection, Upgrade, Content-Length, Transfer-Encoding and `Sec-WebSocket-*`.
    pub fn header<N: AsRef<str>, V: AsRef<[u8]>>(self, name: N, value: V) -> Self {
        let parsed_name = HeaderName::from_bytes(name.as_ref().as_bytes());
        let parsed_value = HeaderValue::from_bytes(value.as_ref());
        self.with(|options| match (parsed_name, parsed_value) {
            (Ok(name), Ok(value)) => options.headers.push((name, value)),
            _ => {
                let name = name.as_ref().escape_default().to_string();
                options.invalid.get_or_insert(ArgumentError::Header(name));
            }
        })
    }

    /// A hook that sees the whole request just before it is written and may add, change and remove
    /// fields; those of the handshake itself must stay as they are.
    pub fn decorate<F>(self, decorator: F) -> Self
    where
        F: Fn(&mut Request<()>) + Send + Sync + 'static,
    {
        self.with(|options| options.decorator = Some(Arc::new(decorator)))
    }

    /// Offers permessage-deflate (RFC 7692); called again, adds a less preferred fallback. By default
    /// nothing is offered. How messages are compressed then is part of the [`WebSocketConfig`]. Needs
    /// the feature `deflate`.
    #[cfg(feature = "deflate")]
    pub fn deflate(self, offer: DeflateOffer) -> Self {
        self.with(|options| options.deflate.push(offer))
    }

    /// What the answer's head, and the body of a refusal, may measure.
    pub fn limits(self, limits: Limits) -> Self {
        self.with(|options| options.limits = limits)
    }

    /// How long the whole handshake may take, connecting included where the library connects;
    /// progress does not extend it. Ten seconds by default, `None` for no end.
    pub fn timeout(self, timeout: Option<Duration>) -> Self {
        self.with(|options| options.timeout = timeout)
    }

    /// How long the body of a refusal is waited for once its head is there: one second by default,
    /// and never past the handshake's deadline.
    pub fn body_timeout(self, timeout: Duration) -> Self {
        self.with(|options| options.body_timeout = timeout)
    }

    /// Limits and times of the WebSockets that open.
    pub fn web_socket(self, config: WebSocketConfig) -> Self {
        self.with(|options| options.web_socket = config)
    }

    /// The limit on the whole handshake, as set by [`timeout`](Self::timeout).
    pub fn handshake_timeout(&self) -> Option<Duration> {
        self.options.timeout
    }

    /// Limits and times of the WebSockets that open, as set by [`web_socket`](Self::web_socket).
    pub fn web_socket_config(&self) -> &WebSocketConfig {
        &self.options.web_socket
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.options
    }

    fn with(mut self, change: impl FnOnce(&mut ClientOptions)) -> Self {
        change(Arc::make_mut(&mut self.options));
        self
    }
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            subprotocols: Vec::new(),
            headers: Vec::new(),
            invalid: None,
            decorator: None,
            deflate: Vec::new(),
            limits: Limits::default(),
            timeout: Some(DEFAULT_TIMEOUT),
            body_timeout: Duration::from_secs(1),
            web_socket: WebSocketConfig::default(),
        }
    }
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be credentials; names are enough to see what is going on.
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("ClientOptions")
            .field("subprotocols", &self.subprotocols)
            .field("headers", &names)
            .field("deflate", &self.deflate)
            .field("limits", &self.limits)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Long enough for a slow mobile network, short enough to bound what an idle peer holds: the same
/// ten seconds as uWebSockets.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
