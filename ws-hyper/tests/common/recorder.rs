//! An observer that writes down what it is told.

use std::sync::{Arc, Mutex};

use ws_hyper::{
    ClientConfig, ServerConfig,
    ws_tokio::observe::{Observed, ObservedEnd, ObservedHandshake, ObservedMessage, Observer},
};

use super::in_time;

#[derive(Clone, Default)]
pub(crate) struct Recorder(pub(crate) Arc<Mutex<Vec<(u64, String)>>>);

impl Recorder {
    fn note(&self, of: Observed, words: impl Into<String>) {
        self.0.lock().unwrap().push((of.id, words.into()));
    }

    pub(crate) fn told(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(_, words)| words.clone()).collect()
    }

    /// Waits until so much has been told: the other task may not have come so far.
    pub(crate) async fn told_by_then(&self, count: usize) -> Vec<String> {
        in_time(async {
            while self.told().len() < count {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        })
        .await;
        self.told()
    }

    pub(crate) fn server(&self) -> ServerConfig {
        ServerConfig::new().observer(self.clone())
    }

    pub(crate) fn client(&self) -> ClientConfig {
        ClientConfig::new().observer(self.clone())
    }

    /// That all of it was told of one.
    pub(crate) fn assert_one(&self) {
        let told = self.0.lock().unwrap();
        assert!(told.iter().all(|(id, _)| *id == told[0].0), "{told:?}");
    }
}

impl Observer for Recorder {
    fn handshake(&self, handshake: &ObservedHandshake<'_>) {
        let status = handshake.status.map_or(0, |status| status.as_u16());
        let (outcome, rule) = (handshake.outcome.name(), handshake.rule.unwrap_or("-"));
        let steps: Vec<_> = handshake.steps.iter().map(|step| step.step.name()).collect();
        let steps = steps.join(" ");
        self.note(handshake.web_socket, format!("{outcome} {rule} {status}: {steps}"));
    }

    fn opened(&self, web_socket: Observed) {
        self.note(web_socket, "open");
    }

    fn message_received(&self, web_socket: Observed, message: ObservedMessage) {
        self.note(web_socket, format!("got {}", message.len));
    }

    fn message_sent(&self, web_socket: Observed, message: ObservedMessage) {
        self.note(web_socket, format!("sent {}", message.len));
    }

    fn closed(&self, web_socket: Observed, end: &ObservedEnd<'_>) {
        self.note(web_socket, format!("closed {}", end.error.unwrap_or("well")));
    }
}
