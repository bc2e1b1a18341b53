//! Counting with the crate `metrics`.

use std::{fmt, sync::OnceLock, time::Duration};

use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};
use ws_core::{
    MessageKind, Observed, ObservedEnd, ObservedHandshake, ObservedMessage, Observer, Role, Side,
};

/// Counts with the crate `metrics`, for whatever exporter the program has installed.
///
/// ```
/// use ws_driver::{MetricsObserver, ws_core::ServerConfig};
///
/// let config = ServerConfig::new().observer(MetricsObserver::new());
/// # let _ = config;
/// ```
///
/// | name | kind | labels | |
/// |---|---|---|---|
/// | `ws_connections_open` | gauge | `role` | open WebSockets |
/// | `ws_handshakes_total` | counter | `role`, `outcome`, `rule` | handshakes that have ended |
/// | `ws_handshake_seconds` | histogram | `role` | how long they took |
/// | `ws_closed_total` | counter | `role`, `error`, `first`, `code` | WebSockets that have ended |
/// | `ws_connection_seconds` | histogram | `role` | how long they were open |
/// | `ws_messages_total` | counter | `role`, `direction`, `kind` | messages |
/// | `ws_message_bytes_total` | counter | `role`, `direction` | their payloads |
/// | `ws_wire_bytes_total` | counter | `role`, `direction` | their frames, as they are on the wire |
/// | `ws_queue_full_total` | counter | `role` | times that there was no room for a message |
/// | `ws_pings_sent_total` | counter | `role` | pings |
/// | `ws_pongs_received_total` | counter | `role` | pongs |
/// | `ws_pongs_missed_total` | counter | `role` | pings without a pong in time |
/// | `ws_round_trip_seconds` | histogram | `role` | from a ping to its pong |
///
/// `role` is `client` or `server`, `direction` is `received` or `sent`, `kind` is `text` or `binary`. `outcome`, `rule`
/// and `error` are the names of [`ObservedHandshake`] and [`ObservedEnd`], or `none`. `first` says whose close frame was
/// first: `local`, `remote` or `none`; and `code` is what [`CloseCode::label`](ws_core::CloseCode::label) says of
/// its code, or `none`. All of
/// these lists are fixed: nothing that a peer does makes another label.
///
/// Counters that are told of every message are looked up once, when the first thing happens. The exporter has to be
/// installed before that.
#[derive(Default)]
pub struct MetricsObserver([OnceLock<Handles>; 2]);

/// What is told often, of one role.
struct Handles {
    open: Gauge,
    received: Direction,
    sent: Direction,
    queue_full: Counter,
    pings_sent: Counter,
    pongs_received: Counter,
    pongs_missed: Counter,
    round_trip: Histogram,
}

struct Direction {
    text: Counter,
    binary: Counter,
    len: Counter,
    wire_len: Counter,
}

impl MetricsObserver {
    /// An observer that has not counted anything.
    pub fn new() -> Self {
        Self::default()
    }

    fn of(&self, web_socket: Observed) -> &Handles {
        let [client, server] = &self.0;
        let handles = match web_socket.role {
            Role::Client => client,
            Role::Server => server,
        };
        handles.get_or_init(|| Handles::new(role_name(web_socket.role)))
    }
}

impl Observer for MetricsObserver {
    fn handshake(&self, handshake: &ObservedHandshake<'_>) {
        self.of(handshake.web_socket);
        let role = role_name(handshake.web_socket.role);
        let (outcome, rule) = (handshake.outcome.name(), handshake.rule.unwrap_or(NONE));
        counter!("ws_handshakes_total", "role" => role, "outcome" => outcome, "rule" => rule)
            .increment(1);
        histogram!("ws_handshake_seconds", "role" => role).record(handshake.duration);
    }

    fn opened(&self, web_socket: Observed) {
        self.of(web_socket).open.increment(1);
    }

    fn message_received(&self, web_socket: Observed, message: ObservedMessage) {
        self.of(web_socket).received.count(message);
    }

    fn message_sent(&self, web_socket: Observed, message: ObservedMessage) {
        self.of(web_socket).sent.count(message);
    }

    fn ping_sent(&self, web_socket: Observed) {
        self.of(web_socket).pings_sent.increment(1);
    }

    fn pong_received(&self, web_socket: Observed, round_trip: Option<Duration>) {
        let handles = self.of(web_socket);
        handles.pongs_received.increment(1);
        if let Some(round_trip) = round_trip {
            handles.round_trip.record(round_trip);
        }
    }

    fn pong_missed(&self, web_socket: Observed) {
        self.of(web_socket).pongs_missed.increment(1);
    }

    fn queue_full(&self, web_socket: Observed) {
        self.of(web_socket).queue_full.increment(1);
    }

    fn closed(&self, web_socket: Observed, end: &ObservedEnd<'_>) {
        self.of(web_socket).open.decrement(1);
        let role = role_name(web_socket.role);
        let (first, frame) = match end.info.first {
            Some(Side::Local) => ("local", end.info.sent.as_ref()),
            Some(Side::Remote) => ("remote", end.info.received.as_ref()),
            None => (NONE, None),
        };
        let error = end.error.unwrap_or(NONE);
        let code = frame.map_or(NONE, |frame| frame.code.label());
        counter!(
            "ws_closed_total",
            "role" => role, "error" => error, "first" => first, "code" => code,
        )
        .increment(1);
        histogram!("ws_connection_seconds", "role" => role).record(end.duration);
    }
}

impl Handles {
    fn new(role: &'static str) -> Self {
        describe();
        Self {
            open: gauge!("ws_connections_open", "role" => role),
            received: Direction::new(role, "received"),
            sent: Direction::new(role, "sent"),
            queue_full: counter!("ws_queue_full_total", "role" => role),
            pings_sent: counter!("ws_pings_sent_total", "role" => role),
            pongs_received: counter!("ws_pongs_received_total", "role" => role),
            pongs_missed: counter!("ws_pongs_missed_total", "role" => role),
            round_trip: histogram!("ws_round_trip_seconds", "role" => role),
        }
    }
}

impl Direction {
    fn new(role: &'static str, direction: &'static str) -> Self {
        let messages = |kind: &'static str| {
            counter!(
                "ws_messages_total",
                "role" => role, "direction" => direction, "kind" => kind,
            )
        };
        Self {
            text: messages("text"),
            binary: messages("binary"),
            len: counter!("ws_message_bytes_total", "role" => role, "direction" => direction),
            wire_len: counter!("ws_wire_bytes_total", "role" => role, "direction" => direction),
        }
    }

    fn count(&self, message: ObservedMessage) {
        let messages = match message.kind {
            MessageKind::Text => &self.text,
            MessageKind::Binary => &self.binary,
        };
        messages.increment(1);
        self.len.increment(message.len);
        self.wire_len.increment(message.wire_len);
    }
}

fn describe() {
    describe_gauge!("ws_connections_open", Unit::Count, "open WebSockets");
    describe_counter!("ws_handshakes_total", Unit::Count, "handshakes that have ended");
    describe_histogram!("ws_handshake_seconds", Unit::Seconds, "how long handshakes took");
    describe_counter!("ws_closed_total", Unit::Count, "WebSockets that have ended");
    describe_histogram!("ws_connection_seconds", Unit::Seconds, "how long WebSockets were open");
    describe_counter!("ws_messages_total", Unit::Count, "messages");
    describe_counter!("ws_message_bytes_total", Unit::Bytes, "payloads of messages");
    describe_counter!("ws_wire_bytes_total", Unit::Bytes, "frames of messages on the wire");
    describe_counter!("ws_queue_full_total", Unit::Count, "times without room for a message");
    describe_counter!("ws_pings_sent_total", Unit::Count, "pings");
    describe_counter!("ws_pongs_received_total", Unit::Count, "pongs");
    describe_counter!("ws_pongs_missed_total", Unit::Count, "pings without a pong in time");
    describe_histogram!("ws_round_trip_seconds", Unit::Seconds, "from a ping to its pong");
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Client => "client",
        Role::Server => "server",
    }
}

impl fmt::Debug for MetricsObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MetricsObserver")
    }
}

const NONE: &str = "none";
