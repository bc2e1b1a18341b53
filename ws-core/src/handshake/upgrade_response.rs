//! The 101 that a client has received.

use std::{fmt, sync::OnceLock};

use http::{HeaderMap, Response, StatusCode};

use super::redirect::Redirect;
use crate::codec::{
    head::{HeadSpan, parse_response},
    http_types::to_response,
};

/// The server's answer that opened the WebSocket, a 101.
///
/// Few programs look at it, so it keeps the bytes of the head, and builds an [`http::Response`] when it
/// is first looked at. That takes about as long as the rest of the handshake.
///
/// ```
/// use ws_core::{ClientConfig, ClientHandshake, UpgradeResponse};
///
/// fn server(response: &UpgradeResponse) -> Option<&str> {
///     response.headers().get("server")?.to_str().ok()
/// }
///
/// fn to_be_kept(response: UpgradeResponse) -> http::Response<()> {
///     response.into_response()
/// }
/// ```
#[derive(Clone)]
pub struct UpgradeResponse {
    /// From the status line to the blank line.
    head: Box<[u8]>,
    fields: usize,
    built: OnceLock<Box<Response<()>>>,
    redirects: Box<[Redirect]>,
}

impl UpgradeResponse {
    /// Copies the head that `span` says lies in `buf`, and that has been parsed without an error.
    pub(crate) fn new(buf: &[u8], span: HeadSpan) -> Self {
        Self {
            head: span.of(buf).into(),
            fields: span.fields,
            built: OnceLock::new(),
            redirects: Box::default(),
        }
    }

    /// For those who follow redirects.
    #[doc(hidden)]
    pub fn set_redirects(&mut self, redirects: Vec<Redirect>) {
        self.redirects = redirects.into();
    }

    /// The status: 101.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.as_response().status()
    }

    /// The fields.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.as_response().headers()
    }

    /// The redirects that led to this answer, the first one first; none unless following them was asked
    /// for.
    #[must_use]
    pub fn redirects(&self) -> &[Redirect] {
        &self.redirects
    }

    /// Gives away the response.
    #[must_use]
    pub fn into_response(self) -> Response<()> {
        match self.built.into_inner() {
            Some(built) => *built,
            None => Self { built: OnceLock::new(), ..self }.build(),
        }
    }

    /// The response. Built when first asked for.
    #[must_use]
    pub fn as_response(&self) -> &Response<()> {
        self.built.get_or_init(|| Box::new(self.build()))
    }

    fn build(&self) -> Response<()> {
        let span = HeadSpan { end: self.head.len(), fields: self.fields, ..HeadSpan::default() };
        let built = parse_response(&self.head, span, |head| to_response(&head));
        // The same bytes were parsed before, with the same result.
        debug_assert!(matches!(built, Ok(Some(_))));
        built.ok().flatten().unwrap_or_default()
    }
}

impl From<UpgradeResponse> for Response<()> {
    fn from(response: UpgradeResponse) -> Self {
        response.into_response()
    }
}

impl fmt::Debug for UpgradeResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_response().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_response_however_it_is_taken() {
        let buf = b"HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nA: 1\r\na: 2\r\n\r\nbehind";
        let span = HeadSpan { end: buf.len() - 6, fields: 3, ..HeadSpan::default() };
        let response = UpgradeResponse::new(buf, span);
        let unseen = response.clone();
        assert_eq!(unseen.clone().into_response().headers().len(), 3);
        assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
        assert_eq!(response.headers()["upgrade"], "websocket");
        assert_eq!(response.headers().get_all("a").iter().count(), 2);
        assert!(format!("{unseen:?}").contains("websocket"));
        for taken in [Response::from(response), unseen.clone().into(), unseen.into()] {
            assert_eq!(taken.headers().len(), 3);
        }
    }

    #[test]
    fn the_way_it_was_found_costs_nothing_where_there_was_none() {
        let without = size_of::<(Box<[u8]>, usize, OnceLock<Box<Response<()>>>)>();
        assert!(size_of::<UpgradeResponse>() <= without + 16);
        let buf = b"HTTP/1.1 101 Yes\r\n\r\n";
        let span = HeadSpan { end: buf.len(), fields: 0, ..HeadSpan::default() };
        let mut response = UpgradeResponse::new(buf, span);
        assert_eq!(response.redirects(), []);
        let way = vec![
            Redirect::new(StatusCode::FOUND, "ws://a/".to_owned()),
            Redirect::new(StatusCode::PERMANENT_REDIRECT, "ws://b/".to_owned()),
        ];
        response.set_redirects(way.clone());
        assert_eq!(response.clone().redirects(), way);
        assert_eq!((way[1].status().as_u16(), way[1].url()), (308, "ws://b/"));
        assert_eq!(way[0].to_string(), "302 from ws://a/");
        response.set_redirects(Vec::new());
        assert_eq!(response.redirects(), []);
    }
}
