//! The end of everything, as handshakes see it.

use std::time::Instant;

use crate::connection::{Tracked, Tracker, Tracks};

/// A handshake counts until it is over.
pub(super) fn track(tracker: &Tracker) -> Box<Tracked> {
    Box::new(tracker.track(Tracks::Handshake))
}

/// By when a handshake has to be over, if everything ends.
pub(super) fn due(tracked: Option<&Tracked>) -> Option<Instant> {
    tracked?.tracker().deadline()
}

/// The earlier of the two: its own deadline, and that of everything.
pub(super) fn sooner(deadline: Option<Instant>, tracked: Option<&Tracked>) -> Option<Instant> {
    match tracked {
        None => deadline,
        Some(_) => deadline.into_iter().chain(due(tracked)).min(),
    }
}
