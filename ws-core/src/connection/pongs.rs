//! Pongs in the queue, and how many there may be.

/// How much of the queue is pongs. They are bounded, whatever else is in it: a peer that sends pings and
/// does not read gets the newest answer only (RFC 6455 5.5.3 allows that).
#[derive(Debug, Default)]
pub(super) struct Pongs {
    /// How many bytes have been queued behind the last of them.
    behind: u32,
    count: u8,
}

impl Pongs {
    /// Whether another one may go into a queue of that length.
    pub(super) fn have_room(&mut self, queue_len: usize) -> bool {
        if queue_len <= self.behind as usize {
            self.count = 0;
        }
        self.count < MAX_COUNT
    }

    /// One has gone into the queue.
    pub(super) fn queued(&mut self) {
        self.count += 1;
        self.behind = 0;
    }

    /// Something else has.
    #[inline]
    pub(super) fn queued_behind(&mut self, len: usize) {
        // Most connections have no pong in the queue most of the time.
        if self.count > 0 {
            self.behind = self.behind.saturating_add(u32::try_from(len).unwrap_or(u32::MAX));
        }
    }
}

/// With the longest payload, these are 4 KiB.
const MAX_COUNT: u8 = 31;

/// Up to this length of the queue a pong goes in at once, and does not take the place of the one before.
pub(super) const MAX_PONGS: usize = 4 * 1024;
