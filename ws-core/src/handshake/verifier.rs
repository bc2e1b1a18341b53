//! Checking the answer to a request that another HTTP stack sends.

use bytes::Bytes;
use http::{Response, StatusCode, Version};

use super::{
    client_config::ClientConfig,
    declined::{Declined, InvalidResponse},
    error::HandshakeError,
    key,
    request::CheckedRequest,
    response_rules,
    rule::ResponseRule,
};
use crate::negotiated::Negotiated;

/// Checks the answer to a request of [`upgrade_request`](crate::upgrade_request): knows the key that was
/// sent and what was offered with it.
#[derive(Clone, Debug)]
pub struct Verifier {
    request: CheckedRequest,
    config: ClientConfig,
}

impl Verifier {
    pub(crate) fn new(config: &ClientConfig, request: CheckedRequest) -> Self {
        Self { request, config: config.clone() }
    }

    pub(crate) fn into_parts(self) -> (ClientConfig, CheckedRequest) {
        (self.config, self.request)
    }

    /// The configuration that the request was made with.
    pub fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// Checks the answer, and returns what was negotiated. The body is left to the HTTP stack.
    ///
    /// # Errors
    ///
    /// [`Declined`](HandshakeError::Declined) for any status but 101 (its body is left empty),
    /// [`InvalidResponse`](HandshakeError::InvalidResponse) for a 101 that breaks a rule.
    pub fn verify<B>(&self, response: &Response<B>) -> Result<Negotiated, HandshakeError> {
        let mut head = Response::new(());
        *head.status_mut() = response.status();
        *head.version_mut() = response.version();
        *head.headers_mut() = response.headers().clone();
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(HandshakeError::Declined(Box::new(Declined {
                response: head.map(|()| Bytes::new()),
                body_complete: false,
                leftover: Bytes::new(),
                cut: None,
            })));
        }
        if response.version() != Version::HTTP_11 {
            let version = format!("{:?}", response.version()).into_bytes();
            let broken = (ResponseRule::HttpVersion, Some(version.into()));
            return Err(InvalidResponse::new(broken, Some(head)).into());
        }
        let fields = response.headers();
        response_rules::check(fields, &key::accept(self.request.key()), self.config.options())
            .map_err(|broken| InvalidResponse::new(broken, Some(head)).into())
    }
}
