//! Keys to mask with (RFC 6455 5.3).

/// "The masking key needs to be unpredictable; thus, the masking key MUST be derived from a strong
/// source of entropy". Keys come from the operating system's generator, several at a time, so that a
/// frame costs nanoseconds.
#[derive(Debug, Default)]
pub(super) struct Masks {
    /// Drawn keys; those from `left` on have been used.
    keys: [[u8; 4]; BATCH],
    left: u8,
}

impl Masks {
    pub(super) fn next(&mut self) -> [u8; 4] {
        if self.left == 0 {
            self.draw();
        }
        self.left -= 1;
        // A used key is not left behind for anybody who can read the memory.
        std::mem::take(&mut self.keys[usize::from(self.left)])
    }

    #[cold]
    fn draw(&mut self) {
        // The generator works before the first key of a handshake is drawn, or there would be no
        // connection; it does not stop after that. A key of zeros would still be a valid frame.
        let drawn = getrandom::fill(self.keys.as_flattened_mut());
        debug_assert!(drawn.is_ok());
        self.left = BATCH as u8;
    }
}

/// 128 bytes at a time, a system call for every 32 frames: what a client can afford to hold.
const BATCH: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_do_not_repeat() {
        let mut masks = Masks::default();
        let mut seen: Vec<_> = (0..100_000).map(|_| u32::from_ne_bytes(masks.next())).collect();
        let constant = seen.iter().fold((u32::MAX, 0), |(and, or), mask| (and & mask, or | mask));
        assert_eq!(constant, (0, u32::MAX));
        seen.sort_unstable();
        seen.dedup();
        // About one pair among so many is equal by chance.
        assert!(seen.len() > 99_950, "{}", seen.len());
    }
}
