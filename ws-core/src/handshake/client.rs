//! The client's half of the handshake, as a machine without I/O.

use std::time::Instant;

use bytes::{Buf as _, Bytes};
use http::{Request, Response};

use super::{
    client_config::ClientConfig,
    declined::{BodyCut, Declined, InvalidResponse},
    error::HandshakeError,
    fields::Fields,
    key::{self, Accept},
    request::CheckedRequest,
    response_rules::{self, Broken},
    rule::ResponseRule,
    step::HandshakeStep,
    upgrade_response::UpgradeResponse,
    verifier::Verifier,
};
use crate::{
    codec::{
        RecvBuf, SendQueue,
        body::{BodyReader, Framing, Progress},
        head::{
            HeadError, HeadKind, HeadScanner, HeadSpan, MAX_INTERIM_HEADS, lower_minor_version,
            parse_response, unfold,
        },
        http_types::to_response,
        not_a_head::blamed,
    },
    connection::Connection,
    negotiated::Negotiated,
    role::Role,
};

/// Sends an upgrade request and checks the answer.
///
/// ```
/// use bytes::Buf;
/// use ws_core::{ClientConfig, ClientHandshake};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut handshake = ClientHandshake::new(&ClientConfig::new(), "ws.example", "/chat")?;
/// assert!(handshake.send_queue().has_remaining()); // to be written
///
/// // What a server might answer:
/// handshake.recv_buf().extend_from_slice(b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope");
/// let error = handshake.poll().err().ok_or("there is no 101")?;
/// assert_eq!(error.name(), "status-not-101");
/// assert_eq!(error.status(), Some(http::StatusCode::NOT_FOUND));
/// # Ok(())
/// # }
/// ```
///
/// It is driven like [`ServerHandshake`](crate::ServerHandshake), with one difference: after an
/// error there is nothing to send to the server.
#[derive(Debug)]
pub struct ClientHandshake {
    config: ClientConfig,
    request: CheckedRequest,
    accept: Accept,
    recv: RecvBuf,
    send: SendQueue,
    scanner: HeadScanner,
    /// Bytes of interim answers so far.
    interim_len: usize,
    declined: Option<Box<Declining>>,
    deadline: Option<Instant>,
    body_deadline: Option<Instant>,
    eof: bool,
    timed_out: bool,
    /// The outcome has been given out.
    done: bool,
}

/// A rejection whose head is there and whose body is being read.
#[derive(Debug)]
struct Declining {
    response: Response<()>,
    body: BodyReader,
}

/// The handshake is done.
#[derive(Debug)]
pub struct Established {
    /// The server's 101.
    pub response: UpgradeResponse,
    /// The open WebSocket.
    pub connection: Connection,
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
        let request = CheckedRequest::new(config.options(), host, target, key)?;
        Ok(Self::with_request(config.clone(), request))
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
    /// verifier's request any more.
    pub fn from_request<B>(
        request: Request<B>,
        verifier: Verifier,
    ) -> Result<Self, HandshakeError> {
        let (config, mut checked) = verifier.into_parts();
        checked.adopt(request)?;
        Ok(Self::with_request(config, checked))
    }

    fn with_request(config: ClientConfig, request: CheckedRequest) -> Self {
        let mut send = SendQueue::new();
        send.write(|out| request.write(config.options(), out));
        let mut recv = RecvBuf::new();
        recv.hint_read_len(READ_LEN);
        Self {
            config,
            accept: key::accept(request.key()),
            request,
            recv,
            send,
            scanner: HeadScanner::default(),
            interim_len: 0,
            declined: None,
            deadline: None,
            body_deadline: None,
            eof: false,
            timed_out: false,
            done: false,
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

    /// When to call [`handle_timeout`](Self::handle_timeout). While the body of a rejection is being
    /// read this is at most [`body_timeout`](ClientConfig::body_timeout) away, counted from the
    /// first call.
    pub fn poll_timeout(&mut self, now: Instant) -> Option<Instant> {
        if self.declined.is_some() && self.body_deadline.is_none() {
            self.body_deadline = now.checked_add(self.config.options().body_timeout);
        }
        match (self.deadline, self.body_deadline) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Tells the handshake what time it is.
    pub fn handle_timeout(&mut self, now: Instant) {
        let passed = |deadline: Option<Instant>| deadline.is_some_and(|at| at <= now);
        self.timed_out |= passed(self.deadline) || passed(self.body_deadline);
    }

    /// The server sends no more.
    pub fn handle_eof(&mut self) {
        self.eof = true;
    }

    /// Looks at what has been received.
    ///
    /// # Errors
    ///
    /// [`Declined`](HandshakeError::Declined) for any answer but 101, with the response;
    /// [`InvalidResponse`](HandshakeError::InvalidResponse) for one that breaks a rule;
    /// [`Truncated`](HandshakeError::Truncated) and [`TimedOut`](HandshakeError::TimedOut) when
    /// there was no whole answer; [`Done`](HandshakeError::Done) when called again after the
    /// outcome.
    pub fn poll(&mut self) -> Result<Option<Established>, HandshakeError> {
        if self.done {
            return Err(HandshakeError::Done);
        }
        let outcome = self.read();
        self.done = !matches!(outcome, Ok(None));
        Ok(outcome?.map(|(span, negotiated)| self.establish(span, negotiated)))
    }

    /// The configuration.
    pub fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// The request that was queued.
    pub fn request(&self) -> Request<()> {
        self.request.to_request()
    }

    /// The Sec-WebSocket-Key that was drawn for this attempt.
    pub fn key(&self) -> &str {
        // Base64 is ASCII.
        std::str::from_utf8(self.request.key()).unwrap_or_default()
    }

    /// The head of a rejection, known before its body is complete.
    pub fn declined(&self) -> Option<&Response<()>> {
        self.declined.as_ref().map(|declining| &declining.response)
    }

    /// Where the head of a 101 lies, and what was negotiated.
    fn read(&mut self) -> Result<Option<(HeadSpan, Negotiated)>, HandshakeError> {
        let limits = self.config.options().head_limits();
        while self.declined.is_none() {
            let filled = self.recv.filled();
            if self.scanner.is_fresh() {
                let presumed = HeadSpan::presume(filled, HeadKind::Response, &limits);
                let parsed = presumed.map(|span| (span, self.parse_head(span)));
                if let Some((span, Ok(verdict))) = parsed {
                    if let Some(negotiated) = self.take_head(span, verdict?)? {
                        return Ok(Some((span, negotiated)));
                    }
                    continue;
                }
            }
            let scanned = self.scanner.scan(filled, HeadKind::Response, &limits);
            match scanned.map_err(|error| self.bad_head(error))? {
                Some(span) => {
                    if self.config.options().lenient.folded_lines {
                        unfold(span.of_mut(self.recv.filled_mut()));
                    }
                    let verdict = self.parse_any_version(span);
                    let verdict = verdict.map_err(|error| self.bad_head(error))?;
                    if let Some(negotiated) = self.take_head(span, verdict?)? {
                        return Ok(Some((span, negotiated)));
                    }
                }
                None if self.eof => {
                    let step = match self.step() {
                        HandshakeStep::ReadAnswer => HandshakeStep::ReadAnswer,
                        _ => HandshakeStep::AwaitAnswer,
                    };
                    return Err(HandshakeError::Truncated(step));
                }
                None if self.timed_out => return Err(HandshakeError::TimedOut(self.step())),
                None => return Ok(None),
            }
        }
        self.read_body()
    }

    /// Looks at one head, as HTTP/1.1 if it names a later minor version.
    fn parse_any_version(
        &mut self,
        span: HeadSpan,
    ) -> Result<Result<Verdict, HandshakeError>, HeadError> {
        let parsed = self.parse_head(span);
        if !matches!(parsed, Err(HeadError::Version)) {
            return parsed;
        }
        let head = span.of_mut(self.recv.filled_mut());
        if lower_minor_version(head, HeadKind::Response) { self.parse_head(span) } else { parsed }
    }

    /// Looks at one head.
    fn parse_head(&self, span: HeadSpan) -> Result<Result<Verdict, HandshakeError>, HeadError> {
        let options = self.config.options();
        parse_response(self.recv.filled(), span, |head| {
            let fields = head.fields;
            let response = || to_response(&head).ok_or_else(|| self.bad_head(HeadError::Malformed));
            match head.status {
                101 if !head.version_1_1 => {
                    let broken = (ResponseRule::HttpVersion, Some(b"HTTP/1.0".as_slice().into()));
                    Err(invalid(broken, Some(response()?)))
                }
                101 => match response_rules::check(fields, &self.accept, options) {
                    Ok(negotiated) => Ok(Verdict::Open(negotiated)),
                    Err(broken) => Err(invalid(broken, Some(response()?))),
                },
                // "A client MUST be able to parse one or more 1xx responses received prior to a
                // final response, even if the client does not expect one." RFC 9110 15.2
                100..=199 => Ok(Verdict::Interim),
                _ => match Framing::of_response(head.status, Fields::iter(fields)) {
                    Some(framing) => Ok(Verdict::Declined(response()?, framing)),
                    None => {
                        let lengths = Fields::joined(fields, "content-length").unwrap_or_default();
                        let line = [b"Content-Length: ", lengths.as_slice()].concat();
                        let broken = (ResponseRule::MalformedHead, Some(line.into()));
                        Err(invalid(broken, Some(response()?)))
                    }
                },
            }
        })
    }

    /// The connection behind a 101, in the same buffers.
    fn establish(&mut self, span: HeadSpan, negotiated: Negotiated) -> Established {
        let mut recv = std::mem::take(&mut self.recv);
        let send = std::mem::take(&mut self.send);
        let response = UpgradeResponse::new(recv.filled(), span);
        recv.consume(span.end);
        let config = &self.config.options().web_socket;
        let connection = Connection::from_buffers(Role::Client, negotiated, recv, send, config);
        Established { response, connection }
    }

    /// Takes one head: an interim one is skipped, a rejection begins, a 101 is the end.
    fn take_head(
        &mut self,
        span: HeadSpan,
        verdict: Verdict,
    ) -> Result<Option<Negotiated>, HandshakeError> {
        let options = self.config.options();
        match verdict {
            Verdict::Open(negotiated) => return Ok(Some(negotiated)),
            Verdict::Interim => {
                self.recv.consume(span.end);
                self.interim_len += span.end;
                if self.interim_len > options.limits.max_head_len.saturating_mul(MAX_INTERIM_HEADS)
                {
                    return Err(invalid((ResponseRule::InterimTooLarge, None), None));
                }
                self.scanner = HeadScanner::default();
            }
            Verdict::Declined(response, framing) => {
                self.recv.consume(span.end);
                let body = BodyReader::new(framing, options.limits.max_body_len);
                self.declined = Some(Box::new(Declining { response, body }));
            }
        }
        Ok(None)
    }

    fn read_body<T>(&mut self) -> Result<Option<T>, HandshakeError> {
        let Some(declining) = &mut self.declined else { return Ok(None) };
        let mut progress = declining.body.read(&mut self.recv);
        let mut cut = BodyCut::Content;
        if progress == Progress::NeedMore {
            (progress, cut) = match (self.eof, self.timed_out) {
                (true, _) => (declining.body.end(), BodyCut::End),
                (false, true) => (Progress::Cut, BodyCut::Time),
                (false, false) => return Ok(None),
            };
        }
        let Some(declining) = self.declined.take() else { return Ok(None) };
        let Declining { response, body } = *declining;
        let body_complete = progress == Progress::Complete;
        let recv = std::mem::take(&mut self.recv);
        Err(HandshakeError::Declined(Box::new(Declined {
            response: response.map(|()| body.into_bytes()),
            body_complete,
            // Behind a body that was cut, the beginning of the next response is not known.
            leftover: if body_complete { recv.into_bytes() } else { Bytes::new() },
            cut: (!body_complete).then_some(cut),
        })))
    }

    /// What is being done while there is no whole head.
    fn step(&self) -> HandshakeStep {
        if self.scanner.has_begun(self.recv.filled()) {
            HandshakeStep::ReadAnswer
        } else if self.send.has_remaining() {
            HandshakeStep::SendRequest
        } else {
            HandshakeStep::AwaitAnswer
        }
    }

    #[cold]
    fn bad_head(&self, error: HeadError) -> HandshakeError {
        let rule = match error {
            // A response has no target.
            HeadError::Malformed | HeadError::Target => ResponseRule::MalformedHead,
            HeadError::Version => ResponseRule::HttpVersion,
            HeadError::StartLineTooLong => ResponseRule::StatusLineTooLong,
            HeadError::FieldTooLong => ResponseRule::FieldTooLong,
            HeadError::TooLarge => ResponseRule::HeadTooLarge,
            HeadError::TooManyFields => ResponseRule::TooManyFields,
        };
        let filled = self.recv.filled();
        let (line, limits) = (self.scanner.open_line(filled), self.config.options().head_limits());
        let value = blamed(error, filled, line, HeadKind::Response, &limits);
        InvalidResponse::of_bytes(rule, value, filled).into()
    }
}

enum Verdict {
    Interim,
    Open(Negotiated),
    Declined(Response<()>, Framing),
}

fn invalid(broken: Broken<'_>, response: Option<Response<()>>) -> HandshakeError {
    InvalidResponse::new(broken, response).into()
}

/// A server may begin to send at once: what comes together with its head is read together with it.
const READ_LEN: usize = 20 * 1024;
