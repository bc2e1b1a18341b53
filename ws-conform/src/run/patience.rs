//! How long is waited.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::transcript::Direction::{Received, Sent};
use crate::transcript::Transcript;

/// Less, once it is clear that nobody ever answers: otherwise it would take a mute implementation many minutes to fail.
#[derive(Debug, Default)]
pub(super) struct Patience {
    answered: AtomicUsize,
    silent: AtomicUsize,
}

impl Patience {
    /// How long an answer may take, of the time that was asked for.
    pub(super) fn of(&self, timeout: Duration) -> Duration {
        let is_mute = self.answered.load(Ordering::Relaxed) == 0;
        let is_known = self.silent.load(Ordering::Relaxed) >= ENOUGH;
        if is_mute && is_known { timeout.min(SHORT) } else { timeout }
    }

    /// Whether nobody has come at all, time and again.
    pub(super) fn is_exhausted(&self) -> bool {
        self.of(Duration::MAX) == SHORT
    }

    /// Learns from a case: an answer is whatever comes behind something that was sent.
    pub(super) fn learn(&self, transcript: &Transcript) {
        let entries = transcript.entries();
        let sent = entries.iter().position(|entry| entry.direction == Sent);
        let Some(sent) = sent else { return };
        let has_answer = entries[sent..].iter().any(|entry| entry.direction == Received);
        let count = if has_answer { &self.answered } else { &self.silent };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Learns that nobody came, or that somebody did.
    pub(super) fn learn_of(&self, came: bool) {
        let count = if came { &self.answered } else { &self.silent };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Cases of which none had an answer.
const ENOUGH: usize = 12;

/// Long enough for whoever has begun to answer in the meantime.
const SHORT: Duration = Duration::from_millis(300);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_when_nobody_answers_and_only_then() {
        let long = Duration::from_secs(2);
        let patience = Patience::default();
        let mut silent = Transcript::new();
        silent.octets(Sent, b"x");
        for _ in 0..ENOUGH {
            assert_eq!(patience.of(long), long);
            patience.learn(&silent);
        }
        assert_eq!(patience.of(long), SHORT);
        assert!(patience.is_exhausted());
        silent.octets(Received, b"x");
        patience.learn(&silent);
        assert_eq!(patience.of(long), long);
        assert!(!patience.is_exhausted());
    }
}
