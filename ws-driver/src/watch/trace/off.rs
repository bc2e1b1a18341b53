//! What stands for tracing where it has been left out.

use std::time::Duration;

use ws_core::{HandshakeStep, ObservedEnd, ObservedHandshake, ObservedMessage, Role};

pub(in crate::watch) struct HandshakeTrace;

impl HandshakeTrace {
    pub(in crate::watch) fn begin(_role: Role) -> Self {
        Self
    }

    pub(in crate::watch) fn is_on(&self) -> bool {
        false
    }

    pub(in crate::watch) fn number(&self, _id: u64) {}

    pub(in crate::watch) fn step(&self, _step: HandshakeStep) {}

    pub(in crate::watch) fn ended(&self, _handshake: &ObservedHandshake<'_>) {}
}

pub(in crate::watch) struct WebSocketTrace;

impl WebSocketTrace {
    pub(in crate::watch) fn begin(_role: Role, _after: Option<&HandshakeTrace>) -> Self {
        Self
    }

    pub(in crate::watch) fn is_on(&self) -> bool {
        false
    }

    pub(in crate::watch) fn opened(&self, _id: u64) {}

    pub(in crate::watch) fn message_received(&self, _message: ObservedMessage) {}

    pub(in crate::watch) fn message_sent(&self, _message: ObservedMessage) {}

    pub(in crate::watch) fn ping_sent(&self) {}

    pub(in crate::watch) fn pong_received(&self, _round_trip: Option<Duration>) {}

    pub(in crate::watch) fn pong_missed(&self) {}

    pub(in crate::watch) fn queue_full(&self) {}

    pub(in crate::watch) fn closed(&self, _end: &ObservedEnd<'_>) {}
}
