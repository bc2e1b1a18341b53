//! Silence: how long it may last, and what is done about it. Pure functions of the time passed in.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::web_socket_config::WebSocketConfig;

/// What has to be done because of the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeoutAction {
    /// Send this ping.
    Ping(Bytes),
    /// Nothing came for too long.
    Idle,
    /// A ping had no pong for too long.
    NoPong,
    /// The peer did not finish the closing handshake.
    NoClose,
}

/// The clock of a connection. The caller tells it the time.
///
/// If neither silence nor pings are watched it has nothing to remember, and is small.
#[derive(Clone, Debug, Default)]
pub struct KeepAlive {
    watch: Option<Box<Watch>>,
    close_timeout: Duration,
    closing: Option<Instant>,
}

/// What has to be remembered of a peer whose silence is watched.
#[derive(Clone, Debug, Default)]
struct Watch {
    idle_timeout: Option<Duration>,
    ping_interval: Option<Duration>,
    pong_timeout: Option<Duration>,
    heard: Option<Instant>,
    pinged: Option<Instant>,
    /// Counts our pings. The count is the payload of the ping.
    count: u64,
    round_trip: Option<Duration>,
}

impl KeepAlive {
    /// A clock for a connection that is open now.
    pub fn new(config: &WebSocketConfig) -> Self {
        let &WebSocketConfig { idle_timeout, ping_interval, pong_timeout, .. } = config;
        let watches = idle_timeout.is_some() || ping_interval.is_some();
        let watch =
            || Box::new(Watch { idle_timeout, ping_interval, pong_timeout, ..Watch::default() });
        Self { watch: watches.then(watch), close_timeout: config.close_timeout, closing: None }
    }

    /// Whether any timeout is being watched.
    pub fn is_on(&self) -> bool {
        self.watch.is_some() || self.closing.is_some()
    }

    /// Something came from the peer.
    pub fn handle_received(&mut self, now: Instant) {
        if let Some(watch) = &mut self.watch {
            watch.heard = Some(now);
        }
    }

    /// A pong came. Measures the round trip if it answers our last ping.
    pub fn handle_pong(&mut self, payload: &[u8], now: Instant) {
        if let Some(watch) = self.watch.as_mut().filter(|watch| payload == watch.payload()) {
            if let Some(pinged) = watch.pinged.take() {
                watch.round_trip = Some(now.saturating_duration_since(pinged));
            }
        }
    }

    /// The application waits for something again, after it has done something else: silence counts from
    /// now on, and not while nobody listened.
    pub fn handle_waiting(&mut self, now: Instant) {
        if let Some(watch) = &mut self.watch {
            watch.heard = watch.heard.map(|heard| heard.max(now));
        }
    }

    /// A close frame has been sent.
    pub fn handle_closing(&mut self, now: Instant) {
        self.closing.get_or_insert(now);
    }

    /// When to call [`handle_timeout`](Self::handle_timeout). The first call starts the clock.
    pub fn poll_timeout(&mut self, now: Instant) -> Option<Instant> {
        if let Some(closing) = self.closing {
            return closing.checked_add(self.close_timeout);
        }
        let watch = self.watch.as_mut()?;
        let heard = *watch.heard.get_or_insert(now);
        let idle = watch.idle_timeout.and_then(|time| heard.checked_add(time));
        let ping = watch.next(heard).and_then(|(since, time)| since.checked_add(time));
        match (idle, ping) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// What has to be done at `now`; `None` when called too early.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<TimeoutAction> {
        let passed = |since: Instant, time: Option<Duration>| {
            time.and_then(|time| since.checked_add(time)).is_some_and(|at| at <= now)
        };
        if let Some(closing) = self.closing {
            return passed(closing, Some(self.close_timeout)).then_some(TimeoutAction::NoClose);
        }
        let watch = self.watch.as_mut()?;
        let heard = *watch.heard.get_or_insert(now);
        if passed(heard, watch.idle_timeout) {
            return Some(TimeoutAction::Idle);
        }
        let (since, time) = watch.next(heard)?;
        if !passed(since, Some(time)) {
            return None;
        }
        if watch.pinged.is_some() && watch.pong_timeout.is_some() {
            return Some(TimeoutAction::NoPong);
        }
        watch.count += 1;
        watch.pinged = Some(now);
        Some(TimeoutAction::Ping(Bytes::copy_from_slice(&watch.payload())))
    }

    /// The time between our last answered ping and its pong.
    pub fn round_trip(&self) -> Option<Duration> {
        self.watch.as_ref()?.round_trip
    }
}

impl Watch {
    /// What comes next of pings: since when it is waited for, and for how long. That is the pong that a
    /// ping of ours waits for, if there is a limit to that; otherwise the next ping. Any byte that
    /// comes puts either off: a peer that is sending is there.
    fn next(&self, heard: Instant) -> Option<(Instant, Duration)> {
        let since = self.pinged.map_or(heard, |pinged| pinged.max(heard));
        let pong = self.pong_timeout.filter(|_| self.pinged.is_some());
        pong.or(self.ping_interval).map(|time| (since, time))
    }

    fn payload(&self) -> [u8; 8] {
        self.count.to_be_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn keep_alive() -> KeepAlive {
        KeepAlive::new(&WebSocketConfig {
            idle_timeout: Some(10 * SECOND),
            ping_interval: Some(4 * SECOND),
            pong_timeout: Some(2 * SECOND),
            ..WebSocketConfig::default()
        })
    }

    #[test]
    fn pings_and_measures() {
        let (start, mut clock) = (Instant::now(), keep_alive());
        assert_eq!(clock.poll_timeout(start), Some(start + 4 * SECOND));
        assert_eq!(clock.handle_timeout(start + 3 * SECOND), None);
        let Some(TimeoutAction::Ping(ping)) = clock.handle_timeout(start + 4 * SECOND) else {
            panic!("a ping was due")
        };
        assert_eq!(clock.poll_timeout(start + 4 * SECOND), Some(start + 6 * SECOND));
        clock.handle_pong(b"another", start + 5 * SECOND);
        assert_eq!(clock.round_trip(), None);
        clock.handle_received(start + 5 * SECOND);
        clock.handle_pong(&ping, start + 5 * SECOND);
        assert_eq!(clock.round_trip(), Some(SECOND));
        assert_eq!(clock.poll_timeout(start + 5 * SECOND), Some(start + 9 * SECOND));
    }

    #[test]
    fn silence_ends_it() {
        let (start, mut clock) = (Instant::now(), keep_alive());
        clock.handle_received(start);
        assert!(matches!(clock.handle_timeout(start + 4 * SECOND), Some(TimeoutAction::Ping(_))));
        assert_eq!(clock.handle_timeout(start + 6 * SECOND), Some(TimeoutAction::NoPong));
        assert_eq!(clock.handle_timeout(start + 10 * SECOND), Some(TimeoutAction::Idle));
    }

    #[test]
    fn closing_has_a_time_of_its_own() {
        let (start, mut clock) = (Instant::now(), KeepAlive::new(&WebSocketConfig::default()));
        assert_eq!(clock.poll_timeout(start), None);
        clock.handle_closing(start);
        assert_eq!(clock.poll_timeout(start), Some(start + 5 * SECOND));
        assert_eq!(clock.handle_timeout(start + 5 * SECOND), Some(TimeoutAction::NoClose));
    }

    #[test]
    fn bytes_that_come_put_off_the_pong() {
        let (start, mut clock) = (Instant::now(), keep_alive());
        clock.handle_received(start);
        assert!(matches!(clock.handle_timeout(start + 4 * SECOND), Some(TimeoutAction::Ping(_))));
        // The pong is behind a long frame, which keeps coming.
        for i in 5..20 {
            clock.handle_received(start + i * SECOND);
            assert_eq!(clock.handle_timeout(start + i * SECOND), None, "{i}");
        }
        assert_eq!(clock.poll_timeout(start + 19 * SECOND), Some(start + 21 * SECOND));
        assert_eq!(clock.handle_timeout(start + 21 * SECOND), Some(TimeoutAction::NoPong));
    }

    #[test]
    fn pings_go_on_without_a_limit_for_pongs() {
        let config = WebSocketConfig::new().ping_interval(SECOND);
        let (start, mut clock) = (Instant::now(), KeepAlive::new(&config));
        clock.handle_received(start);
        for i in 1..5 {
            let action = clock.handle_timeout(start + i * SECOND);
            assert!(matches!(action, Some(TimeoutAction::Ping(_))), "{i}: {action:?}");
            assert_eq!(clock.poll_timeout(start + i * SECOND), Some(start + (i + 1) * SECOND));
        }
    }

    #[test]
    fn silence_does_not_count_while_nobody_listens() {
        let (start, mut clock) = (Instant::now(), keep_alive());
        clock.handle_received(start);
        clock.handle_waiting(start + 60 * SECOND);
        assert_eq!(clock.handle_timeout(start + 60 * SECOND), None);
        assert_eq!(clock.poll_timeout(start + 60 * SECOND), Some(start + 64 * SECOND));
    }
}
