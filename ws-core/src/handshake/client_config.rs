//! What a client wants from its handshakes.

use std::{fmt, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue, Request, header};

use super::{
    argument_error::ArgumentError,
    credentials,
    deflate::DeflateOffer,
    lenient::Lenient,
    limits::{DEFAULT_TIMEOUT, Limits},
};
#[cfg(feature = "observer")]
use crate::observer::Observer;
use crate::{
    codec::{
        basic::can_be_basic, field_name::FieldName, head::HeadLimits, http_types::first_invalid,
    },
    connection::{Tracker, WebSocketConfig},
};

/// A client's settings: what its handshakes send and accept, how long they may take, and the settings of
/// the WebSockets that they open.
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
#[must_use = "a configuration does nothing by itself"]
pub struct ClientConfig {
    options: Arc<ClientOptions>,
}

#[derive(Clone)]
pub(crate) struct ClientOptions {
    pub(crate) subprotocols: Vec<Box<str>>,
    pub(crate) headers: Vec<ExtraField>,
    /// The value of Authorization where no field has it.
    pub(crate) credentials: Option<HeaderValue>,
    /// What the decorator does to [`CREDENTIALS`] does not count.
    pub(crate) keeps_credentials: bool,
    pub(crate) invalid: Option<ArgumentError>,
    pub(crate) decorator: Option<RequestDecorator>,
    pub(crate) deflate: Vec<DeflateOffer>,
    pub(crate) limits: Limits,
    pub(crate) lenient: Lenient,
    pub(crate) timeout: Option<Duration>,
    pub(crate) body_timeout: Duration,
    pub(crate) web_socket: WebSocketConfig,
}

/// A field that the caller adds.
#[derive(Clone)]
pub(crate) struct ExtraField {
    pub(crate) name: HeaderName,
    /// How the name was written, if that counts.
    pub(crate) spelling: Option<Box<str>>,
    pub(crate) value: HeaderValue,
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

    /// Adds a field to the request. The fields of the handshake itself cannot be set this way: Host
    /// comes from the URL, subprotocols are [`subprotocols`](Self::subprotocols), extensions are
    /// negotiated by what you switch on, and Connection, Upgrade, Content-Length, Transfer-Encoding
    /// and the rest of `Sec-WebSocket-*` are fixed.
    ///
    /// The name is sent as it is written, since some servers compare it with its case. A
    /// [`HeaderName`], and whatever a hook adds, has none, and is sent as `Content-Type` is.
    pub fn header<N: FieldName, V: AsRef<[u8]>>(self, name: N, value: V) -> Self {
        let text = name.text();
        let parsed_name = HeaderName::from_bytes(text.as_bytes());
        let parsed_value = HeaderValue::from_bytes(value.as_ref());
        self.with(|options| match (parsed_name, parsed_value) {
            (Ok(parsed), Ok(value)) => {
                let spelling = name.keeps_case().then(|| text.into());
                options.headers.push(ExtraField { name: parsed, spelling, value });
            }
            (Ok(name), Err(_)) => {
                let byte = first_invalid(value.as_ref());
                options.invalid.get_or_insert(ArgumentError::HeaderValue { name, byte });
            }
            (Err(_), _) => {
                let name = text.escape_default().to_string();
                options.invalid.get_or_insert(ArgumentError::Header(name));
            }
        })
    }

    /// Adds all of these fields to the request, as [`header`](Self::header) does with one.
    pub fn headers(self, headers: &HeaderMap) -> Self {
        let fields = headers.iter().map(|(name, value)| ExtraField {
            name: name.clone(),
            spelling: None,
            value: value.clone(),
        });
        self.with(|options| options.headers.extend(fields))
    }

    /// What the URL says about its user: sent as Basic credentials (RFC 7617), unless a field
    /// Authorization was given. An adapter's `connect` calls this; where you connect by yourself, for
    /// TLS, pass what the URL says.
    ///
    /// A user name with a colon, and control characters, are an error of the handshake.
    pub fn user_info(self, user: &str, password: &str) -> Self {
        let valid = can_be_basic(user, password);
        self.with(|options| {
            if !valid {
                let name = header::AUTHORIZATION.to_string();
                options.invalid.get_or_insert(ArgumentError::Header(name));
            } else {
                options.credentials = Some(credentials::basic(user, password));
            }
        })
    }

    /// A hook that sees the whole request just before it is written and may add, change and remove
    /// fields; those of the handshake itself must stay as they are.
    ///
    /// It is called for every request, also for one that a redirect led to. Where that is another server,
    /// [`without_credentials`](Self::without_credentials) has been called, and Authorization, Cookie,
    /// Cookie2 and Proxy-Authorization are not sent as the hook leaves them, but as it found them. Any
    /// other field with a secret it should add only where Host says that it is meant.
    pub fn decorate<F>(self, decorator: F) -> Self
    where
        F: Fn(&mut Request<()>) + Send + Sync + 'static,
    {
        self.with(|options| options.decorator = Some(Arc::new(decorator)))
    }

    /// Offers permessage-deflate (RFC 7692); called again, adds a less preferred fallback. By default
    /// nothing is offered. How messages are then compressed is part of the [`WebSocketConfig`]. Needs
    /// the feature `deflate`.
    #[cfg(feature = "deflate")]
    pub fn deflate(self, offer: DeflateOffer) -> Self {
        self.with(|options| options.deflate.push(offer))
    }

    /// How large the answer's head, and the body of a rejection, may be.
    pub fn limits(self, limits: Limits) -> Self {
        self.with(|options| options.limits = limits)
    }

    /// What is let in although the RFCs do not allow it: nothing, by default.
    pub fn lenient(self, lenient: Lenient) -> Self {
        self.with(|options| options.lenient = lenient)
    }

    /// How long the whole handshake may take, connecting included where the library connects;
    /// progress does not extend it. Ten seconds by default, `None` for no limit.
    pub fn timeout(self, timeout: Option<Duration>) -> Self {
        self.with(|options| options.timeout = timeout)
    }

    /// How long to wait for the body of a rejection once its head is there: one second by default,
    /// and never past the handshake's deadline.
    pub fn body_timeout(self, timeout: Duration) -> Self {
        self.with(|options| options.body_timeout = timeout)
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

    /// What ends handshakes and WebSockets together with others: when it shuts down, WebSockets get their close
    /// frame, and handshakes that are under way may take until its deadline. It may be the core's tracker or that
    /// of an adapter.
    #[doc(alias = "graceful_shutdown")]
    pub fn tracker(self, tracker: impl AsRef<Tracker>) -> Self {
        self.with(|options| options.web_socket.tracker = Some(tracker.as_ref().clone()))
    }

    /// The same configuration for a server that must not learn the credentials meant for another one:
    /// without fields Authorization, Cookie, Cookie2 and Proxy-Authorization, and without
    /// [`user_info`](Self::user_info). A hook cannot add them again. What is set on the new configuration
    /// is sent.
    ///
    /// ```
    /// use ws_core::{ClientConfig, upgrade_request};
    ///
    /// let config = ClientConfig::new().header("cookie", "a=b").header("x-room", "7");
    /// let (request, _) = upgrade_request(&config.without_credentials(), "ws.example", "/")?;
    /// assert!(!request.headers().contains_key("cookie"));
    /// assert_eq!(request.headers()["x-room"], "7");
    /// # Ok::<(), ws_core::HandshakeError>(())
    /// ```
    pub fn without_credentials(&self) -> Self {
        self.clone().with(|options| {
            options.headers.retain(|field| !CREDENTIALS.contains(&field.name.as_str()));
            options.credentials = None;
            options.keeps_credentials = true;
        })
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

impl ClientOptions {
    /// How heads are read.
    pub(crate) fn head_limits(&self) -> HeadLimits {
        HeadLimits { bare_line_feeds: self.lenient.bare_line_feeds, ..self.limits.head() }
    }
}

/// Fields that say who a client is, in lower case: what curl and browsers leave out where a redirect leads
/// elsewhere. Cookie2 is of RFC 2965, and obsolete.
pub(crate) const CREDENTIALS: [&str; 4] =
    ["authorization", "cookie", "cookie2", "proxy-authorization"];

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            subprotocols: Vec::new(),
            headers: Vec::new(),
            credentials: None,
            keeps_credentials: false,
            invalid: None,
            decorator: None,
            deflate: Vec::new(),
            limits: Limits::default(),
            lenient: Lenient::new(),
            timeout: Some(DEFAULT_TIMEOUT),
            body_timeout: Duration::from_secs(1),
            web_socket: WebSocketConfig::default(),
        }
    }
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be credentials; names are enough to see what is going on.
        let names: Vec<_> = self.headers.iter().map(|field| &field.name).collect();
        f.debug_struct("ClientOptions")
            .field("subprotocols", &self.subprotocols)
            .field("headers", &names)
            .field("deflate", &self.deflate)
            .field("limits", &self.limits)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
