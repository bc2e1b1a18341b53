//! What a handshake has negotiated: subprotocol and extensions.

use std::sync::Arc;

/// What client and server have negotiated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Negotiated {
    pub(crate) subprotocol: Option<Arc<str>>,
    pub(crate) deflate: Option<DeflateParams>,
}

impl Negotiated {
    pub(crate) const NOTHING: &Self = &Self { subprotocol: None, deflate: None };

    /// What was negotiated elsewhere, for connections whose handshake was not done here.
    ///
    /// ```
    /// use ws_core::Negotiated;
    ///
    /// let extensions = "permessage-deflate; client_no_context_takeover";
    /// let negotiated = Negotiated::new(Some("chat"), Some(extensions.parse()?));
    /// assert_eq!(negotiated.extensions().as_deref(), Some(extensions));
    /// # Ok::<(), ws_core::ArgumentError>(())
    /// ```
    pub fn new(subprotocol: Option<&str>, deflate: Option<DeflateParams>) -> Self {
        Self { subprotocol: subprotocol.map(Arc::from), deflate }
    }

    /// The subprotocol, in the server's spelling.
    pub fn subprotocol(&self) -> Option<&str> {
        self.subprotocol.as_deref()
    }

    /// The parameters of permessage-deflate, when messages may be compressed.
    pub fn deflate(&self) -> Option<&DeflateParams> {
        self.deflate.as_ref()
    }

    /// The value of Sec-WebSocket-Extensions that says so, when any extension is in use.
    pub fn extensions(&self) -> Option<String> {
        self.deflate.map(|deflate| deflate.to_string())
    }
}

/// The negotiated parameters. Their `Display` is the server's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeflateParams {
    /// The server forgets its compression context after every message.
    pub server_no_context_takeover: bool,
    /// The client forgets its compression context after every message.
    pub client_no_context_takeover: bool,
    /// Base-2 logarithm of the largest window the server compresses with, 8 to 15.
    pub server_max_window_bits: u8,
    /// Base-2 logarithm of the largest window the client compresses with, 8 to 15.
    pub client_max_window_bits: u8,
    pub(crate) server_bits_named: bool,
    pub(crate) client_bits_named: bool,
}
