//! The answer that opens a WebSocket, a 101 or in the other form a 200: made, decorated, checked and written.

use std::{fmt::Write as _, sync::Arc};

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderName, HeaderValue, Response, header};

use super::{
    argument_error::ArgumentError,
    form::Form,
    key::Accept,
    rejection::{Draft, write_fields},
    request_rules::Upgrade,
};
use crate::{codec::http_types::write_field, negotiated::Negotiated};

/// Writes a 101 without looking at an `http::Response` at all.
pub(crate) fn write_plain(accept: &Accept, negotiated: &Negotiated, out: &mut BytesMut) {
    write_start(accept, negotiated, out);
    out.put_slice(b"\r\n");
}

/// The answer as a value.
///
/// "Implementations using this extended CONNECT to bootstrap WebSockets do not do the processing of the
/// Sec-WebSocket-Key and Sec-WebSocket-Accept header fields", nor of Connection and Upgrade. RFC 8441 5
fn response(accept: Option<&Accept>, negotiated: &Negotiated) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = form(accept).status();
    let headers = response.headers_mut();
    if accept.is_some() {
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    }
    let named = [
        (header::SEC_WEBSOCKET_ACCEPT, accept.and_then(|key| HeaderValue::from_bytes(key).ok())),
        (header::SEC_WEBSOCKET_PROTOCOL, negotiated.subprotocol().and_then(|n| n.parse().ok())),
        (header::SEC_WEBSOCKET_EXTENSIONS, negotiated.extensions().and_then(|e| e.parse().ok())),
    ];
    for (name, value) in named {
        if let Some(value) = value {
            headers.insert(name, value);
        }
    }
    response
}

/// The form of the answer, which has an accept value in one of them only.
fn form(accept: Option<&Accept>) -> Form {
    if accept.is_some() { Form::Upgrade } else { Form::Connect }
}

/// The answer as `decorate` has left it, and what it negotiates; or the rejection it became.
pub(crate) fn decorated(
    upgrade: &Upgrade,
    decorate: impl FnOnce(&mut Response<Bytes>),
    is_offered: impl Fn(&[u8]) -> bool,
) -> Result<(Response<Bytes>, Negotiated), Box<Draft>> {
    let accept = upgrade.accept.as_ref();
    let mut response = response(accept, &upgrade.negotiated);
    decorate(&mut response);
    if response.status() != form(accept).status() {
        return Err(Box::new(Draft::of_application(response)));
    }
    let mut negotiated = upgrade.negotiated.clone();
    match adopt(&response, accept, &mut negotiated, is_offered) {
        Ok(()) => Ok((response, negotiated)),
        Err(cause) => Err(Box::new(Draft::of_mistake(cause))),
    }
}

/// Checks an answer that hooks may have changed: takes the subprotocol they chose, and makes sure that
/// what goes on the wire is what was negotiated.
fn adopt(
    response: &Response<Bytes>,
    accept: Option<&Accept>,
    negotiated: &mut Negotiated,
    is_offered: impl Fn(&[u8]) -> bool,
) -> Result<(), ArgumentError> {
    let headers = response.headers();
    let mut names = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let chosen = match (names.next(), names.next()) {
        (None, _) => None,
        (Some(name), None) if is_offered(name.as_bytes()) => name.to_str().ok(),
        (Some(one), Some(_)) => {
            let others = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().skip(1);
            let names = others.fold(one.as_bytes().to_vec(), |names, other| {
                [&names, b", ".as_slice(), other.as_bytes()].concat()
            });
            return Err(ArgumentError::SeveralSubprotocols(names.escape_ascii().to_string()));
        }
        (Some(name), None) => {
            let name = name.as_bytes().escape_ascii().to_string();
            return Err(ArgumentError::UnofferedSubprotocol(name));
        }
    };
    if chosen != negotiated.subprotocol() {
        negotiated.subprotocol = chosen.map(Arc::from);
    }
    let mut expected = self::response(accept, negotiated);
    for name in RESERVED {
        if !headers.get_all(&name).iter().eq(expected.headers_mut().get_all(&name).iter()) {
            return Err(ArgumentError::ReservedHeader(name));
        }
    }
    Ok(())
}

/// Writes a 101 that [`decorated`] gave.
pub(crate) fn write_decorated(
    response: &Response<Bytes>,
    accept: &Accept,
    negotiated: &Negotiated,
    out: &mut BytesMut,
) {
    write_start(accept, negotiated, out);
    let own = |name: &HeaderName| {
        *name == header::SEC_WEBSOCKET_PROTOCOL || RESERVED.iter().any(|reserved| reserved == name)
    };
    write_fields(response.headers(), |name| !own(name), out);
    out.put_slice(b"\r\n");
}

fn write_start(accept: &Accept, negotiated: &Negotiated, out: &mut BytesMut) {
    out.reserve(192);
    out.put_slice(
        b"HTTP/1.1 101 Switching Protocols\r\n\
          Upgrade: websocket\r\n\
          Connection: Upgrade\r\n\
          Sec-WebSocket-Accept: ",
    );
    out.put_slice(accept);
    out.put_slice(b"\r\n");
    if let Some(name) = negotiated.subprotocol() {
        write_field("Sec-WebSocket-Protocol", name.as_bytes(), out);
    }
    if let Some(deflate) = negotiated.deflate() {
        // The buffer grows as needed, so this cannot fail.
        let _ = write!(out, "Sec-WebSocket-Extensions: {deflate}\r\n");
    }
}

/// Fields of the answer that hooks cannot change. "A server MUST NOT send a Content-Length header field
/// in any response with a status code of 1xx", nor a Transfer-Encoding, nor either of them in "any 2xx
/// (Successful) response to a CONNECT request". RFC 9110 8.6, RFC 9112 6.1
const RESERVED: [HeaderName; 8] = [
    header::UPGRADE,
    header::CONNECTION,
    header::SEC_WEBSOCKET_ACCEPT,
    header::SEC_WEBSOCKET_EXTENSIONS,
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_VERSION,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
];
