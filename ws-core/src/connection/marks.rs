//! Where in the output control frames end, counted in bytes from the beginning of the connection.

/// What is in the queue of pings and pongs.
///
/// Pongs are bounded, whatever else is in the queue: a peer that sends pings and does not read gets the newest
/// answer only (RFC 6455 5.5.3 allows that).
#[derive(Debug, Default)]
pub(super) struct Marks {
    pong_end: u64,
    ping_end: u64,
    /// How many pings the application has sent.
    pings: u32,
    pongs: u8,
}

impl Marks {
    /// Whether another pong may go into a queue of which this much has been written.
    pub(super) fn has_room(&mut self, written: u64) -> bool {
        if self.pong_end <= written {
            self.pongs = 0;
        }
        self.pongs < MAX_COUNT
    }

    /// A pong has gone into the queue, and ends there.
    pub(super) fn pong_queued(&mut self, end: u64) {
        self.pongs += 1;
        self.pong_end = end;
    }

    /// The application sends a ping.
    pub(super) fn ping(&mut self) {
        self.pings = self.pings.wrapping_add(1);
    }

    /// How often it has.
    pub(super) fn pings(&self) -> u32 {
        self.pings
    }

    /// A ping has gone into the queue, and ends there.
    pub(super) fn ping_queued(&mut self, end: u64) {
        self.ping_end = end;
    }

    /// Whether there is a ping in a queue of which this much has been written.
    pub(super) fn has_ping(&self, written: u64) -> bool {
        written < self.ping_end
    }
}

/// With the longest payload, these are 4 KiB.
const MAX_COUNT: u8 = 31;

/// Up to this length of the queue a pong goes in at once, and does not take the place of the one before.
pub(super) const MAX_PONGS: usize = 4 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ping_is_there_until_its_last_byte_is_written() {
        let mut marks = Marks::default();
        assert!(!marks.has_ping(0) && marks.pings() == 0);
        marks.ping();
        marks.ping_queued(10);
        assert_eq!(
            [0, 9, 10, 11].map(|written| marks.has_ping(written)),
            [true, true, false, false]
        );
        marks.ping();
        assert_eq!(marks.pings(), 2);
    }

    #[test]
    fn so_many_pongs_go_into_a_queue_and_no_more() {
        let mut marks = Marks::default();
        for _ in 0..MAX_COUNT {
            assert!(marks.has_room(0));
            marks.pong_queued(10);
        }
        assert!(!marks.has_room(0) && !marks.has_room(9));
        // The last of them has been written.
        assert!(marks.has_room(10));
    }
}
