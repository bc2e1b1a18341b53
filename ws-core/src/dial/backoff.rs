//! How long to wait before connecting again (RFC 6455 7.2.3).

use std::time::Duration;

/// How long to wait before each attempt to connect again.
///
/// ```
/// use std::time::Duration;
/// use ws_core::BackoffConfig;
///
/// let config = BackoffConfig::new().max(Duration::from_secs(30)).max_attempts(Some(10));
/// ```
///
/// No setting is an error: what makes no sense is taken for the nearest that does.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a configuration does nothing by itself"]
pub struct BackoffConfig {
    first: Duration,
    initial: Duration,
    factor: f64,
    max: Duration,
    jitter: f64,
    reset_after: Duration,
    max_attempts: Option<u32>,
    max_retry_after: Duration,
}

/// Counts the attempts to connect again, and says how long to wait before each.
///
/// ```
/// use std::time::Duration;
/// use ws_core::{Backoff, BackoffConfig};
///
/// let mut backoff = Backoff::new(BackoffConfig::new().jitter(0.0).max_attempts(Some(4)));
/// # let random = || 1 << 63;
/// // `random` gives any number: from a generator of yours, or from the operating system.
/// assert_eq!(backoff.next_delay(random(), None), Some(Duration::from_millis(2_500)));
/// assert_eq!(backoff.next_delay(random(), None), Some(Duration::from_millis(3_000)));
/// assert_eq!(backoff.next_delay(random(), None), Some(Duration::from_millis(4_800)));
///
/// // The server's Retry-After counts if it is longer.
/// let retry_after = Some(Duration::from_secs(60));
/// assert_eq!(backoff.next_delay(random(), retry_after), retry_after);
/// assert_eq!(backoff.next_delay(random(), None), None);
///
/// // A connection that held for long enough makes up for all that.
/// backoff.held(Duration::from_secs(3_600));
/// assert_eq!(backoff.attempts(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Backoff {
    config: BackoffConfig,
    attempts: u32,
    /// The next delay but the first, before anything random is done to it.
    delay: Duration,
}

impl BackoffConfig {
    /// Anything up to 5 s before the first attempt, then 3 s, and longer by a factor of 1.6 each time,
    /// up to 90 s; without an end. About what Python's websockets does.
    pub fn new() -> Self {
        Self {
            // "A reasonable choice for the range of the random delay before the first reconnect attempt
            // is 0 through 5 seconds." RFC 6455 7.2.3
            first: Duration::from_secs(5),
            initial: Duration::from_secs(3),
            factor: 1.6,
            max: Duration::from_secs(90),
            jitter: 0.2,
            reset_after: Duration::from_secs(60),
            max_attempts: None,
            max_retry_after: Duration::from_secs(3_600),
        }
    }

    /// The delay before the first attempt is anything from zero to this: 5 s. When a server goes down, all
    /// its clients notice at once, and must not come back at once.
    pub fn first(self, longest: Duration) -> Self {
        Self { first: longest, ..self }
    }

    /// The delay before the second attempt: 3 s.
    pub fn initial(self, delay: Duration) -> Self {
        Self { initial: delay, ..self }
    }

    /// Each later delay is this times the one before: 1.6. What is less than 1, or no number, counts
    /// as 1.
    pub fn factor(self, factor: f64) -> Self {
        // `max` is the other one of the two when one is no number.
        Self { factor: factor.max(1.0), ..self }
    }

    /// No delay is longer than this: 90 s. Only [`max_retry_after`](Self::max_retry_after) limits what a
    /// server asks for.
    pub fn max(self, delay: Duration) -> Self {
        Self { max: delay, ..self }
    }

    /// How far from the delay, as a part of it, the outcome may be, from 0 to 1: 0.2. A delay `d` becomes
    /// anything from `d * (1 - jitter)` to `d * (1 + jitter)`, all of it equally likely, or to the
    /// [`max`](Self::max) if that is less. What is less than 0, or no number, counts as 0.
    pub fn jitter(self, part: f64) -> Self {
        Self { jitter: if part.is_nan() { 0.0 } else { part.clamp(0.0, 1.0) }, ..self }
    }

    /// A connection that held for this long was a good one, and counting begins anew: 60 s.
    pub fn reset_after(self, held_for: Duration) -> Self {
        Self { reset_after: held_for, ..self }
    }

    /// How many attempts there are before giving up: `None`, which is any number.
    pub fn max_attempts(self, count: Option<u32>) -> Self {
        Self { max_attempts: count, ..self }
    }

    /// How long a server can make a client wait by its Retry-After: one hour.
    pub fn max_retry_after(self, delay: Duration) -> Self {
        Self { max_retry_after: delay, ..self }
    }
}

impl Default for BackoffConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl Backoff {
    /// Before the first attempt to connect again.
    #[must_use]
    pub fn new(config: BackoffConfig) -> Self {
        Self { attempts: 0, delay: config.initial, config }
    }

    /// How long to wait before the next attempt, which counts as made; `None` when there were as many as
    /// [`max_attempts`](BackoffConfig::max_attempts) allows. `random` is any number, all equally
    /// likely, and `retry_after` what the server asked for, if it did ([`retry_after`](crate::retry_after)).
    pub fn next_delay(&mut self, random: u64, retry_after: Option<Duration>) -> Option<Duration> {
        let BackoffConfig { first, max, jitter, max_retry_after, .. } = self.config;
        if self.config.max_attempts.is_some_and(|max| self.attempts >= max) {
            return None;
        }
        let delay = if self.attempts == 0 {
            between(Duration::ZERO, first.min(max), random)
        } else {
            let delay = self.delay.min(max);
            self.delay = times(delay, self.config.factor).min(max);
            let at = |factor| times(delay, factor).min(max);
            between(at(1.0 - jitter), at(1.0 + jitter), random)
        };
        self.attempts = self.attempts.saturating_add(1);
        Some(retry_after.map_or(delay, |asked| delay.max(asked.min(max_retry_after))))
    }

    /// There was a connection, and it held for this long.
    pub fn held(&mut self, held_for: Duration) {
        if held_for >= self.config.reset_after {
            self.attempts = 0;
            self.delay = self.config.initial;
        }
    }

    /// How many attempts there were since the beginning, or since a connection that
    /// [held](Self::held).
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

/// What is longer than any duration is the longest.
fn times(delay: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(delay.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

/// Any duration from `low` to `high`, to the nanosecond. More than five centuries count as that.
fn between(low: Duration, high: Duration, random: u64) -> Duration {
    let nanos = |delay: Duration| u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
    let low = nanos(low);
    let choices = u128::from(nanos(high).saturating_sub(low)) + 1;
    // Less than `choices`, so the difference at most.
    let chosen = (u128::from(random) * choices) >> u64::BITS;
    Duration::from_nanos(low.saturating_add(u64::try_from(chosen).unwrap_or(u64::MAX)))
}
