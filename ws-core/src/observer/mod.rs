//! Whoever wants to know what happens to handshakes and WebSockets, and what it is told.

use std::{fmt, sync::Arc, time::Duration};

mod handshake;
mod web_socket;

pub use self::{
    handshake::{HandshakeOutcome, ObservedHandshake, ObservedStep},
    web_socket::{Observed, ObservedEnd, ObservedMessage, Totals},
};

/// Is told what happens: for counters, logs and traces.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use ws_core::{Observed, ObservedEnd, ObservedHandshake, Observer, ServerConfig};
///
/// #[derive(Default)]
/// struct Watching(AtomicU64);
///
/// impl Observer for Watching {
///     fn handshake(&self, handshake: &ObservedHandshake<'_>) {
///         println!("{} ({})", handshake.outcome.name(), handshake.rule.unwrap_or("no rule"));
///     }
///
///     fn opened(&self, _: Observed) {
///         self.0.fetch_add(1, Ordering::Relaxed);
///     }
///
///     fn closed(&self, _: Observed, _: &ObservedEnd<'_>) {
///         self.0.fetch_sub(1, Ordering::Relaxed);
///     }
/// }
///
/// let config = ServerConfig::new().observer(Watching::default());
/// # let _ = config;
/// ```
///
/// Every method does nothing unless you write it. An `Arc` of an observer is one, and so is a pair of two, of which
/// both are told.
///
/// Nothing that it is told holds a payload, a field or a part of a URL. All names are from fixed lists, so they can be
/// labels of metrics.
///
/// # When it is told
///
/// Adapters tell it; the core alone does not, since it has no clock. It is called in the middle of whatever is going
/// on, by the task or thread that does it, perhaps with a lock of the WebSocket held: return quickly, call nothing of
/// a WebSocket, and do not panic.
///
/// For one stream the order is `handshake`, `opened`, what comes and goes, `closed`. Each handshake is told once, as it
/// ends, also when it is dropped. Each `opened` is followed by one `closed`, also when the WebSocket or its halves are
/// dropped.
pub trait Observer: Send + Sync {
    /// A handshake has ended. If it has led to a WebSocket, [`opened`](Self::opened) follows.
    fn handshake(&self, handshake: &ObservedHandshake<'_>) {
        let _ = handshake;
    }

    /// A WebSocket is open: after a handshake, or over a stream that was upgraded elsewhere.
    fn opened(&self, web_socket: Observed) {
        let _ = web_socket;
    }

    /// A message has come as a whole, be it given out in parts, or thrown away.
    fn message_received(&self, web_socket: Observed, message: ObservedMessage) {
        let _ = (web_socket, message);
    }

    /// The end of a message is on its way: it is behind all that is being written.
    fn message_sent(&self, web_socket: Observed, message: ObservedMessage) {
        let _ = (web_socket, message);
    }

    /// A ping is on its way, one of the application's or of
    /// [`ping_interval`](crate::WebSocketConfig#structfield.ping_interval).
    fn ping_sent(&self, web_socket: Observed) {
        let _ = web_socket;
    }

    /// A pong has come. There is a time if it answers the newest ping of
    /// [`ping_interval`](crate::WebSocketConfig#structfield.ping_interval): from when that had been written until the
    /// pong was here.
    fn pong_received(&self, web_socket: Observed, round_trip: Option<Duration>) {
        let _ = (web_socket, round_trip);
    }

    /// A ping had no pong within [`pong_timeout`](crate::WebSocketConfig#structfield.pong_timeout). The WebSocket has
    /// failed, and will be closed.
    fn pong_missed(&self, web_socket: Observed) {
        let _ = web_socket;
    }

    /// There was no room for a message: it has to wait, or was refused. Told once, and then not before another message
    /// has found room.
    fn queue_full(&self, web_socket: Observed) {
        let _ = web_socket;
    }

    /// The WebSocket is over: its stream is closed, or it was dropped. Nothing follows.
    fn closed(&self, web_socket: Observed, end: &ObservedEnd<'_>) {
        let _ = (web_socket, end);
    }
}

macro_rules! all_methods {
    ($do:ident) => {
        $do!(handshake(handshake: &ObservedHandshake<'_>));
        $do!(opened(web_socket: Observed));
        $do!(message_received(web_socket: Observed, message: ObservedMessage));
        $do!(message_sent(web_socket: Observed, message: ObservedMessage));
        $do!(ping_sent(web_socket: Observed));
        $do!(pong_received(web_socket: Observed, round_trip: Option<Duration>));
        $do!(pong_missed(web_socket: Observed));
        $do!(queue_full(web_socket: Observed));
        $do!(closed(web_socket: Observed, end: &ObservedEnd<'_>));
    };
}

macro_rules! tell_the_inner {
    ($method:ident($($argument:ident: $Type:ty),*)) => {
        fn $method(&self, $($argument: $Type),*) {
            (**self).$method($($argument),*);
        }
    };
}

macro_rules! tell_both {
    ($method:ident($($argument:ident: $Type:ty),*)) => {
        fn $method(&self, $($argument: $Type),*) {
            self.0.$method($($argument),*);
            self.1.$method($($argument),*);
        }
    };
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    all_methods!(tell_the_inner);
}

impl<A: Observer, B: Observer> Observer for (A, B) {
    all_methods!(tell_both);
}

/// An observer in a configuration.
#[derive(Clone)]
pub struct SharedObserver(Arc<dyn Observer>);

impl SharedObserver {
    /// Takes an observer.
    pub fn new(observer: impl Observer + 'static) -> Self {
        Self(Arc::new(observer))
    }
}

impl std::ops::Deref for SharedObserver {
    type Target = dyn Observer;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for SharedObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::{message::MessageKind, role::Role};

    #[derive(Default)]
    struct Names(Mutex<Vec<&'static str>>);

    macro_rules! note {
        ($method:ident($($argument:ident: $Type:ty),*)) => {
            fn $method(&self, $($argument: $Type),*) {
                let _ = ($($argument),*);
                self.0.lock().unwrap().push(stringify!($method));
            }
        };
    }

    impl Observer for Names {
        all_methods!(note);
    }

    struct Deaf;

    impl Observer for Deaf {}

    #[test]
    fn shared_ones_and_both_of_a_pair_are_told_everything() {
        let (a, b) = (Arc::new(Names::default()), Arc::new(Names::default()));
        let both = SharedObserver::new((Arc::clone(&a), (Deaf, Arc::clone(&b))));
        let web_socket = Observed::new(7, Role::Server);
        let message = ObservedMessage::new(MessageKind::Text, 1, 3);
        both.handshake(&ObservedHandshake::new(web_socket, HandshakeOutcome::Cancelled, None));
        both.opened(web_socket);
        both.message_received(web_socket, message);
        both.message_sent(web_socket, message);
        both.ping_sent(web_socket);
        both.pong_received(web_socket, None);
        both.pong_missed(web_socket);
        both.queue_full(web_socket);
        both.closed(web_socket, &ObservedEnd::new(&Default::default()));
        let told = a.0.lock().unwrap();
        assert_eq!(told.len(), 9);
        assert_eq!(told.first(), Some(&"handshake"));
        assert_eq!(told.last(), Some(&"closed"));
        assert_eq!(*told, *b.0.lock().unwrap());
        assert_eq!(format!("{both:?}"), "Observer(..)");
    }
}
