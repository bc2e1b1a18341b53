//! Opening WebSockets over the connections of a client.

use hyper::{
    Response,
    body::{Body, Incoming},
    client::conn::http1::SendRequest,
    upgrade,
};
use ws_tokio::{
    ClientConfig, Verifier, WebSocket,
    handshake::{HandshakeError, HandshakeStep, HandshakeWatch, Role},
    upgrade_request,
};

use crate::{
    deadline::Deadline, error::Error, server::is_shared, upgraded::Upgraded, upgrading::Upgrading,
};

/// Opens a WebSocket over a connection of hyper's, as a client (RFC 6455 4.1).
///
/// `host` is what goes into Host, `target` is path and query. Gives the WebSocket and the server's 101.
/// The connection has to be driven meanwhile, by something that hands over.
///
/// ```
/// use http_body_util::Empty;
/// use hyper::{body::Bytes, client::conn::http1};
/// use hyper_util::rt::TokioIo;
/// use tokio::net::TcpStream;
///
/// async fn greet() -> Result<(), Box<dyn std::error::Error>> {
///     let stream = TokioIo::new(TcpStream::connect("chat.example:80").await?);
///     let (mut sender, connection) = http1::handshake::<_, Empty<Bytes>>(stream).await?;
///     tokio::spawn(connection.with_upgrades());
///     let (mut ws, _response) = ws_hyper::handshake(&mut sender, "chat.example", "/tea").await?;
///     ws.send("hello").await?;
///     Ok(())
/// }
/// # let _ = greet;
/// ```
///
/// # Errors
///
/// [`Error::Declined`] with the whole response when the server answers anything but 101: once its body has
/// been read, the connection takes other requests.
/// [`HandshakeError::InvalidResponse`](ws_tokio::handshake::HandshakeError::InvalidResponse) when the 101
/// breaks a rule of RFC 6455 4.1, [`Error::Http`] and [`Error::Upgrade`] for what hyper reports, and
/// [`HandshakeError::TimedOut`](ws_tokio::handshake::HandshakeError::TimedOut) when all of it takes longer
/// than the configuration allows.
pub async fn handshake<B>(
    sender: &mut SendRequest<B>,
    host: &str,
    target: &str,
) -> Result<(WebSocket<Upgraded>, Response<()>), Error>
where
    B: Body + Default + 'static,
{
    handshake_with(sender, host, target, &ClientConfig::new()).await
}

/// Like [`handshake`], with a configuration: subprotocols, header fields, compression, a deadline.
///
/// # Errors
///
/// As [`handshake`].
pub async fn handshake_with<B>(
    sender: &mut SendRequest<B>,
    host: &str,
    target: &str,
    config: &ClientConfig,
) -> Result<(WebSocket<Upgraded>, Response<()>), Error>
where
    B: Body + Default + 'static,
{
    let mut deadline = Deadline::of_client(config);
    let mut watch = HandshakeWatch::client(config, HandshakeStep::SendRequest);
    let asked = ask(sender, host, target, config, &mut deadline, &mut watch).await;
    let (response, verifier) = asked.inspect_err(|error| error.tell(&mut watch))?;
    let (response, upgrading) = check(response, &verifier, deadline, &mut watch)?;
    Ok((upgrading.await?, response))
}

/// The answer to an upgrade request, and what checks it.
async fn ask<B>(
    sender: &mut SendRequest<B>,
    host: &str,
    target: &str,
    config: &ClientConfig,
    deadline: &mut Deadline,
    watch: &mut HandshakeWatch,
) -> Result<(Response<Incoming>, Verifier), Error>
where
    B: Body + Default + 'static,
{
    let (request, verifier) = upgrade_request(config, host, target)?;
    let request = request.map(|()| B::default());
    let ready = async { sender.ready().await.map_err(Error::Http) };
    deadline.bound(HandshakeStep::SendRequest, ready).await?;
    watch.step(HandshakeStep::AwaitAnswer);
    let answer = async { sender.send_request(request).await.map_err(Error::Http) };
    Ok((deadline.bound(HandshakeStep::AwaitAnswer, answer).await?, verifier))
}

/// Checks the answer to a request of [`upgrade_request`], which you have sent in your own way, with a
/// client of hyper-util for instance. Gives the 101, and the WebSocket that comes of it.
///
/// ```
/// use http_body_util::Empty;
/// use hyper::{body::Bytes, client::conn::http1::SendRequest};
/// use tokio::net::TcpStream;
/// use ws_hyper::{ClientConfig, upgrade_request, upgrade_response, ws_tokio::WebSocket};
///
/// async fn open(
///     sender: &mut SendRequest<Empty<Bytes>>,
/// ) -> Result<Option<WebSocket<TcpStream>>, Box<dyn std::error::Error>> {
///     let (mut request, verifier) = upgrade_request(&ClientConfig::new(), "chat.example", "/tea")?;
///     request.headers_mut().insert("authorization", "Bearer letmein".parse()?);
///     let response = sender.send_request(request.map(|()| Empty::new())).await?;
///     let (_response, upgrading) = upgrade_response(response, &verifier)?;
///     Ok(upgrading.downcast().await?.ok())
/// }
/// # let _ = open;
/// ```
///
/// # Errors
///
/// As [`handshake`].
pub fn upgrade_response(
    response: Response<Incoming>,
    verifier: &Verifier,
) -> Result<(Response<()>, Upgrading), Error> {
    let mut watch = HandshakeWatch::client(verifier.config(), HandshakeStep::ReadAnswer);
    check(response, verifier, Deadline::of_client(verifier.config()), &mut watch)
}

/// Checks an answer. What comes of it takes the watch along.
pub(crate) fn check(
    mut response: Response<Incoming>,
    verifier: &Verifier,
    deadline: Deadline,
    watch: &mut HandshakeWatch,
) -> Result<(Response<()>, Upgrading), Error> {
    watch.step(HandshakeStep::ReadAnswer);
    let verified = verifier.verify(&response).inspect_err(|error| watch.failed(error));
    let negotiated = match verified {
        Ok(negotiated) => negotiated,
        Err(error @ HandshakeError::Declined(_)) => {
            return Err(Error::Declined { error, response: Box::new(response) });
        }
        Err(error) => return Err(error.into()),
    };
    watch.opens_with(response.status());
    let upgrading = Upgrading {
        upgrade: Some(upgrade::on(&mut response)),
        deadline,
        role: Role::Client,
        shared: is_shared(response.version()),
        negotiated,
        config: verifier.config().web_socket_config().clone(),
        request: None,
        watch: std::mem::take(watch),
    };
    Ok((response.map(|_| ()), upgrading))
}
