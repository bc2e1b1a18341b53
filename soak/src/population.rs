//! How many of each there are.

use crate::{gauge, hostile};

/// Who connects in one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Population {
    /// On the adapter, all the time.
    pub(crate) honest: usize,
    /// Of the honest ones: say something during the attack, too.
    pub(crate) busy: usize,
    /// Over bare sockets, all the time: never say a word after the handshake, and go without one.
    pub(crate) dead: usize,
    /// Over bare sockets, during the attack: honest, an octet or two at a time.
    pub(crate) slow: usize,
    /// During the attack, of each kind.
    pub(crate) hostile: usize,
}

impl Population {
    /// As many as wanted, or as may be.
    pub(crate) fn new(connections: usize) -> Self {
        let kinds = hostile::kinds().count();
        let most = gauge::max_descriptors().saturating_sub(RESERVE);
        let connections = connections.min(most).max(kinds + 10);
        let hostile = (connections / 5 / kinds).max(1);
        let dead = connections / 20;
        let slow = (connections / 50).clamp(1, 50);
        let honest = (connections - hostile * kinds).saturating_sub(dead + slow).max(1);
        Self { honest, busy: honest.div_ceil(10).min(64), dead, slow, hostile }
    }

    /// All who may be connected at once.
    pub(crate) fn len(&self) -> usize {
        self.honest + self.dead + self.slow + self.hostile * hostile::kinds().count()
    }
}

/// Descriptors for everything else.
const RESERVE: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_them_are_as_many_as_wanted() {
        let population = Population::new(500);
        assert_eq!(population.len(), 500);
        assert!(population.honest > 300, "{population:?}");
        assert!(Population::new(usize::MAX).len() <= gauge::max_descriptors());
        let few = Population::new(0);
        assert!(few.honest > 0 && few.hostile == 1, "{few:?}");
    }
}
