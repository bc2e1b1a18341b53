//! A request in hand.

use hyper::{Request, Response, body::Bytes, http::request::Parts};
use ws_tokio::{
    ServerConfig,
    handshake::{ArgumentError, HandshakeStep, HandshakeWatch, Negotiated, RecvBuf, Violation},
    http::Extensions,
    ws_core,
};

use crate::{
    parsed::parsed,
    rejection::Rejection,
    server::{hand_over, head_of, is_shared, under_hyper},
    upgrading::Upgrading,
};

/// A request that has been checked and not been answered: look at it, choose a subprotocol, wait for
/// whatever you need, and then [`accept`](Self::accept).
///
/// To refuse, return a response of your own instead.
///
/// ```
/// use std::error::Error;
///
/// use http_body_util::Full;
/// use hyper::{Request, Response, StatusCode, body::{Bytes, Incoming}};
/// use ws_hyper::{ServerConfig, UpgradeRequest};
///
/// async fn chat(mut request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Box<dyn Error>> {
///     let mut upgrade = UpgradeRequest::new(&mut request, &ServerConfig::new());
///     if !may_enter(upgrade.request()).await {
///         let mut response = Response::new("the room is full\n".into());
///         *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
///         return Ok(response);
///     }
///     let chosen = upgrade.offered_subprotocols().find(|name| name.starts_with("chat."));
///     let chosen = chosen.map(String::from);
///     upgrade.select_subprotocol(chosen.as_deref())?;
///     match upgrade.accept() {
///         Ok((response, upgrading)) => {
///             tokio::spawn(async move { upgrading.await?.send("welcome").await });
///             Ok(response)
///         }
///         Err(rejection) => Ok(rejection.into_response()),
///     }
/// }
/// # async fn may_enter(_: &Request<()>) -> bool { true }
/// # let _ = chat;
/// ```
#[derive(Debug)]
#[must_use = "a request that is dropped is not answered"]
pub struct UpgradeRequest<'r> {
    upgrade: ws_core::UpgradeRequest,
    extensions: &'r mut Extensions,
    config: ServerConfig,
    watch: HandshakeWatch,
}

impl<'r> UpgradeRequest<'r> {
    /// Checks `request`, and takes nothing from it until it is accepted.
    pub fn new<T>(request: &'r mut Request<T>, config: &ServerConfig) -> Self {
        let asked = parsed(&*request, request.extensions());
        let upgrade =
            ws_core::UpgradeRequest::from_request(&under_hyper(config), asked, RecvBuf::new());
        let watch = HandshakeWatch::server(config, HandshakeStep::Decide);
        Self { upgrade, extensions: request.extensions_mut(), config: config.clone(), watch }
    }

    /// Checks a request that has been taken apart, as extractors of frameworks get it.
    ///
    /// ```
    /// use hyper::{Request, Response, body::Incoming};
    /// use ws_hyper::{Rejection, ServerConfig, UpgradeRequest};
    ///
    /// fn chat(request: Request<Incoming>) -> Result<Response<String>, Rejection> {
    ///     let (mut parts, _body) = request.into_parts();
    ///     let upgrade = UpgradeRequest::from_parts(&mut parts, &ServerConfig::new());
    ///     let (response, upgrading) = upgrade.accept()?;
    ///     tokio::spawn(async move { upgrading.await?.send("welcome").await });
    ///     Ok(response)
    /// }
    /// # let _ = chat;
    /// ```
    pub fn from_parts(parts: &'r mut Parts, config: &ServerConfig) -> Self {
        let upgrade = inspect(parts, config);
        let watch = HandshakeWatch::server(config, HandshakeStep::Decide);
        Self { upgrade, extensions: &mut parts.extensions, config: config.clone(), watch }
    }

    /// The request, without its body.
    pub fn request(&self) -> &Request<()> {
        self.upgrade.request()
    }

    /// Whether this is an attempt to open a WebSocket at all, rather than ordinary HTTP: see
    /// [`is_upgrade`](crate::is_upgrade()).
    pub fn is_upgrade(&self) -> bool {
        self.upgrade.is_upgrade()
    }

    /// The first rule that the request breaks, if any. [`accept`](Self::accept) would reject it.
    pub fn violation(&self) -> Option<&Violation> {
        self.upgrade.violation()
    }

    /// What would be negotiated by accepting now.
    pub fn negotiated(&self) -> &Negotiated {
        self.upgrade.negotiated()
    }

    /// The subprotocols that the client offers, most preferred first.
    pub fn offered_subprotocols(&self) -> impl Iterator<Item = &str> {
        self.upgrade.offered_subprotocols()
    }

    /// Chooses the subprotocol, whatever the configuration says: one of those offered, or none.
    ///
    /// # Errors
    ///
    /// [`ArgumentError::UnofferedSubprotocol`] for a name that the client did not offer.
    pub fn select_subprotocol(&mut self, name: Option<&str>) -> Result<(), ArgumentError> {
        self.upgrade.select_subprotocol(name)
    }

    /// Gives the 101, or for HTTP/2 the 200, and the WebSocket that comes of it, as
    /// [`upgrade`](crate::upgrade) does.
    ///
    /// # Errors
    ///
    /// As [`upgrade`](crate::upgrade).
    pub fn accept<B: Default>(self) -> Result<(Response<B>, Upgrading), Rejection> {
        self.accept_with(|_| {})
    }

    /// Gives the 101, after `decorate` has seen it, and the WebSocket that comes of it. It may do what a
    /// hook of [`ServerConfig::decorate`] may.
    ///
    /// # Errors
    ///
    /// As [`upgrade`](crate::upgrade). If `decorate` sets another status, the rejection is that response; if
    /// it contradicts what was negotiated, it is a 500.
    pub fn accept_with<B: Default>(
        self,
        decorate: impl FnOnce(&mut Response<Bytes>),
    ) -> Result<(Response<B>, Upgrading), Rejection> {
        let kept = self.config.keeps_request().then(|| head_of(self.request()));
        let shared = is_shared(self.request().version());
        let Self { upgrade, extensions, config, mut watch } = self;
        watch.step(HandshakeStep::SendAnswer);
        let responded = upgrade.respond_with(decorate).map_err(Rejection::from);
        let (response, negotiated) =
            responded.inspect_err(|rejection| rejection.tell(&mut watch))?;
        watch.opens_with(response.status());
        let upgrading = hand_over(extensions, negotiated, &config, shared, kept, watch)?;
        Ok((response.map(|()| B::default()), upgrading))
    }

    /// Refuses it for an argument of the server's own that cannot be sent.
    #[doc(hidden)]
    pub fn fail(mut self, error: ArgumentError) -> Rejection {
        let rejection = Rejection::from(error);
        rejection.tell(&mut self.watch);
        rejection
    }
}

/// Looks at a request that has been taken apart, and does not begin to answer it: which rule it breaks, what
/// would be negotiated. For frameworks that decide later; answer with [`UpgradeRequest::from_parts`].
///
/// ```
/// use ws_hyper::{ServerConfig, inspect};
///
/// let (parts, ()) = hyper::Request::get("/chat").body(())?.into_parts();
/// let request = inspect(&parts, &ServerConfig::new());
/// assert!(!request.is_upgrade());
/// assert_eq!(request.violation().unwrap().rule().name(), "missing-host");
/// # Ok::<(), ws_hyper::ws_tokio::http::Error>(())
/// ```
pub fn inspect(parts: &Parts, config: &ServerConfig) -> ws_core::UpgradeRequest {
    ws_core::UpgradeRequest::from_request(
        &under_hyper(config),
        parsed(parts, &parts.extensions),
        RecvBuf::new(),
    )
}
