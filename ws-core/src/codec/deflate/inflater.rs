//! Inflating what comes (RFC 7692 7.2.2).

use std::fmt;

use zlib_rs::{Inflate, InflateError, InflateFlush, Status};

use super::{BadDeflate, DeflatePool, TAIL, Window, turns};

/// Inflates the messages of one direction, piece by piece and within bounds.
#[derive(Debug)]
pub(crate) struct Inflater {
    /// If each message begins anew: whose inflaters it uses.
    turns: Option<DeflatePool>,
    /// Present once the first compressed message has come.
    state: Option<Box<State>>,
}

#[derive(Default)]
struct State {
    context: Option<Inflate>,
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
    pub(crate) fn new(window: Window, pool: Option<&DeflatePool>) -> Option<Self> {
        Some(Self { turns: turns(window, pool), state: None })
    }

    /// What has been inflated and not been given out.
    pub(crate) fn out(&self) -> &[u8] {
        self.state.as_ref().map_or(&[], |state| &state.out)
    }

    /// Takes what has been inflated, without copying it.
    pub(crate) fn take_out(&mut self) -> Vec<u8> {
        let Some(state) = &mut self.state else { return Vec::new() };
        let mut out = std::mem::take(&mut state.out);
        if out.len() < out.capacity() / 2 {
            out.shrink_to_fit();
        }
        self.rest();
        out
    }

    /// Throws away what has been inflated.
    pub(crate) fn forget_out(&mut self) {
        if let Some(state) = &mut self.state {
            state.out = Vec::new();
        }
        self.rest();
    }

    /// Keeps nothing between messages that do not refer to each other.
    fn rest(&mut self) {
        if self.state.as_ref().is_some_and(|state| state.context.is_none()) {
            self.state = None;
        }
    }

    /// How many bytes of this message there have been.
    pub(crate) fn total(&self) -> usize {
        self.state.as_ref().map_or(0, |state| state.total)
    }

    /// Whether there may be more to come without further input.
    pub(crate) fn is_full(&self) -> bool {
        self.state.as_ref().is_some_and(|state| state.full)
    }

    /// Inflates `input` until it is used up or at least `max_len` bytes are there to be given out.
    /// Says how much of the input was used; then the new bytes are behind those that were there.
    pub(crate) fn inflate(&mut self, input: &[u8], max_len: usize) -> Result<usize, BadDeflate> {
        let state = self.state.get_or_insert_default();
        let before = state.out.len();
        let used = state.inflate(input, max_len, self.turns.as_ref());
        // What came before an error counts as well.
        state.total = state.total.saturating_add(state.out.len() - before);
        used
    }

    /// The message has ended: adds what the peer has left out, and checks that it fits.
    pub(crate) fn end(&mut self) -> Result<(), BadDeflate> {
        let state = self.state.get_or_insert_default();
        state.end(self.turns.as_ref())?;
        if let Some(pool) = &self.turns {
            // Without context takeover nothing of it is needed again. RFC 7692 7.1.1
            pool.put_inflater(state.context.take());
        }
        Ok(())
    }
}

impl State {
    fn inflate(
        &mut self,
        input: &[u8],
        max_len: usize,
        turns: Option<&DeflatePool>,
    ) -> Result<usize, BadDeflate> {
        let Self { context, out, .. } = self;
        let context = context.get_or_insert_with(|| take(turns));
        let before = out.len();
        let mut used = 0;
        self.full = loop {
            if out.len() >= max_len {
                break true;
            }
            // Little input may make much output: room for the usual ratio first, and then more.
            let likely = (input.len() - used).saturating_mul(4);
            if out.len() == out.capacity() {
                let room = out.len().max(likely).max(MIN_ROOM);
                let most = max_len - out.len();
                // Rather all that is allowed than nearly all: a message is not moved for the last bytes.
                out.reserve_exact(if room > most.saturating_sub(MIN_ROOM) { most } else { room });
            }
            // It is filled with zeros first: as much as may be needed.
            let room = likely.max(out.len() - before).clamp(MIN_ROOM, MAX_ROOM);
            let room = room.min(out.capacity() - out.len());
            let Step { status, taken, is_full } =
                step(context, &input[used..], out, room, InflateFlush::NoFlush)
                    .map_err(|_| BadDeflate)?;
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
            } else if !is_full {
                break false;
            }
        };
        Ok(used)
    }

    fn end(&mut self, turns: Option<&DeflatePool>) -> Result<(), BadDeflate> {
        let Self { context, out, .. } = self;
        let context = context.get_or_insert_with(|| take(turns));
        if !std::mem::take(&mut self.ended) {
            let len = out.len();
            let ended = step(context, &END, out, 1, InflateFlush::Block);
            let fits = ended.is_ok_and(|step| step.taken == TAIL.len()) && out.len() == len;
            if !fits {
                return Err(BadDeflate);
            }
        }
        (self.total, self.full) = (0, false);
        Ok(())
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("total", &self.total).finish_non_exhaustive()
    }
}

/// What came of inflating some input.
struct Step {
    status: Status,
    taken: usize,
    /// All the room has been used.
    is_full: bool,
}

/// Inflates `input` to at most `room` bytes behind those in `out`.
fn step(
    context: &mut Inflate,
    input: &[u8],
    out: &mut Vec<u8>,
    room: usize,
    flush: InflateFlush,
) -> Result<Step, InflateError> {
    let (start_in, start_out) = (context.total_in(), context.total_out());
    let len = out.len();
    out.resize(len + room, 0);
    let status = context.decompress(input, &mut out[len..], flush);
    let made = (context.total_out() - start_out) as usize;
    out.truncate(len + made);
    let taken = (context.total_in() - start_in) as usize;
    Ok(Step { status: status?, taken, is_full: made == room })
}

fn take(turns: Option<&DeflatePool>) -> Inflate {
    turns.and_then(DeflatePool::take_inflater).unwrap_or_else(new_context)
}

fn new_context() -> Inflate {
    // Always with the largest window, which suits that of every peer: zlib-rs uses no less memory for
    // a smaller one, and makes a new context at every reset unless it has the largest. A peer
    // that ends a block with every second byte would make it do so thousands of times.
    Inflate::new(false, 15)
}

/// The tail, and a byte of whatever follows. A message that ends between two blocks, as it has to, takes the tail and
/// stops in front of the next block; one that was cut off inside a block takes the byte as well, makes something of the
/// tail, or nonsense. So it does not go unnoticed and spoil the next one.
const END: [u8; 5] = [TAIL[0], TAIL[1], TAIL[2], TAIL[3], 0x00];

/// The least room that is made.
const MIN_ROOM: usize = 256;

/// The most room that is used in one step.
const MAX_ROOM: usize = 16 * 1024;
