//! TLS: what the files of the command line become.

mod insecure;
mod options;
mod pem;
mod server;

pub(crate) use self::{
    options::{Identity, Trust},
    server::ServerTls,
};

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};

/// What everything here is encrypted with.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The name of HTTP/1.1 among application protocols (RFC 7301 6).
const HTTP_1_1: &[u8] = b"http/1.1";
