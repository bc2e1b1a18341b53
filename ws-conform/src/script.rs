//! What is done with an open WebSocket, and what has to come of it.

use std::time::Duration;

use crate::wire::frame::Frame;

/// Steps, one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    pub(crate) steps: Vec<Step>,
    /// What the handshake offers to a server, or takes of what a client offers, if anything.
    pub(crate) extension: Option<&'static str>,
}

/// One of them.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Frames, in one piece.
    Send(Vec<Frame>),
    /// Frames, each in a piece of its own, so many octets at a time.
    Dribble(Vec<Frame>, usize),
    /// So many octets of a frame, and not the others.
    Part(Frame, usize),
    /// A message, compressed as it was agreed upon, in fragments of at most so many octets.
    Compressed(u8, Vec<u8>, usize),
    /// The same frame over and over, and nothing is read, until no more is taken.
    Flood(Frame, usize),
    /// A message of so many octets more than is allowed, or fewer; the number is relative to the limit.
    AtLimit(isize),
    /// This side says that it sends no more.
    HalfClose,
    /// Nothing for a while.
    Pause(Duration),
    /// The messages that have to come back, whole, with pongs between them or not.
    Echo(Vec<(u8, Vec<u8>)>),
    /// A pong with this payload; earlier ones may come first, or not.
    Pong(Vec<u8>),
    /// The WebSocket fails, with one of these codes if it says why. RFC 6455 7.1.7
    Fails(&'static [u16]),
    /// The same, and it says why.
    FailsAloud(&'static [u16]),
    /// It fails, or this is echoed, or nothing happens: which one is told.
    FailsOrNot(&'static [u16]),
    /// A close is answered, with one of these codes if any, and then the connection ends.
    Closes(Vec<u16>),
    /// The connection ends.
    Ends,
    /// Somebody else is still served.
    ServesOthers,
}

impl Script {
    /// With these steps.
    pub(crate) fn new(steps: impl Into<Vec<Step>>) -> Self {
        Self { steps: steps.into(), extension: None }
    }

    /// Whether something has to be sent back.
    pub(crate) fn wants_echo(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Echo(_) | Step::AtLimit(..=0)))
    }

    /// Whether it has to be known how long a message may be.
    pub(crate) fn wants_limit(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::AtLimit(_)))
    }
}
