//! What a pipe is told to do.

use std::{fmt, io};

use memchr::memmem;

/// What an end of a pipe does. The default sends nothing, takes everything, never makes wait, and
/// ends when the implementation does. A clone begins at the beginning.
#[derive(Clone, Debug, Default)]
pub struct Script {
    pub(super) input: Vec<Vec<u8>>,
    pub(super) responder: Option<Box<dyn Respond>>,
    pub(super) eof: bool,
    pub(super) waits: Waits,
    pub(super) max_write: Option<usize>,
    pub(super) plain: bool,
    pub(super) hold_until_flush: bool,
    pub(super) max_read: Option<usize>,
    pub(super) fail_at: Option<(usize, io::ErrorKind)>,
    pub(super) fault_at: Option<(usize, Fault)>,
    pub(super) interrupt_at: Option<usize>,
    pub(super) panic_at: Option<usize>,
    pub(super) lies: bool,
    pub(super) stays_open: bool,
    pub(super) capacity: Option<usize>,
    pub(super) one_waker: bool,
    pub(super) forgets: bool,
    pub(super) nonblocking: bool,
    pub(super) would_block: bool,
}

/// Which operations have to wait once before they do anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Waits {
    /// None.
    #[default]
    Never,
    /// Each.
    Always,
    /// The one with this number, counted from 0.
    At(usize),
}

/// What becomes of an operation that something would come of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails, and so do all after it.
    Error(io::ErrorKind),
    /// Nobody is at the other end any more: it reads the end, or it fails, and so do all
    /// after it.
    End,
    /// It waits for ever, and so do all after it. Nobody is woken.
    Stall,
    /// It moves one octet, if it moves any.
    Short,
}

impl Script {
    /// The default script.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends these octets, one portion per read. A read with a smaller buffer takes part of a
    /// portion.
    #[must_use]
    pub fn input<P: AsRef<[u8]>>(mut self, pieces: impl IntoIterator<Item = P>) -> Self {
        self.input.extend(pieces.into_iter().map(|piece| piece.as_ref().to_vec()));
        self
    }

    /// Answers what is written: called with everything that has arrived whenever something arrives. An empty
    /// portion closes the peer's side.
    #[must_use]
    pub fn respond<F>(mut self, responder: F) -> Self
    where
        F: FnMut(&[u8]) -> Vec<Vec<u8>> + Clone + Send + 'static,
    {
        self.responder = Some(Box::new(responder));
        self
    }

    /// Answers once, as soon as a whole head has arrived.
    #[must_use]
    pub fn answer<F>(self, answer: F) -> Self
    where
        F: FnOnce(&[u8]) -> Vec<Vec<u8>> + Clone + Send + 'static,
    {
        let mut answer = Some(answer);
        self.respond(move |written| {
            if memmem::find(written, b"\r\n\r\n").is_none() {
                return Vec::new();
            }
            answer.take().map_or_else(Vec::new, |answer| answer(written))
        })
    }

    /// The peer's side ends after the input (and after the answer, if one is due).
    #[must_use]
    pub fn eof(mut self) -> Self {
        self.eof = true;
        self
    }

    /// Which operations have to wait first.
    #[must_use]
    pub fn waits(mut self, waits: Waits) -> Self {
        self.waits = waits;
        self
    }

    /// A write takes at most so many octets.
    #[must_use]
    pub fn max_write(mut self, len: usize) -> Self {
        self.max_write = Some(len);
        self
    }

    /// A read gives at most so many octets.
    #[must_use]
    pub fn max_read(mut self, len: usize) -> Self {
        self.max_read = Some(len);
        self
    }

    /// The operation with this number, counted from 0, has this fault. Those that have to wait for the other end are
    /// not counted: it is the same operation, whoever asks for it too early. Where nothing can come any more, nobody has
    /// to wait.
    #[must_use]
    pub fn fault_at(mut self, op: usize, fault: Fault) -> Self {
        self.fault_at = Some((op, fault));
        self
    }

    /// The operation with this number, counted from 0, fails, and all after it.
    #[must_use]
    pub fn fail_at(mut self, op: usize, kind: io::ErrorKind) -> Self {
        self.fail_at = Some((op, kind));
        self
    }

    /// The operation with this number, counted from 0, fails once with `Interrupted`.
    #[must_use]
    pub fn interrupt_at(mut self, op: usize) -> Self {
        self.interrupt_at = Some(op);
        self
    }

    /// The operation with this number, counted from 0, panics.
    #[must_use]
    pub fn panic_at(mut self, op: usize) -> Self {
        self.panic_at = Some(op);
        self
    }

    /// Reads say that they filled more than the buffer holds, writes that they took more than they
    /// were given. (Tokio's reads cannot.)
    #[must_use]
    pub fn lies(mut self) -> Self {
        self.lies = true;
        self
    }

    /// The peer keeps its side open when the implementation has shut its own. By default it closes
    /// then.
    #[must_use]
    pub fn stays_open(mut self) -> Self {
        self.stays_open = true;
        self
    }

    /// Only the first piece of a vectored write is taken.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.plain = true;
        self
    }

    /// What is written arrives with the next flush only, as behind TLS or a `BufWriter`.
    #[must_use]
    pub fn hold_until_flush(mut self) -> Self {
        self.hold_until_flush = true;
        self
    }

    /// Only who waited last is remembered, whatever for.
    #[must_use]
    pub fn one_waker(mut self) -> Self {
        self.one_waker = true;
        self
    }

    /// Whoever waits for room, or has to wait first, is woken by [`Peer::notice_room`](super::Peer::notice_room) only,
    /// and is forgotten when something is written, flushed or shut before that, whoever does it: as smol's sockets do
    /// while the reactor has not had its turn.
    #[must_use]
    pub fn forgets(mut self) -> Self {
        self.forgets = true;
        self
    }

    /// For `std::io`: what has to wait returns `WouldBlock`, whatever the timeouts are.
    #[must_use]
    pub fn nonblocking(mut self) -> Self {
        self.nonblocking = true;
        self
    }

    /// For `std::io`: what would wait for ever, since no timeout is set, returns `WouldBlock` too. By
    /// default it fails with another error: nobody is to try that again.
    #[must_use]
    pub fn would_block(mut self) -> Self {
        self.would_block = true;
        self
    }

    /// After so many octets a write has to wait until there is more room: a peer that does not read.
    #[must_use]
    pub fn capacity(mut self, len: usize) -> Self {
        self.capacity = Some(len);
        self
    }
}

/// Sees everything that has arrived, and may send something for it.
pub(super) trait Respond: Send {
    fn respond(&mut self, arrived: &[u8]) -> Vec<Vec<u8>>;

    fn another(&self) -> Box<dyn Respond>;
}

impl<F: FnMut(&[u8]) -> Vec<Vec<u8>> + Clone + Send + 'static> Respond for F {
    fn respond(&mut self, arrived: &[u8]) -> Vec<Vec<u8>> {
        self(arrived)
    }

    fn another(&self) -> Box<dyn Respond> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Respond> {
    fn clone(&self) -> Self {
        (**self).another()
    }
}

impl fmt::Debug for dyn Respond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a responder")
    }
}
