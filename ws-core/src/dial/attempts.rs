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
            Some(last) if self.running > 0 => {
                self.delay.saturating_sub(now.saturating_duration_since(last))
            }
            _ => Duration::ZERO,
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
