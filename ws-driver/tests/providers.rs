//! What TLS is encrypted with: each set of features has a test of its own in `cargo xtask providers`.

#![cfg(feature = "rustls")]
#![cfg(test)]

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use ws_driver::{TlsConfig, TlsError};

fn has_provider() -> bool {
    cfg!(any(feature = "ring", feature = "aws-lc-rs"))
}
fn has_roots() -> bool {
    cfg!(any(feature = "webpki-roots", feature = "native-roots", feature = "platform-verifier"))
}

/// One test, since a default is installed once and for the whole process.
#[test]
fn it_is_the_installed_one_or_a_features_or_an_error() {
    assert!(CryptoProvider::get_default().is_none());
    match TlsConfig::by_features() {
        Err(TlsError::NoProvider) => assert!(!has_provider()),
        Err(TlsError::NoRoots) => assert!(has_provider() && !has_roots()),
        // On a machine without any.
        Err(error) => assert!(matches!(error, TlsError::Roots(_)), "{error:?}"),
        Ok(config) => {
            assert!(has_provider() && has_roots());
            let provider = config.get_ref().crypto_provider();
            // Only aws-lc-rs has this key exchange.
            let hybrid = rustls::NamedGroup::X25519MLKEM768;
            let has_hybrid = provider.kx_groups.iter().any(|group| group.name() == hybrid);
            assert_eq!(has_hybrid, cfg!(feature = "aws-lc-rs"));
            assert_eq!(config.get_ref().alpn_protocols, [b"http/1.1"]);
            // It is made once.
            assert!(Arc::ptr_eq(config.get_ref(), TlsConfig::by_features().unwrap().get_ref()));
        }
    }
    // Nothing was installed behind the program's back.
    assert!(CryptoProvider::get_default().is_none());

    // What was an error is none any more once the program has installed a provider of its own.
    if !has_provider() {
        let mut own = ring::default_provider();
        own.cipher_suites.truncate(1);
        own.install_default().unwrap();
        match TlsConfig::by_features() {
            Err(TlsError::NoRoots) => assert!(!has_roots()),
            Err(error) => assert!(matches!(error, TlsError::Roots(_)), "{error:?}"),
            Ok(config) => {
                assert_eq!(config.get_ref().crypto_provider().cipher_suites.len(), 1);
            }
        }
    }
}
