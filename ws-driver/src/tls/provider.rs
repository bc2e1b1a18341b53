//! What TLS is encrypted with.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

use super::TlsError;

/// The provider that the program has installed, or else one that a feature of ours has brought.
pub(super) fn provider() -> Result<Arc<CryptoProvider>, TlsError> {
    choose(CryptoProvider::get_default().cloned(), OURS).ok_or(TlsError::NoProvider)
}

/// Makes a provider.
type Make = fn() -> CryptoProvider;

/// `installed` if there is one, or else the first of `ours`. rustls' own choice panics where there are two,
/// or none.
fn choose(installed: Option<Arc<CryptoProvider>>, ours: &[Make]) -> Option<Arc<CryptoProvider>> {
    installed.or_else(|| ours.first().map(|make| Arc::new(make())))
}

/// aws-lc-rs comes first, as it does in rustls: it is the quicker one, and has hybrid key exchange.
const OURS: &[Make] = &[
    #[cfg(feature = "aws-lc-rs")]
    rustls::crypto::aws_lc_rs::default_provider,
    #[cfg(feature = "ring")]
    rustls::crypto::ring::default_provider,
];

#[cfg(test)]
mod tests {
    use rustls::crypto::ring;

    use super::*;

    fn cut(len: usize) -> CryptoProvider {
        let mut provider = ring::default_provider();
        provider.cipher_suites.truncate(len);
        provider
    }

    #[test]
    fn the_installed_one_comes_first_then_ours_in_order() {
        let chosen = |installed: Option<CryptoProvider>, ours: &[Make]| {
            choose(installed.map(Arc::new), ours).map(|provider| provider.cipher_suites.len())
        };
        assert_eq!(chosen(None, &[]), None);
        assert_eq!(chosen(None, &[|| cut(1)]), Some(1));
        assert_eq!(chosen(None, &[|| cut(1), || cut(2)]), Some(1));
        assert_eq!(chosen(Some(cut(3)), &[|| cut(1), || cut(2)]), Some(3));
        assert_eq!(chosen(Some(cut(3)), &[]), Some(3));
    }
}
