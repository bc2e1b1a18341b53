//! The handshake as functions, for programs with their own HTTP stack.

use bytes::Bytes;
use http::{Method, Request, Response};

use super::{
    client_config::ClientConfig,
    error::HandshakeError,
    key,
    lenient::Lenient,
    parsed_request::ParsedRequest,
    rejection::{Draft, Rejection},
    request::CheckedRequest,
    server_config::ServerConfig,
    switching_protocols,
    verifier::Verifier,
};
use crate::negotiated::Negotiated;

/// Whether `request` is an attempt to open a WebSocket, rather than ordinary HTTP: HTTP/1.1, GET,
/// `upgrade` in Connection and `websocket` in Upgrade. Nothing else is looked at, so the handshake
/// may still fail; the answer then says why.
///
/// ```
/// let request = http::Request::get("/chat")
///     .header("connection", "keep-alive, Upgrade")
///     .header("upgrade", "websocket")
///     .body(())?;
/// assert!(ws_core::is_upgrade(&request));
/// # Ok::<(), http::Error>(())
/// ```
pub fn is_upgrade<'a>(request: impl Into<ParsedRequest<'a>>) -> bool {
    request.into().is_upgrade(Lenient::new())
}

/// Checks an upgrade request that your own HTTP stack has read, and makes the 101.
///
/// Send the response, then take the connection from the HTTP stack and go on with what was
/// negotiated.
///
/// ```
/// use ws_core::{ServerConfig, respond};
///
/// let request = http::Request::get("/chat")
///     .header("host", "ws.example")
///     .header("connection", "Upgrade")
///     .header("upgrade", "websocket")
///     .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
///     .header("sec-websocket-version", "13")
///     .body(())?;
/// match respond(&request, &ServerConfig::new()) {
///     Ok((response, _negotiated)) => {
///         assert_eq!(response.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
///     }
///     Err(rejection) => println!("send {:?}: {rejection}", rejection.response()),
/// }
/// # Ok::<(), http::Error>(())
/// ```
///
/// # Errors
///
/// The [`Rejection`] has the response to send instead: [`into_response`](Rejection::into_response).
pub fn respond<'a>(
    request: impl Into<ParsedRequest<'a>>,
    config: &ServerConfig,
) -> Result<(Response<()>, Negotiated), Box<Rejection>> {
    let (request, options) = (request.into(), config.options());
    // Hooks see a request without its body, whatever type that has.
    let copy = options.decorator.as_ref().map(|_| request.to_request());
    let decorate = |response: &mut Response<Bytes>| {
        if let Some(decorator) = &options.decorator {
            decorator(copy.as_ref(), response);
        }
    };
    let draft = match request.check(config) {
        Ok(upgrade) => {
            match switching_protocols::decorated(&upgrade, decorate, |name| request.offers(name)) {
                Ok((response, negotiated)) => return Ok((response.map(|_| ()), negotiated)),
                Err(draft) => *draft,
            }
        }
        Err(rejection) => {
            let mut draft = Draft::of_rule(rejection, &options.subprotocols);
            decorate(&mut draft.response);
            draft
        }
    };
    let stays_open = options.may_stay_open() && !request.is_last();
    let rejection = draft.finish(stays_open, request.method() == Method::HEAD);
    Err(Box::new(rejection.in_version(request.version())))
}

/// Makes an upgrade request for your own HTTP stack to send, and the [`Verifier`] for the answer.
///
/// To see or sign the request and still have it sent for you, hand both to an adapter's
/// `handshake_request`, or to [`ClientHandshake::from_request`](crate::ClientHandshake::from_request).
///
/// ```
/// use ws_core::{ClientConfig, upgrade_request};
///
/// let config = ClientConfig::new().subprotocols(["chat"]);
/// let (request, verifier) = upgrade_request(&config, "ws.example", "/room/7")?;
/// assert_eq!(request.headers()["sec-websocket-protocol"], "chat");
///
/// let response = http::Response::new(()); // what the server answered: 200
/// assert_eq!(verifier.verify(&response).unwrap_err().name(), "status-not-101");
/// # Ok::<(), ws_core::HandshakeError>(())
/// ```
///
/// # Errors
///
/// As [`ClientHandshake::new`](crate::ClientHandshake::new).
pub fn upgrade_request(
    config: &ClientConfig,
    host: &str,
    target: &str,
) -> Result<(Request<()>, Verifier), HandshakeError> {
    let key = key::generate().map_err(HandshakeError::Random)?;
    let request = CheckedRequest::new(config.options(), host, target, key)?;
    Ok((request.to_request(), Verifier::new(config, request)))
}
