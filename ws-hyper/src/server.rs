//! Upgrading requests that a server of hyper has read.

use hyper::{Request, Response, Version, upgrade::OnUpgrade};
use ws_tokio::{
    ServerConfig,
    handshake::{HandshakeStep, HandshakeWatch, Negotiated, Role},
    http::Extensions,
    respond,
};

use crate::{deadline::Deadline, parsed::parsed, rejection::Rejection, upgrading::Upgrading};

/// Answers a request to open a WebSocket (RFC 6455 4.2): gives the 101, which your service returns, and
/// the WebSocket that comes of it. To a request of HTTP/2 (RFC 8441) it is a 200.
///
/// Spawn what uses the WebSocket, and return the response: hyper hands over the connection when it has
/// sent that, so waiting for it inside the service waits in vain. Fields may be added to the response;
/// those that say what was negotiated have to stay. `B` is the body that your responses have.
///
/// What may still refuse the request has to do so before. hyper does not look at the response that is
/// sent in the end: a connection that ends with another one is handed over as well, and so is a stream of
/// HTTP/2 with any 2xx, so drop the [`Upgrading`] when you send something else.
///
/// Of the configuration, limits on heads, `keep_alive` and `max_attempts` are hyper's business.
/// Subprotocols, origins, compression, the hook, the deadline, and the settings of WebSockets apply.
///
/// ```
/// use http_body_util::Full;
/// use hyper::{Request, Response, body::{Bytes, Incoming}};
/// use ws_hyper::ServerConfig;
///
/// fn chat(request: &mut Request<Incoming>, config: &ServerConfig) -> Response<Full<Bytes>> {
///     match ws_hyper::upgrade(request, config) {
///         Ok((response, upgrading)) => {
///             tokio::spawn(async move { upgrading.await?.send("welcome").await });
///             response
///         }
///         Err(rejection) => rejection.into_response(),
///     }
/// }
/// # let _ = chat;
/// ```
///
/// # Errors
///
/// The [`Rejection`] has the response to send instead, with the status of the rule that was broken.
pub fn upgrade<T, B: Default>(
    request: &mut Request<T>,
    config: &ServerConfig,
) -> Result<(Response<B>, Upgrading), Rejection> {
    let mut watch = HandshakeWatch::server(config, HandshakeStep::SendAnswer);
    let asked = parsed(&*request, request.extensions());
    let responded = respond(asked, &under_hyper(config)).map_err(Rejection::from);
    let (response, negotiated) = responded.inspect_err(|rejection| rejection.tell(&mut watch))?;
    watch.opens_with(response.status());
    let kept = config.keeps_request().then(|| head_of(request));
    let shared = is_shared(request.version());
    let extensions = request.extensions_mut();
    let upgrading = hand_over(extensions, negotiated, config, shared, kept, watch)?;
    Ok((response.map(|()| B::default()), upgrading))
}

/// A request without its body.
pub(crate) fn head_of<T>(request: &Request<T>) -> Request<()> {
    let mut head = Request::new(());
    *head.method_mut() = request.method().clone();
    *head.uri_mut() = request.uri().clone();
    *head.version_mut() = request.version();
    *head.headers_mut() = request.headers().clone();
    head
}

/// Whether a connection stays open after a rejection is decided by hyper, which knows where requests end
/// and how many there were.
pub(crate) fn under_hyper(config: &ServerConfig) -> ServerConfig {
    config.clone().keep_alive(true).max_attempts(usize::MAX)
}

/// Whether a request of this version is one of several at a time on its connection.
pub(crate) fn is_shared(version: Version) -> bool {
    version > Version::HTTP_11
}

/// What waits for the connection of a request that has been accepted.
pub(crate) fn hand_over(
    extensions: &mut Extensions,
    negotiated: Negotiated,
    config: &ServerConfig,
    shared: bool,
    request: Option<Request<()>>,
    mut watch: HandshakeWatch,
) -> Result<Upgrading, Rejection> {
    let Some(upgrade) = extensions.remove::<OnUpgrade>() else {
        Rejection::NotUpgradable.tell(&mut watch);
        return Err(Rejection::NotUpgradable);
    };
    Ok(Upgrading {
        upgrade: Some(upgrade),
        deadline: Deadline::after(
            config.handshake_timeout(),
            config.web_socket_config().tracker.as_ref(),
        ),
        role: Role::Server,
        shared,
        negotiated,
        config: config.web_socket_config().clone(),
        request,
        watch,
    })
}
