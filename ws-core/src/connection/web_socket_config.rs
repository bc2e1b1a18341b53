//! What a WebSocket may cost, and how long it may be silent.

use std::time::Duration;

use crate::codec::DeflatePool;

/// Limits and times of an open WebSocket. All lengths are in bytes; the number given is still
/// allowed, one more is not.
///
/// ```
/// use std::time::Duration;
/// use ws_core::{ServerConfig, WebSocketConfig};
///
/// let config = ServerConfig::new().web_socket(WebSocketConfig {
///     max_message_len: 64 * 1024,
///     ping_interval: Some(Duration::from_secs(20)),
///     pong_timeout: Some(Duration::from_secs(20)),
///     ..WebSocketConfig::default()
/// });
/// ```
#[derive(Clone, Debug)]
pub struct WebSocketConfig {
    /// The payload of one frame: 16 MiB. Larger ones are refused with close code 1009 when their
    /// head comes.
    pub max_frame_len: usize,
    /// A whole message, however many frames it has: 16 MiB. Likewise.
    pub max_message_len: usize,
    /// The frames of one message, empty ones included: 131,072. More are refused with 1008.
    pub max_fragments: u32,
    /// Longer messages are sent in frames of this length, so that pings and pongs get through
    /// between them: 64 KiB. `None` sends every message in one frame.
    pub fragment_len: Option<usize>,
    /// How much may wait to be written before sending has to wait: 256 KiB. A message larger than
    /// this passes all the same, alone.
    pub max_queue_len: usize,
    /// Fail the connection when nothing came for so long. Off; 60 s suit most servers.
    pub idle_timeout: Option<Duration>,
    /// Send a ping when nothing came for so long. Off; 20 s keep proxies from giving up.
    pub ping_interval: Option<Duration>,
    /// Fail the connection when a ping of ours has no pong after so long. Off; 20 s.
    pub pong_timeout: Option<Duration>,
    /// How long the peer has to finish the closing handshake: 5 s.
    pub close_timeout: Duration,
    /// Compress messages of at least this length, when permessage-deflate was agreed on: 64. Shorter
    /// ones hardly shrink.
    pub min_deflate_len: usize,
    /// How hard to try, from 1 to 9: 6, which is what zlib and most other implementations take. 0
    /// stores.
    pub deflate_level: u8,
    /// Where compressors come from and go to when they have no context to keep. None: every
    /// connection makes its own.
    pub deflate_pool: Option<DeflatePool>,
}

impl Default for WebSocketConfig {
    fn default() -> Self {
        Self {
            max_frame_len: 16 << 20,
            max_message_len: 16 << 20,
            max_fragments: 1 << 17,
            fragment_len: Some(64 << 10),
            max_queue_len: 256 << 10,
            idle_timeout: None,
            ping_interval: None,
            pong_timeout: None,
            close_timeout: Duration::from_secs(5),
            min_deflate_len: 64,
            deflate_level: 6,
            deflate_pool: None,
        }
    }
}
