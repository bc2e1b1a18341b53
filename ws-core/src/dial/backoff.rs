//! How long to wait before connecting again (RFC 6455 7.2.3).

use std::time::Duration;

/// How long to wait before each attempt to connect again.
///
/// ```
/// use std::time::Duration;
/// use ws_core::BackoffConfig;
///
/// let config = BackoffConfig::new().max(Duration::from_secs(30)).max_retries(Some(10));
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
    max_retries: Option<u32>,
    max_retry_after: Duration,
}

/// Counts the attempts to connect again, and says how long to wait before each.
///
/// ```
/// use std::time::Duration;
/// use ws_core::{Backoff, BackoffConfig};
///
/// let mut backoff = Backoff::new(BackoffConfig::new().jitter(0.0).max_retries(Some(4)));
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
    /// Of these, how many there were since there was a connection.
    retries: u32,
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
            max_retries: None,
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

    /// How many attempts there are in a row, behind the first, before giving up: `None`, which is any number.
    pub fn max_retries(self, count: Option<u32>) -> Self {
        Self { max_retries: count, ..self }
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
        Self { attempts: 0, retries: 0, delay: config.initial, config }
    }

    /// How long to wait before the next attempt, which counts as made; `None` when there were as many as
    /// [`max_retries`](BackoffConfig::max_retries) allows. `random` is any number, all equally
    /// likely, and `retry_after` what the server asked for, if it did ([`retry_after`](crate::retry_after)).
    pub fn next_delay(&mut self, random: u64, retry_after: Option<Duration>) -> Option<Duration> {
        let BackoffConfig { first, max, jitter, max_retry_after, .. } = self.config;
        if self.config.max_retries.is_some_and(|max| self.retries >= max) {
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
        self.retries = self.retries.saturating_add(1);
        Some(retry_after.map_or(delay, |asked| delay.max(asked.min(max_retry_after))))
    }

    /// There is a connection. Those that follow have as many retries as this one, and wait as long as before
    /// until one has [held](Self::held).
    pub fn connected(&mut self) {
        self.retries = 0;
    }

    /// There was a connection, and it held for this long.
    pub fn held(&mut self, held_for: Duration) {
        self.connected();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Numbers in which every bit is as good as any other (SplitMix64).
    fn numbers(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed;
        move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ mixed >> 31
        }
    }

    fn sequence(config: BackoffConfig, random: u64) -> Vec<u128> {
        let mut backoff = Backoff::new(config);
        let mut next = || backoff.next_delay(random, None).map(|delay| delay.as_millis());
        std::iter::from_fn(&mut next).take(10).collect()
    }

    #[test]
    fn the_sequence_of_the_defaults() {
        let config = BackoffConfig::new;
        let middle = [2500, 3000, 4800, 7680, 12288, 19660, 31457, 50331, 80530, 81000];
        let delays = sequence(config(), 1 << 63);
        // The last two are cut by the maximum.
        assert_eq!(delays[..8], middle[..8]);
        assert_eq!(delays[8..], [(64424 + 90000) / 2, middle[9]]);
        assert_eq!(sequence(config().jitter(0.0), 1 << 63)[8..], [80530, 90000]);
        assert_eq!(sequence(config(), 0)[..4], [0, 2400, 3840, 6144]);
        assert_eq!(sequence(config(), u64::MAX)[..4], [5000, 3600, 5760, 9216]);
        assert_eq!(sequence(config(), u64::MAX)[9], 90_000);
        assert_eq!(sequence(config(), 0)[9], 72_000);
    }

    #[test]
    fn each_setting_is_heard() {
        let config = || BackoffConfig::new().jitter(0.0);
        assert_eq!(sequence(config().first(millis(10)), u64::MAX)[..2], [10, 3000]);
        assert_eq!(sequence(config().initial(millis(10)), 0)[..3], [0, 10, 16]);
        assert_eq!(sequence(config().factor(10.0), 0)[..4], [0, 3000, 30_000, 90_000]);
        assert_eq!(sequence(config().max(millis(4_000)), u64::MAX)[..4], [4000, 3000, 4000, 4000]);
        assert_eq!(sequence(config().max_retries(Some(3)), 0), [0, 3000, 4800]);
        assert_eq!(sequence(config().max_retries(Some(0)), 0), []);
        assert_eq!(sequence(config().first(millis(0)).initial(millis(0)), 7), [0; 10]);
    }

    #[test]
    fn within_its_bounds_whatever_is_drawn() {
        for seed in 0..2_000 {
            let mut random = numbers(seed);
            let mut backoff = Backoff::new(BackoffConfig::new());
            let mut base = 3.0;
            assert!(backoff.next_delay(random(), None).unwrap() <= millis(5_000));
            for _ in 0..12 {
                let delay = backoff.next_delay(random(), None).unwrap().as_secs_f64();
                let low = base * 0.8 - 1e-6;
                let high = f64::min(base * 1.2 + 1e-6, 90.0);
                assert!((low..=high).contains(&delay), "{delay} {base}");
                base = f64::min(base * 1.6, 90.0);
            }
        }
    }

    #[test]
    fn all_of_a_range_is_equally_likely() {
        let mut random = numbers(1);
        let config = BackoffConfig::new().initial(millis(10_000));
        let mut tenths = [[0_u32; 10]; 2];
        let mut sums = [0.0; 2];
        for _ in 0..20_000 {
            let mut backoff = Backoff::new(config.clone());
            let mut next = || backoff.next_delay(random(), None).unwrap().as_secs_f64();
            // What is drawn, as a part of its range.
            let drawn = [next() / 5.0, (next() - 8.0) / 4.0];
            for (i, drawn) in drawn.into_iter().enumerate() {
                sums[i] += drawn;
                tenths[i][((drawn * 10.0) as usize).min(9)] += 1;
            }
        }
        for sum in sums {
            assert!((sum / 20_000.0 - 0.5).abs() < 0.01, "{sum}");
        }
        assert!(tenths.as_flattened().iter().all(|n| (1_800..2_200).contains(n)), "{tenths:?}");
    }

    #[test]
    fn both_ends_of_a_range_are_in_it() {
        let (low, high) = (millis(7), Duration::from_nanos(7_000_002));
        assert_eq!(between(low, high, 0), low);
        assert_eq!(between(low, high, u64::MAX), high);
        assert_eq!(between(low, low, u64::MAX), low);
        assert_eq!(between(high, low, u64::MAX), high);
        let nanos = [0, u64::MAX / 3 + 1, u64::MAX / 3 * 2 + 2].map(|at| between(low, high, at));
        assert_eq!(nanos.map(|it| it.subsec_nanos()), [7_000_000, 7_000_001, 7_000_002]);
        assert_eq!(between(low, Duration::MAX, u64::MAX), Duration::from_nanos(u64::MAX));
    }

    #[test]
    fn what_the_server_asks_for_counts_if_it_is_longer() {
        let config = BackoffConfig::new().max_retry_after(millis(500_000));
        let mut backoff = Backoff::new(config);
        let mut next = |asked| backoff.next_delay(u64::MAX, Some(millis(asked))).unwrap();
        assert_eq!(next(0), millis(5_000));
        assert_eq!(next(3_599), millis(3_600));
        assert_eq!(next(499_999), millis(499_999));
        assert_eq!(next(500_001), millis(500_000));
        assert_eq!(next(u64::MAX), millis(500_000));
        // Its own delays go on meanwhile.
        assert_eq!(backoff.next_delay(0, None), Some(Duration::from_nanos(15_728_640_000)));
        let mut backoff = Backoff::new(BackoffConfig::new());
        assert_eq!(backoff.next_delay(0, Some(Duration::MAX)), Some(millis(3_600_000)));
    }

    #[test]
    fn a_good_connection_begins_anew() {
        let config = BackoffConfig::new().jitter(0.0).max_retries(Some(3));
        let mut backoff = Backoff::new(config);
        let mut random = 0;
        let mut three = |backoff: &mut Backoff| {
            random += 1;
            [(); 3].map(|()| backoff.next_delay(random, None).map(|delay| delay.as_millis()))
        };
        let all = [Some(0), Some(3000), Some(4800)];
        assert_eq!(three(&mut backoff), all);
        assert_eq!((backoff.attempts(), backoff.next_delay(0, None)), (3, None));
        // As many retries again, and the delays go on.
        backoff.held(millis(59_999));
        assert_eq!(three(&mut backoff), [Some(7680), Some(12_288), Some(19_660)]);
        assert_eq!((backoff.attempts(), backoff.next_delay(0, None)), (6, None));
        backoff.connected();
        assert!(backoff.next_delay(0, None).is_some());
        backoff.held(millis(60_000));
        assert_eq!(backoff.attempts(), 0);
        assert_eq!(three(&mut backoff), all);
    }

    #[test]
    fn how_long_a_good_connection_holds_can_be_set() {
        let config = BackoffConfig::default().jitter(0.0).reset_after(millis(500));
        let mut backoff = Backoff::new(config);
        for (held, delay) in [(499, 3000), (500, 0)] {
            assert_eq!(backoff.next_delay(0, None), Some(Duration::ZERO), "{held}");
            backoff.connected();
            backoff.held(millis(held));
            assert_eq!(backoff.next_delay(0, None), Some(millis(delay)), "{held}");
            backoff.held(millis(500));
        }
    }

    /// Whatever is set, and however often it is asked.
    #[test]
    fn nothing_is_too_much() {
        let numbers =
            [f64::NAN, f64::NEG_INFINITY, -1.0, -0.0, 0.0, 1e-300, 1.0, 2.0, 1e300, f64::INFINITY];
        let times = [Duration::ZERO, Duration::from_nanos(1), millis(3_000), Duration::MAX];
        for factor in numbers {
            for jitter in numbers {
                for initial in times {
                    for max in times {
                        let config = BackoffConfig::new()
                            .first(initial)
                            .initial(initial)
                            .max(max)
                            .factor(factor)
                            .jitter(jitter)
                            .max_retry_after(max);
                        let mut backoff = Backoff::new(config);
                        for random in [0, 1, 1 << 63, u64::MAX, 0, u64::MAX] {
                            let delay = backoff.next_delay(random, Some(max)).unwrap();
                            assert!(delay <= max, "{factor} {jitter} {initial:?} {max:?}");
                        }
                    }
                }
            }
        }
        let mut backoff = Backoff::new(BackoffConfig::new().max_retries(Some(u32::MAX)));
        backoff.retries = u32::MAX - 1;
        assert!(backoff.next_delay(0, None).is_some());
        assert_eq!(backoff.next_delay(0, None), None);
        let mut backoff = Backoff::new(BackoffConfig::new());
        backoff.attempts = u32::MAX;
        assert!(backoff.next_delay(0, None).is_some());
        assert_eq!(backoff.attempts(), u32::MAX);
    }

    /// What is not a number, or out of its range, is the nearest that is not.
    #[test]
    fn settings_are_clamped() {
        let delays = |factor, jitter| {
            sequence(BackoffConfig::new().factor(factor).jitter(jitter), 0)[1..4].to_vec()
        };
        for factor in [f64::NAN, -2.0, 0.5, 1.0] {
            assert_eq!(delays(factor, 0.0), [3000; 3]);
        }
        assert_eq!(delays(f64::INFINITY, 0.0), [3000, 90_000, 90_000]);
        for jitter in [f64::NAN, f64::NEG_INFINITY, -0.1, 0.0] {
            assert_eq!(delays(2.0, jitter), [3000, 6000, 12_000]);
        }
        for jitter in [1.0, 1.1, f64::INFINITY] {
            assert_eq!(delays(2.0, jitter), [0; 3]);
        }
    }
}
