//! The handshake as functions, for programs with their own HTTP stack.

use bytes::Bytes;
use http::{Request, Response};

use super::{
    client_config::ClientConfig,
    error::HandshakeError,
    key,
    lenient::Lenient,
    parsed_request::ParsedRequest,
    rejection::{Draft, Rejection},
    request::{Asking, CheckedRequest},
    server_config::ServerConfig,
    switching_protocols,
    verifier::Verifier,
};
use crate::negotiated::Negotiated;

/// Whether `request` is an attempt to open a WebSocket, rather than ordinary HTTP: HTTP/1.1, GET,
/// `upgrade` in Connection and `websocket` in Upgrade; or HTTP/2 or HTTP/3, CONNECT, and `websocket` in
/// [`:protocol`](ParsedRequest::protocol). Nothing else is looked at, so the handshake may still fail; the
/// answer then says why.
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

/// Checks an upgrade request that your own HTTP stack has read, and makes the 101; for a request of HTTP/2
/// or HTTP/3, which says so in [`:protocol`](ParsedRequest::protocol), the 200.
///
/// Send the response, without an end of the stream in HTTP/2 and HTTP/3, then take the connection from the HTTP stack and go on with what was
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
            let mut draft = Draft::of_rule(rejection, &options.subprotocols, request.form());
            decorate(&mut draft.response);
            draft
        }
    };
    let stays_open = options.may_stay_open() && !request.is_last();
    Err(Box::new(draft.finish_in(request.form(), request.method(), stays_open)))
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
    let request = CheckedRequest::new(config.options(), host, target, Asking::Upgrade(key))?;
    Ok((request.to_request(), Verifier::new(config, request)))
}

/// Like [`upgrade_request`], for HTTP/2 and HTTP/3 (RFC 8441 5, RFC 9220 3): a CONNECT that your own HTTP
/// stack sends with [`Verifier::protocol`] as `:protocol`, in the way of that stack, and without an end of the
/// stream.
///
/// `scheme` is that of the URL, `ws` or `wss`: it becomes `http` or `https`. The version of the request is
/// HTTP/2; make it HTTP/3 to send it so.
///
/// A client "MUST NOT" send it before the server's SETTINGS have said that it takes such requests (RFC 8441
/// 3).
///
/// ```
/// use ws_core::{ClientConfig, connect_request};
///
/// let config = ClientConfig::new().subprotocols(["chat"]);
/// let (request, verifier) = connect_request(&config, "wss", "ws.example", "/room/7")?;
/// assert_eq!(request.method(), "CONNECT");
/// assert_eq!(request.uri(), "https://ws.example/room/7");
/// assert_eq!(verifier.protocol(), Some("websocket"));
///
/// // What the server answered:
/// let response = http::Response::builder()
///     .version(http::Version::HTTP_2)
///     .header("sec-websocket-protocol", "chat")
///     .body(())?;
/// assert_eq!(verifier.verify(&response)?.subprotocol(), Some("chat"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`ClientHandshake::new`](crate::ClientHandshake::new), and
/// [`ArgumentError::Scheme`](crate::ArgumentError::Scheme) for another scheme.
pub fn connect_request(
    config: &ClientConfig,
    scheme: &str,
    host: &str,
    target: &str,
) -> Result<(Request<()>, Verifier), HandshakeError> {
    let asking = Asking::connect(scheme)?;
    let request = CheckedRequest::new(config.options(), host, target, asking)?;
    Ok((request.to_request(), Verifier::new(config, request)))
}
