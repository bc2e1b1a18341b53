//! Compressing what goes out (RFC 7692 7.2.1).

use flate2::{Compress, Compression, FlushCompress};

use super::{DeflatePool, Setting, TAIL, Window, turns};

/// Compresses the messages of one direction.
#[derive(Debug)]
pub(crate) struct Deflater {
    setting: Setting,
    /// If each message begins anew: whose compressors it uses.
    turns: Option<DeflatePool>,
    /// Present while something is sent, and between messages if the context is kept.
    state: Option<Box<State>>,
}

#[derive(Debug, Default)]
struct State {
    context: Option<Compress>,
    /// The context remembers something that must not be referred to.
    stale: bool,
    /// Memory for the next piece.
    spare: Vec<u8>,
}

impl Deflater {
    pub(crate) fn new(window: Window, level: u8, pool: Option<&DeflatePool>) -> Option<Self> {
        let setting = Setting { bits: window.bits.clamp(9, 15), level: level.min(9) };
        Some(Self { setting, turns: turns(window, pool), state: None })
    }

    /// How it compresses.
    pub(crate) fn setting(&self) -> Setting {
        self.setting
    }

    /// Compresses a piece of a message, so that the peer can inflate all of it when it has come.
    /// Give the memory back with [`reuse`](Self::reuse).
    pub(crate) fn deflate(&mut self, piece: &[u8], last: bool) -> Vec<u8> {
        let State { context, stale, spare } = &mut **self.state.get_or_insert_default();
        let mut out = std::mem::take(spare);
        let stale = std::mem::take(stale);
        match context {
            Some(context) if stale => context.reset(),
            _ => {}
        }
        let taken = || take(self.setting, self.turns.as_ref());
        compress(context.get_or_insert_with(taken), piece, last, &mut out);
        if let Some(pool) = self.turns.as_ref().filter(|_| last) {
            // "MUST start compressing each new message with an empty LZ77 sliding window".
            // RFC 7692 7.2.1
            pool.put_compressor(self.setting, context.take());
        }
        out
    }

    /// Takes back the memory of a piece that has been copied.
    pub(crate) fn reuse(&mut self, mut memory: Vec<u8>) {
        if let (Some(state), ..=MAX_SPARE) = (&mut self.state, memory.capacity()) {
            memory.clear();
            state.spare = memory;
        }
    }

    /// The peer has got a message that did not go through this context: the next message must not
    /// refer to anything before it.
    pub(crate) fn forget(&mut self) {
        if let Some(state) = &mut self.state {
            state.stale = true;
        }
    }

    /// Gives back what is not needed while nothing is sent.
    pub(crate) fn rest(&mut self) {
        if self.turns.is_some() || self.state.as_ref().is_some_and(|state| state.stale) {
            self.state = None;
        }
    }
}

/// The payload of a whole message that refers to nothing before it.
pub(crate) fn deflate_alone(setting: Setting, message: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    compress(&mut new_context(setting), message, true, &mut out);
    out
}

fn compress(context: &mut Compress, piece: &[u8], last: bool, out: &mut Vec<u8>) {
    let mut used = 0;
    loop {
        // With this much room a flush never ends exactly where the memory does, and so is never repeated.
        if out.capacity() - out.len() < MIN_ROOM {
            let room = (piece.len() - used) / 2 + MIN_ROOM;
            out.reserve(room.max(out.len()));
        }
        let start = context.total_in();
        let status = context.compress_vec(&piece[used..], out, FlushCompress::Sync);
        debug_assert!(status.is_ok(), "a compressor takes anything");
        used += (context.total_in() - start) as usize;
        if out.len() < out.capacity() {
            break;
        }
    }
    if last {
        match out.strip_suffix(&TAIL) {
            Some(rest) => out.truncate(rest.len()),
            // Nothing has come since the last flush, which has made an empty block already: this
            // is the beginning of another one. RFC 7692 7.2.3.6
            None => out.push(0x00),
        }
    }
}

fn take(setting: Setting, pool: Option<&DeflatePool>) -> Compress {
    pool.and_then(|pool| pool.take_compressor(setting)).unwrap_or_else(|| new_context(setting))
}

fn new_context(Setting { bits, level }: Setting) -> Compress {
    Compress::new_with_window_bits(Compression::new(level.into()), false, bits)
}

/// The least room that is made.
const MIN_ROOM: usize = 64;

/// More memory than this is not kept for the next message.
const MAX_SPARE: usize = 16 * 1024;
