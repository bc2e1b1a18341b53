//! A request that is rejected: which rule it breaks, and the answer to it.

use std::{error::Error, fmt, sync::Arc};

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};

use super::{
    argument_error::ArgumentError, fields::Options, form::Form, rule::RequestRule,
    violation::Violation,
};
use crate::codec::http_types::write_unspelled_field;

/// A request that a server rejects: the rule that it broke, and the answer, which has been written or,
/// from [`respond`](crate::respond), is yours to send.
#[derive(Debug)]
pub struct Rejection {
    pub(crate) violation: Violation,
    pub(crate) cause: Option<ArgumentError>,
    pub(crate) response: Response<Bytes>,
    pub(crate) leftover: Bytes,
    pub(crate) keep_alive: bool,
}

impl Rejection {
    /// The rule that was broken; [`RequestRule::Application`] when the application rejected.
    pub fn rule(&self) -> RequestRule {
        self.violation.rule()
    }

    /// The offending value, where there is one.
    pub fn value(&self) -> Option<&[u8]> {
        self.violation.value()
    }

    /// What was wrong with the application's answer, when the rule is [`RequestRule::Response`].
    pub fn cause(&self) -> Option<&ArgumentError> {
        self.cause.as_ref()
    }

    /// The answer, as it goes out.
    pub fn response(&self) -> &Response<Bytes> {
        &self.response
    }

    /// Gives the answer away, for an HTTP stack to send.
    pub fn into_response(self) -> Response<Bytes> {
        self.response
    }

    /// Bytes behind the request that belong to the next one, when the connection stays open and
    /// they are held nowhere else.
    pub fn leftover(&self) -> &Bytes {
        &self.leftover
    }

    /// Whether the answer said that the connection stays open.
    pub fn keep_alive(&self) -> bool {
        self.keep_alive
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rejected with {}: {}", self.response.status(), self.violation)
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

impl From<Rejection> for Response<Bytes> {
    fn from(rejection: Rejection) -> Self {
        rejection.into_response()
    }
}

/// A rejection that is not finished: hooks may still change it.
#[derive(Debug)]
pub(crate) struct Draft {
    violation: Violation,
    cause: Option<ArgumentError>,
    pub(crate) response: Response<Bytes>,
}

impl Draft {
    /// The rejection that a broken rule asks for.
    pub(crate) fn of_rule(violation: Violation, supported: &[Arc<str>], form: Form) -> Self {
        let response = violation.response(supported, form);
        Self { violation, cause: None, response }
    }

    /// A rejection by the application.
    pub(crate) fn of_application(response: Response<Bytes>) -> Self {
        Self { violation: RequestRule::Application.into(), cause: None, response }
    }

    /// The rejection in place of an answer that cannot be sent, and why.
    pub(crate) fn of_mistake(cause: ArgumentError) -> Self {
        let draft = Self::of_rule(RequestRule::Response.into(), &[], Form::Upgrade);
        Self { cause: Some(cause), ..draft }
    }

    /// Makes an answer of it. `keep_alive` is whether the request and the server let the connection
    /// stay open, `to_head` whether the answer must have no body.
    pub(crate) fn finish(self, keep_alive: bool, to_head: bool) -> Rejection {
        let status = self.response.status();
        if status.is_informational() {
            return Self::of_mistake(ArgumentError::Response(status)).finish(false, to_head);
        }
        let Self { violation, cause, mut response } = self;
        let keep_alive =
            keep_alive && !violation.rule().loses_framing() && !says_close(response.headers());
        finish_fields(&mut response, !keep_alive, to_head);
        Rejection { violation, cause, response, leftover: Bytes::new(), keep_alive }
    }

    /// Makes an answer of it for an HTTP stack to send, to a request with this method in this form.
    pub(crate) fn finish_in(self, form: Form, method: &Method, keep_alive: bool) -> Rejection {
        let status = self.response.status();
        if form == Form::Connect && *method == Method::CONNECT && form.opens(status) {
            let mistake = Self::of_mistake(ArgumentError::Response(status));
            return mistake.finish_in(form, method, keep_alive);
        }
        let mut rejection = self.finish(keep_alive, *method == Method::HEAD);
        // "An endpoint MUST NOT generate an HTTP/2 message containing connection-specific header
        // fields." RFC 9113 8.2.2, and RFC 9114 4.2 for HTTP/3
        if form == Form::Connect {
            let headers = rejection.response.headers_mut();
            headers.remove(header::CONNECTION);
            headers.remove(header::UPGRADE);
        }
        rejection
    }
}

/// Whether a message with these fields is the last one of its connection.
fn says_close(headers: &HeaderMap) -> bool {
    let mut options = Options::default();
    for line in headers.get_all(header::CONNECTION) {
        options.add_connection(line.as_bytes());
    }
    options.close
}

/// Whether a response with this status never has a body (RFC 9110 6.4.1).
fn has_no_body(status: StatusCode) -> bool {
    matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// Gives `response` the fields every rejection must have, and only those it may have; what it says
/// about itself is then true, whatever it said before.
fn finish_fields(response: &mut Response<Bytes>, close: bool, to_head: bool) {
    let status = response.status();
    // An answer to HEAD says how long the body is that it leaves out. RFC 9110 8.6
    let len = response.body().len();
    if to_head || has_no_body(status) {
        *response.body_mut() = Bytes::new();
    }
    let headers = response.headers_mut();
    for name in [
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::CONNECTION,
        header::SEC_WEBSOCKET_ACCEPT,
        header::SEC_WEBSOCKET_PROTOCOL,
        header::SEC_WEBSOCKET_EXTENSIONS,
        header::UPGRADE,
    ] {
        headers.remove(name);
    }
    // "a server MUST NOT send Content-Length in such a response unless its field value equals the
    // decimal number of octets that would have been sent" to a GET, which was never answered.
    // RFC 9110 8.6
    if !has_no_body(status) && !to_head {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(len));
    }
    let upgrade = status == StatusCode::UPGRADE_REQUIRED;
    if upgrade {
        // "The server MUST send an Upgrade header field in a 426 response". RFC 9110 15.5.22
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    }
    let connection = match (upgrade, close) {
        (true, true) => "Upgrade, close",
        (true, false) => "Upgrade",
        (false, true) => "close",
        (false, false) => "keep-alive",
    };
    headers.insert(header::CONNECTION, HeaderValue::from_static(connection));
    if status == StatusCode::METHOD_NOT_ALLOWED && !headers.contains_key(header::ALLOW) {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET"));
    }
}

/// Writes `response` as it is.
pub(crate) fn write(response: &Response<Bytes>, out: &mut BytesMut) {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or("");
    out.reserve(256 + response.body().len());
    out.put_slice(b"HTTP/1.1 ");
    out.put_slice(status.as_str().as_bytes());
    out.put_slice(b" ");
    out.put_slice(reason.as_bytes());
    out.put_slice(b"\r\n");
    write_fields(response.headers(), |_| true, out);
    out.put_slice(b"\r\n");
    out.put_slice(response.body());
}

/// Writes the fields that `wanted` takes, a line each, with the usual spelling of their names. `http`'s types cannot hold a CR, LF or NUL,
/// so no value can end its line early.
pub(crate) fn write_fields(
    headers: &HeaderMap,
    mut wanted: impl FnMut(&HeaderName) -> bool,
    out: &mut BytesMut,
) {
    for (name, value) in headers.iter().filter(|(name, _)| wanted(name)) {
        write_unspelled_field(name, value.as_bytes(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_in_the_usual_case() {
        let mut response = Response::new(Bytes::from_static(b"no"));
        *response.status_mut() = StatusCode::UPGRADE_REQUIRED;
        for name in ["www-authenticate", "etag", "x-request-id", "set-cookie", "set-cookie"] {
            response.headers_mut().append(name, HeaderValue::from_static("x"));
        }
        let rejection = Draft::of_application(response).finish(true, false);
        let mut out = BytesMut::new();
        write(&rejection.response, &mut out);
        let written = String::from_utf8(out.to_vec()).unwrap();
        for line in [
            "WWW-Authenticate: x",
            "ETag: x",
            "X-Request-Id: x",
            "Set-Cookie: x\r\nSet-Cookie: x",
            "Content-Length: 2",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
        ] {
            assert!(written.contains(&format!("\r\n{line}\r\n")), "{line}: {written}");
        }
    }
}
