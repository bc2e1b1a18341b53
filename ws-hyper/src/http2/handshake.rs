//! Opening a WebSocket over a connection of hyper's.

use h2::Reason;
use hyper::{Request, Response, body::Body, client::conn::http2::SendRequest, ext::Protocol};
use ws_tokio::{
    ClientConfig, Verifier, WebSocket,
    handshake::{HandshakeError, HandshakeStep, HandshakeWatch, Url},
    ws_core,
};

use crate::{
    client::check, deadline::Deadline, error::Error, stream::reason, upgraded::Upgraded,
    upgrading::Upgrading,
};

/// Opens a WebSocket over a connection of hyper's that speaks HTTP/2, as a client (RFC 8441 5).
///
/// `url` says what is asked for, of whom: host and scheme are not those of the connection by themselves. Gives
/// the WebSocket and the server's 200. Something has to drive the connection meanwhile. `B` is the body of your
/// requests, and its default is none.
///
/// A client must not ask before the server's SETTINGS have said that it takes such requests (RFC 8441 3):
/// [`is_extended_connect_protocol_enabled`](hyper::client::conn::http2::Connection::is_extended_connect_protocol_enabled)
/// of hyper's connection says so. There is nothing to wait for it with; a [`SharedConnection`](super::SharedConnection)
/// has waited.
///
/// ```
/// use http_body_util::Empty;
/// use hyper::{body::Bytes, client::conn::http2::SendRequest};
///
/// async fn greet(sender: &mut SendRequest<Empty<Bytes>>) -> Result<(), Box<dyn std::error::Error>> {
///     let (mut ws, _response) = ws_hyper::http2::handshake(sender, "wss://chat.example/tea").await?;
///     ws.send("hello").await?;
///     Ok(())
/// }
/// # let _ = greet;
/// ```
///
/// # Errors
///
/// [`Error::NotOffered`] when the server resets the request as one that HTTP/2 does not know, which is what
/// those do that have not offered it; [`Error::Url`]; otherwise as [`handshake`](crate::handshake()).
pub async fn handshake<B>(
    sender: &mut SendRequest<B>,
    url: &str,
) -> Result<(WebSocket<Upgraded>, Response<()>), Error>
where
    B: Body + Default + 'static,
{
    handshake_with(sender, url, &ClientConfig::new()).await
}

/// Like [`handshake()`], with a configuration: subprotocols, header fields, compression, a deadline.
///
/// # Errors
///
/// As [`handshake()`].
pub async fn handshake_with<B>(
    sender: &mut SendRequest<B>,
    url: &str,
    config: &ClientConfig,
) -> Result<(WebSocket<Upgraded>, Response<()>), Error>
where
    B: Body + Default + 'static,
{
    open(sender, url, config).await
}

/// Makes a request for you to send over HTTP/2 in your own way, and the [`Verifier`] for
/// [`upgrade_response`](crate::upgrade_response()).
///
/// ```
/// use http_body_util::Empty;
/// use hyper::{body::Bytes, client::conn::http2::SendRequest};
/// use ws_hyper::{ClientConfig, http2::connect_request, upgrade_response};
///
/// async fn open(sender: &mut SendRequest<Empty<Bytes>>) -> Result<(), Box<dyn std::error::Error>> {
///     let (mut request, verifier) = connect_request(&ClientConfig::new(), "wss://chat.example/tea")?;
///     request.headers_mut().insert("authorization", "Bearer letmein".parse()?);
///     let response = sender.send_request(request.map(|()| Empty::new())).await?;
///     let (_response, upgrading) = upgrade_response(response, &verifier)?;
///     upgrading.await?.send("hello").await?;
///     Ok(())
/// }
/// # let _ = open;
/// ```
///
/// # Errors
///
/// [`Error::Url`], and [`HandshakeError::Argument`] for what must not be sent.
pub fn connect_request(config: &ClientConfig, url: &str) -> Result<(Request<()>, Verifier), Error> {
    Ok(request(config, &Url::parse(url)?)?)
}

/// Opens a WebSocket, and tells how that went.
pub(super) async fn open<B>(
    sender: &mut SendRequest<B>,
    url: &str,
    config: &ClientConfig,
) -> Result<(WebSocket<Upgraded>, Response<()>), Error>
where
    B: Body + Default + 'static,
{
    let deadline = Deadline::of_client(config);
    let mut watch = HandshakeWatch::client(config, HandshakeStep::AwaitAnswer);
    let asked = async { ask(sender, &Url::parse(url)?, config, deadline, &mut watch).await };
    let asked = asked.await;
    let (response, upgrading) = asked.inspect_err(|error| error.tell(&mut watch))?;
    Ok((upgrading.await?, response))
}

/// Sends a request, and gives the answer and what comes of it, which takes the watch along. A failure is for the
/// caller to tell.
pub(super) async fn ask<B>(
    sender: &mut SendRequest<B>,
    url: &Url,
    config: &ClientConfig,
    mut deadline: Deadline,
    watch: &mut HandshakeWatch,
) -> Result<(Response<()>, Upgrading), Error>
where
    B: Body + Default + 'static,
{
    watch.step(HandshakeStep::AwaitAnswer);
    let (request, verifier) = request(config, url)?;
    let request = request.map(|()| B::default());
    let answer = async { sender.send_request(request).await.map_err(refused) };
    let response = deadline.bound(HandshakeStep::AwaitAnswer, answer).await?;
    check(response, &verifier, deadline, watch)
}

fn request(config: &ClientConfig, url: &Url) -> Result<(Request<()>, Verifier), HandshakeError> {
    let scheme = if url.is_secure() { "wss" } else { "ws" };
    let config = match url.user_info() {
        Some((user, password)) => &config.clone().user_info(user, password),
        None => config,
    };
    let (mut request, verifier) =
        ws_core::connect_request(config, scheme, url.host_field(), url.target())?;
    if let Some(protocol) = verifier.protocol() {
        request.extensions_mut().insert(Protocol::from_static(protocol));
    }
    Ok((request, verifier))
}

/// A server that does not know `:protocol` takes the request for a malformed one, which is "a stream error of
/// type PROTOCOL_ERROR" (RFC 9113 8.1.1). One that insists on HTTP/1.1 for this says so (7).
fn refused(error: hyper::Error) -> Error {
    match reason(&error) {
        Some(Reason::PROTOCOL_ERROR | Reason::HTTP_1_1_REQUIRED) => Error::NotOffered(Some(error)),
        _ => Error::Http(error),
    }
}
