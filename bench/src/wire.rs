//! The bytes that the benchmarks are about.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha1::{Digest, Sha1};

/// What Chrome sends for `new WebSocket("wss://www.example.com/chat", "chat")` on a site with a
/// session cookie: 14 fields.
pub const BROWSER_REQUEST: &[u8] = b"GET /chat HTTP/1.1\r\n\
    Host: www.example.com\r\n\
    Connection: Upgrade\r\n\
    Pragma: no-cache\r\n\
    Cache-Control: no-cache\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/138.0.0.0 Safari/537.36\r\n\
    Upgrade: websocket\r\n\
    Origin: https://www.example.com\r\n\
    Sec-WebSocket-Version: 13\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Accept-Language: en-GB,en;q=0.9\r\n\
    Cookie: session=7f3c9a1e5b8d4f60a2c4e6081b3d5f79; theme=dark\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\
    Sec-WebSocket-Protocol: chat\r\n\
    \r\n";

/// The key in [`BROWSER_REQUEST`].
pub const KEY: &[u8] = b"dGhlIHNhbXBsZSBub25jZQ==";

/// The accept value that answers [`KEY`] (RFC 6455 1.3).
pub const ACCEPT: &[u8] = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// [`BROWSER_REQUEST`] with cookies, 1 KiB a line, until the head measures exactly `len` bytes.
pub fn request_of(len: usize) -> Vec<u8> {
    let mut head = BROWSER_REQUEST[..BROWSER_REQUEST.len() - 2].to_vec();
    let (name, end) = (b"Cookie: ", b"\r\n");
    let mut missing = len.saturating_sub(BROWSER_REQUEST.len());
    while missing > name.len() + end.len() {
        // The last line takes what would be too short for a line of its own.
        let line = if missing < 2048 { missing } else { 1024 };
        head.extend_from_slice(name);
        head.resize(head.len() + line - name.len() - end.len(), b'c');
        head.extend_from_slice(end);
        missing -= line;
    }
    head.extend_from_slice(end);
    head
}

/// A server's 101 with the accept value for `key`, as a server behind a reverse proxy sends it.
pub fn answer_to(key: &[u8], out: &mut Vec<u8>) {
    let (before, after) = ANSWER;
    out.extend_from_slice(before);
    out.extend_from_slice(&accept_value(key));
    out.extend_from_slice(after);
}

/// The base64 of the SHA-1 of key and GUID (RFC 6455 4.2.2(5.4)).
pub fn accept_value(key: &[u8]) -> [u8; 28] {
    let digest = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    let mut value = [b'='; 28];
    let written = STANDARD.encode_slice(digest, &mut value);
    debug_assert!(written.is_ok());
    value
}

const ANSWER: (&[u8], &[u8]) = (
    b"HTTP/1.1 101 Switching Protocols\r\n\
      Server: nginx\r\n\
      Date: Tue, 01 Jul 2025 12:00:00 GMT\r\n\
      Connection: upgrade\r\n\
      Upgrade: websocket\r\n\
      Sec-WebSocket-Accept: ",
    b"\r\n\r\n",
);

const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_requests_measure_what_they_say() {
        assert!((580..=620).contains(&BROWSER_REQUEST.len()), "{}", BROWSER_REQUEST.len());
        for len in [2048, 10_000, 16 * 1024] {
            assert_eq!(request_of(len).len(), len);
        }
    }

    #[test]
    fn the_example_of_rfc_6455() {
        assert_eq!(accept_value(KEY), ACCEPT);
    }
}
