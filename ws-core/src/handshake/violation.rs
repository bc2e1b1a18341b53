//! Which rule a request breaks, and the answer that says so.

use std::{
    fmt::{self, Write as _},
    sync::Arc,
};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use super::{form::Form, rule::RequestRule};
use crate::codec::{excerpt::Excerpt, not_a_head::OtherProtocol};

/// A rule that a request breaks, and the value that breaks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    rule: RequestRule,
    value: Option<Excerpt>,
    /// What the peer seems to speak instead of HTTP/1.1.
    other: Option<OtherProtocol>,
}

impl Violation {
    pub(crate) fn new(rule: RequestRule, value: Option<&[u8]>) -> Self {
        Self { rule, value: value.map(Excerpt::new), other: None }
    }

    /// Bytes that are no request, the first of which were `start`.
    pub(crate) fn of_bytes(rule: RequestRule, value: &[u8], start: &[u8]) -> Self {
        Self { other: OtherProtocol::of(start), ..Self::new(rule, Some(value)) }
    }

    /// The rule.
    pub fn rule(&self) -> RequestRule {
        self.rule
    }

    /// The offending value, where there is one: at most its first 80 bytes.
    pub fn value(&self) -> Option<&[u8]> {
        self.value.as_ref().map(Excerpt::bytes)
    }

    /// The answer that tells the peer, in the form of the request: the rule's status and a line of text.
    pub(crate) fn response(&self, supported: &[Arc<str>], form: Form) -> Response<Bytes> {
        let mut body = self.rule.message().to_owned();
        if self.rule == RequestRule::NoCommonSubprotocol {
            for (i, name) in supported.iter().enumerate() {
                let _ = write!(body, "{}{name}", if i == 0 { ": " } else { ", " });
            }
        }
        body.push('\n');
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = match (self.rule.status(), form) {
            // "The server MUST send an Upgrade header field in a 426 response" (RFC 9110 15.5.22), and has
            // none to send there.
            (StatusCode::UPGRADE_REQUIRED, Form::Connect) => StatusCode::BAD_REQUEST,
            (status, _) => status,
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        if self.rule == RequestRule::NotConnect {
            headers.insert(header::ALLOW, HeaderValue::from_static(form.method()));
        }
        if tells_version(self.rule) {
            headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        }
        response
    }
}

impl From<RequestRule> for Violation {
    fn from(rule: RequestRule) -> Self {
        Self { rule, value: None, other: None }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use RequestRule::{NoConnection, NoUpgrade};

        self.rule.fmt(f)?;
        let asks_for_field = matches!(self.rule, NoConnection | NoUpgrade);
        show_value(f, self.value.as_ref(), asks_for_field, self.other)
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

/// Shows, behind a rule, what broke it.
pub(crate) fn show_value(
    f: &mut fmt::Formatter<'_>,
    value: Option<&Excerpt>,
    asks_for_field: bool,
    other: Option<OtherProtocol>,
) -> fmt::Result {
    match value {
        Some(value) => write!(f, ": {value}")?,
        None if asks_for_field => f.write_str(": there is no such field")?,
        None => {}
    }
    match other {
        Some(other) => write!(f, ", which looks like {}", other.name()),
        None => Ok(()),
    }
}
