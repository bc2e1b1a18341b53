//! Who is trusted: the system's own verifier, the system's files, or Mozilla's list, the first of them that
//! a feature has brought.

use rustls::{ClientConfig, ConfigBuilder, WantsVerifier, client::WantsClientCert};

use super::TlsError;

/// The system decides.
#[cfg(feature = "platform-verifier")]
pub(super) fn trust(
    builder: ConfigBuilder<ClientConfig, WantsVerifier>,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TlsError> {
    use rustls_platform_verifier::BuilderVerifierExt;

    use super::TlsCause;

    builder.with_platform_verifier().map_err(|error| TlsError::Roots(TlsCause::new(error)))
}

/// The authorities that the system has files of.
#[cfg(all(feature = "native-roots", not(feature = "platform-verifier")))]
pub(super) fn trust(
    builder: ConfigBuilder<ClientConfig, WantsVerifier>,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TlsError> {
    use super::TlsCause;

    let mut found = rustls_native_certs::load_native_certs();
    let mut roots = rustls::RootCertStore::empty();
    // Systems carry certificates that no program can read any more; it is the others that count.
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added > 0 {
        return Ok(builder.with_root_certificates(roots));
    }
    let cause = match found.errors.pop() {
        Some(error) => TlsCause::new(error),
        None => TlsCause::new("the system has no certificates of authorities"),
    };
    Err(TlsError::Roots(cause))
}

/// Mozilla's list.
#[cfg(all(
    feature = "webpki-roots",
    not(any(feature = "platform-verifier", feature = "native-roots"))
))]
#[expect(clippy::unnecessary_wraps, reason = "other ways to trust fail")]
pub(super) fn trust(
    builder: ConfigBuilder<ClientConfig, WantsVerifier>,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TlsError> {
    let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect::<rustls::RootCertStore>();
    Ok(builder.with_root_certificates(roots))
}

/// Nobody.
#[cfg(not(any(
    feature = "platform-verifier",
    feature = "native-roots",
    feature = "webpki-roots"
)))]
pub(super) fn trust(
    _builder: ConfigBuilder<ClientConfig, WantsVerifier>,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TlsError> {
    Err(TlsError::NoRoots)
}
