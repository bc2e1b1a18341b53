//! An open WebSocket, and what is known of it.

use std::time::{Duration, Instant};

use crate::grade::Grade;
use crate::peer::Peer;
use crate::verdict::Verdict;
use crate::wire::deflate::Deflation;

/// A conversation: the connection, and what is known of it.
#[derive(Debug)]
pub(crate) struct Talk<'a> {
    pub(crate) peer: &'a mut Peer,
    /// Whether this side is the client, and masks.
    pub(crate) is_client: bool,
    /// What was agreed upon for compression, if anything.
    pub(crate) deflation: Option<Deflation>,
    /// What has come of a message, between whose fragments may be other things.
    pub(crate) unfinished: Option<Unfinished>,
    pub(crate) grade: Grade,
    pub(crate) timeout: Duration,
    pub(crate) max_message: Option<usize>,
}

/// Something that came and was not asked for ends the case.
pub(super) type Stop = Verdict;

/// A message of which not all has come.
#[derive(Debug)]
pub(crate) struct Unfinished {
    pub(super) opcode: u8,
    pub(super) is_compressed: bool,
    pub(super) payload: Vec<u8>,
}

impl Talk<'_> {
    /// When an answer has to be there.
    pub(super) fn until(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// A failure that weighs as much as the case.
    pub(super) fn failed(&self, why: impl Into<String>) -> Verdict {
        Verdict::failed(self.grade, why)
    }
}
