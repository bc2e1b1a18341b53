//! Spans and events, as a subscriber of the test's own sees them.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
};

use conformance::{
    adapter::{self, Call},
    messages::frames::{close, text},
    pipe::{Pipe, Script},
    sample::{bad, good},
    scene::run,
};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use ws_core::{Negotiated, Role, ServerConfig, WebSocketConfig};
use ws_driver::Parts;

/// What a subscriber has seen, as text.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    spans: Vec<Span>,
    /// `ws_handshake: handshake ended outcome=opened ..`
    events: Vec<String>,
    entered: usize,
    max_level: Option<Level>,
}

struct Span {
    name: &'static str,
    fields: BTreeMap<&'static str, String>,
    follows: Option<u64>,
    is_open: bool,
}

impl Seen {
    /// A subscriber for one test that sees events up to this level, and spans of the target.
    pub(crate) fn with<O>(max_level: Level, then: impl FnOnce() -> O) -> (Self, O) {
        let seen = Self::default();
        seen.0.lock().unwrap().max_level = Some(max_level);
        let output = tracing::subscriber::with_default(seen.clone(), then);
        (seen, output)
    }

    pub(crate) fn events(&self) -> Vec<String> {
        self.0.lock().unwrap().events.clone()
    }

    /// Everything, to be searched.
    pub(crate) fn text(&self) -> String {
        let state = self.0.lock().unwrap();
        let spans = state.spans.iter().map(|span| format!("{} {:?}", span.name, span.fields));
        spans.chain(state.events.iter().cloned()).collect::<Vec<_>>().join("\n")
    }

    /// The fields of the only span with this name.
    fn span(&self, name: &str) -> BTreeMap<&'static str, String> {
        let state = self.0.lock().unwrap();
        let mut found = state.spans.iter().filter(|span| span.name == name);
        let span = found.next().unwrap();
        assert!(found.next().is_none(), "{name}");
        assert!(!span.is_open, "{name}");
        span.fields.clone()
    }
}

struct Fields<'a>(&'a mut BTreeMap<&'static str, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl Subscriber for Seen {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let max_level = self.0.lock().unwrap().max_level;
        metadata.target() == "ws" && max_level.is_some_and(|max| *metadata.level() <= max)
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = BTreeMap::new();
        attributes.record(&mut Fields(&mut fields));
        let spans = &mut self.0.lock().unwrap().spans;
        let name = attributes.metadata().name();
        spans.push(Span { name, fields, follows: None, is_open: true });
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut state = self.0.lock().unwrap();
        let span = &mut state.spans[span.into_u64() as usize - 1];
        assert!(span.is_open);
        values.record(&mut Fields(&mut span.fields));
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.0.lock().unwrap().spans[span.into_u64() as usize - 1].follows =
            Some(follows.into_u64());
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = BTreeMap::new();
        event.record(&mut Fields(&mut fields));
        let mut state = self.0.lock().unwrap();
        // Every event names its span.
        let parent = event.parent().unwrap().into_u64() as usize - 1;
        let mut words = format!("{}: {}", state.spans[parent].name, fields["message"]);
        for (name, value) in fields.iter().filter(|(name, _)| **name != "message") {
            // Times differ from run to run.
            let is_time = *name == "steps" || name.ends_with("_us");
            let _ = write!(words, " {name}={}", if is_time { ".." } else { value });
        }
        state.events.push(words);
    }

    fn enter(&self, _: &Id) {
        self.0.lock().unwrap().entered += 1;
    }

    fn exit(&self, _: &Id) {}

    fn try_close(&self, id: Id) -> bool {
        self.0.lock().unwrap().spans[id.into_u64() as usize - 1].is_open = false;
        true
    }
}

fn names<'a>(fields: &'a BTreeMap<&'static str, String>) -> Vec<&'a str> {
    fields.keys().copied().collect()
}

#[test]
fn a_handshake_that_is_rejected() {
    for adapter in adapter::all() {
        let call = Call::Accept(ServerConfig::new());
        let (seen, _) =
            Seen::with(Level::TRACE, || run(&*adapter, Script::new().input([bad()]), call));
        let fields = seen.span("ws_handshake");
        assert_eq!(names(&fields), ["duration_us", "id", "outcome", "role", "rule", "status"]);
        assert_eq!((&*fields["role"], &*fields["outcome"]), ("server", "rejected"));
        assert_eq!((&*fields["rule"], &*fields["status"]), ("missing-key", "400"));
        let expected = [
            "ws_handshake: step step=await-request",
            "ws_handshake: step step=read-request",
            "ws_handshake: step step=send-answer",
            "ws_handshake: handshake ended duration_us=.. outcome=rejected rule=missing-key \
             status=400 steps=..",
        ];
        assert_eq!(seen.events(), expected, "{}", adapter.name());
        assert_eq!(seen.0.lock().unwrap().entered, 0);
    }
}

#[test]
fn a_handshake_and_its_web_socket() {
    let call = Call::Accept(ServerConfig::new());
    let (seen, _) =
        Seen::with(Level::DEBUG, || run(&adapter::Smol, Script::new().input([good()]), call));
    let (handshake, opened) = (seen.span("ws_handshake"), seen.span("ws_connection"));
    assert_eq!(handshake["id"], opened["id"]);
    assert_eq!(handshake["status"], "101");
    assert!(!handshake.contains_key("rule"));
    assert_eq!(opened["error"], "taken-apart");
    assert_eq!(seen.0.lock().unwrap().spans[1].follows, Some(1));
    let events = seen.events();
    assert_eq!(events.len(), 3, "{events:?}");
    assert_eq!(events[1], "ws_connection: opened");
}

#[test]
fn a_web_socket() {
    let script = || Script::new().stays_open();
    let (seen, ()) = Seen::with(Level::TRACE, || {
        let (io, peer) = Pipe::new(script());
        let parts = Parts::new(io, Role::Server, Negotiated::default());
        let config = WebSocketConfig::new();
        let mut ws = ws_smol::WebSocket::from_parts(parts, &config);
        peer.send(text("hello").encode(Role::Server));
        peer.send(close(1001, "secret reason").encode(Role::Server));
        peer.close();
        smol::block_on(async {
            ws.send(vec![7; 3]).await.unwrap();
            ws.ping("").await.unwrap();
            while ws.recv().await.unwrap().is_some() {}
            ws.recv().await.unwrap();
        });
    });
    let expected = [
        "ws_connection: opened",
        "ws_connection: message sent kind=binary len=3 wire_len=5",
        "ws_connection: ping sent",
        "ws_connection: message received kind=text len=5 wire_len=11",
        "ws_connection: closed duration_us=.. first=remote len_received=5 len_sent=3 \
         messages_received=1 messages_sent=1 received_code=1001 sent_code=1001 \
         wire_len_received=11 wire_len_sent=5",
    ];
    assert_eq!(seen.events(), expected);
    let fields = seen.span("ws_connection");
    let all = [
        "duration_us",
        "first",
        "id",
        "len_received",
        "len_sent",
        "messages_received",
        "messages_sent",
        "received_code",
        "role",
        "sent_code",
        "wire_len_received",
        "wire_len_sent",
    ];
    assert_eq!(names(&fields), all);
    assert!(!seen.text().contains("secret"));
}

/// What goes wrong is told as well, also where no observer listens.
#[test]
fn a_queue_that_is_full_and_pongs() {
    let (seen, ()) = Seen::with(Level::TRACE, || {
        let (io, peer) = Pipe::new(Script::new());
        let parts = Parts::new(io, Role::Client, Negotiated::default());
        let time = std::time::Duration::from_millis(50);
        let config = WebSocketConfig::new().max_queue_len(1).ping_interval(time).pong_timeout(time);
        let mut ws = ws_smol::WebSocket::from_parts(parts, &config);
        // One that nobody has asked for.
        peer.send(b"\x8a\x01x");
        ws.try_send("a").unwrap();
        ws.try_send("a").unwrap_err();
        let error = smol::block_on(ws.recv()).unwrap_err();
        assert_eq!(error.name(), "pong-timeout");
    });
    let events = seen.events();
    let expected = [
        "ws_connection: opened",
        "ws_connection: message sent kind=text len=1 wire_len=7",
        "ws_connection: queue full",
        "ws_connection: pong received",
        "ws_connection: ping sent",
        "ws_connection: pong missed",
    ];
    assert_eq!(events[..expected.len()], expected);
    assert_eq!(seen.span("ws_connection")["error"], "pong-timeout");
}

/// Nobody listens to the target: nothing is watched, and so nothing is measured.
#[test]
fn a_level_that_is_off() {
    let call = Call::Accept(ServerConfig::new());
    let (seen, _) =
        Seen::with(Level::INFO, || run(&adapter::Smol, Script::new().input([good()]), call));
    assert_eq!(seen.text(), "");
}
