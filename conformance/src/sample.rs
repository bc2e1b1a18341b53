//! Requests and answers the named tests start from.

use crate::fill::accept_value;

/// The key of RFC 6455 1.2.
pub const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// A correct upgrade request.
pub fn good() -> Vec<u8> {
    upgrade("")
}

/// An upgrade request without Sec-WebSocket-Key: refused with 400, and the connection may stay open.
pub fn bad() -> Vec<u8> {
    without_key("")
}

/// A correct upgrade request with more fields, each with its CRLF.
pub fn upgrade(more: &str) -> Vec<u8> {
    without_key(&format!("Sec-WebSocket-Key: {KEY}\r\n{more}"))
}

/// An upgrade request without a key, with more fields, each with its CRLF.
pub fn without_key(more: &str) -> Vec<u8> {
    format!(
        "GET / HTTP/1.1\r\nHost: ws.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\n{more}\r\n"
    )
    .into_bytes()
}

/// A correct 101 with more fields, each with its CRLF; the accept value is still to be filled in.
pub fn switching(more: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Accept: {{A}}\r\n{more}\r\n"
    )
    .into_bytes()
}

/// Answers that open nothing: none yet, a refusal, wrong ones.
pub const NOT_OPENING: [&[u8]; 6] = [
    b"",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n",
    b"nonsense\r\n\r\n",
    b"HTTP/1.1 101",
];

/// The accept value for [`KEY`].
pub fn accept() -> String {
    accept_value(KEY)
}
