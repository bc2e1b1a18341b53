//! The end of what a handshake reads.

use std::time::Instant;

use super::{error::HandshakeError, shutdown};
use crate::{connection::Tracked, step::HandshakeStep};

/// Why nothing more comes.
#[derive(Clone, Copy, Debug)]
pub(super) enum InputEnd {
    /// The peer sends no more.
    Stream,
    /// The deadline has passed.
    Time,
    /// Everything ends.
    Shutdown,
}

impl InputEnd {
    /// What `end` is at `now`, when `deadline` counts. Nothing comes behind the end of the stream, so that
    /// stays what it is.
    pub(super) fn at(end: Option<Self>, now: Instant, deadline: Option<Instant>) -> Option<Self> {
        end.or_else(|| deadline.is_some_and(|at| at <= now).then_some(Self::Time))
    }

    /// Why a handshake fails whose input ends at `step`.
    pub(super) fn error(self, step: HandshakeStep) -> HandshakeError {
        match self {
            Self::Stream => HandshakeError::Truncated(step),
            Self::Time => HandshakeError::TimedOut(step),
            Self::Shutdown => HandshakeError::ShuttingDown,
        }
    }

    /// What `end` is at `now`, when `tracked` has a deadline.
    pub(super) fn at_shutdown(
        end: Option<Self>,
        now: Instant,
        tracked: Option<&Tracked>,
    ) -> Option<Self> {
        end.or_else(|| shutdown::due(tracked).is_some_and(|at| at <= now).then_some(Self::Shutdown))
    }
}
