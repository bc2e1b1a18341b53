//! The handshakes of tungstenite, on streams in memory.

use tungstenite::{client::IntoClientRequest, http::HeaderValue, protocol::WebSocketConfig};
use ws_bench::stream::{Answering, Canned};

/// Accepts `request` and gives the answer, in the memory of `written`. Whether it was accepted is
/// for the caller to see in the answer.
#[inline(never)]
pub(crate) fn accept(request: &[u8], written: Vec<u8>) -> Vec<u8> {
    match tungstenite::accept_with_config(Canned::new(request, written), Some(config())) {
        Ok(socket) => socket.into_inner().into_written(),
        Err(_) => Vec::new(),
    }
}

/// Opens a WebSocket on `peer`; gives how many fields the answer has.
#[inline(never)]
pub(crate) fn connect(peer: &mut Answering) -> Option<usize> {
    let mut request = "ws://www.example.com/chat".into_client_request().ok()?;
    request.headers_mut().insert("Origin", HeaderValue::from_static("https://www.example.com"));
    let (_, response) =
        tungstenite::client::client_with_config(request, peer, Some(config())).ok()?;
    Some(response.headers().len())
}

/// By default a new WebSocket sets aside 128 KiB to read frames into. That is not the handshake's,
/// so it is made small here.
fn config() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(2048)
}
