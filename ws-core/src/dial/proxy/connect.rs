//! CONNECT, the way through an HTTP proxy (RFC 9110 9.3.6).

use bytes::{BufMut, BytesMut};
use http::{HeaderName, HeaderValue, Response, header};

use super::{
    answer_error::{AnswerFault, MalformedAnswer},
    destination::Destination,
    error::ProxyError,
    settings::Proxy,
    step::ProxyStep,
};
use crate::codec::{
    RecvBuf,
    basic::{basic, can_be_basic},
    body::{self, BodyReader, Framing, Progress},
    excerpt::shown,
    head::{
        HeadError, HeadKind, HeadLimits, HeadScanner, MAX_INTERIM_HEADS, ResponseHead,
        lower_minor_version, parse_response,
    },
    http_types::{first_invalid, to_response, write_field, write_unspelled_field},
    not_a_head::blamed,
};

/// Waits for the answer to CONNECT.
#[derive(Debug, Default)]
pub(super) struct Connect {
    scanner: HeadScanner,
    /// Bytes of interim answers so far.
    interim_len: usize,
    refusal: Option<Box<Refusal>>,
}

/// A refusal whose head is there and whose body is being read.
#[derive(Debug)]
struct Refusal {
    response: Response<()>,
    body: BodyReader,
}

enum Verdict {
    Connected,
    Interim,
    Refused(Response<()>, Framing),
}

impl Connect {
    /// Writes the request.
    pub(super) fn new(
        proxy: &Proxy,
        destination: &Destination,
        out: &mut BytesMut,
    ) -> Result<Self, ProxyError> {
        let target = destination.to_string();
        out.put_slice(b"CONNECT ");
        out.put_slice(target.as_bytes());
        out.put_slice(b" HTTP/1.1\r\n");
        // "a client MUST send only the host and port of the tunnel destination as the request target." RFC
        // 9112 3.2.3. Host is "identical to that authority component". RFC 9112 3.2
        write_field("Host", target.as_bytes(), out);
        let is_authorization =
            |name: &str| header::PROXY_AUTHORIZATION.as_str().eq_ignore_ascii_case(name);
        if let Some(info) = proxy.credentials() {
            if !proxy.fields().iter().any(|field| is_authorization(&field.name)) {
                if !can_be_basic(&info.user, &info.password) {
                    return Err(ProxyError::Credentials);
                }
                let value = basic(&info.user, &info.password);
                write_field("Proxy-Authorization", value.as_bytes(), out);
            }
        }
        for field in proxy.fields() {
            let name = HeaderName::from_bytes(field.name.as_bytes())
                .map_err(|_| ProxyError::Header(shown(&field.name)))?;
            if RESERVED.contains(&name) {
                return Err(ProxyError::ReservedHeader(name));
            }
            if HeaderValue::from_bytes(&field.value).is_err() {
                return Err(ProxyError::HeaderValue { name, byte: first_invalid(&field.value) });
            }
            if field.keeps_case {
                write_field(&field.name, &field.value, out);
            } else {
                write_unspelled_field(&name, &field.value, out);
            }
        }
        out.put_slice(b"\r\n");
        Ok(Self::default())
    }

    pub(super) fn poll(&mut self, recv: &mut RecvBuf, eof: bool) -> Result<bool, ProxyError> {
        let limits = HeadLimits::default();
        while self.refusal.is_none() {
            let scanned = self.scanner.scan(recv.filled(), HeadKind::Response, &limits);
            let Some(span) = scanned.map_err(|error| self.bad_head(error, recv.filled()))? else {
                return if eof { Err(ProxyError::Truncated(self.step())) } else { Ok(false) };
            };
            let mut parsed = parse_response(recv.filled(), span, |head| judge(&head));
            let is_other_version = matches!(parsed, Err(HeadError::Version));
            if is_other_version
                && lower_minor_version(span.of_mut(recv.filled_mut()), HeadKind::Response)
            {
                parsed = parse_response(recv.filled(), span, |head| judge(&head));
            }
            let verdict = parsed.map_err(|error| self.bad_head(error, recv.filled()))?;
            match verdict? {
                Verdict::Connected => {
                    recv.consume(span.end);
                    return Ok(true);
                }
                Verdict::Interim => {
                    recv.consume(span.end);
                    self.interim_len = self.interim_len.saturating_add(span.end);
                    if self.interim_len > limits.head.saturating_mul(MAX_INTERIM_HEADS) {
                        return Err(ProxyError::TooLarge(
                            "interim heads (1xx) of more than 65536 octets",
                        ));
                    }
                    self.scanner = HeadScanner::default();
                }
                Verdict::Refused(response, framing) => {
                    recv.consume(span.end);
                    let body = BodyReader::new(framing, body::DEFAULT_MAX_LEN);
                    self.refusal = Some(Box::new(Refusal { response, body }));
                }
            }
        }
        self.read_body(recv, eof)
    }

    pub(super) fn step(&self) -> ProxyStep {
        if self.refusal.is_some() { ProxyStep::Refusal } else { ProxyStep::Connection }
    }

    fn read_body(&mut self, recv: &mut RecvBuf, eof: bool) -> Result<bool, ProxyError> {
        let Some(refusal) = &mut self.refusal else { return Ok(false) };
        let mut progress = refusal.body.read(recv);
        if progress == Progress::NeedMore {
            if !eof {
                return Ok(false);
            }
            progress = refusal.body.end();
        }
        let Some(refusal) = self.refusal.take() else { return Ok(false) };
        let Refusal { response, body } = *refusal;
        Err(ProxyError::Refused {
            response: Box::new(response.map(|()| body.into_bytes())),
            body_complete: progress == Progress::Complete,
        })
    }

    #[cold]
    fn bad_head(&self, error: HeadError, filled: &[u8]) -> ProxyError {
        let fault = match error {
            // A response has no target.
            HeadError::Malformed | HeadError::Target => AnswerFault::Http,
            HeadError::Version => AnswerFault::HttpVersion,
            HeadError::StartLineTooLong => {
                return ProxyError::TooLarge("a status line of more than 8192 octets");
            }
            HeadError::FieldTooLong => {
                return ProxyError::TooLarge("a field of more than 8192 octets");
            }
            HeadError::TooLarge => return ProxyError::TooLarge("a head of more than 16384 octets"),
            HeadError::TooManyFields => return ProxyError::TooLarge("more than 100 fields"),
        };
        let value = blamed(
            error,
            filled,
            self.scanner.open_line(filled),
            HeadKind::Response,
            &HeadLimits::default(),
        );
        MalformedAnswer::of_http(fault, value, filled).into()
    }
}

/// What a head means.
fn judge(head: &ResponseHead<'_, '_>) -> Result<Verdict, MalformedAnswer> {
    let refused = |framing| match to_response(head) {
        Some(response) => Ok(Verdict::Refused(response, framing)),
        None => {
            let status = format!("{:03}", head.status);
            Err(MalformedAnswer::of_http(AnswerFault::Http, status.as_bytes(), b""))
        }
    };
    match head.status {
        // "Any 2xx (Successful) response indicates that the sender [...] will switch to tunnel mode
        // immediately after the response header section". "A client MUST ignore any Content-Length or
        // Transfer-Encoding header fields received in a successful response to CONNECT." RFC 9110 9.3.6
        200..=299 => Ok(Verdict::Connected),
        // Nothing was asked for that it could switch to, so that is a refusal, and has no body.
        101 => refused(Framing::Length(0)),
        // "A client MUST be able to parse one or more 1xx responses received prior to a final response,
        // even if the client does not expect one." RFC 9110 15.2
        100..=199 => Ok(Verdict::Interim),
        status => {
            let fields = || head.fields.iter().map(|field| (field.name, field.value));
            match Framing::of_response(status, fields()) {
                Some(framing) => refused(framing),
                None => {
                    let is_length = |name: &str| name.eq_ignore_ascii_case("content-length");
                    let lengths = fields().filter(|(name, _)| is_length(name));
                    let lengths: Vec<_> = lengths.map(|(_, value)| value).collect();
                    let line = lengths.join(&b", "[..]);
                    Err(MalformedAnswer::of_http(AnswerFault::ContentLength, &line, b""))
                }
            }
        }
    }
}

/// Fields that CONNECT sets itself, or that would announce a body.
const RESERVED: [HeaderName; 3] = [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING];
