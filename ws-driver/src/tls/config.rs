//! How TLS is done.

use std::sync::{Arc, OnceLock};

use rustls::ClientConfig;

use super::{TlsCause, TlsError, provider::provider, roots};

/// How TLS is done: a [`ClientConfig`] of rustls, shared.
///
/// Sessions are resumed between connections with one configuration, so it is worth keeping.
#[derive(Clone, Debug)]
pub struct TlsConfig {
    shared: Arc<ClientConfig>,
    /// HTTP/2 is offered, too.
    http2: bool,
}

impl TlsConfig {
    /// What the features say. It is made once, and shared from then on.
    ///
    /// The crypto provider is the one that the program has installed, or else that of a feature:
    /// `aws-lc-rs` before `ring`. Who is trusted is decided by `platform-verifier`, or else by
    /// `native-roots`, or else by `webpki-roots`.
    ///
    /// # Errors
    ///
    /// [`TlsError::NoProvider`], [`TlsError::NoRoots`], [`TlsError::Roots`]. They are not remembered: a
    /// provider may be installed later.
    pub fn by_features() -> Result<Self, TlsError> {
        static MADE: OnceLock<TlsConfig> = OnceLock::new();

        if let Some(made) = MADE.get() {
            return Ok(made.clone());
        }
        let builder = ClientConfig::builder_with_provider(provider()?)
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Protocol(TlsCause::new(error)))?;
        let mut config = roots::trust(builder)?.with_no_client_auth();
        config.alpn_protocols = vec![HTTP_1_1.to_vec()];
        Ok(MADE.get_or_init(|| config.into()).clone())
    }

    /// The configuration.
    pub fn get_ref(&self) -> &Arc<ClientConfig> {
        &self.shared
    }

    /// The same, for a client that knows HTTP/2 as well, or that does not.
    pub(crate) fn with_http2(self, http2: bool) -> Self {
        Self { http2, ..self }
    }

    /// Whether a WebSocket can begin with this protocol here.
    pub(super) fn takes(&self, protocol: &[u8]) -> bool {
        protocol == HTTP_1_1 || (self.http2 && protocol == HTTP_2)
    }

    /// What is offered to a server (RFC 7301). A configuration that is shared with an HTTP client may offer
    /// more than a WebSocket can begin with; one that offers nothing is left like that.
    pub(super) fn alpn_offer(&self) -> Vec<Vec<u8>> {
        if self.http2 {
            return vec![HTTP_2.to_vec(), HTTP_1_1.to_vec()];
        }
        let all = &self.shared.alpn_protocols;
        match all.iter().find(|protocol| *protocol == HTTP_1_1) {
            Some(http) => vec![http.clone()],
            None => all.clone(),
        }
    }
}

impl From<Arc<ClientConfig>> for TlsConfig {
    fn from(config: Arc<ClientConfig>) -> Self {
        Self { shared: config, http2: false }
    }
}

impl From<ClientConfig> for TlsConfig {
    fn from(config: ClientConfig) -> Self {
        Arc::new(config).into()
    }
}

/// The names of HTTP among application protocols (RFC 9113 3.2, RFC 7301 6).
const HTTP_2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";
