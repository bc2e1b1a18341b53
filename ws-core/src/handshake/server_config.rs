//! What a server wants from its handshakes.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};

use super::{
    argument_error::ArgumentError,
    deflate::DeflateConfig,
    lenient::Lenient,
    limits::{DEFAULT_TIMEOUT, Limits},
    negotiate::Preference,
    origin::OriginPolicy,
};
#[cfg(feature = "observer")]
use crate::observer::Observer;
use crate::{
    codec::head::HeadLimits,
    connection::{Tracker, WebSocketConfig},
};

/// A server's settings: what its handshakes accept, how long they may take, and the settings of the
/// WebSockets that they open.
///
/// ```
/// use std::time::Duration;
/// use ws_core::ServerConfig;
///
/// let config = ServerConfig::new()
///     .subprotocols(["chat.v2", "chat.v1"])
///     .origins(["https://app.example"])?
///     .timeout(Some(Duration::from_secs(5)))
///     .decorate(|_request, response| {
///         response.headers_mut().insert("server", http::HeaderValue::from_static("example/1"));
///     });
/// # Ok::<(), ws_core::ArgumentError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a configuration does nothing by itself"]
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
    pub(crate) lenient: Lenient,
    pub(crate) timeout: Option<Duration>,
    pub(crate) answer_timeout: bool,
    pub(crate) keep_alive: bool,
    pub(crate) max_attempts: usize,
    pub(crate) keep_request: bool,
    pub(crate) web_socket: WebSocketConfig,
}

pub(crate) type ResponseDecorator =
    Arc<dyn Fn(Option<&Request<()>>, &mut Response<Bytes>) + Send + Sync>;

impl ServerConfig {
    /// No subprotocols, any origin, no compression, the default limits, ten seconds, and
    /// `Connection: close` after a rejection.
    pub fn new() -> Self {
        Self::default()
    }

    /// The subprotocols the server speaks, most preferred first. Without any, a client's offer is
    /// ignored.
    pub fn subprotocols<I: IntoIterator<Item: AsRef<str>>>(self, names: I) -> Self {
        let names = names.into_iter().map(|name| Arc::from(name.as_ref())).collect();
        self.with(|options| options.subprotocols = names)
    }

    /// Whose order decides between subprotocols that both sides know.
    pub fn subprotocol_preference(self, preference: Preference) -> Self {
        self.with(|options| options.preference = preference)
    }

    /// Whether to reject requests without a common subprotocol: 400, and a body that names what is
    /// supported. Otherwise the WebSocket opens without one, which is the default.
    pub fn require_subprotocol(self, required: bool) -> Self {
        self.with(|options| options.require_subprotocol = required)
    }

    /// The origins whose pages may open a WebSocket, such as `https://app.example`. Others get 403;
    /// requests without Origin do not come from a page and pass (see
    /// [`require_origin`](Self::require_origin)).
    ///
    /// Scheme and host have no case; a port that the scheme stands for and a slash at the end are
    /// left out. `null` lets in pages that have no origin. There are no wildcards, and an
    /// international host is written as browsers send it, `xn--`.
    ///
    /// # Errors
    ///
    /// [`ArgumentError::Origin`] for what is no origin, which no page would ever have: `*`, a host
    /// without a scheme, an address with a path.
    pub fn origins<I>(self, origins: I) -> Result<Self, ArgumentError>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let origins = OriginPolicy::list(origins)?;
        Ok(self.with(|options| options.origins = origins))
    }

    /// Lets only pages of the server's own host open a WebSocket; the defence against cross-site
    /// WebSocket hijacking for servers that know users by cookies.
    pub fn same_origin(self) -> Self {
        self.with(|options| options.origins = OriginPolicy::Same)
    }

    /// Whether to reject requests without Origin: 403. They pass by default.
    pub fn require_origin(self, required: bool) -> Self {
        self.with(|options| options.require_origin = required)
    }

    /// Agrees to permessage-deflate (RFC 7692) on these terms; by default every offer is declined. How
    /// messages are then compressed is part of the [`WebSocketConfig`]. Needs the feature `deflate`.
    #[cfg(feature = "deflate")]
    pub fn deflate(self, deflate: DeflateConfig) -> Self {
        self.with(|options| options.deflate = Some(deflate))
    }

    /// A hook that sees every answer, a 101 or a rejection, just before it is written, together with the
    /// request if its head could be read.
    ///
    /// It may add and change fields and, in a rejection, status and body. Turning a 101 into another
    /// status rejects the request; where a CONNECT is answered with 200 (HTTP/2), that cannot be another 2xx. Fields that say what was negotiated cannot be changed, except for
    /// Sec-WebSocket-Protocol, which may name any subprotocol the client offered; a hook that tries
    /// makes the answer a 500. Content-Length and Transfer-Encoding are computed last.
    pub fn decorate<F>(self, decorator: F) -> Self
    where
        F: Fn(Option<&Request<()>>, &mut Response<Bytes>) + Send + Sync + 'static,
    {
        self.with(|options| options.decorator = Some(Arc::new(decorator)))
    }

    /// How large a request's head may be.
    pub fn limits(self, limits: Limits) -> Self {
        self.with(|options| options.limits = limits)
    }

    /// What is let in although the RFCs do not allow it: nothing, by default.
    pub fn lenient(self, lenient: Lenient) -> Self {
        self.with(|options| options.lenient = lenient)
    }

    /// How long the whole handshake may take, from the start of the call to the last byte of the
    /// answer; progress does not extend it. Ten seconds by default, `None` for no limit.
    pub fn timeout(self, timeout: Option<Duration>) -> Self {
        self.with(|options| options.timeout = timeout)
    }

    /// Whether a request that began and did not end in time is answered 408. It is by default; a
    /// peer that said nothing is never answered.
    pub fn answer_timeout(self, answer: bool) -> Self {
        self.with(|options| options.answer_timeout = answer)
    }

    /// Whether the connection stays open after a rejection, for the next attempt. Off by default:
    /// the answer then says `Connection: close`. A request whose end is not known, or that asks for
    /// it, closes the connection in any case.
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

    /// Limits and times of the WebSockets that open. An observer and a tracker
    /// stay, unless `config` has others.
    pub fn web_socket(self, config: WebSocketConfig) -> Self {
        self.with(|options| options.web_socket = config.or_those_of(&options.web_socket))
    }

    /// Tells `observer` what happens to handshakes, and to the WebSockets that open. Needs the feature `observer`.
    #[cfg(feature = "observer")]
    pub fn observer(self, observer: impl Observer + 'static) -> Self {
        self.with(|options| options.web_socket = options.web_socket.clone().observer(observer))
    }

    /// What ends handshakes and WebSockets together with others: requests get 503 from when it shuts down, and
    /// WebSockets their close frame. It may be the core's tracker or that of an adapter.
    #[doc(alias = "graceful_shutdown")]
    pub fn tracker(self, tracker: impl AsRef<Tracker>) -> Self {
        self.with(|options| options.web_socket.tracker = Some(tracker.as_ref().clone()))
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

impl ServerOptions {
    /// Whether no request is taken any more.
    #[inline]
    pub(crate) fn is_shutting_down(&self) -> bool {
        self.web_socket.tracker.as_ref().is_some_and(Tracker::is_shutting_down)
    }

    /// Whether a connection may stay open after a rejection.
    pub(crate) fn may_stay_open(&self) -> bool {
        self.keep_alive && !self.is_shutting_down()
    }

    /// How heads are read.
    pub(crate) fn head_limits(&self) -> HeadLimits {
        HeadLimits { bare_line_feeds: self.lenient.bare_line_feeds, ..self.limits.head() }
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
            lenient: Lenient::new(),
            timeout: Some(DEFAULT_TIMEOUT),
            answer_timeout: true,
            keep_alive: false,
            max_attempts: 100,
            keep_request: false,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_leaves_the_others_alone() {
        let config = ServerConfig::new()
            .subprotocols(["chat"])
            .require_subprotocol(true)
            .subprotocol_preference(Preference::Client)
            .require_origin(true)
            .timeout(Some(Duration::from_secs(7)))
            .answer_timeout(true)
            .keep_alive(true)
            .max_attempts(3)
            .keep_request(true);
        let options = config.options();
        assert_eq!((options.subprotocols.len(), options.preference), (1, Preference::Client));
        assert!(options.require_subprotocol && options.require_origin && options.answer_timeout);
        assert!(options.keep_alive && options.keep_request);
        assert_eq!((options.timeout, options.max_attempts), (Some(Duration::from_secs(7)), 3));
    }

    #[test]
    fn what_is_set_is_shown_and_the_hook_is_not() {
        let config = ServerConfig::new().subprotocols(["chat"]).keep_alive(true);
        let shown = format!("{config:?}");
        assert!(shown.contains("subprotocols: [\"chat\"]"), "{shown}");
        assert!(shown.contains("keep_alive: true") && shown.contains(".. }"), "{shown}");
    }
}
