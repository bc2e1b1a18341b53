//! A request to open a WebSocket, as handlers get it.

use std::{borrow::Cow, fmt, future::Future, mem::take, time::Duration};

use axum_core::{Error, body::Body, response::Response};
#[cfg(feature = "deflate")]
use ws_hyper::ws_tokio::deflate::DeflateConfig;
use ws_hyper::{
    ServerConfig, UpgradeRequest, Upgrading, inspect,
    ws_tokio::{
        WebSocketConfig,
        handshake::{ArgumentError, HandshakeStep, HandshakeWatch},
        http::{HeaderValue, request::Parts},
        ws_core,
    },
};

use crate::{
    failed_upgrade::{DefaultOnFailedUpgrade, OnFailedUpgrade},
    rejection::WebSocketUpgradeRejection,
    web_socket::{WRITE_BUFFER_SIZE, WebSocket},
};

/// A request that asks for a WebSocket and breaks no rule: the extractor.
///
/// Configure it, and return what [`on_upgrade`](Self::on_upgrade) gives. A request that breaks a rule does
/// not come to the handler: it is answered with a
/// [`WebSocketUpgradeRejection`](crate::rejection::WebSocketUpgradeRejection). As an
/// `Option<WebSocketUpgrade>` it also takes ordinary HTTP, which is `None`:
///
/// ```
/// use axum::response::{IntoResponse, Response};
/// use ws_axum::WebSocketUpgrade;
///
/// async fn news(ws: Option<WebSocketUpgrade>) -> Response {
///     match ws {
///         Some(ws) => ws.on_upgrade(|mut socket| async move {
///             let _ = socket.send("news".into()).await;
///         }),
///         None => "open a WebSocket here for the news\n".into_response(),
///     }
/// }
/// # let _: axum::Router = axum::Router::new().route("/news", axum::routing::any(news));
/// ```
///
/// A [`ServerConfig`] among the request's extensions is where it begins, so one layer configures all routes,
/// and what that refuses does not come to the handlers:
///
/// ```
/// use axum::{Extension, Router, response::Response, routing::any};
/// use ws_axum::{ServerConfig, WebSocketUpgrade};
///
/// async fn chat(ws: WebSocketUpgrade) -> Response {
///     ws.on_upgrade(|_socket| async {})
/// }
///
/// let app: Router = Router::new()
///     .route("/chat", any(chat))
///     .layer(Extension(ServerConfig::new().same_origin()));
/// ```
#[must_use = "a request that is dropped is not upgraded"]
pub struct WebSocketUpgrade<F = DefaultOnFailedUpgrade> {
    asked: Asked,
    write_buffer_size: usize,
    /// The subprotocols that the client offers, most preferred first.
    offered: Vec<HeaderValue>,
    selected: Option<HeaderValue>,
    /// Whether the handler has selected it, rather than the configuration.
    is_selected_by_hand: bool,
    on_failed_upgrade: F,
}

impl WebSocketUpgrade {
    /// A request whose connection can be had, and what was found in it.
    pub(crate) fn new(
        parts: Parts,
        config: ServerConfig,
        looked_at: &ws_core::UpgradeRequest,
    ) -> Self {
        Self {
            asked: Asked { parts, config, is_answered: false },
            write_buffer_size: WRITE_BUFFER_SIZE,
            offered: looked_at.offered_subprotocols().filter_map(value).collect(),
            selected: looked_at.negotiated().subprotocol().and_then(value),
            is_selected_by_hand: false,
            on_failed_upgrade: DefaultOnFailedUpgrade,
        }
    }
}

impl<F> WebSocketUpgrade<F> {
    /// Replaces the whole configuration: subprotocols, origins, compression, hooks, deadlines, and the
    /// settings of the WebSocket. Call it before the other methods, which change one thing each.
    ///
    /// Limits on heads, `keep_alive` and `max_attempts` are hyper's business.
    pub fn config(mut self, config: &ServerConfig) -> Self {
        self.asked.config = config.clone();
        self.is_selected_by_hand = false;
        self.negotiated()
    }

    /// The subprotocols the server speaks, most preferred first: the first one that the client offers is
    /// selected. A method of axum's.
    ///
    /// ```
    /// use axum::response::Response;
    /// use ws_axum::WebSocketUpgrade;
    ///
    /// async fn chat(ws: WebSocketUpgrade) -> Response {
    ///     ws.protocols(["chat.v2", "chat.v1"]).on_upgrade(|socket| async move {
    ///         println!("this client speaks {:?}", socket.protocol());
    ///     })
    /// }
    /// # let _: axum::Router = axum::Router::new().route("/", axum::routing::any(chat));
    /// ```
    pub fn protocols<I>(mut self, protocols: I) -> Self
    where
        I: IntoIterator<Item: Into<Cow<'static, str>>>,
    {
        let names = protocols.into_iter().map(Into::into);
        self.is_selected_by_hand = false;
        self.change(|config| config.subprotocols(names)).negotiated()
    }

    /// The subprotocols that the client offers, most preferred first. A method of axum's.
    pub fn requested_protocols(&self) -> impl Iterator<Item = &HeaderValue> {
        self.offered.iter()
    }

    /// Selects a subprotocol, one of those that the client offers. A method of axum's.
    ///
    /// Of this and [`protocols`](Self::protocols) the later call counts. A client that gets what it did not
    /// offer fails the connection (RFC 6455 4.1), so such a name is answered with 500, and is the error of
    /// [`on_failed_upgrade`](Self::on_failed_upgrade).
    pub fn set_selected_protocol(&mut self, protocol: HeaderValue) {
        self.selected = Some(protocol);
        self.is_selected_by_hand = true;
    }

    /// The subprotocol that is selected, if any. A method of axum's.
    pub fn selected_protocol(&self) -> Option<&HeaderValue> {
        self.selected.as_ref()
    }

    /// How large a message may be that comes, in bytes, however many frames it has: 16 MiB, where axum has
    /// 64. Larger ones end the connection with close code 1009. A method of axum's.
    pub fn max_message_size(self, max: usize) -> Self {
        self.with(|config| config.max_message_len(max))
    }

    /// How large a frame may be that comes, in bytes: 16 MiB. A method of axum's.
    pub fn max_frame_size(self, max: usize) -> Self {
        self.with(|config| config.max_frame_len(max))
    }

    /// How much may be queued, in bytes, before it is written although nothing was flushed: 128 KiB. It is
    /// looked at before the next message. A method of axum's.
    pub fn write_buffer_size(mut self, size: usize) -> Self {
        self.write_buffer_size = size;
        self
    }

    /// How much output may be pending, in bytes, before sending waits: 256 KiB, where axum has no limit. A
    /// message larger than this is still sent, alone. A method of axum's, where more is an error.
    pub fn max_write_buffer_size(self, max: usize) -> Self {
        self.with(|config| config.max_queue_len(max))
    }

    /// Nothing: a WebSocket here has memory for reading while there is something to read, as much as that
    /// takes. A method of axum's.
    pub fn read_buffer_size(self, _size: usize) -> Self {
        self
    }

    /// Lets only pages of these origins open a WebSocket, such as `https://app.example`: others get 403. See
    /// [`ServerConfig::origins`].
    ///
    /// # Errors
    ///
    /// [`ArgumentError::Origin`] for what is no origin.
    pub fn origins<I>(mut self, origins: I) -> Result<Self, ArgumentError>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        self.asked.config = self.asked.config.clone().origins(origins)?;
        Ok(self)
    }

    /// Lets only pages of the server's own host open a WebSocket, the defence against cross-site WebSocket
    /// hijacking for servers that know users by cookies: others get 403.
    pub fn same_origin(self) -> Self {
        self.change(ServerConfig::same_origin)
    }

    /// Agrees to permessage-deflate (RFC 7692) on these terms.
    #[cfg(feature = "deflate")]
    pub fn deflate(self, deflate: DeflateConfig) -> Self {
        self.change(|config| config.deflate(deflate))
    }

    /// How long to wait for the connection once the response is returned: 10 s; `None` for no limit.
    pub fn timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        self.change(|config| config.timeout(timeout.into()))
    }

    /// Pings the client when nothing came, or nothing was sent, for this long. Off; 20 s keep proxies from
    /// giving up.
    pub fn ping_interval(self, time: impl Into<Option<Duration>>) -> Self {
        self.with(|config| config.ping_interval(time))
    }

    /// Fails the connection when a ping of [`ping_interval`](Self::ping_interval) has no pong after this
    /// long. Off; 20 s suit most.
    pub fn pong_timeout(self, time: impl Into<Option<Duration>>) -> Self {
        self.with(|config| config.pong_timeout(time))
    }

    /// Fails the connection when nothing came for this long. Off; 60 s suit most servers.
    pub fn idle_timeout(self, time: impl Into<Option<Duration>>) -> Self {
        self.with(|config| config.idle_timeout(time))
    }

    /// Fails the connection when the client takes nothing of what is being sent for this long. Off; 60 s
    /// suit most.
    pub fn send_timeout(self, time: impl Into<Option<Duration>>) -> Self {
        self.with(|config| config.send_timeout(time))
    }

    /// How long the client has to answer a close frame: 5 s.
    pub fn close_timeout(self, time: Duration) -> Self {
        self.with(|config| config.close_timeout(time))
    }

    /// Ends it together with others: with a [`Tracker`](crate::Tracker), its client gets 1001 when that shuts down,
    /// and the task of [`on_upgrade`](Self::on_upgrade) ends by the deadline, whatever it waits for. From then on
    /// requests get 503.
    ///
    /// For all routes, put the tracker into the [`ServerConfig`] of a layer: see
    /// [Shutting down](crate#shutting-down).
    ///
    /// ```
    /// use axum::{extract::State, response::Response};
    /// use ws_axum::{Tracker, WebSocketUpgrade};
    ///
    /// async fn chat(State(tracker): State<Tracker>, ws: WebSocketUpgrade) -> Response {
    ///     ws.tracker(&tracker).on_upgrade(|mut socket| async move {
    ///         while socket.recv().await.is_some() {} // `None` after 1001, too
    ///     })
    /// }
    /// # let _: axum::Router<Tracker> = axum::Router::new().route("/", axum::routing::any(chat));
    /// ```
    pub fn tracker(self, tracker: impl AsRef<ws_core::Tracker>) -> Self {
        self.change(|config| config.tracker(tracker))
    }

    /// Looks at the request, checked against the configuration as it is now: which rule it breaks, what would
    /// be negotiated.
    pub fn inspect(&self) -> ws_core::UpgradeRequest {
        inspect(&self.asked.parts, &self.asked.config)
    }

    /// What to do when no WebSocket comes of it: because the client is gone before it has the response, or
    /// because what was configured after the request came refuses it. Nothing, by default. A method of
    /// axum's.
    ///
    /// ```
    /// use axum::response::Response;
    /// use ws_axum::{Error, WebSocketUpgrade};
    ///
    /// async fn chat(ws: WebSocketUpgrade) -> Response {
    ///     ws.same_origin()
    ///         .on_failed_upgrade(|error: Error| eprintln!("no WebSocket: {error}"))
    ///         .on_upgrade(|_socket| async {})
    /// }
    /// # let _: axum::Router = axum::Router::new().route("/", axum::routing::any(chat));
    /// ```
    pub fn on_failed_upgrade<C: OnFailedUpgrade>(self, callback: C) -> WebSocketUpgrade<C> {
        WebSocketUpgrade {
            asked: self.asked,
            write_buffer_size: self.write_buffer_size,
            offered: self.offered,
            selected: self.selected,
            is_selected_by_hand: self.is_selected_by_hand,
            on_failed_upgrade: callback,
        }
    }

    /// Gives the response to return, and runs `callback` with the WebSocket in a task of its own, once the
    /// response has been sent. A method of axum's.
    ///
    /// With a [`tracker`](Self::tracker) that task ends by the deadline of a shutdown.
    ///
    /// What the configuration refuses, such as an origin, is a response with the status of the broken rule;
    /// then `callback` is not called.
    #[must_use = "the WebSocket opens when this response has been sent"]
    pub fn on_upgrade<C, Fut>(mut self, callback: C) -> Response
    where
        C: FnOnce(WebSocket) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
        F: OnFailedUpgrade,
    {
        match self.answer() {
            Ok((response, upgrading)) => {
                let Self { write_buffer_size, on_failed_upgrade, .. } = self;
                upgrading.spawn(|upgrading| async move {
                    match upgrading.await {
                        Ok(socket) => callback(WebSocket::new(socket, write_buffer_size)).await,
                        Err(error) => on_failed_upgrade.call(Error::new(error)),
                    }
                });
                response
            }
            Err(rejection) => {
                let response = rejection.to_response();
                self.on_failed_upgrade.call(Error::new(rejection));
                response
            }
        }
    }

    /// Gives the response to return, which may be given more fields, and the WebSocket that comes of it, to
    /// be awaited in a task of your own.
    ///
    /// ```
    /// use axum::response::Response;
    /// use ws_axum::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection, ws_hyper::ws_tokio};
    ///
    /// async fn chat(ws: WebSocketUpgrade) -> Result<Response, WebSocketUpgradeRejection> {
    ///     let (response, upgrading) = ws.accept()?;
    ///     tokio::spawn(async move {
    ///         let (mut sender, mut receiver) = upgrading.await?.split(); // without a lock
    ///         while let Some(message) = receiver.recv().await? {
    ///             sender.send(message).await?;
    ///         }
    ///         Ok::<_, ws_tokio::Error>(())
    ///     });
    ///     Ok(response)
    /// }
    /// # let _: axum::Router = axum::Router::new().route("/", axum::routing::any(chat));
    /// ```
    ///
    /// # Errors
    ///
    /// A rejection when the configuration refuses the request; [`on_failed_upgrade`](Self::on_failed_upgrade)
    /// is not called.
    pub fn accept(mut self) -> Result<(Response, Upgrading), WebSocketUpgradeRejection> {
        self.answer()
    }

    /// The response, and the WebSocket that comes of it.
    fn answer(&mut self) -> Result<(Response, Upgrading), WebSocketUpgradeRejection> {
        let Asked { parts, config, is_answered } = &mut self.asked;
        *is_answered = true;
        let mut request = UpgradeRequest::from_parts(parts, config);
        let selected = match &self.selected {
            Some(name) if self.is_selected_by_hand => {
                let name = String::from_utf8_lossy(name.as_bytes());
                request.select_subprotocol(Some(&name))
            }
            _ => Ok(()),
        };
        let answered = match selected {
            Ok(()) => request.accept::<Body>(),
            Err(error) => Err(request.fail(error)),
        };
        answered.map_err(WebSocketUpgradeRejection::new)
    }

    /// The same, with the subprotocol that the configuration selects.
    fn negotiated(mut self) -> Self {
        self.selected = self.inspect().negotiated().subprotocol().and_then(value);
        self
    }

    /// The same, with other settings of the WebSocket.
    fn with(self, change: impl FnOnce(WebSocketConfig) -> WebSocketConfig) -> Self {
        self.change(|config| {
            let web_socket = change(config.web_socket_config().clone());
            config.web_socket(web_socket)
        })
    }

    fn change(mut self, change: impl FnOnce(ServerConfig) -> ServerConfig) -> Self {
        self.asked.config = change(take(&mut self.asked.config));
        self
    }
}

impl<F> fmt::Debug for WebSocketUpgrade<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocketUpgrade")
            .field("uri", &self.asked.parts.uri)
            .field("config", &self.asked.config)
            .field("offered", &self.offered)
            .field("selected", &self.selected)
            .finish_non_exhaustive()
    }
}

/// What is asked for, and on whose terms it is answered. If it is not, an observer is told that, too.
struct Asked {
    /// The head of the request, and what hyper knows of its connection.
    parts: Parts,
    config: ServerConfig,
    is_answered: bool,
}

impl Drop for Asked {
    fn drop(&mut self) {
        if !self.is_answered {
            let _dropped = HandshakeWatch::server(&self.config, HandshakeStep::Decide);
        }
    }
}

/// A subprotocol as axum shows it. It is a token, and so a value of a field.
fn value(name: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(name).ok()
}
