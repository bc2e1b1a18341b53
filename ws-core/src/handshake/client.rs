//! The client's half of the handshake, as values that are consumed.
//!
//! ```text
//! AwaitAnswer ---- an interim answer ----> AwaitAnswer
//!   reads heads |- a 101 ----------------> Established
//!               |- another status -------> AwaitBody --- its end, or a cut ---> Declined
//!               '- none that is right ---> an error       reads a body
//! ```
//!
//! [`ClientHandshake`] is one of the two states with their [`Attempt`], which moves from the one to the next.
//! Each that has to wait for more is given back.

use std::time::Instant;

use http::{Request, Response};

use super::{
    answer::Answer,
    attempt::Attempt,
    await_body::AwaitBody,
    client_config::ClientConfig,
    declined::InvalidResponse,
    error::HandshakeError,
    input_end::InputEnd,
    key,
    polled::Polled,
    request::{Asking, CheckedRequest},
    rule::ResponseRule,
    shutdown,
    upgrade_response::UpgradeResponse,
    verifier::Verifier,
};
use crate::{
    codec::{
        RecvBuf, SendQueue,
        head::{
            HeadError, HeadKind, HeadScanner, HeadSpan, MAX_INTERIM_HEADS, lower_minor_version,
            unfold,
        },
        not_a_head::blamed,
    },
    connection::{Connection, Tracked},
    negotiated::Negotiated,
    role::Role,
    step::HandshakeStep,
};

/// Sends an upgrade request and checks the answer.
///
/// ```
/// use bytes::Buf;
/// use ws_core::{ClientConfig, ClientHandshake, Polled};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut handshake = ClientHandshake::new(&ClientConfig::new(), "ws.example", "/chat")?;
/// assert!(handshake.send_queue().has_remaining()); // to be written
///
/// // What a server might answer:
/// handshake.recv_buf().extend_from_slice(b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope");
/// let Polled::Failed(error) = handshake.poll() else { return Err("there is no 101".into()) };
/// assert_eq!(error.name(), "status-not-101");
/// assert_eq!(error.status(), Some(http::StatusCode::NOT_FOUND));
/// # Ok(())
/// # }
/// ```
///
/// # Driving it
///
/// * Output: write [`send_queue`](Self::send_queue). An answer may come before all of it is written.
/// * Input: read into [`recv_buf`](Self::recv_buf), or call [`handle_eof`](Self::handle_eof) or
///   [`handle_timeout`](Self::handle_timeout), no later than [`poll_timeout`](Self::poll_timeout). Then
///   [`poll`](Self::poll).
/// * [`Polled::Pending`] gives the handshake back, for more input.
/// * [`Polled::Ready`] gives the open WebSocket. What has not been written of the request is in the
///   connection's queue.
/// * [`Polled::Failed`] says why there is none. Nothing is to be sent to the server.
#[derive(Debug)]
#[must_use = "no answer is looked at unless it is polled"]
pub struct ClientHandshake {
    attempt: Attempt,
    state: State,
}

/// What is waited for.
#[derive(Debug)]
enum State {
    Answer(AwaitAnswer),
    Body(Box<AwaitBody>),
}

/// The handshake is done.
#[derive(Debug)]
#[non_exhaustive]
pub struct Established {
    /// The server's 101.
    pub response: UpgradeResponse,
    /// The open WebSocket.
    pub connection: Connection,
    /// The configuration of the handshake.
    pub config: ClientConfig,
}

impl ClientHandshake {
    /// Draws a key and queues the request. `host` is what goes into Host: a name or address, with
    /// the port unless it is the scheme's own. `target` is path and query; an empty one means `/`,
    /// and a fragment is not sent.
    ///
    /// # Errors
    ///
    /// [`HandshakeError::Argument`] for anything that must not be sent,
    /// [`HandshakeError::Random`] when the operating system has no random bytes.
    pub fn new(config: &ClientConfig, host: &str, target: &str) -> Result<Self, HandshakeError> {
        let key = key::generate().map_err(HandshakeError::Random)?;
        let request = CheckedRequest::new(config.options(), host, target, Asking::Upgrade(key))?;
        Ok(Self::of(Attempt::new(config.clone(), request)))
    }

    /// Queues a request that [`upgrade_request`](crate::upgrade_request) made, for callers who have
    /// to see it, or to sign it, before it is sent. Fields may have been added, changed and removed
    /// since; those of the handshake itself must be as they were.
    ///
    /// ```
    /// use bytes::Buf;
    /// use ws_core::{ClientConfig, ClientHandshake, upgrade_request};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (mut request, verifier) = upgrade_request(&ClientConfig::new(), "ws.example", "/")?;
    /// let signature = format!("key={:?}", request.headers()["sec-websocket-key"]);
    /// request.headers_mut().insert("authorization", signature.parse()?);
    /// let mut handshake = ClientHandshake::from_request(request, verifier)?;
    /// assert!(handshake.send_queue().chunk().starts_with(b"GET / HTTP/1.1\r\nHost: ws.example\r\n"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ArgumentError::Request`](crate::ArgumentError::Request) and
    /// [`ArgumentError::ReservedHeader`](crate::ArgumentError::ReservedHeader) when it is not the
    /// verifier's request any more, or one of [`connect_request`](crate::connect_request), which an HTTP stack
    /// has to send.
    pub fn from_request<B>(
        request: Request<B>,
        verifier: Verifier,
    ) -> Result<Self, HandshakeError> {
        let (config, mut checked) = verifier.into_parts();
        checked.check_writable()?;
        checked.adopt(request)?;
        Ok(Self::of(Attempt::new(config, checked)))
    }

    fn of(attempt: Attempt) -> Self {
        Self { attempt, state: State::Answer(AwaitAnswer::default()) }
    }

    /// Where to read to.
    pub fn recv_buf(&mut self) -> &mut RecvBuf {
        &mut self.attempt.recv
    }

    /// What to write.
    pub fn send_queue(&mut self) -> &mut SendQueue {
        &mut self.attempt.send
    }

    /// Sets the instant by which the handshake has to be done.
    pub fn set_deadline(&mut self, at: Option<Instant>) {
        self.attempt.deadline = at;
    }

    /// How it is tracked, if the configuration has a [`Tracker`](crate::Tracker). Whoever waits has to set an
    /// alarm there, before [`poll_timeout`](Self::poll_timeout).
    pub fn tracked(&mut self) -> Option<&mut Tracked> {
        self.attempt.tracked.as_deref_mut()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout). While the body of a rejection is being
    /// read this is at most [`body_timeout`](ClientConfig::body_timeout) away, counted from the
    /// first call.
    pub fn poll_timeout(&mut self, now: Instant) -> Option<Instant> {
        let Self { attempt, state } = self;
        if let State::Body(body) = state {
            body.poll_timeout(now, attempt.options());
        }
        shutdown::sooner(self.deadline(), self.attempt.tracked.as_deref())
    }

    /// Tells the handshake what time it is. What has come until then is looked at all the same.
    pub fn handle_timeout(&mut self, now: Instant) {
        let deadline = self.deadline();
        let Attempt { end, tracked, .. } = &mut self.attempt;
        *end = InputEnd::at(*end, now, deadline);
        *end = InputEnd::at_shutdown(*end, now, tracked.as_deref());
    }

    /// The server sends no more.
    pub fn handle_eof(&mut self) {
        self.attempt.end = Some(InputEnd::Stream);
    }

    /// The configuration.
    pub fn config(&self) -> &ClientConfig {
        &self.attempt.config
    }

    /// The request that was queued.
    pub fn request(&self) -> Request<()> {
        self.attempt.request.to_request()
    }

    /// The Sec-WebSocket-Key that was drawn for this attempt.
    pub fn key(&self) -> &str {
        // Base64 is ASCII.
        self.attempt.request.key().and_then(|key| std::str::from_utf8(key).ok()).unwrap_or_default()
    }

    /// The head of a rejection, known before its body is complete.
    pub fn declined(&self) -> Option<&Response<()>> {
        match &self.state {
            State::Answer(_) => None,
            State::Body(body) => Some(&body.response),
        }
    }

    /// Looks at what has been received.
    ///
    /// What fails is [`Declined`](HandshakeError::Declined) for any answer but 101, with the response;
    /// [`InvalidResponse`](HandshakeError::InvalidResponse) for one that breaks a rule;
    /// [`Truncated`](HandshakeError::Truncated) and [`TimedOut`](HandshakeError::TimedOut) when there was
    /// no whole answer.
    pub fn poll(mut self) -> Polled<Self, Established, HandshakeError> {
        let body = match self.state {
            State::Body(body) => body,
            State::Answer(answer) => match answer.read(&mut self.attempt) {
                Ok(Came::More(answer)) => {
                    return Polled::Pending(Self { state: State::Answer(answer), ..self });
                }
                Ok(Came::Switching(span, negotiated)) => {
                    return Polled::Ready(Established::new(self.attempt, span, negotiated));
                }
                Ok(Came::Declining(body)) => body,
                Err(error) => return Polled::Failed(error),
            },
        };
        match body.read(self.attempt) {
            Ok((attempt, body)) => Polled::Pending(Self { attempt, state: State::Body(body) }),
            Err(error) => Polled::Failed(error),
        }
    }

    /// The earlier of the deadlines that are known.
    fn deadline(&self) -> Option<Instant> {
        let body = match &self.state {
            State::Answer(_) => None,
            State::Body(body) => body.deadline(),
        };
        self.attempt.deadline.into_iter().chain(body).min()
    }
}

/// The head of an answer is waited for.
#[derive(Debug, Default)]
struct AwaitAnswer {
    scanner: HeadScanner,
    /// Bytes of interim answers so far.
    interim_len: usize,
}

impl AwaitAnswer {
    fn read(mut self, attempt: &mut Attempt) -> Result<Came, HandshakeError> {
        loop {
            let found = self.look(attempt).map_err(|error| self.no_answer(error, attempt))?;
            self = match (found, attempt.end) {
                (Some((span, Answer::Interim)), _) => self.behind_interim(span, attempt)?,
                (Some((span, Answer::Switching(negotiated))), _) => {
                    return Ok(Came::Switching(span, negotiated));
                }
                (Some((span, Answer::Declining(body))), _) => {
                    attempt.recv.skip(span.end);
                    return Ok(Came::Declining(body));
                }
                (Some((_, Answer::Invalid(answer))), _) => {
                    return Err(HandshakeError::InvalidResponse(answer.into()));
                }
                (None, None) => return Ok(Came::More(self)),
                (None, Some(end)) => return Err(self.cut(end, attempt)),
            }
        }
    }

    /// Looks for a head.
    fn look(&mut self, attempt: &mut Attempt) -> Result<Option<(HeadSpan, Answer)>, HeadError> {
        let Attempt { config, accept, recv, .. } = attempt;
        let options = config.options();
        let limits = options.head_limits();
        let filled = recv.filled();
        if self.scanner.is_fresh() {
            if let Some(span) = HeadSpan::presume(filled, HeadKind::Response, &limits) {
                if let Ok(answer) = Answer::of_head(filled, span, accept, options) {
                    return Ok(Some((span, answer)));
                }
            }
        }
        let scanned = self.scanner.scan(filled, HeadKind::Response, &limits)?;
        let Some(span) = scanned else { return Ok(None) };
        if options.lenient.folded_lines {
            unfold(span.of_mut(recv.filled_mut()));
        }
        let mut answer = Answer::of_head(recv.filled(), span, accept, options);
        if matches!(answer, Err(HeadError::Version))
            && lower_minor_version(span.of_mut(recv.filled_mut()), HeadKind::Response)
        {
            answer = Answer::of_head(recv.filled(), span, accept, options);
        }
        answer.map(|answer| Some((span, answer)))
    }

    /// Skips an interim answer.
    fn behind_interim(self, span: HeadSpan, attempt: &mut Attempt) -> Result<Self, HandshakeError> {
        attempt.recv.skip(span.end);
        let interim_len = self.interim_len + span.end;
        let max_head_len = attempt.options().limits.max_head_len;
        if interim_len > max_head_len.saturating_mul(MAX_INTERIM_HEADS) {
            return Err(InvalidResponse::new((ResponseRule::InterimTooLarge, None), None).into());
        }
        Ok(Self { scanner: HeadScanner::default(), interim_len })
    }

    /// There will be no whole head.
    #[cold]
    fn cut(self, end: InputEnd, attempt: &Attempt) -> HandshakeError {
        let has_begun = self.scanner.has_begun(attempt.recv.filled());
        match end {
            _ if has_begun => end.error(HandshakeStep::ReadAnswer),
            InputEnd::Time if attempt.is_unsent() => end.error(HandshakeStep::SendRequest),
            _ => end.error(HandshakeStep::AwaitAnswer),
        }
    }

    /// What has come is not the head of an answer.
    #[cold]
    fn no_answer(&self, error: HeadError, attempt: &Attempt) -> HandshakeError {
        let rule = match error {
            // A response has no target.
            HeadError::Malformed | HeadError::Target => ResponseRule::MalformedHead,
            HeadError::Version => ResponseRule::HttpVersion,
            HeadError::StartLineTooLong => ResponseRule::StatusLineTooLong,
            HeadError::FieldTooLong => ResponseRule::FieldTooLong,
            HeadError::TooLarge => ResponseRule::HeadTooLarge,
            HeadError::TooManyFields => ResponseRule::TooManyFields,
        };
        let filled = attempt.recv.filled();
        let (line, limits) = (self.scanner.open_line(filled), attempt.options().head_limits());
        let value = blamed(error, filled, line, HeadKind::Response, &limits);
        InvalidResponse::of_bytes(rule, value, filled).into()
    }
}

/// What came of reading heads.
enum Came {
    /// Not enough.
    More(AwaitAnswer),
    /// A 101: where its head lies, and what was negotiated.
    Switching(HeadSpan, Negotiated),
    /// The head of a rejection.
    Declining(Box<AwaitBody>),
}

impl Established {
    /// The connection behind a 101, in the same buffers.
    fn new(attempt: Attempt, span: HeadSpan, negotiated: Negotiated) -> Self {
        // The handshake counts until the connection does.
        let Attempt { config, mut recv, send, tracked: _counts, .. } = attempt;
        let response = UpgradeResponse::new(recv.filled(), span);
        recv.skip(span.end);
        let settings = &config.options().web_socket;
        let connection = Connection::from_buffers(Role::Client, negotiated, recv, send, settings);
        Self { response, connection, config }
    }
}
