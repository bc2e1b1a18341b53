//! Answers to a client that open no WebSocket.

use std::{error::Error, fmt};

use bytes::Bytes;
use http::Response;

use super::{response_rules::Broken, rule::ResponseRule, violation::excerpt};

/// An answer that is not 101: the whole response, for the caller to look at.
#[derive(Debug)]
pub struct Declined {
    pub(crate) response: Response<Bytes>,
    pub(crate) body_complete: bool,
    pub(crate) leftover: Bytes,
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
        write!(f, "the server answered {} instead of 101", self.response.status())
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
    value: Option<Box<[u8]>>,
    response: Option<Response<()>>,
}

impl InvalidResponse {
    pub(crate) fn new((rule, value): Broken<'_>, response: Option<Response<()>>) -> Self {
        Self { rule, value: value.map(excerpt), response }
    }

    /// The rule.
    pub fn rule(&self) -> ResponseRule {
        self.rule
    }

    /// The offending value, where there is one.
    pub fn value(&self) -> Option<&[u8]> {
        self.value.as_deref()
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
        self.rule.fmt(f)?;
        match self.value() {
            Some(value) => write!(f, ": \"{}\"", value.escape_ascii()),
            None => Ok(()),
        }
    }
}

impl Error for InvalidResponse {}
