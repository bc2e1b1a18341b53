//! What may come.

use crate::connection::web_socket_config::WebSocketConfig;

/// What a receiver takes: the limits of a [`WebSocketConfig`] that are for what comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiveLimits {
    /// The payload of one frame, in bytes.
    pub max_frame_len: usize,
    /// A whole message, in bytes, however many frames it has.
    pub max_message_len: usize,
    /// The frames of one message.
    pub max_fragments: u32,
}

impl ReceiveLimits {
    /// No limits: for those who take parts, and keep none of them.
    pub const NONE: Self =
        Self { max_frame_len: usize::MAX, max_message_len: usize::MAX, max_fragments: u32::MAX };

    /// The limits of a configuration.
    pub fn of(config: &WebSocketConfig) -> Self {
        let &WebSocketConfig { max_frame_len, max_message_len, max_fragments, .. } = config;
        Self { max_frame_len, max_message_len, max_fragments }
    }
}
