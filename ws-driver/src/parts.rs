//! What a WebSocket is made of.

use bytes::Bytes;
use http::Request;
use ws_core::{Negotiated, Role};

use crate::watch::HandshakeWatch;

/// A stream, what was read from it and not used, the role, and what was negotiated: for
/// `from_parts`, and from `into_parts`.
#[derive(Debug)]
#[non_exhaustive]
pub struct Parts<T> {
    /// The stream.
    pub io: T,
    /// Bytes that were received and not used: the first frames. Moved, not copied.
    pub leftover: Bytes,
    /// Which end this is.
    pub role: Role,
    /// What was negotiated.
    pub negotiated: Negotiated,
    /// The request, if it was kept.
    pub request: Option<Request<()>>,
    pub(crate) watch: HandshakeWatch,
}

impl<T> Parts<T> {
    /// The parts of a WebSocket whose handshake is over, with nothing read behind it.
    pub fn new(io: T, role: Role, negotiated: Negotiated) -> Self {
        let watch = HandshakeWatch::default();
        Self { io, leftover: Bytes::new(), role, negotiated, request: None, watch }
    }

    /// With bytes that were read behind the handshake.
    #[must_use]
    pub fn leftover(self, leftover: impl Into<Bytes>) -> Self {
        Self { leftover: leftover.into(), ..self }
    }

    /// With the request that opened it.
    #[must_use]
    pub fn request(self, request: Request<()>) -> Self {
        Self { request: Some(request), ..self }
    }

    /// With what has watched the handshake: it has ended when the WebSocket is made.
    #[must_use]
    pub fn watched(self, watch: HandshakeWatch) -> Self {
        Self { watch, ..self }
    }
}
