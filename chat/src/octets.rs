//! How many octets have gone over a WebSocket.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use ws_rooms::ws_tokio::observe::{Observed, ObservedMessage, Observer};

/// The frames of messages, with their heads, and compressed if they are. An observer of one WebSocket.
#[derive(Debug, Default)]
pub struct Octets {
    received: AtomicU64,
    sent: AtomicU64,
}

impl Octets {
    /// How many came.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received.load(Relaxed)
    }

    /// How many went.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }
}

impl Observer for Octets {
    fn message_received(&self, _: Observed, message: ObservedMessage) {
        self.received.fetch_add(message.wire_len, Relaxed);
    }

    fn message_sent(&self, _: Observed, message: ObservedMessage) {
        self.sent.fetch_add(message.wire_len, Relaxed);
    }
}
