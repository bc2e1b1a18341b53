//! Any text as a URL: what we take leads to the host that it would lead a browser to.

use ws_core::Url;
use ws_core::{ArgumentError, ClientConfig, HandshakeError, upgrade_request};

/// Runs one input.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let ours = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => {
            assert!(error.to_string().is_ascii(), "{error}");
            return;
        }
    };
    // A host that was taken can be sent, and so can user name and password.
    let mut config = ClientConfig::new();
    if let Some((user, password)) = ours.user_info() {
        config = config.user_info(user, password);
    }
    match upgrade_request(&config, ours.host_field(), ours.target()) {
        Ok(_) => {}
        Err(HandshakeError::Argument(error)) if matches!(*error, ArgumentError::Target(_)) => {
            return;
        }
        Err(error) => panic!("{text:?}: {error}"),
    }
    // What was made of it means the same.
    let scheme = if ours.is_secure() { "wss" } else { "ws" };
    let again = format!("{scheme}://{}{}", ours.host_field(), ours.target());
    let again = Url::parse(&again).expect("it was taken");
    assert_eq!(again.host_field(), ours.host_field());
    assert_eq!((again.port(), again.target()), (ours.port(), ours.target()));
    // The URL standard has no zones, and decodes labels in Punycode.
    if ours.host().contains('%') || ours.host().contains("xn--") {
        return;
    }
    let theirs = ::url::Url::parse(text).expect("a browser takes it");
    let host = theirs.host_str().expect("it has a host");
    let port = theirs.port_or_known_default().expect("it has a port");
    let host_field = match theirs.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    assert_eq!((ours.host_field(), ours.port()), (&*host_field, port), "{text:?}");
}
