//! Which rule a request breaks, and the answer that says so.

use std::{
    fmt::{self, Write as _},
    sync::Arc,
};

use bytes::Bytes;
use http::{HeaderValue, Response, header};

use super::rule::RequestRule;

/// A rule that a request breaks, and the value that breaks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    rule: RequestRule,
    value: Option<Box<[u8]>>,
}

impl Violation {
    pub(crate) fn new(rule: RequestRule, value: Option<&[u8]>) -> Self {
        Self { rule, value: value.map(excerpt) }
    }

    /// The rule.
    pub fn rule(&self) -> RequestRule {
        self.rule
    }

    /// The offending value, where there is one: at most its first 128 bytes.
    pub fn value(&self) -> Option<&[u8]> {
        self.value.as_deref()
    }

    /// The answer that tells the peer: the rule's status and a line of text.
    pub(crate) fn response(&self, supported: &[Arc<str>]) -> Response<Bytes> {
        let mut body = self.rule.message().to_owned();
        if self.rule == RequestRule::NoCommonSubprotocol {
            for (i, name) in supported.iter().enumerate() {
                let _ = write!(body, "{}{name}", if i == 0 { ": " } else { ", " });
            }
        }
        body.push('\n');
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = self.rule.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        if tells_version(self.rule) {
            headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        }
        response
    }
}

impl From<RequestRule> for Violation {
    fn from(rule: RequestRule) -> Self {
        Self { rule, value: None }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rule.fmt(f)?;
        match self.value() {
            Some(value) => write!(f, ": \"{}\"", value.escape_ascii()),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Violation {}

/// Whether the answer tells which version is spoken here. A client of another one may lack the key, or
/// have a key of another kind: that of the drafts before version 4 was two fields of other names.
fn tells_version(rule: RequestRule) -> bool {
    use RequestRule::{
        BadKey, BadVersion, DuplicateKey, DuplicateVersion, MissingKey, MissingVersion,
    };

    matches!(
        rule,
        MissingKey | DuplicateKey | BadKey | MissingVersion | DuplicateVersion | BadVersion
    )
}

/// Enough of a value to see what is wrong with it.
pub(crate) fn excerpt(value: &[u8]) -> Box<[u8]> {
    value[..value.len().min(MAX_EXCERPT)].into()
}

const MAX_EXCERPT: usize = 128;
