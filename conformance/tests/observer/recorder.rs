//! An observer that writes down what it is told, in words.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use conformance::messages::command::close_info;
use ws_core::{
    HandshakeStep, MessageKind, Observed, ObservedEnd, ObservedHandshake, ObservedMessage,
    Observer, Role, Totals,
};

/// Clones write into one diary.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Diary>>);

#[derive(Default)]
struct Diary {
    told: Vec<(Observed, String)>,
    steps: Vec<Vec<HandshakeStep>>,
}

impl Recorder {
    /// What was told, without numbers.
    pub(crate) fn told(&self) -> Vec<String> {
        self.0.lock().unwrap().told.iter().map(|(_, words)| words.clone()).collect()
    }

    /// What was told of messages and all the like, and what then was not.
    #[track_caller]
    pub(crate) fn assert_told<S: AsRef<str>>(&self, expected: &[S], who: &str) {
        let expected: Vec<_> = expected.iter().map(AsRef::as_ref).collect();
        assert_eq!(self.told(), expected, "{who}");
    }

    /// The numbers of those of which something was told, in order and each once.
    pub(crate) fn ids(&self) -> Vec<u64> {
        let mut ids: Vec<_> = self.0.lock().unwrap().told.iter().map(|(of, _)| of.id).collect();
        ids.dedup();
        ids
    }

    pub(crate) fn roles(&self) -> Vec<Role> {
        self.0.lock().unwrap().told.iter().map(|(of, _)| of.role).collect()
    }

    /// The steps of each handshake.
    pub(crate) fn steps(&self) -> Vec<Vec<HandshakeStep>> {
        self.0.lock().unwrap().steps.clone()
    }

    fn note(&self, of: Observed, words: impl Into<String>) {
        self.0.lock().unwrap().told.push((of, words.into()));
    }
}

impl Observer for Recorder {
    fn handshake(&self, handshake: &ObservedHandshake<'_>) {
        let &ObservedHandshake { web_socket, outcome, rule, status, duration, steps, .. } =
            handshake;
        let all: Duration = steps.iter().map(|step| step.duration).sum();
        assert!(all <= duration, "{handshake:?}");
        let mut words = outcome.name().to_owned();
        if let Some(rule) = rule {
            words += &format!(" {rule}");
        }
        if let Some(status) = status {
            words += &format!(" {}", status.as_u16());
        }
        self.0.lock().unwrap().steps.push(steps.iter().map(|step| step.step).collect());
        self.note(web_socket, words);
    }

    fn opened(&self, web_socket: Observed) {
        self.note(web_socket, "open");
    }

    fn message_received(&self, web_socket: Observed, message: ObservedMessage) {
        self.note(web_socket, format!("got {}", shown(message)));
    }

    fn message_sent(&self, web_socket: Observed, message: ObservedMessage) {
        self.note(web_socket, format!("sent {}", shown(message)));
    }

    fn ping_sent(&self, web_socket: Observed) {
        self.note(web_socket, "ping");
    }

    fn pong_received(&self, web_socket: Observed, round_trip: Option<Duration>) {
        self.note(web_socket, if round_trip.is_some() { "pong, measured" } else { "pong" });
    }

    fn pong_missed(&self, web_socket: Observed) {
        self.note(web_socket, "no pong");
    }

    fn queue_full(&self, web_socket: Observed) {
        self.note(web_socket, "full");
    }

    fn closed(&self, web_socket: Observed, end: &ObservedEnd<'_>) {
        self.note(web_socket, format!("closed: {}", ended(end)));
    }
}

/// `text 5 in 11`
fn shown(message: ObservedMessage) -> String {
    let kind = match message.kind {
        MessageKind::Text => "text",
        MessageKind::Binary => "binary",
    };
    format!("{kind} {} in {}", message.len, message.wire_len)
}

/// `well; sent 1000, received 1000, local first; got 1 of 5 in 11, sent none`
fn ended(end: &ObservedEnd<'_>) -> String {
    let error = end.error.unwrap_or("well");
    let (received, sent) = (totals(end.received), totals(end.sent));
    format!("{error}; {}; got {received}, sent {sent}", close_info(end.info))
}

fn totals(Totals { messages, len, wire_len, .. }: Totals) -> String {
    if messages == 0 { "none".to_owned() } else { format!("{messages} of {len} in {wire_len}") }
}
