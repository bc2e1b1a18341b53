//! How much a page may send: a bucket that fills by itself, and from which each message takes one.

use std::time::{Duration, Instant};

/// A bucket of tokens.
#[derive(Debug)]
pub struct Bucket {
    tokens: f64,
    filled_at: Instant,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is let in.
    Allowed,
    /// It was too much at a time.
    Refused,
    /// It goes on although it was refused.
    Flood,
}

impl Bucket {
    /// A full one.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self { tokens: CAPACITY, filled_at: now }
    }

    /// Takes one. What is refused takes one, too, so that who goes on is in debt.
    pub fn take(&mut self, now: Instant) -> Taken {
        let passed: Duration = now.saturating_duration_since(self.filled_at);
        self.tokens = (self.tokens + passed.as_secs_f64() * PER_SECOND).min(CAPACITY) - 1.0;
        self.filled_at = now;
        match self.tokens {
            0.0.. => Taken::Allowed,
            MAX_DEBT.. => Taken::Refused,
            _ => Taken::Flood,
        }
    }
}

/// As much at once as somebody does who joins all of their rooms again and says something in each.
const CAPACITY: f64 = 20.0;

/// Nobody types as fast, typing and pings included.
const PER_SECOND: f64 = 5.0;

/// A page that does not heed any answer.
const MAX_DEBT: f64 = -40.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_full_then_refuses_then_floods() {
        let now = Instant::now();
        let mut bucket = Bucket::new(now);
        let mut taken =
            |count: usize, now| (0..count).map(|_| bucket.take(now)).collect::<Vec<_>>();
        assert_eq!(taken(20, now), [Taken::Allowed; 20]);
        assert_eq!(taken(40, now), [Taken::Refused; 40]);
        assert_eq!(taken(1, now), [Taken::Flood]);
        // 41 are owed, and one is to be had.
        assert_eq!(taken(1, now + Duration::from_secs_f64(8.4)), [Taken::Allowed]);
        assert_eq!(taken(1, now + Duration::from_secs_f64(8.4)), [Taken::Refused]);
        let later = now + Duration::from_secs(3600);
        assert_eq!(taken(20, later), [Taken::Allowed; 20]);
        assert_eq!(taken(1, later), [Taken::Refused]);
    }
}
