//! Checking the answer to a request that another HTTP stack sends.

use bytes::Bytes;
use http::{Response, Version};

use super::{
    client_config::ClientConfig,
    declined::{Declined, InvalidResponse},
    error::HandshakeError,
    form::Form,
    key,
    request::CheckedRequest,
    response_rules,
    rule::ResponseRule,
};
use crate::negotiated::Negotiated;

/// Checks the answer to a request of [`upgrade_request`](crate::upgrade_request) or
/// [`connect_request`](crate::connect_request): knows the key that was sent and what was offered with it.
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

    /// The `:protocol` that the request has to be sent with: that of one of
    /// [`connect_request`](crate::connect_request).
    pub fn protocol(&self) -> Option<&'static str> {
        (self.request.form() == Form::Connect).then_some("websocket")
    }

    /// Checks the answer, and returns what was negotiated. The body is left to the HTTP stack.
    ///
    /// # Errors
    ///
    /// [`Declined`](HandshakeError::Declined) for any status but 101 (its body is left empty),
    /// [`InvalidResponse`](HandshakeError::InvalidResponse) for a 101 that breaks a rule. To a request of
    /// [`connect_request`](crate::connect_request), a 2xx is in the place of the 101.
    pub fn verify<B>(&self, response: &Response<B>) -> Result<Negotiated, HandshakeError> {
        let mut head = Response::new(());
        *head.status_mut() = response.status();
        *head.version_mut() = response.version();
        *head.headers_mut() = response.headers().clone();
        let form = self.request.form();
        if !form.opens(response.status()) {
            let declined = Declined {
                response: head.map(|()| Bytes::new()),
                body_complete: false,
                leftover: Bytes::new(),
                cut: None,
            };
            return Err(HandshakeError::Declined(declined.into()));
        }
        let is_right_version = match form {
            Form::Upgrade => response.version() == Version::HTTP_11,
            Form::Connect => Form::of(response.version()) == form,
        };
        if !is_right_version {
            let version = format!("{:?}", response.version()).into_bytes();
            let broken = (ResponseRule::HttpVersion, Some(version.into()));
            return Err(InvalidResponse::new(broken, Some(head)).into());
        }
        let expected = self.request.key().map(|key| key::accept(key));
        response_rules::check(response.headers(), expected.as_ref(), self.config.options())
            .map_err(|broken| InvalidResponse::new(broken, Some(head)).into())
    }
}
