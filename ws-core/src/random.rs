//! Unpredictable bytes: a thread's reserve of what the operating system's generator gives.
//!
//! ```text
//! reserve   | . | . | . | . | key | mask | mask |      a system call fills all of it
//!             left ------->   ^ the next to be taken, from behind; its place is erased
//! ```
//!
//! A call costs as much as drawing some hundred bytes does, so that by itself every frame of a client would pay more
//! for its mask than for all else.

use std::cell::RefCell;

use getrandom::Error;

/// Draws a nonce of 16 bytes, for a handshake.
pub(crate) fn nonce() -> Result<[u8; 16], Error> {
    RESERVE.with_borrow_mut(|reserve| {
        reserve.keep_to_one_process();
        let [a, b, c, d] = [reserve.word()?, reserve.word()?, reserve.word()?, reserve.word()?];
        let mut nonce = [0; 16];
        for (to, word) in nonce.chunks_exact_mut(4).zip([a, b, c, d]) {
            to.copy_from_slice(&word);
        }
        Ok(nonce)
    })
}

/// Draws a key to mask a frame with. `first` is for the first frame of a connection.
#[inline]
pub(crate) fn mask(first: bool) -> [u8; 4] {
    RESERVE.with_borrow_mut(|reserve| {
        if first {
            reserve.keep_to_one_process();
        }
        // The generator works before the nonce of a handshake is drawn, or there would be no connection; it does not
        // stop after that. A key of zeros would still be a valid frame.
        let word = reserve.word();
        debug_assert!(word.is_ok());
        word.unwrap_or_default()
    })
}

/// What a thread has drawn and not used. Four bytes at a time are taken, from the end.
struct Reserve {
    words: [[u8; 4]; WORDS],
    /// So many of the words, from the first on, are unused.
    left: usize,
    /// The process that drew them.
    process: u32,
}

/// 1 KiB, with which the call itself adds a tenth to what the bytes cost.
const WORDS: usize = 256;

thread_local! {
    static RESERVE: RefCell<Reserve> =
        const { RefCell::new(Reserve { words: [[0; 4]; WORDS], left: 0, process: 0 }) };
}

impl Reserve {
    /// Drops what another process has, too: a child begins with the memory of its parent. Told for each connection, and
    /// not for each frame, which it would cost more than the mask; a connection is of use to one process only.
    fn keep_to_one_process(&mut self) {
        let process = process();
        if self.process != process {
            self.words[..self.left].fill([0; 4]);
            self.left = 0;
            self.process = process;
        }
    }

    #[inline]
    fn word(&mut self) -> Result<[u8; 4], Error> {
        if self.left == 0 {
            self.draw()?;
        }
        self.left -= 1;
        // What has been used is not left behind for anybody who can read the memory.
        Ok(std::mem::take(&mut self.words[self.left]))
    }

    #[cold]
    fn draw(&mut self) -> Result<(), Error> {
        getrandom::fill(self.words.as_flattened_mut())?;
        self.left = WORDS;
        Ok(())
    }
}

/// Where processes come from a fork.
#[cfg(unix)]
fn process() -> u32 {
    std::process::id()
}

#[cfg(not(unix))]
fn process() -> u32 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_do_not_repeat() {
        let mut seen: Vec<_> = (0..100_000).map(|_| u32::from_ne_bytes(mask(false))).collect();
        let constant = seen.iter().fold((u32::MAX, 0), |(and, or), mask| (and & mask, or | mask));
        assert_eq!(constant, (0, u32::MAX));
        seen.sort_unstable();
        seen.dedup();
        // About one pair among so many is equal by chance.
        assert!(seen.len() > 99_950, "{}", seen.len());
    }

    #[test]
    fn what_another_process_has_is_not_used() {
        #[cfg(unix)]
        assert_eq!(process(), std::process::id());
        mask(true);
        let drawn = RESERVE.with_borrow_mut(|reserve| {
            reserve.process = reserve.process.wrapping_add(1);
            reserve.words
        });
        mask(true);
        RESERVE.with_borrow(|reserve| {
            assert_eq!((reserve.process, reserve.left), (process(), WORDS - 1));
            let same = reserve.words.iter().zip(&drawn).filter(|(word, drawn)| word == drawn);
            assert!(same.count() < WORDS / 2);
        });
    }

    #[test]
    fn what_was_used_is_erased() {
        let (nonce, mask) = (nonce().unwrap(), mask(true));
        RESERVE.with_borrow(|reserve| {
            assert!(reserve.words[reserve.left..].iter().all(|word| *word == [0; 4]));
            assert!(reserve.words[..reserve.left].iter().any(|word| *word != [0; 4]));
        });
        assert!(nonce != [0; 16] || mask != [0; 4]);
    }

    /// A child has its parent's memory: to it, the reserve is that of another process.
    #[test]
    fn nothing_is_taken_from_the_reserve_of_another_process() {
        let inherit = || {
            RESERVE.with_borrow_mut(|reserve| {
                (reserve.words, reserve.left, reserve.process) = ([[7; 4]; WORDS], 8, 0);
            });
        };
        inherit();
        assert_ne!(nonce().unwrap(), [7; 16]);
        inherit();
        let masks = [mask(true), mask(false), mask(false), mask(false)];
        assert_ne!(masks, [[7; 4]; 4]);
        RESERVE.with_borrow(|reserve| assert_eq!(reserve.process, process()));
    }

    #[test]
    fn the_last_word_is_followed_by_others() {
        mask(true);
        RESERVE.with_borrow_mut(|reserve| reserve.left = 2);
        assert_ne!(nonce().unwrap()[8..], [0; 8]);
        RESERVE.with_borrow(|reserve| assert_eq!(reserve.left, WORDS - 2));
    }
}
