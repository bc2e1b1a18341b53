//! The handshake as functions, for programs with their own HTTP stack.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, Version, header};

use super::{
    client_config::ClientConfig,
    error::HandshakeError,
    key,
    negotiate::subprotocols,
    rejection::{Draft, Rejection},
    request::CheckedRequest,
    request_rules::{self, RequestFields, RequestLine, Upgrade},
    rule::RequestRule,
    server_config::ServerConfig,
    switching_protocols,
    verifier::Verifier,
    violation::Violation,
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
pub fn is_upgrade<B>(request: &Request<B>) -> bool {
    let slots = RequestFields::collect(request.headers());
    request.version() == Version::HTTP_11
        && request_rules::is_upgrade(request.method().as_str(), &slots)
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
pub fn respond<B>(
    request: &Request<B>,
    config: &ServerConfig,
) -> Result<(Response<()>, Negotiated), Box<Rejection>> {
    let options = config.options();
    // Hooks see a request without its body, whatever type that has.
    let copy = options.decorator.as_ref().map(|_| without_body(request));
    let decorate = |response: &mut Response<Bytes>| {
        if let Some(decorator) = &options.decorator {
            decorator(copy.as_ref(), response);
        }
    };
    let draft = match check(request, config) {
        Ok(upgrade) => {
            match switching_protocols::decorated(&upgrade, decorate, |n| offers(request, n)) {
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
    let slots = RequestFields::collect(request.headers());
    let stays_open = options.keep_alive && !slots.is_last(options.body_consumed);
    Err(Box::new(draft.finish(stays_open, request.method() == Method::HEAD)))
}

pub(crate) fn check<B>(request: &Request<B>, config: &ServerConfig) -> Result<Upgrade, Violation> {
    if request.version() != Version::HTTP_11 {
        return Err(RequestRule::HttpVersion.into());
    }
    let options = config.options();
    let target = request.uri().to_string();
    let slots = RequestFields::collect(request.headers());
    let line = RequestLine { method: request.method().as_str(), target: &target };
    request_rules::check(line, request.headers(), &slots, options, options.body_consumed)
}

fn offers<B>(request: &Request<B>, name: &[u8]) -> bool {
    let lines = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL);
    subprotocols(lines.iter().map(HeaderValue::as_bytes)).any(|offered| offered == name)
}

/// The request without its body.
pub(crate) fn without_body<B>(request: &Request<B>) -> Request<()> {
    let mut copy = Request::new(());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.version_mut() = request.version();
    *copy.headers_mut() = request.headers().clone();
    copy
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
