//! The server's half of the handshake, as a machine without I/O.

use std::time::Instant;

use bytes::{BufMut, Bytes};
use http::{Request, Response, Uri};

use super::{
    error::HandshakeError,
    rejection::{self, Draft},
    request_rules::{self, RequestFields, RequestLine, Upgrade},
    rule::RequestRule,
    server_config::{ServerConfig, ServerOptions},
    switching_protocols,
    violation::Violation,
};
use crate::{
    codec::{
        RecvBuf, SendQueue,
        head::{HeadError, HeadKind, HeadScanner, HeadSpan, parse_request},
    },
    connection::Connection,
    negotiated::Negotiated,
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
/// let upgrade = handshake.poll()?.ok_or("the request is not complete")?;
/// assert_eq!(upgrade.request().uri().path(), "/room/7");
/// let mut connection = upgrade.accept().map_err(|rejected| rejected.error)?;
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
/// * Output: [`poll`](Self::poll) gives an [`UpgradeRequest`](crate::UpgradeRequest), an error, or
///   nothing yet. Then write [`send_queue`](Self::send_queue) until it is empty. Wait for input
///   until [`poll_timeout`](Self::poll_timeout).
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
    /// What was negotiated, once a request has been accepted.
    accepted: Option<Negotiated>,
    /// The accepted request, if it is to be kept.
    request: Option<Box<Request<()>>>,
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
        Self {
            config: config.clone(),
            recv,
            send,
            scanner: HeadScanner::default(),
            deadline: None,
            answered: 0,
            accepted: None,
            request: None,
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

    /// Tells the handshake what time it is.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.timed_out |= self.deadline.is_some_and(|deadline| deadline <= now);
    }

    /// The peer sends no more.
    pub fn handle_eof(&mut self) {
        self.eof = true;
    }

    /// The open connection, once, if a request has been accepted.
    #[inline]
    pub fn take_connection(&mut self) -> Option<Connection> {
        self.has_accepted().then(|| self.connection())
    }

    pub(super) fn has_accepted(&self) -> bool {
        self.accepted.is_some()
    }

    /// The configuration.
    pub fn config(&self) -> &ServerConfig {
        &self.config
    }

    /// Takes the accepted request, if [`keep_request`](ServerConfig::keep_request) is on.
    pub fn take_request(&mut self) -> Option<Box<Request<()>>> {
        self.request.take()
    }

    /// Whether there is nothing to look at yet. A head that trickles in costs little until a line of
    /// it is complete.
    #[inline]
    pub(super) fn is_quiet(&mut self) -> bool {
        !(self.closed | self.eof | self.timed_out) && self.scanner.is_quiet(self.recv.filled())
    }

    pub(super) fn poll_head(&mut self) -> Result<Option<(HeadSpan, Checked)>, HandshakeError> {
        if self.closed {
            return Err(HandshakeError::Closed);
        }
        let limits = self.options().limits.head();
        if self.scanner.is_fresh() {
            let presumed = HeadSpan::presume(self.recv.filled(), HeadKind::Request, &limits);
            if let Some(span) = presumed {
                if let Ok(checked) = self.check(span) {
                    return Ok(Some((span, checked)));
                }
            }
        }
        match self.scanner.scan(self.recv.filled(), HeadKind::Request, &limits) {
            Err(error) => Err(self.reject_head(error)),
            Ok(Some(span)) => match self.check(span) {
                Ok(checked) => Ok(Some((span, checked))),
                Err(error) => Err(self.reject_head(error)),
            },
            Ok(None) if self.eof => Err(self.end_of_stream()),
            Ok(None) if self.timed_out => Err(self.time_out()),
            Ok(None) => Ok(None),
        }
    }

    /// Looks at one head.
    fn check(&self, span: HeadSpan) -> Result<Checked, HeadError> {
        let options = self.options();
        parse_request(self.recv.filled(), span, |head| {
            let fields = head.fields;
            let slots = RequestFields::collect(fields);
            let line = RequestLine { method: head.method, target: head.target };
            let verdict = request_rules::check(line, fields, &slots, options, false);
            if verdict.is_err() && head.target.parse::<Uri>().is_err() {
                return Err(HeadError::Malformed);
            }
            let asked = Asked { close: slots.is_last(false), head: head.method == "HEAD" };
            let is_upgrade = request_rules::is_upgrade(head.method, &slots);
            Ok(Checked { verdict, is_upgrade, asked })
        })?
    }

    /// Whether this handshake is over without a WebSocket: nothing more is read, and once the send
    /// queue has been written the connection has to be closed.
    pub fn is_closed(&self) -> bool {
        self.closed && self.accepted.is_none()
    }

    /// Whether more of the rejected request may be on its way. Closing the socket then could reset it,
    /// and the answer be lost: read and drop some bytes before closing (RFC 9112 9.6).
    pub fn must_linger(&self) -> bool {
        self.linger && !self.eof
    }

    /// Gives away the buffers: what was received and not used, and what was not written.
    pub fn into_buffers(self) -> (RecvBuf, SendQueue) {
        (self.recv, self.send)
    }

    fn reject_head(&mut self, error: HeadError) -> HandshakeError {
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
        if self.scanner.has_begun(self.recv.filled()) && self.options().answer_timeout {
            self.answer_unread(RequestRule::Timeout);
        }
        HandshakeError::TimedOut
    }

    /// Answers bytes that are not a request.
    fn answer_unread(&mut self, rule: RequestRule) -> HandshakeError {
        let mut draft = Draft::of_rule(rule.into(), &[]);
        self.decorate(None, &mut draft.response);
        let head = self.scanner.unread(self.recv.filled()).starts_with(b"HEAD ");
        self.answer(draft, Asked { head, ..Asked::default() })
    }

    pub(super) fn decorate(&self, request: Option<&Request<()>>, response: &mut Response<Bytes>) {
        if let Some(decorator) = &self.options().decorator {
            decorator(request, response);
        }
    }

    /// Rejects the request whose head lies at `span`, and makes ready for the next one.
    pub(super) fn reject(&mut self, span: HeadSpan, draft: Draft, asked: Asked) -> HandshakeError {
        let error = self.answer(draft, asked);
        self.recv.consume(span.end);
        self.scanner = HeadScanner::default();
        self.linger = self.closed && asked.close;
        error
    }

    /// What has been received and not used.
    pub(super) fn received(&self) -> &[u8] {
        self.recv.filled()
    }

    pub(super) fn options(&self) -> &ServerOptions {
        self.config.options()
    }

    /// Finishes and queues a rejection.
    fn answer(&mut self, draft: Draft, asked: Asked) -> HandshakeError {
        self.answered += 1;
        let options = self.options();
        let stays_open = options.keep_alive && !asked.close && self.answered < options.max_attempts;
        let rejection = draft.finish(stays_open, asked.head);
        self.send.write(|out| rejection::write(&rejection.response, out));
        self.closed |= !rejection.keep_alive;
        HandshakeError::Rejected(Box::new(rejection))
    }

    /// Moves everything out; what stays behind is closed.
    #[inline]
    pub(super) fn hand_over(&mut self) -> Self {
        let recv = std::mem::take(&mut self.recv);
        let send = std::mem::take(&mut self.send);
        let config = self.config.clone();
        let moved = Self { config, recv, send, accepted: None, request: None, ..*self };
        self.closed = true;
        moved
    }

    /// Answers 101.
    #[inline]
    pub(super) fn open(&mut self, span: HeadSpan, upgrade: Upgrade) {
        self.send.write(|out| {
            write_continue(&upgrade, out);
            switching_protocols::write_plain(&upgrade.key, &upgrade.negotiated, out);
        });
        self.accept(span, upgrade.negotiated);
    }

    /// The 101 is in the queue: what comes behind the head belongs to the connection.
    #[inline]
    pub(super) fn accept(&mut self, span: HeadSpan, negotiated: Negotiated) {
        self.recv.consume(span.end);
        self.accepted = Some(negotiated);
        self.closed = true;
    }

    /// The connection behind the head, in the same buffers.
    #[inline]
    pub(super) fn connection(&mut self) -> Connection {
        let negotiated = self.accepted.take().unwrap_or_default();
        let recv = std::mem::take(&mut self.recv);
        let send = std::mem::take(&mut self.send);
        let config = &self.options().web_socket;
        Connection::from_buffers(Role::Server, negotiated, recv, send, config)
    }

    /// Keeps the request that is being accepted.
    pub(super) fn keep(&mut self, request: Option<Box<Request<()>>>) {
        self.request = request;
    }
}

/// What a look at the head has shown.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) verdict: Result<Upgrade, Violation>,
    pub(super) is_upgrade: bool,
    pub(super) asked: Asked,
}

/// What the request says about its answer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    /// The connection has to close: the request says so, or has a body that is not read.
    pub(super) close: bool,
    /// The answer has no body.
    pub(super) head: bool,
}

/// "A server that responds with a final status code before reading the entire request content
/// SHOULD indicate whether it intends to close the connection"; one that goes on sends 100 first.
/// RFC 9110 10.1.1
pub(super) fn write_continue(upgrade: &Upgrade, out: &mut bytes::BytesMut) {
    if upgrade.expects_continue {
        out.put_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
    }
}
