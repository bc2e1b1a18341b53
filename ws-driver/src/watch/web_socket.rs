//! A WebSocket that is watched.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ws_core::{
    CloseFrame, CloseInfo, Connection, Observed, ObservedEnd, ObservedMessage, SharedObserver,
    Side, Tap, Totals, WebSocketConfig,
};

use super::trace::WebSocketTrace;
use crate::{Error, hold::lock};

/// Watches a WebSocket, for the observer of its configuration, and for traces. When the last handle goes, the WebSocket
/// has ended.
#[derive(Clone, Default)]
pub(crate) struct Watch(Option<Arc<Watched>>);

struct Watched {
    web_socket: Observed,
    observer: Option<SharedObserver>,
    trace: WebSocketTrace,
    since: Instant,
    received: Counted,
    sent: Counted,
    end: Mutex<End>,
}

/// What went in one direction: each is counted where it happens, and read at the end.
#[derive(Default)]
struct Counted {
    messages: AtomicU64,
    len: AtomicU64,
    wire_len: AtomicU64,
}

/// What is known of the end.
#[derive(Default)]
struct End {
    info: CloseInfo,
    /// Why it ended, if not by closing.
    error: Option<&'static str>,
    /// Why it ended if nothing else explains it.
    otherwise: Option<&'static str>,
    told: bool,
}

impl Watch {
    /// A WebSocket has opened.
    pub(super) fn open(
        config: &WebSocketConfig,
        trace: WebSocketTrace,
        number: impl FnOnce() -> Observed,
    ) -> Self {
        let observer = config.observer.clone();
        if observer.is_none() && !trace.is_on() {
            return Self(None);
        }
        let web_socket = number();
        trace.opened(web_socket.id);
        if let Some(observer) = &observer {
            observer.opened(web_socket);
        }
        Self(Some(Arc::new(Watched {
            web_socket,
            observer,
            trace,
            since: Instant::now(),
            received: Counted::default(),
            sent: Counted::default(),
            end: Mutex::default(),
        })))
    }

    /// Listens to the halves of `connection`.
    pub(crate) fn attach(&self, connection: &mut Connection) {
        if let Some(watched) = &self.0 {
            connection.set_tap(Arc::<Watched>::clone(watched));
        }
    }

    pub(crate) fn pong_received(&self, round_trip: Option<Duration>) {
        if let Some(watched) = &self.0 {
            watched.trace.pong_received(round_trip);
            if let Some(observer) = &watched.observer {
                observer.pong_received(watched.web_socket, round_trip);
            }
        }
    }

    pub(crate) fn pong_missed(&self) {
        if let Some(watched) = &self.0 {
            watched.trace.pong_missed();
            if let Some(observer) = &watched.observer {
                observer.pong_missed(watched.web_socket);
            }
        }
    }

    /// The WebSocket ends with this error.
    pub(crate) fn failed(&self, error: &Error) {
        if let Some(watched) = &self.0 {
            lock(&watched.end).error.get_or_insert(error.name());
        }
    }

    /// Nothing can be written any more.
    pub(crate) fn unwritable(&self) {
        self.otherwise("io");
    }

    /// Somebody takes the stream out of the WebSocket.
    pub(crate) fn taken_apart(&self) {
        self.otherwise("taken-apart");
    }

    /// The stream is closed.
    pub(crate) fn over(&self) {
        if let Some(watched) = &self.0 {
            watched.tell_end(|end| end.error);
        }
    }

    fn otherwise(&self, why: &'static str) {
        if let Some(watched) = &self.0 {
            lock(&watched.end).otherwise.get_or_insert(why);
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let watched = self.0.as_ref().map(|watched| watched.web_socket);
        f.debug_tuple("Watch").field(&watched).finish()
    }
}

impl Watched {
    /// Tells the end once, with the error that `why` names.
    fn tell_end(&self, why: impl FnOnce(&End) -> Option<&'static str>) {
        let (info, error) = {
            let mut end = lock(&self.end);
            if std::mem::replace(&mut end.told, true) {
                return;
            }
            (end.info.clone(), why(&end))
        };
        let end = ObservedEnd::new(&info)
            .error(error)
            .totals(self.received.totals(), self.sent.totals())
            .duration(self.since.elapsed());
        self.trace.closed(&end);
        if let Some(observer) = &self.observer {
            observer.closed(self.web_socket, &end);
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.tell_end(|end| {
            let dropped =
                || Some(end.otherwise.unwrap_or("dropped")).filter(|_| !end.info.is_clean());
            end.error.or_else(dropped)
        });
    }
}

impl Tap for Watched {
    fn message_received(&self, message: ObservedMessage) {
        self.received.count(message);
        self.trace.message_received(message);
        if let Some(observer) = &self.observer {
            observer.message_received(self.web_socket, message);
        }
    }

    fn message_sent(&self, message: ObservedMessage) {
        self.sent.count(message);
        self.trace.message_sent(message);
        if let Some(observer) = &self.observer {
            observer.message_sent(self.web_socket, message);
        }
    }

    fn ping_sent(&self) {
        self.trace.ping_sent();
        if let Some(observer) = &self.observer {
            observer.ping_sent(self.web_socket);
        }
    }

    fn queue_full(&self) {
        self.trace.queue_full();
        if let Some(observer) = &self.observer {
            observer.queue_full(self.web_socket);
        }
    }

    fn close_received(&self, frame: &CloseFrame) {
        lock(&self.end).info.note_received(frame.clone());
    }

    fn close_sent(&self, frame: &CloseFrame, first: Side) {
        let info = &mut lock(&self.end).info;
        info.sent = Some(frame.clone());
        info.first.get_or_insert(first);
    }
}

impl Counted {
    fn count(&self, message: ObservedMessage) {
        self.messages.fetch_add(1, Ordering::Relaxed);
        self.len.fetch_add(message.len, Ordering::Relaxed);
        self.wire_len.fetch_add(message.wire_len, Ordering::Relaxed);
    }

    fn totals(&self) -> Totals {
        let [messages, len, wire_len] =
            [&self.messages, &self.len, &self.wire_len].map(|count| count.load(Ordering::Relaxed));
        Totals::new(messages, len, wire_len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_observed_is_shown() {
        assert_eq!(format!("{:?}", Watch::default()), "Watch(None)");
    }
}
