//! What a client trusts, and what it shows of itself.

use std::{io, path::PathBuf, sync::Arc};

use rustls::{
    ClientConfig, ConfigBuilder, WantsVerifier,
    client::Resumption,
    crypto::CryptoProvider,
    sign::{CertifiedKey, SingleCertAndKey},
};
use ws_driver::{Error, TlsConfig};

use super::{HTTP_1_1, insecure::AnyCertificate, pem, provider};

/// Whose word it is that a certificate is the server's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Trust {
    /// That of the authorities that the system trusts.
    #[default]
    System,
    /// That of the authorities in this file.
    Authorities(PathBuf),
    /// Nobody's: any certificate is taken.
    Nobody,
}

/// A certificate with those that issued it, and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) chain: PathBuf,
    pub(crate) key: PathBuf,
}

impl Trust {
    /// How a client does TLS. `None` for the default.
    ///
    /// # Errors
    ///
    /// Says what is wrong with a file.
    pub(crate) fn config(&self, identity: Option<&Identity>) -> Result<Option<TlsConfig>, Error> {
        let provider = provider();
        let mut config = match self {
            Self::System if identity.is_none() => return Ok(None),
            Self::System => (**TlsConfig::by_features()?.get_ref()).clone(),
            Self::Authorities(file) => builder(&provider)?
                .with_root_certificates(pem::roots("--ca", file)?)
                .with_no_client_auth(),
            Self::Nobody => {
                let verifier = Arc::new(AnyCertificate(provider.clone()));
                let builder = builder(&provider)?.dangerous();
                let mut config =
                    builder.with_custom_certificate_verifier(verifier).with_no_client_auth();
                // No certificate is shown when a session is resumed, and then nobody would be warned.
                config.resumption = Resumption::disabled();
                config
            }
        };
        config.alpn_protocols = vec![HTTP_1_1.to_vec()];
        if let Some(identity) = identity {
            let certified = identity.load(["--cert", "--key"], &provider)?;
            config.client_auth_cert_resolver = Arc::new(SingleCertAndKey::from(certified));
        }
        Ok(Some(config.into()))
    }
}

impl Identity {
    /// Reads the files, which these options named.
    ///
    /// # Errors
    ///
    /// Says what is wrong with one of them, or that they do not belong together.
    pub(super) fn load(
        &self,
        [chain_option, key_option]: [&str; 2],
        provider: &CryptoProvider,
    ) -> io::Result<CertifiedKey> {
        let chain = pem::certificates(chain_option, &self.chain)?;
        let key = pem::key(key_option, &self.key)?;
        CertifiedKey::from_der(chain, key, provider)
            .map_err(|error| pem::wrong(key_option, &self.key, &error))
    }
}

fn builder(
    provider: &Arc<CryptoProvider>,
) -> io::Result<ConfigBuilder<ClientConfig, WantsVerifier>> {
    ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)
}
