//! Pongs in the queue, and how many there may be.

use crate::codec::{SendQueue, frame::FrameHead};

/// How much of the queue is pongs. They are bounded, whatever else is in it: a peer that sends pings and
/// does not read gets the newest answer only (RFC 6455 5.5.3 allows that).
#[derive(Debug, Default)]
pub(super) struct Pongs {
    len: usize,
    /// Where the last of them ends in the queue.
    end: u64,
}

impl Pongs {
    /// Whether another one may go into the queue.
    pub(super) fn have_room(&mut self, queue: &SendQueue) -> bool {
        if self.end <= queue.taken() {
            self.len = 0;
        }
        self.len < MAX_PONGS
    }

    /// One has gone into the queue.
    pub(super) fn queued(&mut self, queue: &SendQueue, payload_len: usize) {
        self.len += payload_len + FrameHead::MAX_LEN;
        self.end = queue.end();
    }
}

/// How much of the queue pongs may be: 30 of the longest kind.
pub(super) const MAX_PONGS: usize = 4 * 1024;
