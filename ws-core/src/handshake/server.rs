//! The server's half of the handshake, as values that are consumed.
//!
//! ```text
//! ServerHandshake --- poll ---> Pending: the same again, when more has come
//!    reads a head      |------> Failed ---------------------------------------.
//!                      '------> Ready: UpgradeRequest                         |
//!                                 a request in hand                           v
//!                                  |--- reject, and accept for a bad one --> Rejected
//!                                  '--- accept --> Accepted                   an answer to write
//!                                                    a 101 to write           |
//!                                                    |                        '--- next --> ServerHandshake,
//!                                                    '--- into_connection                   or nothing
//! ```
//!
//! `poll_accept` goes from the first to `Accepted` without a request to look at. All of them own one
//! [`Exchange`], which moves from the one to the next.

use std::time::Instant;

use http::Uri;

use super::{
    accepted::Accepted,
    error::HandshakeError,
    exchange::{Asked, Checked, Exchange},
    form::Form,
    input_end::InputEnd,
    polled::Polled,
    rejected::Rejected,
    rejection::Draft,
    request_rules::{self, RequestFields, RequestLine, Upgrade},
    rule::RequestRule,
    server_config::ServerConfig,
    target,
    upgrade_request::UpgradeRequest,
    violation::Violation,
};
use crate::{
    codec::{
        RecvBuf, SendQueue,
        head::{HeadError, HeadKind, HeadScanner, HeadSpan, lower_minor_version, parse_request},
        not_a_head::blamed,
    },
    connection::Tracked,
    step::HandshakeStep,
};

/// Reads upgrade requests and answers them.
///
/// ```
/// use bytes::Buf;
/// use ws_core::{Polled, ServerConfig, ServerHandshake};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut handshake = ServerHandshake::new(&ServerConfig::new().subprotocols(["chat"]));
/// handshake.recv_buf().extend_from_slice(
///     b"GET /room/7 HTTP/1.1\r\nHost: ws.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
///       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
///       Sec-WebSocket-Protocol: chat\r\n\r\n",
/// );
/// let Polled::Ready(upgrade) = handshake.poll() else { return Err("no request".into()) };
/// assert_eq!(upgrade.request().uri().path(), "/room/7");
/// let mut connection = upgrade.accept().map_err(|rejected| rejected.error)?.into_connection();
/// assert_eq!(connection.negotiated().subprotocol(), Some("chat"));
/// assert!(connection.send_queue().chunk().starts_with(b"HTTP/1.1 101 "));
/// # Ok(())
/// # }
/// ```
///
/// # Driving it
///
/// * Input: read into [`recv_buf`](Self::recv_buf), or call [`handle_eof`](Self::handle_eof) or
///   [`handle_timeout`](Self::handle_timeout), no later than [`poll_timeout`](Self::poll_timeout). Then
///   [`poll`](Self::poll).
/// * [`Polled::Pending`] gives the handshake back, for more input.
/// * [`Polled::Ready`] gives an [`UpgradeRequest`], which is accepted or rejected.
/// * [`Polled::Failed`], as what comes of a rejection, has the answer in its send queue: write it, and
///   then go on with [`Rejected::next`] or close.
#[derive(Debug)]
#[must_use = "nothing is answered unless it is polled"]
pub struct ServerHandshake {
    exchange: Exchange,
    scanner: HeadScanner,
    /// Why nothing more comes, if that is so.
    end: Option<InputEnd>,
}

impl ServerHandshake {
    /// Waits for a request. Allocates nothing until there is one.
    pub fn new(config: &ServerConfig) -> Self {
        Self::from_buffers(config, RecvBuf::new(), SendQueue::new())
    }

    /// Like [`new`](Self::new), with bytes that have been read already: a part of a head, a head, or
    /// a head and the first frames.
    #[inline]
    pub fn with_buffered(config: &ServerConfig, bytes: impl Into<RecvBuf>) -> Self {
        Self::from_buffers(config, bytes.into(), SendQueue::new())
    }

    /// Like [`new`](Self::new), in the buffers of a handshake that is over. What `recv` holds counts
    /// as received; what `send` holds is written first.
    #[inline]
    pub fn from_buffers(config: &ServerConfig, recv: RecvBuf, send: SendQueue) -> Self {
        Self::of(Exchange::new(config.clone(), recv, send))
    }

    #[inline]
    pub(super) fn of(exchange: Exchange) -> Self {
        Self { exchange, scanner: HeadScanner::default(), end: None }
    }

    /// Where to read to.
    pub fn recv_buf(&mut self) -> &mut RecvBuf {
        &mut self.exchange.recv
    }

    /// What to write: the end of an answer to an earlier request, if that is there still.
    pub fn send_queue(&mut self) -> &mut SendQueue {
        &mut self.exchange.send
    }

    /// Sets the instant by which the handshake has to be done.
    pub fn set_deadline(&mut self, at: Option<Instant>) {
        self.exchange.deadline = at;
    }

    /// How it is tracked, if the configuration has a [`Tracker`](crate::Tracker). Whoever waits has to set an
    /// alarm there, before [`poll_timeout`](Self::poll_timeout).
    pub fn tracked(&mut self) -> Option<&mut Tracked> {
        self.exchange.tracked.as_deref_mut()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub fn poll_timeout(&mut self, now: Instant) -> Option<Instant> {
        self.unwanted_since(now).or_else(|| self.exchange.deadline())
    }

    /// Tells the handshake what time it is. What has come until then is looked at all the same.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.end = InputEnd::at(self.end, now, self.exchange.deadline);
        if self.unwanted_since(now).is_some() {
            self.end.get_or_insert(InputEnd::Shutdown);
        }
        self.end = InputEnd::at_shutdown(self.end, now, self.exchange.tracked.as_deref());
    }

    /// The peer sends no more.
    pub fn handle_eof(&mut self) {
        self.end = Some(InputEnd::Stream);
    }

    /// The configuration.
    pub fn config(&self) -> &ServerConfig {
        &self.exchange.config
    }

    /// Gives away the buffers: what was received, and what was not written.
    pub fn into_buffers(self) -> (RecvBuf, SendQueue) {
        self.exchange.into_buffers()
    }

    /// Looks at what has been received.
    ///
    /// A well-formed request that breaks a rule of WebSocket is a request: see
    /// [`UpgradeRequest::violation`]. What fails is what is none: [`Rejected.error`](Rejected) is
    /// [`Rejected`](HandshakeError::Rejected) when the bytes are not an HTTP/1 head within the limits,
    /// [`Truncated`](HandshakeError::Truncated) and [`Closed`](HandshakeError::Closed) when the
    /// stream ended, [`TimedOut`](HandshakeError::TimedOut) at the deadline.
    #[inline]
    pub fn poll(mut self) -> Polled<Self, UpgradeRequest, Box<Rejected>> {
        if self.is_quiet() {
            return Polled::Pending(self);
        }
        match self.poll_head() {
            Ok(None) => Polled::Pending(self),
            Ok(Some((span, checked))) => {
                Polled::Ready(UpgradeRequest::new(self.exchange, span, checked))
            }
            Err(failure) => Polled::Failed(self.fail(failure)),
        }
    }

    /// Like [`poll`](Self::poll), but accepts a request at once if it breaks no rule, for callers who
    /// do not look at it: `poll` and [`UpgradeRequest::accept`] in one. A request that breaks a rule is
    /// rejected.
    ///
    /// ```
    /// use bytes::Buf;
    /// use ws_core::{Polled, ServerConfig, ServerHandshake};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut handshake = ServerHandshake::new(&ServerConfig::new());
    /// handshake.recv_buf().extend_from_slice(
    ///     b"GET / HTTP/1.1\r\nHost: ws.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    ///       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    /// );
    /// let Polled::Ready(mut accepted) = handshake.poll_accept() else { return Err("no 101".into()) };
    /// assert!(accepted.send_queue().chunk().starts_with(b"HTTP/1.1 101 ")); // to be written
    /// let connection = accepted.into_connection();
    /// assert_eq!(connection.leftover(), b"");
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn poll_accept(mut self) -> Polled<Self, Accepted, Box<Rejected>> {
        if self.is_quiet() {
            return Polled::Pending(self);
        }
        self.accept_head()
    }

    fn accept_head(mut self) -> Polled<Self, Accepted, Box<Rejected>> {
        let (span, checked) = match self.poll_head() {
            Ok(None) => return Polled::Pending(self),
            Ok(Some(head)) => head,
            Err(failure) => return Polled::Failed(self.fail(failure)),
        };
        let options = self.exchange.options();
        match checked.verdict {
            Ok(upgrade @ Upgrade { accept: Some(accept), .. })
                if options.decorator.is_none() && !options.keep_request =>
            {
                Polled::Ready(Accepted::plain(self.exchange, span, &accept, upgrade))
            }
            _ => match UpgradeRequest::new(self.exchange, span, checked).accept() {
                Ok(accepted) => Polled::Ready(accepted),
                Err(rejected) => Polled::Failed(rejected),
            },
        }
    }

    /// Since when everything ends, if no request has begun.
    fn unwanted_since(&mut self, now: Instant) -> Option<Instant> {
        let since = self.exchange.tracked.as_mut()?.shutting_down_since(now)?;
        (!self.scanner.has_begun(self.exchange.recv.filled())).then_some(since)
    }

    /// Whether there is nothing to look at yet. A head that trickles in costs little until a line of
    /// it is complete.
    #[inline]
    fn is_quiet(&mut self) -> bool {
        self.end.is_none() && self.scanner.is_quiet(self.exchange.recv.filled())
    }

    #[inline]
    fn poll_head(&mut self) -> Result<Option<(HeadSpan, Checked)>, Failure> {
        let limits = self.exchange.options().head_limits();
        let filled = self.exchange.recv.filled();
        if self.scanner.is_fresh() {
            if let Some(span) = HeadSpan::presume(filled, HeadKind::Request, &limits) {
                if let Ok(checked) = self.check(span) {
                    return Ok(Some((span, checked)));
                }
            }
        }
        match self.scanner.scan(filled, HeadKind::Request, &limits).map_err(Failure::Head)? {
            Some(span) => match self.check_any_version(span) {
                Ok(checked) => Ok(Some((span, checked))),
                Err(error) => Err(Failure::Head(error)),
            },
            None => match self.end {
                None => Ok(None),
                Some(end) => Err(Failure::End(end)),
            },
        }
    }

    /// Looks at one head, as HTTP/1.1 if it names a later minor version.
    fn check_any_version(&mut self, span: HeadSpan) -> Result<Checked, HeadError> {
        let checked = self.check(span);
        if !matches!(checked, Err(HeadError::Version)) {
            return checked;
        }
        let head = span.of_mut(self.exchange.recv.filled_mut());
        if lower_minor_version(head, HeadKind::Request) { self.check(span) } else { checked }
    }

    /// Looks at one head.
    fn check(&self, span: HeadSpan) -> Result<Checked, HeadError> {
        let options = self.exchange.options();
        parse_request(self.exchange.recv.filled(), span, |head| {
            // Limits may be set above what the request could tell the application.
            if head.target.len() > target::MAX_LEN {
                return Err(HeadError::StartLineTooLong);
            }
            let fields = head.fields;
            let slots = RequestFields::collect(fields);
            let line = RequestLine {
                method: head.method,
                target: head.target,
                form: Form::Upgrade,
                is_http_1_0: !head.is_http_1_1,
                protocol: None,
            };
            let verdict = request_rules::check(line, fields, &slots, options, false);
            if verdict.is_err() && head.target.parse::<Uri>().is_err() {
                return Err(HeadError::Target);
            }
            let close = !head.is_http_1_1 || slots.is_last(false);
            let asked = Asked { close, head: head.method == "HEAD" };
            let is_upgrade = request_rules::is_upgrade(line, &slots, options.lenient);
            Ok(Checked { verdict, is_upgrade, asked })
        })?
    }

    /// There is no request.
    #[cold]
    fn fail(self, failure: Failure) -> Box<Rejected> {
        let filled = self.exchange.recv.filled();
        let has_begun = self.scanner.has_begun(filled);
        match failure {
            Failure::Head(error) => {
                let rule = match error {
                    HeadError::Malformed => RequestRule::MalformedHead,
                    HeadError::Version => RequestRule::HttpVersion,
                    HeadError::Target => RequestRule::BadTarget,
                    HeadError::StartLineTooLong => RequestRule::RequestLineTooLong,
                    HeadError::FieldTooLong => RequestRule::FieldTooLong,
                    HeadError::TooLarge => RequestRule::HeadTooLarge,
                    HeadError::TooManyFields => RequestRule::TooManyFields,
                };
                let (head, line) = (self.scanner.unread(filled), self.scanner.open_line(filled));
                let limits = self.exchange.options().head_limits();
                let value = blamed(error, head, line, HeadKind::Request, &limits);
                let violation = Violation::of_bytes(rule, value, filled);
                let mut rejected = self.answer_unread(violation);
                rejected.lingers = true;
                rejected
            }
            Failure::End(InputEnd::Stream) if !has_begun => {
                Rejected::silent(HandshakeError::Closed, self.exchange)
            }
            Failure::End(InputEnd::Stream) => {
                // The error is why the request never became whole, not the answer to it.
                let mut rejected = self.answer_unread(RequestRule::MalformedHead.into());
                rejected.error = HandshakeError::Truncated(HandshakeStep::ReadRequest);
                rejected
            }
            Failure::End(InputEnd::Time) if has_begun && self.exchange.options().answer_timeout => {
                let mut rejected = self.answer_unread(RequestRule::Timeout.into());
                rejected.error = HandshakeError::TimedOut(HandshakeStep::ReadRequest);
                rejected
            }
            Failure::End(InputEnd::Shutdown) if has_begun => {
                self.answer_unread(RequestRule::ShuttingDown.into())
            }
            Failure::End(InputEnd::Shutdown) => {
                Rejected::silent(HandshakeError::ShuttingDown, self.exchange)
            }
            Failure::End(InputEnd::Time) => {
                let step = if has_begun {
                    HandshakeStep::ReadRequest
                } else {
                    HandshakeStep::AwaitRequest
                };
                Rejected::silent(HandshakeError::TimedOut(step), self.exchange)
            }
        }
    }

    /// Answers bytes that are not a request. What follows them is none either.
    fn answer_unread(self, violation: Violation) -> Box<Rejected> {
        let mut draft = Draft::of_rule(violation, &[], Form::Upgrade);
        self.exchange.decorate(|| None, &mut draft.response);
        let head = self.scanner.unread(self.exchange.recv.filled()).starts_with(b"HEAD ");
        Rejected::answer(self.exchange, draft, Asked { head, close: true })
    }
}

/// Why there is no request.
#[derive(Clone, Copy)]
enum Failure {
    Head(HeadError),
    End(InputEnd),
}

impl Rejected {
    /// The next attempt, bytes behind the rejected request included; what of the answer has not been
    /// written is still in its queue. `None` if the connection has to be closed. There is no deadline until
    /// one is set.
    #[must_use]
    pub fn next(self) -> Option<ServerHandshake> {
        Some(ServerHandshake::of(self.into_exchange()?))
    }
}
