//! What the documents promise a connection may cost, and so how much heap an attack may take.

use ws_core::Limits;

use crate::settings::{POOLED_COMPRESSORS, STRICT_LEN};

/// How far a hostile client gets, and what the strict server may then hold for it: SECURITY.md has the sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// "Memory held for a peer during its handshake is bounded by these values plus a constant": a buffer that grows is
    /// there twice for a moment.
    Handshake,
    /// "A buffer of 64 KiB while it is busy".
    Open,
    /// The buffer, and "the message that is coming", which is there twice for a moment.
    Message,
    /// The buffer, "the message that is coming", and "the queue, or one longer message that you are sending": the echo of
    /// one is in the queue when the next has come.
    Queue,
    /// The buffer, the message, and the context to inflate with.
    Deflated,
}

impl Cost {
    /// In octets.
    pub(crate) fn most(self) -> usize {
        let open = BUFFER + CONSTANT;
        match self {
            Self::Handshake => 2 * Limits::default().max_head_len + CONSTANT,
            Self::Open => open,
            Self::Message => open + 2 * STRICT_LEN,
            Self::Queue => open + 3 * STRICT_LEN,
            Self::Deflated => open + 2 * STRICT_LEN + INFLATER,
        }
    }
}

/// What is read at a time, and as much again where frames do not end with it.
const BUFFER: usize = 2 * (64 << 10);

/// The task, or the thread; the WebSocket; the request, which is kept here; what the runtime has for a socket and a timer.
const CONSTANT: usize = 16 << 10;

/// docs/compression.md
const INFLATER: usize = 48 << 10;

/// "Buffers of a thread": 16 at most are kept, and nobody sends frames of more than 64 KiB here. There are two threads,
/// or one for each connection.
pub(crate) const POOLS: usize = 2 * 16 * (66 << 10);

/// What may be kept when everybody has gone, and need not have been there before: buffers of threads, and the compressors
/// of the pool, by docs/compression.md.
pub(crate) const KEPT: usize = POOLS + POOLED_COMPRESSORS * (372 << 10);
