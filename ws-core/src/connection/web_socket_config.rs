//! What an open WebSocket may cost, and how long it may be silent.

use std::time::Duration;

use super::tracker::Tracker;
use crate::codec::DeflatePool;
#[cfg(feature = "observer")]
use crate::observer::{Observer, SharedObserver};

/// Limits and times of an open WebSocket. All lengths are in bytes; the number given is still
/// allowed, one more is not.
///
/// ```
/// use std::time::Duration;
/// use ws_core::{ServerConfig, WebSocketConfig};
///
/// let config = WebSocketConfig::new()
///     .max_message_len(64 * 1024)
///     .ping_interval(Duration::from_secs(20))
///     .pong_timeout(Duration::from_secs(20));
/// assert_eq!(config.max_message_len, 64 * 1024);
/// let server = ServerConfig::new().web_socket(config);
/// ```
///
/// Each setting is a field to read and a method to set it with.
#[derive(Clone, Debug)]
#[must_use = "a configuration does nothing by itself"]
#[non_exhaustive]
pub struct WebSocketConfig {
    /// The payload of one frame: 16 MiB. Larger ones are refused with close code 1009 when their
    /// head comes.
    pub max_frame_len: usize,
    /// A whole message, however many frames it has: 16 MiB. Larger ones are refused with 1009, too.
    pub max_message_len: usize,
    /// The frames of one message, empty ones included: 131,072. More are refused with 1008.
    pub max_fragments: u32,
    /// Longer messages are sent in frames of this length, so that pings and pongs get through
    /// between them: 64 KiB. `None` sends every message in one frame: for peers that cannot put
    /// fragments together, or give them out one by one.
    ///
    /// Fragments of a text end between characters, up to three bytes earlier.
    pub fragment_len: Option<usize>,
    /// How much output may be pending before sending has to wait: 256 KiB. A message larger than
    /// this is still accepted while the queue is empty.
    pub max_queue_len: usize,
    /// Fail the connection when nothing came for this long. Off; 60 s suit most servers.
    ///
    /// Silence counts while somebody receives. A write that had to wait for the peer and goes on is a sign
    /// of life, too.
    pub idle_timeout: Option<Duration>,
    /// Send a ping when nothing came, or nothing was sent, for this long, a millisecond at least. Off; 20 s keep
    /// proxies from giving up: they watch both directions.
    pub ping_interval: Option<Duration>,
    /// Fail the connection when a ping of [`ping_interval`](Self#structfield.ping_interval) has no pong
    /// after this long. Off; 20 s suit most.
    ///
    /// The time begins when the ping has been written, and begins again with every byte that comes.
    pub pong_timeout: Option<Duration>,
    /// Fail the connection when the peer takes nothing of what is being sent for this long. Off; 60 s suit
    /// most.
    ///
    /// Without it, a peer that reads nothing keeps `send` waiting until
    /// [`idle_timeout`](Self#structfield.idle_timeout), if that is on.
    pub send_timeout: Option<Duration>,
    /// Answer pings (RFC 6455 5.5.2): on. A proxy that passes pings on switches it off, and sends the pong
    /// itself when its own comes.
    pub auto_pong: bool,
    /// How long the peer has to finish the closing handshake once our close frame has been written, and how
    /// long it may take nothing of what is before that: 5 s.
    pub close_timeout: Duration,
    /// Compress messages of at least this length, when permessage-deflate was negotiated: 64. Shorter
    /// ones hardly shrink.
    pub min_deflate_len: usize,
    /// The compression level, from 1 to 9: 6, the default of zlib and of most implementations. 0 only
    /// stores.
    pub deflate_level: u8,
    /// Where compressors and inflaters that keep no context are taken from and returned to. `None`: those of the process,
    /// of which it keeps at most 8.
    pub deflate_pool: Option<DeflatePool>,
    /// Who is told what happens: nobody. Of a [`ServerConfig`](crate::ServerConfig) or
    /// [`ClientConfig`](crate::ClientConfig) it is told of the handshakes, too.
    #[cfg(feature = "observer")]
    pub observer: Option<SharedObserver>,
    /// What ends the WebSocket together with others. `None`: it ends by itself.
    pub tracker: Option<Tracker>,
}

impl WebSocketConfig {
    /// The defaults: 16 MiB a message, 256 KiB of pending output, no pings and no idle timeout.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`max_frame_len`](Self#structfield.max_frame_len).
    pub fn max_frame_len(mut self, len: usize) -> Self {
        self.max_frame_len = len;
        self
    }

    /// Sets [`max_message_len`](Self#structfield.max_message_len).
    pub fn max_message_len(mut self, len: usize) -> Self {
        self.max_message_len = len;
        self
    }

    /// Sets [`max_fragments`](Self#structfield.max_fragments).
    pub fn max_fragments(mut self, count: u32) -> Self {
        self.max_fragments = count;
        self
    }

    /// Sets [`fragment_len`](Self#structfield.fragment_len).
    pub fn fragment_len(mut self, len: impl Into<Option<usize>>) -> Self {
        self.fragment_len = len.into();
        self
    }

    /// Sets [`max_queue_len`](Self#structfield.max_queue_len).
    pub fn max_queue_len(mut self, len: usize) -> Self {
        self.max_queue_len = len;
        self
    }

    /// Sets [`idle_timeout`](Self#structfield.idle_timeout).
    pub fn idle_timeout(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.idle_timeout = time.into();
        self
    }

    /// Sets [`ping_interval`](Self#structfield.ping_interval).
    #[doc(alias = "keepalive")]
    #[doc(alias = "heartbeat")]
    pub fn ping_interval(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.ping_interval = time.into();
        self
    }

    /// Sets [`pong_timeout`](Self#structfield.pong_timeout).
    pub fn pong_timeout(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.pong_timeout = time.into();
        self
    }

    /// Sets [`send_timeout`](Self#structfield.send_timeout).
    #[doc(alias = "write_timeout")]
    pub fn send_timeout(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.send_timeout = time.into();
        self
    }

    /// Sets [`auto_pong`](Self#structfield.auto_pong).
    pub fn auto_pong(mut self, on: bool) -> Self {
        self.auto_pong = on;
        self
    }

    /// Sets [`close_timeout`](Self#structfield.close_timeout).
    pub fn close_timeout(mut self, time: Duration) -> Self {
        self.close_timeout = time;
        self
    }

    /// Sets [`min_deflate_len`](Self#structfield.min_deflate_len).
    pub fn min_deflate_len(mut self, len: usize) -> Self {
        self.min_deflate_len = len;
        self
    }

    /// Sets [`deflate_level`](Self#structfield.deflate_level).
    pub fn deflate_level(mut self, level: u8) -> Self {
        self.deflate_level = level;
        self
    }

    /// Sets [`deflate_pool`](Self#structfield.deflate_pool).
    pub fn deflate_pool(mut self, pool: impl Into<Option<DeflatePool>>) -> Self {
        self.deflate_pool = pool.into();
        self
    }

    /// Sets [`observer`](Self#structfield.observer).
    #[cfg(feature = "observer")]
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Some(SharedObserver::new(observer));
        self
    }

    /// Sets [`tracker`](Self#structfield.tracker): the core's, or that of an adapter.
    #[doc(alias = "graceful_shutdown")]
    pub fn tracker(mut self, tracker: impl AsRef<Tracker>) -> Self {
        self.tracker = Some(tracker.as_ref().clone());
        self
    }

    /// With the observer and the tracker of `other`, where there is none.
    pub(crate) fn or_those_of(self, other: &Self) -> Self {
        Self {
            #[cfg(feature = "observer")]
            observer: self.observer.or_else(|| other.observer.clone()),
            tracker: self.tracker.or_else(|| other.tracker.clone()),
            ..self
        }
    }
}

impl Default for WebSocketConfig {
    fn default() -> Self {
        Self {
            max_frame_len: 16 << 20,
            max_message_len: 16 << 20,
            max_fragments: 1 << 17,
            fragment_len: Some(64 << 10),
            max_queue_len: 256 << 10,
            idle_timeout: None,
            ping_interval: None,
            pong_timeout: None,
            send_timeout: None,
            auto_pong: true,
            close_timeout: Duration::from_secs(5),
            min_deflate_len: 64,
            deflate_level: 6,
            deflate_pool: None,
            #[cfg(feature = "observer")]
            observer: None,
            tracker: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_leaves_the_others_alone() {
        let millis = Duration::from_millis;
        let config = WebSocketConfig::new()
            .max_frame_len(1)
            .max_message_len(2)
            .max_fragments(3)
            .fragment_len(4)
            .max_queue_len(5)
            .idle_timeout(millis(6))
            .ping_interval(millis(7))
            .pong_timeout(millis(8))
            .send_timeout(millis(9))
            .auto_pong(false)
            .close_timeout(millis(10))
            .min_deflate_len(11)
            .deflate_level(7);
        assert_eq!((config.max_frame_len, config.max_message_len), (1, 2));
        assert_eq!(
            (config.max_fragments, config.fragment_len, config.max_queue_len),
            (3, Some(4), 5)
        );
        let times =
            [config.idle_timeout, config.ping_interval, config.pong_timeout, config.send_timeout];
        assert_eq!(times, [6, 7, 8, 9].map(|n| Some(millis(n))));
        assert!(!config.auto_pong && config.close_timeout == millis(10));
        assert_eq!((config.min_deflate_len, config.deflate_level), (11, 7));
    }

    /// QtWebSockets had limits that were none unless somebody set them. Everything is named here, so that what is
    /// new does not compile before somebody has thought about its default.
    #[test]
    fn cve_2018_21035_each_limit_has_a_default() {
        const MOST: usize = 16 << 20;
        let WebSocketConfig {
            max_frame_len,
            max_message_len,
            max_fragments,
            fragment_len,
            max_queue_len,
            close_timeout,
            min_deflate_len,
            deflate_level,
            // Answers to a peer are bounded, whether or not it reads them.
            auto_pong,
            // Of the peer's silence and slowness the application decides: SECURITY.md says why.
            idle_timeout: None,
            ping_interval: None,
            pong_timeout: None,
            send_timeout: None,
            // The process keeps 8.
            deflate_pool: None,
            // No limits.
            #[cfg(feature = "observer")]
                observer: None,
            tracker: None,
        } = WebSocketConfig::default()
        else {
            unreachable!("a default has changed")
        };
        for len in [max_frame_len, max_message_len, max_queue_len, fragment_len.unwrap_or(MOST + 1)]
        {
            assert!((1..=MOST).contains(&len), "{len}");
        }
        assert!((1..=1 << 17).contains(&max_fragments));
        assert!((1..=10).contains(&close_timeout.as_secs()));
        assert!(min_deflate_len < 1000 && deflate_level <= 9 && auto_pong);
    }
}
