//! What became of each connection, as the server has it.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

/// How many ended in which way: `/path: outcome`. A connection whose handshake failed has no path.
pub(crate) type Outcomes = BTreeMap<String, usize>;

#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    open: usize,
    ended: Outcomes,
}

impl Ledger {
    /// A connection that has been accepted.
    pub(crate) fn ticket(self: &Arc<Self>) -> Ticket {
        self.with(|ledger| ledger.open += 1);
        Ticket { ledger: Arc::clone(self), outcome: None }
    }

    /// How many have not ended.
    pub(crate) fn open(&self) -> usize {
        self.with(|ledger| ledger.open)
    }

    /// What has ended since this was asked last.
    pub(crate) fn take(&self) -> Outcomes {
        self.with(|ledger| mem::take(&mut ledger.ended))
    }

    fn with<O>(&self, then: impl FnOnce(&mut Open) -> O) -> O {
        then(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A connection. One that goes away without having said how has been dropped by somebody: a panic, for instance.
#[derive(Debug)]
pub(crate) struct Ticket {
    ledger: Arc<Ledger>,
    outcome: Option<String>,
}

impl Ticket {
    /// Says how it ended.
    pub(crate) fn end(mut self, path: &str, outcome: &str) {
        self.outcome = Some(format!("{path}: {outcome}"));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let outcome = self.outcome.take().unwrap_or_else(|| "dropped: without a word".to_owned());
        self.ledger.with(|ledger| {
            ledger.open -= 1;
            *ledger.ended.entry(outcome).or_default() += 1;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_says_nothing_is_noticed() {
        let ledger = Arc::new(Ledger::default());
        let (said, silent) = (ledger.ticket(), ledger.ticket());
        assert_eq!(ledger.open(), 2);
        said.end("/a", "closed");
        drop(silent);
        assert_eq!(ledger.open(), 0);
        let ended = ledger.take();
        assert_eq!((ended["/a: closed"], ended["dropped: without a word"]), (1, 1));
        assert!(ledger.take().is_empty());
    }
}
