//! A span for each handshake, and one for each WebSocket.
//!
//! Spans are never entered: events name theirs as the parent, so that nothing of the application's gets into one, and
//! it makes no difference which task goes on with a WebSocket.

use std::{fmt, time::Duration};

use tracing::{Span, debug, debug_span, field::Empty, trace};
use ws_core::{
    HandshakeStep, MessageKind, ObservedEnd, ObservedHandshake, ObservedMessage, ObservedStep,
    Role, Side,
};

/// The span of a handshake.
pub(in crate::watch) struct HandshakeTrace(Span);

impl HandshakeTrace {
    pub(in crate::watch) fn begin(role: Role) -> Self {
        Self(debug_span!(
            target: TARGET, "ws_handshake",
            id = Empty, role = role_name(role), outcome = Empty, rule = Empty, status = Empty,
            duration_us = Empty,
        ))
    }

    pub(in crate::watch) fn is_on(&self) -> bool {
        !self.0.is_disabled()
    }

    pub(in crate::watch) fn number(&self, id: u64) {
        self.0.record("id", id);
    }

    pub(in crate::watch) fn step(&self, step: HandshakeStep) {
        trace!(target: TARGET, parent: &self.0, step = step.name(), "step");
    }

    pub(in crate::watch) fn ended(&self, handshake: &ObservedHandshake<'_>) {
        let outcome = handshake.outcome.name();
        let (rule, status) = (handshake.rule, handshake.status.map(|status| status.as_u16()));
        let duration_us = micros(handshake.duration);
        self.0.record("outcome", outcome);
        self.0.record("rule", rule);
        self.0.record("status", status);
        self.0.record("duration_us", duration_us);
        let steps = Steps(handshake.steps);
        debug!(
            target: TARGET, parent: &self.0,
            outcome, rule, status, duration_us, %steps, "handshake ended",
        );
    }
}

/// The span of a WebSocket.
pub(in crate::watch) struct WebSocketTrace(Span);

impl WebSocketTrace {
    pub(in crate::watch) fn begin(role: Role, after: Option<&HandshakeTrace>) -> Self {
        let span = debug_span!(
            target: TARGET, "ws_connection",
            id = Empty, role = role_name(role), error = Empty, first = Empty,
            sent_code = Empty, received_code = Empty, duration_us = Empty,
            messages_sent = Empty, len_sent = Empty, wire_len_sent = Empty,
            messages_received = Empty, len_received = Empty, wire_len_received = Empty,
        );
        if let Some(after) = after {
            span.follows_from(&after.0);
        }
        Self(span)
    }

    pub(in crate::watch) fn is_on(&self) -> bool {
        !self.0.is_disabled()
    }

    pub(in crate::watch) fn opened(&self, id: u64) {
        self.0.record("id", id);
        debug!(target: TARGET, parent: &self.0, "opened");
    }

    pub(in crate::watch) fn message_received(&self, message: ObservedMessage) {
        let ObservedMessage { kind, len, wire_len, .. } = message;
        trace!(target: TARGET, parent: &self.0, kind = kind_name(kind), len, wire_len, "message received");
    }

    pub(in crate::watch) fn message_sent(&self, message: ObservedMessage) {
        let ObservedMessage { kind, len, wire_len, .. } = message;
        trace!(target: TARGET, parent: &self.0, kind = kind_name(kind), len, wire_len, "message sent");
    }

    pub(in crate::watch) fn ping_sent(&self) {
        trace!(target: TARGET, parent: &self.0, "ping sent");
    }

    pub(in crate::watch) fn pong_received(&self, round_trip: Option<Duration>) {
        let round_trip_us = round_trip.map(micros);
        trace!(target: TARGET, parent: &self.0, round_trip_us, "pong received");
    }

    pub(in crate::watch) fn pong_missed(&self) {
        debug!(target: TARGET, parent: &self.0, "pong missed");
    }

    pub(in crate::watch) fn queue_full(&self) {
        debug!(target: TARGET, parent: &self.0, "queue full");
    }

    pub(in crate::watch) fn closed(&self, end: &ObservedEnd<'_>) {
        let ObservedEnd { info, error, received, sent, .. } = *end;
        let first = info.first.map(|side| match side {
            Side::Local => "local",
            Side::Remote => "remote",
        });
        let [sent_code, received_code] =
            [&info.sent, &info.received].map(|frame| Some(frame.as_ref()?.code.get()));
        let duration_us = micros(end.duration);
        self.0.record("error", error);
        self.0.record("first", first);
        self.0.record("sent_code", sent_code);
        self.0.record("received_code", received_code);
        self.0.record("duration_us", duration_us);
        self.0.record("messages_sent", sent.messages);
        self.0.record("len_sent", sent.len);
        self.0.record("wire_len_sent", sent.wire_len);
        self.0.record("messages_received", received.messages);
        self.0.record("len_received", received.len);
        self.0.record("wire_len_received", received.wire_len);
        debug!(
            target: TARGET, parent: &self.0,
            error, first, sent_code, received_code, duration_us,
            messages_sent = sent.messages, len_sent = sent.len, wire_len_sent = sent.wire_len,
            messages_received = received.messages, len_received = received.len,
            wire_len_received = received.wire_len, "closed",
        );
    }
}

/// The steps of a handshake, and how long each took: `await-request 12us, read-request 3us`.
struct Steps<'a>(&'a [ObservedStep]);

impl fmt::Display for Steps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, ObservedStep { step, duration, .. }) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{} {}us", step.name(), micros(*duration))?;
        }
        Ok(())
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Client => "client",
        Role::Server => "server",
    }
}

fn kind_name(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Text => "text",
        MessageKind::Binary => "binary",
    }
}

const TARGET: &str = "ws";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_shown_with_their_times() {
        let step = |step, micros| ObservedStep::new(step, Duration::from_micros(micros));
        let steps = [step(HandshakeStep::AwaitRequest, 12), step(HandshakeStep::ReadRequest, 3)];
        assert_eq!(Steps(&steps).to_string(), "await-request 12us, read-request 3us");
        assert_eq!(Steps(&[]).to_string(), "");
    }
}
