//! The server's half of the handshake, as a machine without I/O.

use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use bytes::{BufMut, Bytes};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};

use super::{
    answer,
    error::{ArgumentError, HandshakeError},
    negotiate::{Negotiated, subprotocols},
    pure,
    refusal::{self, Draft, Rejection},
    request_rules::{self, RequestFields, RequestLine, Upgrade},
    rule::RequestRule,
};
use crate::{
    codec::{
        RecvBuf, SendQueue,
        head::{HeadError, HeadKind, HeadScanner, HeadSpan, parse_request},
        list::is_token,
    },
    config::ServerConfig,
    connection::Connection,
    role::Role,
};

/// Reads upgrade requests and answers them.
///
/// ```
/// use bytes::Buf;
/// use ws_core::{ServerConfig, ServerHandshake};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut handshake = ServerHandshake::new(&ServerConfig::new().subprotocols(["chat"]));
/// handshake.recv_buf().extend_from_slice(
///     b"GET /room/7 HTTP/1.1\r\nHost: ws.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
///       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
///       Sec-WebSocket-Protocol: chat\r\n\r\n",
/// );
/// let pending = handshake.poll()?.ok_or("the request is not complete")?;
/// assert_eq!(pending.request().uri().path(), "/room/7");
/// let mut connection = pending.accept().map_err(|refused| refused.error)?;
/// assert_eq!(connection.negotiated().subprotocol(), Some("chat"));
/// assert!(connection.send_queue().chunk().starts_with(b"HTTP/1.1 101 "));
/// # Ok(())
/// # }
/// ```
///
/// # Driving it
///
/// * Input: read into [`recv_buf`](Self::recv_buf), or call [`handle_eof`](Self::handle_eof) or
///   [`handle_timeout`](Self::handle_timeout). Then call [`poll`](Self::poll).
/// * Output: [`poll`](Self::poll) gives a [`Pending`] request, an error, or nothing yet. Then write
///   [`send_queue`](Self::send_queue) until it is empty. Wait for input until
///   [`poll_timeout`](Self::poll_timeout).
/// * After an error, the answer to the peer is in the send queue: write it, then close.
/// * Calls that come too early or too often do nothing.
#[derive(Debug)]
pub struct ServerHandshake {
    config: ServerConfig,
    recv: RecvBuf,
    send: SendQueue,
    scanner: HeadScanner,
    deadline: Option<Instant>,
    answered: usize,
    eof: bool,
    timed_out: bool,
    closed: bool,
    linger: bool,
}

impl ServerHandshake {
    /// Waits for a request. Allocates nothing until there is one.
    pub fn new(config: &ServerConfig) -> Self {
        Self::from_buffers(config, RecvBuf::new(), SendQueue::new())
    }

    /// The same, with bytes that were read before it was known whose they are: a part of a head, a
    /// head, or a head and the first frames.
    pub fn with_buffered(config: &ServerConfig, bytes: impl Into<RecvBuf>) -> Self {
        Self::from_buffers(config, bytes.into(), SendQueue::new())
    }

    /// The same, in buffers that another handshake is done with. What `recv` holds is taken as
    /// received, what `send` holds goes out first.
    pub fn from_buffers(config: &ServerConfig, recv: RecvBuf, send: SendQueue) -> Self {
        Self {
            config: config.clone(),
            recv,
            send,
            scanner: HeadScanner::default(),
            deadline: None,
            answered: 0,
            eof: false,
            timed_out: false,
            closed: false,
            linger: false,
        }
    }

    /// Where to read to.
    pub fn recv_buf(&mut self) -> &mut RecvBuf {
        &mut self.recv
    }

    /// What to write.
    pub fn send_queue(&mut self) -> &mut SendQueue {
        &mut self.send
    }

    /// Sets the instant by which the handshake has to be done.
    pub fn set_deadline(&mut self, at: Option<Instant>) {
        self.deadline = at;
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub fn poll_timeout(&mut self, _now: Instant) -> Option<Instant> {
        if self.closed { None } else { self.deadline }
    }

    /// Tells the time.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.timed_out |= self.deadline.is_some_and(|deadline| deadline <= now);
    }

    /// The peer sends no more.
    pub fn handle_eof(&mut self) {
        self.eof = true;
    }

    /// Looks at what has been received.
    ///
    /// # Errors
    ///
    /// [`Refused`](HandshakeError::Refused) when the bytes are no HTTP/1.1 head within the limits,
    /// [`Truncated`](HandshakeError::Truncated) and [`Closed`](HandshakeError::Closed) when the
    /// stream ended, [`TimedOut`](HandshakeError::TimedOut) at the deadline. All of them end this
    /// handshake. A well-formed request that breaks a rule of WebSocket is no error here:
    /// [`Pending::rejection`] tells.
    #[inline]
    pub fn poll(&mut self) -> Result<Option<Pending>, HandshakeError> {
        // A head that trickles in costs little until there is a line of it.
        if !(self.closed | self.eof | self.timed_out) && self.scanner.is_quiet(self.recv.filled()) {
            return Ok(None);
        }
        self.poll_head()
    }

    fn poll_head(&mut self) -> Result<Option<Pending>, HandshakeError> {
        if self.closed {
            return Err(HandshakeError::Closed);
        }
        let limits = self.config.options().limits.head();
        if self.scanner.is_fresh() {
            let presumed = HeadSpan::presume(self.recv.filled(), HeadKind::Request, &limits);
            if let Some(Ok(pending)) = presumed.map(|span| Pending::parse(self, span)) {
                return Ok(Some(pending));
            }
        }
        match self.scanner.scan(self.recv.filled(), HeadKind::Request, &limits) {
            Err(error) => Err(self.refuse_head(error)),
            Ok(Some(span)) => match Pending::parse(self, span) {
                Ok(pending) => Ok(Some(pending)),
                Err(error) => Err(self.refuse_head(error)),
            },
            Ok(None) if self.eof => Err(self.end_of_stream()),
            Ok(None) if self.timed_out => Err(self.time_out()),
            Ok(None) => Ok(None),
        }
    }

    /// Whether this handshake is over: nothing more is read, and once the send queue is written the
    /// connection is to be closed.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether more of the refused request may be under way. Closing a socket then would reset it,
    /// and the answer with it: read and throw away some before closing (RFC 9112 9.6).
    pub fn must_linger(&self) -> bool {
        self.linger && !self.eof
    }

    /// Gives the buffers away: what was received and not used, what was not written.
    pub fn into_buffers(self) -> (RecvBuf, SendQueue) {
        (self.recv, self.send)
    }

    fn refuse_head(&mut self, error: HeadError) -> HandshakeError {
        let rule = match error {
            HeadError::Malformed => RequestRule::MalformedHead,
            HeadError::Version => RequestRule::HttpVersion,
            HeadError::StartLineTooLong => RequestRule::RequestLineTooLong,
            HeadError::FieldTooLong => RequestRule::FieldTooLong,
            HeadError::TooLarge => RequestRule::HeadTooLarge,
            HeadError::TooManyFields => RequestRule::TooManyFields,
        };
        self.linger = true;
        self.answer_unread(rule)
    }

    fn end_of_stream(&mut self) -> HandshakeError {
        if !self.scanner.has_begun(self.recv.filled()) {
            self.closed = true;
            return HandshakeError::Closed;
        }
        // The error is why the request never became whole, not the answer to it.
        self.answer_unread(RequestRule::MalformedHead);
        HandshakeError::Truncated
    }

    fn time_out(&mut self) -> HandshakeError {
        self.closed = true;
        if self.scanner.has_begun(self.recv.filled()) && self.config.options().answer_timeout {
            self.answer_unread(RequestRule::Timeout);
        }
        HandshakeError::TimedOut
    }

    /// Answers bytes that are no request.
    fn answer_unread(&mut self, rule: RequestRule) -> HandshakeError {
        let mut draft = Draft::of_rule(rule.into(), &[]);
        self.decorate(None, &mut draft.response);
        let head = self.scanner.unread(self.recv.filled()).starts_with(b"HEAD ");
        self.answer(draft, Asked { head, ..Asked::default() })
    }

    fn decorate(&self, request: Option<&Request<()>>, response: &mut Response<Bytes>) {
        if let Some(decorator) = &self.config.options().decorator {
            decorator(request, response);
        }
    }

    /// Finishes and queues a refusal.
    fn answer(&mut self, draft: Draft, asked: Asked) -> HandshakeError {
        self.answered += 1;
        let options = self.config.options();
        let stays_open = options.keep_alive && !asked.close && self.answered < options.max_attempts;
        let refusal = draft.finish(stays_open, asked.head);
        self.send.write(|out| refusal::write(&refusal.response, out));
        self.closed |= !refusal.keep_alive;
        HandshakeError::Refused(Box::new(refusal))
    }
}

/// A request whose head is well formed and that has not been answered yet.
///
/// Whether it may become a WebSocket is already known: [`rejection`](Self::rejection) tells which
/// rule it breaks. It can be answered in any way and at any time.
#[derive(Debug)]
pub struct Pending {
    handshake: ServerHandshake,
    span: HeadSpan,
    verdict: Result<Upgrade, Rejection>,
    is_upgrade: bool,
    asked: Asked,
    request: OnceLock<Box<Request<()>>>,
}

/// What the request says about its answer.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    /// The connection has to close: the request says so, or has a body that nobody reads.
    close: bool,
    /// The answer has no body.
    head: bool,
}

impl Pending {
    /// A request that somebody else parsed, and the bytes that came behind it. It is checked and
    /// answered like one that was read here.
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
            verdict: pure::check(request, config),
            is_upgrade: pure::is_upgrade(request),
            asked: Asked {
                close: slots.is_last(body_consumed),
                head: request.method() == Method::HEAD,
            },
            request: OnceLock::from(Box::new(pure::without_body(request))),
        }
    }

    fn parse(handshake: &mut ServerHandshake, span: HeadSpan) -> Result<Self, HeadError> {
        let options = handshake.config.options();
        let (verdict, is_upgrade, asked) = parse_request(handshake.recv.filled(), span, |head| {
            let fields = head.fields;
            let slots = RequestFields::collect(fields);
            let line = RequestLine { method: head.method, target: head.target };
            let verdict = request_rules::check(line, fields, &slots, options, false);
            if verdict.is_err() && head.target.parse::<Uri>().is_err() {
                return Err(HeadError::Malformed);
            }
            let asked = Asked { close: slots.is_last(false), head: head.method == "HEAD" };
            Ok((verdict, request_rules::is_upgrade(head.method, &slots), asked))
        })??;
        Ok(Self {
            handshake: handshake.hand_over(),
            span,
            verdict,
            is_upgrade,
            asked,
            request: OnceLock::new(),
        })
    }

    /// The request. Built when first asked for.
    ///
    /// For a target in absolute-form the URI has an authority, which counts instead of Host.
    pub fn request(&self) -> &Request<()> {
        self.request.get_or_init(|| {
            let built = parse_request(self.handshake.recv.filled(), self.span, |head| {
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
        self.is_upgrade
    }

    /// The first rule that the request breaks, if any. [`accept`](Self::accept) would answer it.
    pub fn rejection(&self) -> Option<&Rejection> {
        self.verdict.as_ref().err()
    }

    /// What accepting now would agree on.
    pub fn negotiated(&self) -> &Negotiated {
        self.verdict.as_ref().map_or(Negotiated::NOTHING, |upgrade| &upgrade.negotiated)
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
        if let Ok(upgrade) = &mut self.verdict {
            upgrade.negotiated.subprotocol = name.map(Arc::from);
        }
        Ok(())
    }

    /// Answers 101.
    ///
    /// # Errors
    ///
    /// A request that breaks a rule is refused as the rule says, and the error tells so.
    pub fn accept(mut self) -> Result<Connection, Box<Refused>> {
        if self.is_decorated() {
            return self.accept_with(|_| {});
        }
        match self.verdict {
            Ok(upgrade) => {
                self.handshake.send.write(|out| {
                    write_continue(&upgrade, out);
                    answer::write_plain(&upgrade.key, &upgrade.negotiated, out);
                });
                Ok(self.handshake.open(self.span, upgrade.negotiated))
            }
            Err(_) => Err(self.refuse()),
        }
    }

    /// Answers 101, after `decorate` has seen it. What
    /// [`ServerConfig::decorate`](crate::ServerConfig::decorate) says of hooks holds for this one.
    ///
    /// # Errors
    ///
    /// A request that breaks a rule is refused, and `decorate` is not called. If `decorate` makes
    /// the answer another status than 101, the request is refused with it; if it contradicts what
    /// was negotiated, the answer is 500 and the error says [`RequestRule::Answer`].
    pub fn accept_with(
        mut self,
        decorate: impl FnOnce(&mut Response<Bytes>),
    ) -> Result<Connection, Box<Refused>> {
        let Ok(upgrade) = &self.verdict else { return Err(self.refuse()) };
        let request = self.is_decorated().then(|| self.request());
        let decorate = |response: &mut Response<Bytes>| {
            self.handshake.decorate(request, response);
            decorate(response);
        };
        match answer::decorated(upgrade, decorate, |name| self.offers(name)) {
            Ok((response, negotiated)) => {
                self.handshake.send.write(|out| {
                    write_continue(upgrade, out);
                    answer::write_decorated(&response, &upgrade.key, &negotiated, out);
                });
                Ok(self.handshake.open(self.span, negotiated))
            }
            Err(draft) => Err(self.answer(*draft)),
        }
    }

    /// Answers with the refusal that the broken rule asks for; 403 when there is none.
    pub fn refuse(self) -> Box<Refused> {
        let rejection = match &self.verdict {
            Ok(_) => RequestRule::Application.into(),
            Err(rejection) => rejection.clone(),
        };
        let supported = &self.handshake.config.options().subprotocols;
        let draft = Draft::of_rule(rejection, supported);
        self.decorate_and_answer(draft)
    }

    /// Answers with a response of one's own: any status but 1xx, any fields, any body.
    ///
    /// Content-Length, Connection and, for a 426, Upgrade are filled in; fields that only a 101 may
    /// have are taken out. `Connection: close` in `response` closes the connection.
    pub fn reject<B: Into<Bytes>>(self, response: Response<B>) -> Box<Refused> {
        self.decorate_and_answer(Draft::of_application(response.map(Into::into)))
    }

    fn offers(&self, name: &[u8]) -> bool {
        is_token(name) && self.offered_subprotocols().any(|offered| offered.as_bytes() == name)
    }

    fn is_decorated(&self) -> bool {
        self.handshake.config.options().decorator.is_some()
    }

    fn decorate_and_answer(self, mut draft: Draft) -> Box<Refused> {
        if self.is_decorated() {
            self.handshake.decorate(Some(self.request()), &mut draft.response);
        }
        self.answer(draft)
    }

    fn answer(self, draft: Draft) -> Box<Refused> {
        let mut handshake = self.handshake;
        let error = handshake.answer(draft, self.asked);
        handshake.recv.consume(self.span.end);
        handshake.scanner = HeadScanner::default();
        handshake.linger = handshake.closed && self.asked.close;
        Box::new(Refused { error, handshake })
    }
}

/// A request was refused. The answer is in the handshake's send queue.
#[derive(Debug)]
pub struct Refused {
    /// Why; [`HandshakeError::Refused`].
    pub error: HandshakeError,
    /// Ready for the next request, bytes behind the refused one included, unless
    /// [`is_closed`](ServerHandshake::is_closed).
    pub handshake: ServerHandshake,
}

impl Refused {
    /// The error alone, for callers that do not go on: it takes along the bytes behind the refused
    /// request, if the connection stays open.
    pub fn into_error(self) -> HandshakeError {
        let mut error = self.error;
        if let (HandshakeError::Refused(refusal), false) = (&mut error, self.handshake.closed) {
            refusal.leftover = self.handshake.recv.into_bytes();
        }
        error
    }
}

impl ServerHandshake {
    /// Moves everything out; what stays behind is closed.
    #[inline]
    fn hand_over(&mut self) -> Self {
        let recv = std::mem::take(&mut self.recv);
        let send = std::mem::take(&mut self.send);
        let moved = Self { config: self.config.clone(), recv, send, ..*self };
        self.closed = true;
        moved
    }

    #[inline]
    fn open(self, span: HeadSpan, negotiated: Negotiated) -> Connection {
        let Self { config, mut recv, send, .. } = self;
        recv.consume(span.end);
        let config = &config.options().web_socket;
        Connection::from_buffers(Role::Server, negotiated, recv, send, config)
    }
}

/// "A server that responds with a final status code instead of reading the entire request content
/// SHOULD indicate whether it intends to close the connection"; one that goes on sends 100 first.
/// RFC 9110 10.1.1
fn write_continue(upgrade: &Upgrade, out: &mut bytes::BytesMut) {
    if upgrade.expects_continue {
        out.put_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
    }
}

/// Adds a field that `httparse` has let pass; what it takes, `http` takes.
pub(crate) fn append(headers: &mut HeaderMap, name: &str, value: &[u8]) {
    let parsed = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value));
    debug_assert!(parsed.0.is_ok() && parsed.1.is_ok());
    if let (Ok(name), Ok(value)) = parsed {
        // Fails for more fields than a map can hold, which the limits forbid.
        let _ = headers.try_append(name, value);
    }
}
