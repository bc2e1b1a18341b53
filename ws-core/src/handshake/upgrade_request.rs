//! A request that has not been answered yet.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};

use super::{
    argument_error::ArgumentError,
    error::HandshakeError,
    fields::append,
    negotiate::subprotocols,
    pure,
    rejection::Draft,
    request_rules::RequestFields,
    rule::RequestRule,
    server::{Asked, Checked, ServerHandshake, write_continue},
    server_config::ServerConfig,
    switching_protocols,
    violation::Violation,
};
use crate::{
    codec::{
        RecvBuf,
        head::{HeadSpan, parse_request},
        list::is_token,
    },
    connection::Connection,
    negotiated::Negotiated,
};

impl ServerHandshake {
    /// Looks at what has been received.
    ///
    /// # Errors
    ///
    /// [`Rejected`](HandshakeError::Rejected) when the bytes are not an HTTP/1.1 head within the limits,
    /// [`Truncated`](HandshakeError::Truncated) and [`Closed`](HandshakeError::Closed) when the
    /// stream ended, [`TimedOut`](HandshakeError::TimedOut) at the deadline. All of them end this
    /// handshake. A well-formed request that breaks a rule of WebSocket is not an error here: see
    /// [`UpgradeRequest::violation`].
    #[inline]
    pub fn poll(&mut self) -> Result<Option<UpgradeRequest>, HandshakeError> {
        if self.is_quiet() {
            return Ok(None);
        }
        let head = self.poll_head()?;
        Ok(head.map(|(span, checked)| UpgradeRequest::new(self, span, checked)))
    }

    /// Like [`poll`](Self::poll), but accepts a request at once if it breaks no rule, for callers who
    /// do not look at it: `poll` and [`UpgradeRequest::accept`] in one, with nothing moved in between.
    /// Returns whether a request has been accepted: the 101 is in the send queue then, and
    /// [`take_connection`](Self::take_connection) gives the connection, before the queue has been
    /// written or afterwards.
    ///
    /// ```
    /// use bytes::Buf;
    /// use ws_core::{ServerConfig, ServerHandshake};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut handshake = ServerHandshake::new(&ServerConfig::new());
    /// handshake.recv_buf().extend_from_slice(
    ///     b"GET / HTTP/1.1\r\nHost: ws.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    ///       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    /// );
    /// assert!(handshake.poll_accept()?);
    /// assert!(handshake.send_queue().chunk().starts_with(b"HTTP/1.1 101 "));
    /// let connection = handshake.take_connection().ok_or("nothing was accepted")?;
    /// assert_eq!(connection.leftover(), b"");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`poll`](Self::poll); [`Rejected`](HandshakeError::Rejected) also for a request that breaks a
    /// rule of WebSocket. This handshake is then ready for the next request, unless
    /// [`is_closed`](Self::is_closed).
    pub fn poll_accept(&mut self) -> Result<bool, HandshakeError> {
        if self.has_accepted() {
            return Ok(true);
        }
        if self.is_quiet() {
            return Ok(false);
        }
        let Some((span, checked)) = self.poll_head()? else { return Ok(false) };
        let options = self.options();
        match checked.verdict {
            Ok(upgrade) if options.decorator.is_none() && !options.keep_request => {
                self.open(span, upgrade);
            }
            _ => match UpgradeRequest::new(self, span, checked).accepted() {
                Ok(accepted) => *self = accepted,
                Err(refused) => {
                    *self = refused.handshake;
                    return Err(refused.error);
                }
            },
        }
        Ok(true)
    }
}

/// A request whose head is well formed and that has not been answered yet.
///
/// Whether it may become a WebSocket is already known: [`violation`](Self::violation) tells which
/// rule it breaks. It can be answered in any way and at any time.
#[derive(Debug)]
pub struct UpgradeRequest {
    handshake: ServerHandshake,
    span: HeadSpan,
    checked: Checked,
    request: OnceLock<Box<Request<()>>>,
}

impl UpgradeRequest {
    /// A request that another HTTP stack has parsed, and the bytes that came behind it. It is checked
    /// and answered like one that was read here.
    pub fn from_request<B>(
        config: &ServerConfig,
        request: &Request<B>,
        leftover: impl Into<RecvBuf>,
    ) -> Self {
        let slots = RequestFields::collect(request.headers());
        let body_consumed = config.options().body_consumed;
        Self {
            handshake: ServerHandshake::with_buffered(config, leftover),
            span: HeadSpan::default(),
            checked: Checked {
                verdict: pure::check(request, config),
                is_upgrade: pure::is_upgrade(request),
                asked: Asked {
                    close: slots.is_last(body_consumed),
                    head: request.method() == Method::HEAD,
                },
            },
            request: OnceLock::from(Box::new(pure::without_body(request))),
        }
    }

    pub(super) fn new(handshake: &mut ServerHandshake, span: HeadSpan, checked: Checked) -> Self {
        Self { handshake: handshake.hand_over(), span, checked, request: OnceLock::new() }
    }

    /// The request. Built when first asked for.
    ///
    /// For a target in absolute-form the URI has an authority, which counts instead of Host.
    pub fn request(&self) -> &Request<()> {
        self.request.get_or_init(|| {
            let built = parse_request(self.handshake.received(), self.span, |head| {
                let mut request = Request::new(());
                *request.method_mut() =
                    Method::from_bytes(head.method.as_bytes()).unwrap_or_default();
                *request.uri_mut() = head.target.parse().unwrap_or_default();
                let headers = request.headers_mut();
                headers.reserve(head.fields.len());
                for field in head.fields {
                    append(headers, field.name, field.value);
                }
                request
            });
            // The same bytes were parsed before, with the same result.
            debug_assert!(built.is_ok());
            Box::new(built.unwrap_or_default())
        })
    }

    /// Whether this is an attempt to open a WebSocket at all, rather than ordinary HTTP: HTTP/1.1,
    /// GET, `upgrade` in Connection and `websocket` in Upgrade. Nothing else is looked at.
    pub fn is_upgrade(&self) -> bool {
        self.checked.is_upgrade
    }

    /// The first rule that the request breaks, if any. [`accept`](Self::accept) would answer it.
    pub fn violation(&self) -> Option<&Violation> {
        self.checked.verdict.as_ref().err()
    }

    /// What would be negotiated by accepting now.
    pub fn negotiated(&self) -> &Negotiated {
        self.checked.verdict.as_ref().map_or(Negotiated::NOTHING, |upgrade| &upgrade.negotiated)
    }

    /// The subprotocols that the client offers, most preferred first.
    pub fn offered_subprotocols(&self) -> impl Iterator<Item = &str> {
        let lines = self.request().headers().get_all(http::header::SEC_WEBSOCKET_PROTOCOL);
        subprotocols(lines.iter().map(HeaderValue::as_bytes))
            .filter_map(|name| std::str::from_utf8(name).ok())
    }

    /// Chooses the subprotocol, whatever the configuration says: one of those offered, or none.
    ///
    /// # Errors
    ///
    /// [`ArgumentError::Subprotocol`] for a name that the client did not offer.
    pub fn select_subprotocol(&mut self, name: Option<&str>) -> Result<(), ArgumentError> {
        if let Some(name) = name.filter(|name| !self.offers(name.as_bytes())) {
            return Err(ArgumentError::Subprotocol(name.escape_default().to_string()));
        }
        if let Ok(upgrade) = &mut self.checked.verdict {
            upgrade.negotiated.subprotocol = name.map(Arc::from);
        }
        Ok(())
    }

    /// Answers 101.
    ///
    /// # Errors
    ///
    /// A request that breaks a rule is rejected with the status of that rule, and the error says so.
    pub fn accept(self) -> Result<Connection, Box<Rejected>> {
        self.accepted().map(|mut accepted| accepted.connection())
    }

    /// Answers 101, after `decorate` has seen it. It may do what a hook of
    /// [`ServerConfig::decorate`](crate::ServerConfig::decorate) may.
    ///
    /// # Errors
    ///
    /// A request that breaks a rule is rejected, and `decorate` is not called. If `decorate` sets
    /// another status than 101, the request is rejected with that response; if it contradicts what
    /// was negotiated, the answer is 500 and the error says [`RequestRule::Response`].
    pub fn accept_with(
        self,
        decorate: impl FnOnce(&mut Response<Bytes>),
    ) -> Result<Connection, Box<Rejected>> {
        self.accepted_with(decorate).map(|mut accepted| accepted.connection())
    }

    /// [`accept`](Self::accept) for callers who write the 101 first: returns the handshake, whose
    /// [`take_connection`](ServerHandshake::take_connection) then gives the connection.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept).
    pub fn accepted(mut self) -> Result<ServerHandshake, Box<Rejected>> {
        if self.is_decorated() {
            return self.accepted_with(|_| {});
        }
        if self.checked.verdict.is_ok() {
            self.keep_request();
        }
        match self.checked.verdict {
            Ok(upgrade) => {
                self.handshake.open(self.span, upgrade);
                Ok(self.handshake)
            }
            Err(_) => Err(self.reject()),
        }
    }

    /// [`accept_with`](Self::accept_with) for callers who write the 101 first, like
    /// [`accepted`](Self::accepted).
    ///
    /// # Errors
    ///
    /// As [`accept_with`](Self::accept_with).
    pub fn accepted_with(
        mut self,
        decorate: impl FnOnce(&mut Response<Bytes>),
    ) -> Result<ServerHandshake, Box<Rejected>> {
        let Ok(upgrade) = &self.checked.verdict else { return Err(self.reject()) };
        let request = self.is_decorated().then(|| self.request());
        let decorate = |response: &mut Response<Bytes>| {
            self.handshake.decorate(request, response);
            decorate(response);
        };
        match switching_protocols::decorated(upgrade, decorate, |name| self.offers(name)) {
            Ok((response, negotiated)) => {
                self.handshake.send_queue().write(|out| {
                    write_continue(upgrade, out);
                    switching_protocols::write_decorated(&response, &upgrade.key, &negotiated, out);
                });
                self.keep_request();
                self.handshake.accept(self.span, negotiated);
                Ok(self.handshake)
            }
            Err(draft) => Err(self.answer(*draft)),
        }
    }

    /// Answers with the rejection that the broken rule asks for; 403 when no rule is broken.
    pub fn reject(self) -> Box<Rejected> {
        let rejection = match &self.checked.verdict {
            Ok(_) => RequestRule::Application.into(),
            Err(rejection) => rejection.clone(),
        };
        let supported = &self.handshake.options().subprotocols;
        let draft = Draft::of_rule(rejection, supported);
        self.decorate_and_answer(draft)
    }

    /// Answers with a custom response: any status but 1xx, any fields, any body.
    ///
    /// Content-Length, Connection and, for a 426, Upgrade are filled in; fields that only a 101 may
    /// have are taken out. `Connection: close` in `response` closes the connection.
    pub fn reject_with<B: Into<Bytes>>(self, response: Response<B>) -> Box<Rejected> {
        self.decorate_and_answer(Draft::of_application(response.map(Into::into)))
    }

    fn offers(&self, name: &[u8]) -> bool {
        is_token(name) && self.offered_subprotocols().any(|offered| offered.as_bytes() == name)
    }

    /// Keeps the request if that is wanted, while its head is still there.
    fn keep_request(&mut self) {
        if self.handshake.options().keep_request {
            self.request();
            self.handshake.keep(self.request.take());
        }
    }

    fn is_decorated(&self) -> bool {
        self.handshake.options().decorator.is_some()
    }

    fn decorate_and_answer(self, mut draft: Draft) -> Box<Rejected> {
        if self.is_decorated() {
            self.handshake.decorate(Some(self.request()), &mut draft.response);
        }
        self.answer(draft)
    }

    fn answer(self, draft: Draft) -> Box<Rejected> {
        let mut handshake = self.handshake;
        let error = handshake.reject(self.span, draft, self.checked.asked);
        Box::new(Rejected { error, handshake })
    }
}

/// A request was rejected. The answer is in the handshake's send queue.
#[derive(Debug)]
pub struct Rejected {
    /// Why; [`HandshakeError::Rejected`].
    pub error: HandshakeError,
    /// Ready for the next request, bytes behind the rejected one included, unless
    /// [`is_closed`](ServerHandshake::is_closed).
    pub handshake: ServerHandshake,
}

impl Rejected {
    /// The error alone, for callers that do not go on. It holds the bytes behind the rejected request,
    /// if the connection stays open.
    pub fn into_error(self) -> HandshakeError {
        let mut error = self.error;
        if let (HandshakeError::Rejected(rejection), false) =
            (&mut error, self.handshake.is_closed())
        {
            rejection.leftover = self.handshake.into_buffers().0.into_bytes();
        }
        error
    }
}
