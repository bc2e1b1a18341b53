//! Answers to a client that open no WebSocket.

use std::{error::Error, fmt};

use bytes::Bytes;
use http::Response;

use super::{response_rules::Broken, rule::ResponseRule, violation::show_value};
use crate::codec::{excerpt::Excerpt, not_a_head::OtherProtocol};

/// An answer that is not 101: the whole response, for the caller to look at.
#[derive(Debug)]
pub struct Declined {
    pub(crate) response: Response<Bytes>,
    pub(crate) body_complete: bool,
    pub(crate) leftover: Bytes,
    /// Why the body is not complete, if that was seen here.
    pub(crate) cut: Option<BodyCut>,
}

/// Why a body is not complete.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BodyCut {
    Time,
    End,
    /// A limit, or something that is not the coding that was announced.
    Content,
}

impl Declined {
    /// Status, fields, and as much of the body as was read.
    pub fn response(&self) -> &Response<Bytes> {
        &self.response
    }

    /// Whether the body was read to its end, within the limit and the time for it.
    pub fn body_complete(&self) -> bool {
        self.body_complete
    }

    /// Bytes behind the body. Empty unless the body is complete.
    pub fn leftover(&self) -> &Bytes {
        &self.leftover
    }

    /// Gives away the response.
    pub fn into_response(self) -> Response<Bytes> {
        self.response
    }
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server answered {} instead of 101", self.response.status())?;
        match self.cut {
            None => Ok(()),
            Some(BodyCut::Time) => f.write_str("; the deadline passed while reading its body"),
            Some(BodyCut::End) => f.write_str("; the connection ended inside its body"),
            Some(BodyCut::Content) => {
                f.write_str("; its body is larger than the client's limit, or not well formed")
            }
        }
    }
}

impl Error for Declined {}

impl From<Declined> for Response<Bytes> {
    fn from(declined: Declined) -> Self {
        declined.into_response()
    }
}

/// A server's 101 that breaks a rule, as the client sees it.
#[derive(Debug)]
pub struct InvalidResponse {
    rule: ResponseRule,
    value: Option<Excerpt>,
    /// What the peer seems to speak instead of HTTP/1.1.
    other: Option<OtherProtocol>,
    response: Option<Response<()>>,
}

impl InvalidResponse {
    pub(crate) fn new((rule, value): Broken<'_>, response: Option<Response<()>>) -> Self {
        let value = value.map(|value| Excerpt::new(&value));
        Self { rule, value, other: None, response }
    }

    /// Bytes that are no answer, the first of which were `start`.
    pub(crate) fn of_bytes(rule: ResponseRule, value: &[u8], start: &[u8]) -> Self {
        let value = Some(Excerpt::new(value));
        Self { rule, value, other: OtherProtocol::of(start), response: None }
    }

    /// The rule.
    pub fn rule(&self) -> ResponseRule {
        self.rule
    }

    /// The offending value, where there is one: at most its first 80 bytes.
    pub fn value(&self) -> Option<&[u8]> {
        self.value.as_ref().map(Excerpt::bytes)
    }

    /// The head of the answer, when it could be read.
    pub fn response(&self) -> Option<&Response<()>> {
        self.response.as_ref()
    }

    /// Gives away the head of the answer, when it could be read.
    pub fn into_response(self) -> Option<Response<()>> {
        self.response
    }
}

impl fmt::Display for InvalidResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ResponseRule::{NoConnection, NoUpgrade};

        self.rule.fmt(f)?;
        let asks_for_field = matches!(self.rule, NoConnection | NoUpgrade);
        show_value(f, self.value.as_ref(), asks_for_field, self.other)
    }
}

impl Error for InvalidResponse {}
