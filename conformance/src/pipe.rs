//! A transport in memory that does what it is told: portions, waits, short writes, stalls, failures.
//!
//! [`Pipe`] is the end an implementation is given, [`Peer`] the test's view of the other one. What
//! the pipe does is in its [`Script`]; what cannot be known beforehand, the test does by hand.
//! Everything the implementation does to the pipe is counted. [`Pipe::pair`] gives both ends to
//! implementations.
//!
//! All of it told beforehand:
//!
//! ```
//! use std::io::{Read, Write};
//!
//! use conformance::pipe::{Pipe, Script};
//!
//! let (mut io, peer) = Pipe::new(Script::new().input([b"ab", b"cd"]).eof().max_write(1));
//! let mut read = String::new();
//! io.read_to_string(&mut read)?;
//! assert_eq!(read, "abcd");
//! assert_eq!(io.write(b"xyz")?, 1);
//! assert_eq!(peer.written(), b"x");
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! And step by step:
//!
//! ```
//! use std::io::{Read, Write};
//!
//! use conformance::pipe::{Pipe, Script};
//!
//! let (mut io, peer) = Pipe::new(Script::new());
//! peer.send(b"abc");
//! let mut buf = [0; 2];
//! assert_eq!(io.read(&mut buf)?, 2);
//! peer.limit(3);
//! assert_eq!(io.write(b"wxyz")?, 3);
//! assert_eq!(peer.take_written(), b"wxy");
//! assert!(io.write(b"z").is_err());
//! # Ok::<(), std::io::Error>(())
//! ```

use std::{
    fmt, io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::Waker,
};

mod flow;
#[cfg(any(feature = "futures-io", feature = "tokio"))]
#[macro_use]
mod poll_io;
#[cfg(feature = "futures-io")]
mod futures_io;
mod script;
mod state;
mod std_io;
#[cfg(feature = "tokio")]
mod tokio_io;
#[cfg(feature = "blocking")]
mod transport;

use self::state::{End, State};
pub use self::{
    script::{Fault, Script, Waits},
    state::Operation,
};

/// One end of a pipe. A clone is another handle of the same end; dropping the last is recorded.
pub struct Pipe {
    shared: Arc<Shared>,
    side: usize,
}

/// A view of the other end of a [`Pipe`].
#[derive(Clone)]
pub struct Peer {
    shared: Arc<Shared>,
    /// Of the pipe this is the other end of.
    side: usize,
}

impl Pipe {
    /// An end that follows a script, and the test's view of the other.
    pub fn new(script: Script) -> (Self, Peer) {
        let shared = Shared::new(State::new([script, Script::new()]));
        (Self { shared: Arc::clone(&shared), side: 0 }, Peer { shared, side: 0 })
    }

    /// Both ends, with room for so many octets each way. Neither closes before it is told to.
    pub fn pair(scripts: [Script; 2], room: usize) -> [Self; 2] {
        let shared = Shared::new(State::pair(scripts, room));
        [0, 1].map(|side| Self { shared: Arc::clone(&shared), side })
    }

    /// A view of the other end.
    pub fn peer(&self) -> Peer {
        Peer { shared: Arc::clone(&self.shared), side: self.side }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }
}

impl Clone for Pipe {
    fn clone(&self) -> Self {
        self.state().ends[self.side].handles += 1;
        Self { shared: Arc::clone(&self.shared), side: self.side }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.shared.change(|state| state.let_go(self.side));
    }
}

impl Peer {
    /// Sends octets, as one portion: a read gives no more than what is left of one.
    pub fn send(&self, octets: impl AsRef<[u8]>) {
        self.shared.change(|state| state.deliver(self.side, octets.as_ref()));
    }

    /// Closes the peer's side.
    pub fn close(&self) {
        self.shared.change(|state| state.close(self.side));
    }

    /// Takes so many octets more from now on, and no others.
    pub fn limit(&self, octets: usize) {
        self.shared.change(|state| state.limit(self.side, Some(octets)));
    }

    /// Takes everything from now on.
    pub fn unlimit(&self) {
        self.shared.change(|state| state.limit(self.side, None));
    }

    /// Wakes whoever waits for room, if there is some, and has not been forgotten: see [`Script::forgets`].
    pub fn notice_room(&self) {
        self.shared.change(|state| {
            if std::mem::take(&mut state.ends[self.side].unnoticed) {
                state.notice_room(self.side);
            }
        });
    }

    /// The octets that have arrived here, except for those that were taken before.
    pub fn written(&self) -> Vec<u8> {
        self.shared.lock().flows[1 - self.side].octets()
    }

    /// Takes the octets that have arrived.
    pub fn take_written(&self) -> Vec<u8> {
        self.shared.lock().flows[1 - self.side].take()
    }

    /// Whether octets have arrived that nobody has taken.
    pub fn has_written(&self) -> bool {
        !self.shared.lock().flows[1 - self.side].is_empty()
    }

    /// How many octets are held back until the next flush.
    pub fn unflushed_len(&self) -> usize {
        self.shared.lock().flows[1 - self.side].held.len()
    }

    /// Octets sent to the implementation and not read by it.
    pub fn unread(&self) -> Vec<u8> {
        self.shared.lock().flows[self.side].octets()
    }

    /// Number of operations that did something or failed; those that had to wait are not counted.
    pub fn ops(&self) -> usize {
        self.end(|end| end.ops)
    }

    /// Number of reads among them.
    pub fn reads(&self) -> usize {
        self.end(|end| end.reads)
    }

    /// Number of flushes among them.
    pub fn flushes(&self) -> usize {
        self.end(|end| end.flushes)
    }

    /// Number of operations that were told to try again, besides [`ops`](Self::ops).
    pub fn retries(&self) -> usize {
        self.end(|end| end.retries)
    }

    /// The first operation that has had the fault of [`Script::fault_at`].
    pub fn struck(&self) -> Option<Operation> {
        self.end(|end| end.struck)
    }

    /// How much has gone either way.
    pub fn traffic(&self) -> usize {
        self.end(|end| end.traffic)
    }

    /// Whether the implementation has shut its writing side.
    pub fn is_shut(&self) -> bool {
        self.end(|end| end.shut)
    }

    /// Whether the implementation has let go of the pipe.
    pub fn is_dropped(&self) -> bool {
        self.handles() == 0
    }

    /// How many handles of its end the implementation has.
    pub fn handles(&self) -> usize {
        self.end(|end| end.handles)
    }

    /// Whether the last operation was a read that found nothing, and no end either, and nothing has
    /// come since.
    pub fn is_starved(&self) -> bool {
        self.end(End::is_starved)
    }

    /// Whether the last operation was a write that found no room, and there has been none since.
    pub fn is_stalled(&self) -> bool {
        self.end(End::is_stalled)
    }

    /// Whether a read or a write, the last of its kind, waits for this side.
    pub fn is_waited_for(&self) -> bool {
        self.end(End::waits)
    }

    /// Whether a waker is remembered that wakes the same task.
    #[cfg(test)]
    fn wakes(&self, waker: &Waker) -> bool {
        self.shared.lock().waiting(self.side).any(|known| known.will_wake(waker))
    }

    /// Wakes whoever waits, for no reason.
    pub fn wake(&self) {
        let waiting = self.shared.lock().waiting(self.side);
        waiting.for_each(Waker::wake);
    }

    fn end<O>(&self, look: impl FnOnce(&End) -> O) -> O {
        look(&self.shared.lock().ends[self.side])
    }
}

impl fmt::Debug for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipe").field("side", &self.side).finish_non_exhaustive()
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer").field("side", &self.side).finish_non_exhaustive()
    }
}

struct Shared {
    state: Mutex<State>,
    /// For operations that block.
    changed: Condvar,
}

impl Shared {
    fn new(state: State) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(state), changed: Condvar::new() })
    }

    /// A test that panicked elsewhere must not hide behind a poisoned lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the state, and wakes those for whom that changes something.
    fn change<O>(&self, operation: impl FnOnce(&mut State) -> O) -> O {
        let mut state = self.lock();
        let output = operation(&mut state);
        self.release(state);
        output
    }

    fn release(&self, mut state: MutexGuard<'_, State>) {
        let (woken, blocked) = (std::mem::take(&mut state.woken), state.blocked > 0);
        drop(state);
        if blocked {
            self.changed.notify_all();
        }
        woken.into_iter().flatten().for_each(Waker::wake);
    }
}

/// What one operation comes to.
#[derive(Debug)]
enum Step {
    Done(io::Result<usize>),
    /// Must wait; the waker is called at once.
    Again,
    /// Must wait until the other end does something.
    Wait(Direction),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Read,
    Write,
}

#[cfg(test)]
mod tests;
