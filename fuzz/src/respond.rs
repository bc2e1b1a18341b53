//! Any field values, without white space around them, in a request that another HTTP stack has parsed, with any method and version: what is accepted
//! asked for it, what is rejected is an error, and the request is answered in the same way when it comes as bytes.

use http::{Method, Request, Version};
use ws_core::{
    DeflateConfig, ParsedRequest, Polled, ServerConfig, ServerHandshake, is_upgrade, respond,
};

use crate::input::lines;

const NAMES: [(&str, &str); 8] = [
    ("host", "h"),
    ("connection", "upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("sec-websocket-version", "13"),
    ("sec-websocket-protocol", "chat"),
    ("sec-websocket-extensions", "permessage-deflate"),
    ("origin", "http://h"),
];

/// Runs one input.
pub fn run(data: &[u8]) {
    let [how, data @ ..] = data else { return };
    let config = ServerConfig::new()
        .subprotocols(["chat"])
        .same_origin()
        .deflate(DeflateConfig::new().client_max_window_bits(12));
    let mut request = Request::get("/");
    let mut lines = lines(data);
    for (name, usual) in NAMES {
        request = match lines.next() {
            Some(b"") | None => request.header(name, usual),
            // Not there at all.
            Some(b"-") => request,
            Some(value) => request.header(name, value.trim_ascii()),
        };
    }
    for line in lines {
        request = request.header(NAMES[line.len() % NAMES.len()].0, line.trim_ascii());
    }
    // Some octets cannot stand in a field.
    let Ok(mut request) = request.body(()) else { return };
    if how & 1 == 0 {
        same_as_bytes(&request, &config);
    }
    let versions = [Version::HTTP_11, Version::HTTP_2, Version::HTTP_10, Version::HTTP_3];
    *request.version_mut() = versions[usize::from(how >> 1 & 3)];
    if how & 8 != 0 {
        *request.method_mut() = Method::CONNECT;
    }
    let protocol = [None, Some("websocket"), Some("WebSocket"), Some("other")];
    let parsed = ParsedRequest::from(&request).protocol(protocol[usize::from(how >> 4 & 3)]);
    match respond(parsed, &config) {
        Ok((response, negotiated)) => {
            assert!(is_upgrade(parsed));
            assert!(matches!(response.status().as_u16(), 101 | 200));
            assert!(matches!(negotiated.subprotocol(), None | Some("chat")));
        }
        Err(rejection) => {
            let status = rejection.response().status();
            assert!(status.is_client_error() || status.is_server_error(), "{status}");
        }
    }
}

/// A GET of HTTP/1.1 is answered with the same status when it is read from bytes.
fn same_as_bytes(request: &Request<()>, config: &ServerConfig) {
    let mut bytes = b"GET / HTTP/1.1\r\n".to_vec();
    for (name, value) in request.headers() {
        bytes.extend([name.as_str().as_bytes(), b":", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend(b"\r\n");
    let as_bytes = match ServerHandshake::with_buffered(config, &bytes[..]).poll_accept() {
        Polled::Ready(accepted) => Ok(accepted.negotiated().clone()),
        Polled::Failed(rejected) => Err(rejected.error.name()),
        Polled::Pending(_) => panic!("it is whole: {}", bytes.escape_ascii()),
    };
    let parsed = respond(request, config);
    let parsed = parsed.map(|(_, negotiated)| negotiated).map_err(|it| it.rule().name());
    match (as_bytes, parsed) {
        // What is too large is not looked at any further.
        (Err("field-too-long" | "head-too-large" | "too-many-fields"), _) => {}
        (as_bytes, parsed) => assert_eq!(as_bytes, parsed, "{}", bytes.escape_ascii()),
    }
}
