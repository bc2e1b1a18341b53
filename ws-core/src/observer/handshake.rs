//! What is told of a handshake.

use std::time::Duration;

use http::StatusCode;

use super::Observed;
use crate::step::HandshakeStep;

/// A handshake that has ended.
///
/// On a server that is one request, from when it was waited for; a connection that stays open after a rejection has
/// several. On a client it is all the way from the URL, redirects included.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObservedHandshake<'a> {
    /// Whose it was. The WebSocket has the same number.
    pub web_socket: Observed,
    /// What came of it.
    pub outcome: HandshakeOutcome,
    /// Why there is no WebSocket: the stable name of the rule or error, such as `bad-key`. `None` if it is open, and if
    /// it was cancelled.
    pub rule: Option<&'static str>,
    /// The status of the answer, the one sent by a server, or received by a client; 101 if the WebSocket is open.
    pub status: Option<StatusCode>,
    /// How long it took.
    pub duration: Duration,
    /// What was done, in that order, and how long each took.
    pub steps: &'a [ObservedStep],
}

impl<'a> ObservedHandshake<'a> {
    /// One that took no time and had no steps.
    pub fn new(
        web_socket: Observed,
        outcome: HandshakeOutcome,
        rule: Option<&'static str>,
    ) -> Self {
        let opened = outcome == HandshakeOutcome::Opened;
        let status = opened.then_some(StatusCode::SWITCHING_PROTOCOLS);
        Self { web_socket, outcome, rule, status, duration: Duration::ZERO, steps: &[] }
    }

    /// With the status of an answer.
    #[must_use]
    pub fn status(self, status: Option<StatusCode>) -> Self {
        Self { status: status.or(self.status), ..self }
    }

    /// With the time that it took, and the steps.
    #[must_use]
    pub fn steps(self, duration: Duration, steps: &'a [ObservedStep]) -> Self {
        Self { duration, steps, ..self }
    }
}

/// What came of a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HandshakeOutcome {
    /// `opened`: a WebSocket.
    Opened,
    /// `rejected`: a server has answered with something other than 101, because of a rule, or because the application
    /// wanted it (`refused`).
    Rejected,
    /// `declined`: a client got something other than 101.
    Declined,
    /// `failed`: an error of either side, of the stream, or of the way to a server.
    Failed,
    /// `cancelled`: it was dropped.
    Cancelled,
}

impl HandshakeOutcome {
    /// A stable name, for logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Rejected => "rejected",
            Self::Declined => "declined",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A step of a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObservedStep {
    /// What was done.
    pub step: HandshakeStep,
    /// How long it took.
    pub duration: Duration,
}

impl ObservedStep {
    /// A step that took this long.
    pub fn new(step: HandshakeStep, duration: Duration) -> Self {
        Self { step, duration }
    }
}
