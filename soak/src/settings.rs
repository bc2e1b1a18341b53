//! How the two servers of a process are configured: one for honest clients, one for hostile ones.

use std::time::Duration;

use ws_core::{
    ClientConfig, DeflateConfig, DeflateOffer, DeflatePool, ServerConfig, WebSocketConfig,
};

/// Whom honest clients talk to: nothing is cut off because a machine is busy.
pub(crate) fn patient() -> ServerConfig {
    let web_socket = WebSocketConfig::new()
        .max_message_len(MAX_HONEST_LEN)
        .close_timeout(PATIENCE)
        .deflate_pool(DeflatePool::new(POOLED_COMPRESSORS));
    ServerConfig::new()
        .keep_request(true)
        .timeout(Some(PATIENCE))
        .deflate(DeflateConfig::new())
        .web_socket(web_socket)
}

/// Whom hostile clients attack: small limits, short times.
pub(crate) fn strict() -> ServerConfig {
    let web_socket = WebSocketConfig::new()
        .max_frame_len(STRICT_LEN)
        .max_message_len(STRICT_LEN)
        .max_queue_len(STRICT_LEN)
        .max_fragments(MAX_FRAGMENTS)
        .idle_timeout(SHORT)
        .send_timeout(SHORT)
        .close_timeout(SHORT);
    ServerConfig::new()
        .keep_request(true)
        .timeout(Some(SHORT))
        .deflate(DeflateConfig::new())
        .web_socket(web_socket)
}

/// What an honest client offers: every second one compression, and one in eight keeps its contexts, which take 418 KiB
/// on either side.
pub(crate) fn client(number: usize) -> ClientConfig {
    let config = ClientConfig::new()
        .timeout(Some(PATIENCE))
        .web_socket(WebSocketConfig::new().close_timeout(PATIENCE));
    match number % 8 {
        0 => config.deflate(DeflateOffer::new()),
        2 | 4 | 6 => config.deflate(
            DeflateOffer::new().client_no_context_takeover(true).server_no_context_takeover(true),
        ),
        _ => config,
    }
}

/// Compressors that are kept for those who keep no context.
pub(crate) const POOLED_COMPRESSORS: usize = 4;

/// The longest message of an honest client.
pub(crate) const MAX_HONEST_LEN: usize = 256 << 10;

/// The strict server's limit of a frame, of a message, and of what is pending to be sent.
pub(crate) const STRICT_LEN: usize = 64 << 10;

pub(crate) const MAX_FRAGMENTS: u32 = 1000;

/// What the strict server waits for anything.
pub(crate) const SHORT: Duration = Duration::from_millis(1500);

/// Whatever takes longer than this hangs, also on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
