//! A provider that the program has installed goes before those of features.

#![cfg(all(feature = "rustls", feature = "webpki-roots"))]
#![cfg(test)]

use rustls::crypto::ring;
use ws_driver::{TlsConfig, TlsError};

#[test]
fn the_installed_one_is_taken() {
    let mut own = ring::default_provider();
    own.cipher_suites.truncate(1);
    own.install_default().unwrap();
    match TlsConfig::by_features() {
        Ok(config) => assert_eq!(config.get_ref().crypto_provider().cipher_suites.len(), 1),
        // On a machine without any, and with the features that ask it.
        Err(error) => assert!(matches!(error, TlsError::Roots(_)), "{error:?}"),
    }
}
