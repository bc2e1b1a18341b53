//! What the head of an answer says.

use super::{
    await_body::AwaitBody,
    client_config::ClientOptions,
    declined::InvalidResponse,
    fields::Fields,
    key::Accept,
    response_rules::{self, Broken},
    rule::ResponseRule,
};
use crate::{
    codec::{
        body::Framing,
        head::{HeadError, HeadSpan, parse_response},
        http_types::to_response,
    },
    negotiated::Negotiated,
};

/// What an answer is.
pub(super) enum Answer {
    /// One before the answer that counts.
    Interim,
    /// A 101 that breaks no rule.
    Switching(Negotiated),
    /// Any other status. Its body comes next.
    Declining(Box<AwaitBody>),
    /// It breaks a rule.
    Invalid(Box<InvalidResponse>),
}

impl Answer {
    /// Looks at the head that lies in `buf`, to a request that `accept` is the right answer to.
    pub(super) fn of_head(
        buf: &[u8],
        span: HeadSpan,
        accept: &Accept,
        options: &ClientOptions,
    ) -> Result<Self, HeadError> {
        parse_response(buf, span, |head| {
            let fields = head.fields;
            let response = || to_response(&head).ok_or(HeadError::Malformed);
            let invalid = |broken: Broken<'_>| {
                Ok(Self::Invalid(Box::new(InvalidResponse::new(broken, Some(response()?)))))
            };
            match head.status {
                101 if !head.version_1_1 => {
                    invalid((ResponseRule::HttpVersion, Some(b"HTTP/1.0".as_slice().into())))
                }
                101 => match response_rules::check(fields, Some(accept), options) {
                    Ok(negotiated) => Ok(Self::Switching(negotiated)),
                    Err(broken) => invalid(broken),
                },
                // "A client MUST be able to parse one or more 1xx responses received prior to a
                // final response, even if the client does not expect one." RFC 9110 15.2
                100..=199 => Ok(Self::Interim),
                _ => match Framing::of_response(head.status, Fields::iter(fields)) {
                    Some(framing) => {
                        Ok(Self::Declining(AwaitBody::new(response()?, framing, options)))
                    }
                    None => {
                        let lengths = Fields::joined(fields, "content-length").unwrap_or_default();
                        let line = [b"Content-Length: ", lengths.as_slice()].concat();
                        invalid((ResponseRule::MalformedHead, Some(line.into())))
                    }
                },
            }
        })?
    }
}
