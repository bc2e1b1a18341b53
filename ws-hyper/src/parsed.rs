//! A request of hyper's, as the core looks at it.

use hyper::Request;
use ws_tokio::{handshake::ParsedRequest, http::Extensions};

/// Whether `request` is an attempt to open a WebSocket, rather than ordinary HTTP: see
/// [`ws_tokio::is_upgrade`]. Over HTTP/2 it is a CONNECT whose `hyper::ext::Protocol` is
/// `websocket`.
///
/// ```
/// let request = hyper::Request::get("/chat")
///     .header("connection", "keep-alive, Upgrade")
///     .header("upgrade", "websocket")
///     .body(())?;
/// assert!(ws_hyper::is_upgrade(&request));
/// # Ok::<(), ws_hyper::ws_tokio::http::Error>(())
/// ```
pub fn is_upgrade<T>(request: &Request<T>) -> bool {
    ws_tokio::is_upgrade(parsed(request, request.extensions()))
}

/// With its `:protocol`, which hyper keeps in the extensions.
pub(crate) fn parsed<'a>(
    request: impl Into<ParsedRequest<'a>>,
    extensions: &'a Extensions,
) -> ParsedRequest<'a> {
    request.into().protocol(protocol(extensions))
}

#[cfg(feature = "http2")]
fn protocol(extensions: &Extensions) -> Option<&str> {
    extensions.get::<hyper::ext::Protocol>().map(hyper::ext::Protocol::as_str)
}

#[cfg(not(feature = "http2"))]
fn protocol(_extensions: &Extensions) -> Option<&str> {
    None
}
