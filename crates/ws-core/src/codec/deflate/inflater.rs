//! Inflating what comes (RFC 7692 7.2.2).

use flate2::{Decompress, FlushDecompress, Status};

use super::{BadDeflate, TAIL, Window};

/// Inflates the messages of one direction, piece by piece and within bounds.
#[derive(Debug)]
pub(crate) struct Inflater {
    context: Option<Decompress>,
    takeover: bool,
    /// What has been inflated and not been given out.
    out: Vec<u8>,
    /// Everything that has come of this message.
    total: usize,
    /// `out` was full: more may come without further input.
    full: bool,
    /// The last block of all has ended, and nothing has come behind it.
    ended: bool,
}

impl Inflater {
    pub(crate) fn new(window: Window) -> Option<Self> {
        let out = Vec::new();
        let takeover = window.takeover;
        Some(Self { context: None, takeover, out, total: 0, full: false, ended: false })
    }

    /// What has been inflated and not been given out.
    pub(crate) fn out(&self) -> &[u8] {
        &self.out
    }

    /// Takes that, without copying it.
    pub(crate) fn take_out(&mut self) -> Vec<u8> {
        let mut out = std::mem::take(&mut self.out);
        if out.len() < out.capacity() / 2 {
            out.shrink_to_fit();
        }
        out
    }

    /// Throws that away.
    pub(crate) fn forget_out(&mut self) {
        self.out = Vec::new();
    }

    /// How many bytes of this message there have been.
    pub(crate) fn total(&self) -> usize {
        self.total
    }

    /// Whether there may be more to come without further input.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// Inflates `input` until it is used up or at least `max_len` bytes are there to be given out.
    /// Says how much of the input was used; then the new bytes are behind the first `before` ones of
    /// [`out`](Self::out).
    pub(crate) fn inflate(&mut self, input: &[u8], max_len: usize) -> Result<usize, BadDeflate> {
        let Self { context, out, .. } = self;
        let context = context.get_or_insert_with(new_context);
        let before = out.len();
        let mut used = 0;
        self.full = loop {
            if out.len() >= max_len {
                break true;
            }
            if out.len() == out.capacity() {
                // Little input makes much output, or not: room for what is usual, and then more.
                let room = out.len().max(4 * (input.len() - used)).max(MIN_ROOM);
                out.reserve_exact(room.min(max_len - out.len()));
            }
            let start = context.total_in();
            let status = context
                .decompress_vec(&input[used..], out, FlushDecompress::None)
                .map_err(|_| BadDeflate)?;
            let taken = (context.total_in() - start) as usize;
            used += taken;
            self.ended &= taken == 0;
            if status == Status::StreamEnd {
                // A peer may end each message, or each piece of one, with a last block. What comes
                // behind it is a stream of its own. RFC 7692 7.2.3.4
                context.reset(false);
                self.ended = true;
                if used == input.len() {
                    break false;
                }
            } else if out.len() < out.capacity() {
                break false;
            }
        };
        self.total += out.len() - before;
        Ok(used)
    }

    /// The message has ended: adds what the peer has left out, and checks that it fits.
    pub(crate) fn end(&mut self) -> Result<(), BadDeflate> {
        let Self { context, out, .. } = self;
        let context = context.get_or_insert_with(new_context);
        if !std::mem::take(&mut self.ended) {
            let (len, start) = (out.len(), context.total_in());
            out.reserve(1);
            let status = context.decompress_vec(&END, out, FlushDecompress::Sync);
            let taken = (context.total_in() - start) as usize;
            let fits = matches!(status, Ok(Status::Ok | Status::BufError))
                && taken == END.len()
                && out.len() == len;
            if !fits {
                return Err(BadDeflate);
            }
        }
        if !self.takeover {
            // "the peer doesn't use context takeover": nothing of it is needed again. 7.1.1.1
            self.context = None;
        }
        (self.total, self.full) = (0, false);
        Ok(())
    }
}

fn new_context() -> Decompress {
    // Always with the largest window, which is right for every peer's: zlib-rs has memory for no
    // smaller one, and a context with another one than the largest is made anew at every reset. A
    // peer that ends a block with every second byte would have thousands made.
    Decompress::new(false)
}

/// The tail and an empty block. Behind a message that ends between two blocks they come to nothing;
/// inside a block they come to bytes or to nonsense, so that a message which was cut off does not
/// go unnoticed and spoil the next one.
const END: [u8; 9] = [TAIL[0], TAIL[1], TAIL[2], TAIL[3], 0x00, TAIL[0], TAIL[1], TAIL[2], TAIL[3]];

/// What is made room for at least.
const MIN_ROOM: usize = 256;
