//! Ports for programs that cannot be told to pick one.

use std::net::TcpListener;

/// A port of the loopback interface where nobody listens.
///
/// # Errors
///
/// When there is none.
pub(crate) fn free() -> Result<u16, String> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no free port: {error}"))
}
