//! Any field values in a request that another HTTP stack has parsed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ws_core::{DeflateConfig, ServerConfig, is_upgrade, respond};

fuzz_target!(|data: &[u8]| {
    let names = [
        "host",
        "connection",
        "upgrade",
        "sec-websocket-key",
        "sec-websocket-version",
        "sec-websocket-protocol",
        "sec-websocket-extensions",
        "origin",
    ];
    let mut request = http::Request::get("/");
    let mut lines = data.split(|&byte| byte == b'\n');
    for (name, usual) in names.iter().zip([
        "h",
        "upgrade",
        "websocket",
        "dGhlIHNhbXBsZSBub25jZQ==",
        "13",
        "chat",
        "permessage-deflate",
        "http://h",
    ]) {
        request = match lines.next() {
            Some(b"") | None => request.header(*name, usual),
            Some(value) => request.header(*name, value),
        };
    }
    for line in lines {
        request = request.header(names[line.len() % names.len()], line);
    }
    let Ok(request) = request.body(()) else { return };
    let config = ServerConfig::new()
        .subprotocols(["chat"])
        .same_origin()
        .deflate(DeflateConfig::new().client_max_window_bits(12));
    if respond(&request, &config).is_ok() {
        assert!(is_upgrade(&request));
    }
});
