//! In which order the addresses of a host are tried, and when (RFC 8305).

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use core::net::SocketAddr;

/// The addresses of a host, tried one after the other without waiting for long: Happy Eyeballs
/// (RFC 8305).
///
/// ```
/// use std::time::{Duration, Instant};
/// use ws_core::{Attempt, Attempts};
///
/// let now = Instant::now();
/// let (v6, v4) = ("[2001:db8::1]:80".parse()?, "192.0.2.1:80".parse()?);
/// let mut attempts = Attempts::new([v6, v4]);
/// assert_eq!(attempts.poll(now), Attempt::Start(v6));
///
/// // It does not answer. A quarter of a second later, the other one has its turn, too.
/// let later = now + Duration::from_millis(250);
/// assert_eq!(attempts.poll(now), Attempt::Wait(Some(later)));
/// assert_eq!(attempts.poll(later), Attempt::Start(v4));
/// assert_eq!(attempts.poll(later), Attempt::Wait(None));
///
/// attempts.failed();
/// attempts.failed();
/// assert_eq!(attempts.poll(later), Attempt::Exhausted);
/// # Ok::<(), core::net::AddrParseError>(())
/// ```
///
/// The first connection that is established wins, and the others are dropped; nothing has to be said
/// here then.
#[derive(Clone, Debug)]
#[must_use = "attempts are made by whoever polls them"]
pub struct Attempts {
    /// Those that have not been started.
    waiting: VecDeque<SocketAddr>,
    /// How many have been started and have not failed.
    running: usize,
    /// When the last one was started; `None` when the next need not wait for it.
    last_start: Option<Instant>,
    delay: Duration,
}

/// What to do about the addresses of a host.
///
/// ```
/// use std::time::Instant;
/// use ws_core::{Attempt, Attempts};
///
/// fn step(attempts: &mut Attempts, now: Instant) -> String {
///     match attempts.poll(now) {
///         Attempt::Start(address) => format!("connect to {address}"),
///         Attempt::Wait(Some(at)) => format!("wait for {:?}, or for a failure", at - now),
///         Attempt::Wait(None) => "wait for what is under way".to_owned(),
///         Attempt::Exhausted => "give up".to_owned(),
///     }
/// }
/// assert_eq!(step(&mut Attempts::new([]), Instant::now()), "give up");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// Begin to connect to this address, and ask again.
    Start(SocketAddr),
    /// Ask again when an attempt has failed, or at this instant, if there is one: no address is left
    /// otherwise, but some attempts are still under way.
    Wait(Option<Instant>),
    /// All attempts have failed.
    Exhausted,
}

impl Attempts {
    /// Addresses as they were resolved, most preferred first. Those that come again are dropped, and the
    /// others take turns by their family.
    pub fn new(addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        let waiting = interleaved(addresses);
        Self { waiting, running: 0, last_start: None, delay: CONNECTION_ATTEMPT_DELAY }
    }

    /// How long an attempt is alone before the next one begins: 250 ms, and never less than 10 ms.
    pub fn delay(self, delay: Duration) -> Self {
        Self { delay: delay.max(MIN_DELAY), ..self }
    }

    /// What to do now. Each address is given out once, and at most one by each call.
    pub fn poll(&mut self, now: Instant) -> Attempt {
        let wait = match self.last_start {
            Some(last) => self.delay.saturating_sub(now.saturating_duration_since(last)),
            None => Duration::ZERO,
        };
        match self.waiting.front() {
            None if self.running == 0 => Attempt::Exhausted,
            None => Attempt::Wait(None),
            // An instant that does not exist never comes.
            Some(_) if !wait.is_zero() => {
                Attempt::Wait(self.last_start.and_then(|last| last.checked_add(self.delay)))
            }
            Some(&address) => {
                self.waiting.pop_front();
                self.running += 1;
                self.last_start = Some(now);
                Attempt::Start(address)
            }
        }
    }

    /// One of the attempts under way has failed: the next one may begin at once.
    pub fn failed(&mut self) {
        self.running = self.running.saturating_sub(1);
        self.last_start = None;
    }

    /// How many addresses have not been given out.
    pub fn remaining(&self) -> usize {
        self.waiting.len()
    }
}

/// "the client SHOULD modify the ordered list to interleave address families. Whichever address family
/// is first in the list should be followed by an address of the other address family". RFC 8305 4
fn interleaved(addresses: impl IntoIterator<Item = SocketAddr>) -> VecDeque<SocketAddr> {
    let mut first: VecDeque<SocketAddr> = VecDeque::new();
    let mut second = VecDeque::new();
    for address in addresses {
        let is_of_first = first.front().is_none_or(|it| it.is_ipv4() == address.is_ipv4());
        let family = if is_of_first { &mut first } else { &mut second };
        if !family.contains(&address) {
            family.push_back(address);
        }
    }
    let mut all = VecDeque::with_capacity(first.len() + second.len());
    while !(first.is_empty() && second.is_empty()) {
        all.extend(first.pop_front());
        all.extend(second.pop_front());
    }
    all
}

/// "One recommended value for a default delay is 250 milliseconds." RFC 8305 5
const CONNECTION_ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// "a subsequent connection MUST NOT be started within 10 milliseconds of the previous attempt." RFC
/// 8305 5. One that has failed does not count here, as it does not for browsers: it costs nobody
/// anything any more.
const MIN_DELAY: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        format!("{text}:80").parse().unwrap()
    }

    fn order(addresses: &[&str]) -> Vec<String> {
        let mut attempts = Attempts::new(addresses.iter().map(|text| address(text)));
        let mut now = Instant::now();
        let mut order = Vec::new();
        while let Attempt::Start(address) = attempts.poll(now) {
            order.push(address.ip().to_string());
            now += CONNECTION_ATTEMPT_DELAY;
        }
        order
    }

    #[test]
    fn families_take_turns() {
        for (addresses, expected) in [
            (&[][..], &[][..]),
            (&["1.1.1.1"], &["1.1.1.1"]),
            (&["[::1]", "[::2]", "1.1.1.1", "1.1.1.2"], &["::1", "1.1.1.1", "::2", "1.1.1.2"]),
            (&["1.1.1.1", "1.1.1.2", "[::1]"], &["1.1.1.1", "::1", "1.1.1.2"]),
            (&["1.1.1.1", "[::1]", "[::2]", "[::3]"], &["1.1.1.1", "::1", "::2", "::3"]),
            (&["[::2]", "[::1]", "[::2]", "[::1]"], &["::2", "::1"]),
            (&["1.1.1.1", "1.1.1.1", "[::1]", "1.1.1.1"], &["1.1.1.1", "::1"]),
        ] {
            assert_eq!(order(addresses), expected, "{addresses:?}");
        }
        // The port and the zone are part of an address.
        let with = ["[fe80::1%1]:80", "[fe80::1%2]:80", "[fe80::1%2]:81"];
        let with = Attempts::new(with.iter().map(|text| text.parse().unwrap()));
        assert_eq!(with.waiting.len(), 3);
    }

    #[test]
    fn what_remains_is_counted() {
        let mut none = Attempts::new([]);
        assert_eq!(none.remaining(), 0);
        assert_eq!(none.poll(Instant::now()), Attempt::Exhausted);
        none.failed();
        assert_eq!(none.poll(Instant::now()), Attempt::Exhausted);
        let mut one = Attempts::new([address("1.1.1.1")]);
        assert_eq!(one.remaining(), 1);
        assert_eq!(one.poll(Instant::now()), Attempt::Start(address("1.1.1.1")));
        assert_eq!(one.remaining(), 0);
    }

    #[test]
    fn the_delay_has_a_minimum_and_no_maximum() {
        let now = Instant::now();
        let start = |delay| {
            let mut attempts = Attempts::new(["1.1.1.1", "1.1.1.2"].map(address)).delay(delay);
            assert_eq!(attempts.poll(now), Attempt::Start(address("1.1.1.1")));
            attempts
        };
        for (delay, wait) in [(0, 10), (9, 10), (10, 10), (11, 11), (2_000, 2_000)] {
            let wait = now + Duration::from_millis(wait);
            let mut attempts = start(Duration::from_millis(delay));
            assert_eq!(attempts.poll(now), Attempt::Wait(Some(wait)));
            assert_eq!(attempts.poll(wait - Duration::from_nanos(1)), Attempt::Wait(Some(wait)));
            assert_eq!(attempts.poll(wait), Attempt::Start(address("1.1.1.2")));
        }
        let mut attempts = start(Duration::MAX);
        assert_eq!(attempts.poll(now), Attempt::Wait(None));
        attempts.failed();
        assert_eq!(attempts.poll(now), Attempt::Start(address("1.1.1.2")));
    }

    /// All that can happen, in every order: an attempt fails, or time passes.
    #[test]
    fn every_order_of_failures_and_times() {
        const STEPS: [Option<u64>; 5] = [None, Some(0), Some(1), Some(249), Some(250)];
        const LEN: u32 = 7;
        let begin = Instant::now();
        for len in 1..=4 {
            let addresses: Vec<_> = (1..=len).map(|n| address(&format!("1.1.1.{n}"))).collect();
            for mut order in 0..STEPS.len().pow(LEN) {
                let mut now = begin;
                let mut attempts = Attempts::new(addresses.clone());
                let (mut started, mut failed) = (0, 0);
                // Since when the next one waits; `None` when it need not.
                let mut since = None;
                for _ in 0..LEN {
                    match STEPS[order % STEPS.len()] {
                        Some(millis) => now += Duration::from_millis(millis),
                        None if failed < started => {
                            failed += 1;
                            since = None;
                            attempts.failed();
                        }
                        None => {}
                    }
                    order /= STEPS.len();
                    let due = since.map(|since| since + CONNECTION_ATTEMPT_DELAY);
                    let expected = match addresses.get(started) {
                        None if failed == started => Attempt::Exhausted,
                        None => Attempt::Wait(None),
                        Some(_) if due.is_some_and(|due| due > now) => Attempt::Wait(due),
                        Some(&address) => {
                            started += 1;
                            since = Some(now);
                            Attempt::Start(address)
                        }
                    };
                    assert_eq!(attempts.poll(now), expected);
                }
            }
        }
    }

    #[test]
    fn a_clock_that_goes_back_makes_nobody_hurry() {
        let now = Instant::now() + Duration::from_secs(9);
        let mut attempts = Attempts::new(["1.1.1.1", "1.1.1.2"].map(address));
        attempts.poll(now);
        let due = now + CONNECTION_ATTEMPT_DELAY;
        assert_eq!(attempts.poll(now - Duration::from_secs(1)), Attempt::Wait(Some(due)));
    }

    #[test]
    fn a_failure_of_nothing_is_none() {
        let mut attempts = Attempts::new([address("1.1.1.1")]);
        attempts.failed();
        let now = Instant::now();
        assert_eq!(attempts.poll(now), Attempt::Start(address("1.1.1.1")));
        assert_eq!(attempts.poll(now), Attempt::Wait(None));
    }
}
