//! What a server does TLS with.

use std::{io, path::PathBuf, sync::Arc};

use rustls::{ServerConfig, server::WebPkiClientVerifier, sign::SingleCertAndKey};

use super::{HTTP_1_1, Identity, pem, provider};

/// A server's certificate, and what it wants of clients.
#[derive(Clone, Debug)]
pub(crate) struct ServerTls {
    pub(crate) identity: Identity,
    /// Clients need a certificate that one of the authorities in this file has issued.
    pub(crate) client_ca: Option<PathBuf>,
}

impl ServerTls {
    /// How a server does TLS.
    ///
    /// # Errors
    ///
    /// Says what is wrong with a file.
    pub(crate) fn config(&self) -> io::Result<Arc<ServerConfig>> {
        let provider = provider();
        let certified = self.identity.load(["--tls-cert", "--tls-key"], &provider)?;
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let builder = match &self.client_ca {
            None => builder.with_no_client_auth(),
            Some(file) => {
                let roots = Arc::new(pem::roots("--tls-client-ca", file)?);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider)
                    .build()
                    .map_err(|error| pem::wrong("--tls-client-ca", file, &error))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
        config.alpn_protocols = vec![HTTP_1_1.to_vec()];
        Ok(config.into())
    }
}
