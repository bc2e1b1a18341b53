//! A request in hand.

use hyper::{Request, Response, body::Bytes};
use ws_tokio::{
    ServerConfig,
    handshake::{ArgumentError, HandshakeStep, HandshakeWatch, Negotiated, RecvBuf, Violation},
    http::Extensions,
    ws_core,
};

use crate::{
    rejection::Rejection,
    server::{hand_over, head_of, under_hyper},
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
        let upgrade =
            ws_core::UpgradeRequest::from_request(&under_hyper(config), &*request, RecvBuf::new());
        let watch = HandshakeWatch::server(config, HandshakeStep::Decide);
        Self { upgrade, extensions: request.extensions_mut(), config: config.clone(), watch }
    }

    /// The request, without its body.
    pub fn request(&self) -> &Request<()> {
        self.upgrade.request()
    }

    /// Whether this is an attempt to open a WebSocket at all, rather than ordinary HTTP: HTTP/1.1, GET,
    /// `upgrade` in Connection and `websocket` in Upgrade. Nothing else is looked at.
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

    /// Gives the 101 and the WebSocket that comes of it, as [`upgrade`](crate::upgrade) does.
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
    /// As [`upgrade`](crate::upgrade). If `decorate` sets another status than 101, the rejection is that
    /// response; if it contradicts what was negotiated, it is a 500.
    pub fn accept_with<B: Default>(
        self,
        decorate: impl FnOnce(&mut Response<Bytes>),
    ) -> Result<(Response<B>, Upgrading), Rejection> {
        let kept = self.config.keeps_request().then(|| head_of(self.request()));
        let Self { upgrade, extensions, config, mut watch } = self;
        watch.step(HandshakeStep::SendAnswer);
        let responded = upgrade.respond_with(decorate).map_err(Rejection::from);
        let (response, negotiated) =
            responded.inspect_err(|rejection| rejection.tell(&mut watch))?;
        let upgrading = hand_over(extensions, negotiated, &config, kept, watch)?;
        Ok((response.map(|()| B::default()), upgrading))
    }
}
