//! A stream in memory whose other end is in the test's hands: portions, waits, short writes, stalls, failures.
//!
//! [`Line`] is the end an implementation is given, [`Far`] the test's view of the other one; [`Line::pair`] gives both
//! ends to implementations. Unlike a [`pipe`](crate::pipe), a line stalls and goes on, and remembers who waits to read
//! and who waits to write apart from each other, as a socket does.
//!
//! ```
//! use std::io::{Read, Write};
//!
//! use conformance::messages::line::{Line, Terms};
//!
//! let (mut io, far) = Line::new(Terms::default());
//! far.send(b"abc");
//! let mut buf = [0; 2];
//! assert_eq!(io.read(&mut buf)?, 2);
//! far.limit(3);
//! assert_eq!(io.write(b"wxyz")?, 3);
//! assert_eq!(far.take_written(), b"wxy");
//! assert!(io.write(b"z").is_err());
//! # Ok::<(), std::io::Error>(())
//! ```

use std::{
    fmt, io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::Waker,
};

#[cfg(feature = "futures-io")]
mod futures_io;
#[cfg(any(feature = "futures-io", feature = "tokio"))]
mod poll_io;
mod state;
mod std_io;
#[cfg(feature = "tokio")]
mod tokio_io;
#[cfg(feature = "blocking")]
mod transport;

use self::state::State;

/// What one end of a line does. The default takes everything at once, and never makes wait without need.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Every operation has to wait once before it does anything; who waits is woken at once.
    pub waits: bool,
    /// A write takes at most so many octets.
    pub max_write: Option<usize>,
    /// What is written arrives with the next flush only, as behind TLS or a `BufWriter`.
    pub held: bool,
    /// Only the first piece of a vectored write is taken.
    pub plain: bool,
    /// The operation with this number, counted from 0, fails, and all after it.
    pub fail_at: Option<usize>,
    /// The operation with this number fails once with `Interrupted`.
    pub interrupt_at: Option<usize>,
    /// The operation with this number panics.
    pub panic_at: Option<usize>,
    /// Reads say that they filled more than the buffer holds, writes that they took more than they were given.
    /// (Tokio's reads cannot.)
    pub lies: bool,
    /// Only who waited last is remembered, whatever for.
    pub one_waker: bool,
    /// For `std::io`: timeouts are of no account, and what has to wait is told so.
    pub nonblocking: bool,
}

/// One end of a line.
pub struct Line {
    shared: Arc<Shared>,
    side: usize,
}

/// A view of the other end of a [`Line`].
#[derive(Clone)]
pub struct Far {
    shared: Arc<Shared>,
    /// Of the line this is the far end of.
    side: usize,
}

impl Line {
    /// An end, and the test's view of the other.
    pub fn new(terms: Terms) -> (Self, Far) {
        let shared = Shared::new([terms, Terms::default()]);
        (Self { shared: Arc::clone(&shared), side: 0 }, Far { shared, side: 0 })
    }

    /// Both ends, with room for so many octets each way.
    pub fn pair(terms: [Terms; 2], room: usize) -> [Self; 2] {
        let shared = Shared::new(terms);
        shared.lock().bound(room);
        [0, 1].map(|side| Self { shared: Arc::clone(&shared), side })
    }

    /// A view of this line's other end.
    pub fn far(&self) -> Far {
        Far { shared: Arc::clone(&self.shared), side: self.side }
    }

    /// Another handle of the same end, as `TcpStream::try_clone` gives one.
    ///
    /// # Errors
    ///
    /// Never; the signature is that of `try_clone`.
    pub fn try_clone(&self) -> io::Result<Self> {
        self.state().ends[self.side].handles += 1;
        Ok(Self { shared: Arc::clone(&self.shared), side: self.side })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }

    /// Does something with the state, and wakes those for whom that changes something.
    fn change<O>(&self, operation: impl FnOnce(&mut State) -> O) -> O {
        self.shared.change(operation)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let side = self.side;
        self.change(|state| state.let_go(side));
    }
}

impl Far {
    /// Sends octets, as one portion: a read gives no more than what is left of one.
    pub fn send(&self, octets: &[u8]) {
        self.shared.change(|state| state.deliver(self.side, octets));
    }

    /// Closes the far side.
    pub fn close(&self) {
        self.shared.change(|state| state.end(self.side));
    }

    /// Takes so many octets more from now on, and no others.
    pub fn limit(&self, octets: usize) {
        self.shared.change(|state| state.limit(1 - self.side, Some(octets)));
    }

    /// Takes everything from now on.
    pub fn unlimit(&self) {
        self.shared.change(|state| state.limit(1 - self.side, None));
    }

    /// The octets that have arrived since the last look.
    pub fn take_written(&self) -> Vec<u8> {
        self.shared.lock().take_written(1 - self.side)
    }

    /// Whether octets have arrived since the last look.
    pub fn has_written(&self) -> bool {
        !self.shared.lock().flows[1 - self.side].is_empty()
    }

    /// Octets sent to the implementation and not read by it.
    pub fn unread_len(&self) -> usize {
        self.shared.lock().flows[self.side].len()
    }

    /// Whether the implementation has shut its writing side, or let go of the stream.
    pub fn is_shut(&self) -> bool {
        self.shared.lock().flows[1 - self.side].ended
    }

    /// Number of operations that did something or failed; those that had to wait are not counted.
    pub fn ops(&self) -> usize {
        self.shared.lock().ends[self.side].ops
    }

    /// Number of operations that were told to try again, besides [`ops`](Self::ops).
    pub fn retries(&self) -> usize {
        self.shared.lock().ends[self.side].retries
    }

    /// Whether a read or a write waits for the far side.
    pub fn is_waited_for(&self) -> bool {
        let state = self.shared.lock();
        state.ends[self.side].waits_for_far.contains(&true)
    }

    /// Whether a waker is remembered that wakes the same task.
    pub fn wakes(&self, waker: &Waker) -> bool {
        let state = self.shared.lock();
        let slots = [&state.flows[self.side].reader, &state.flows[1 - self.side].writer];
        slots.into_iter().flatten().any(|known| known.will_wake(waker))
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("side", &self.side).finish_non_exhaustive()
    }
}

impl fmt::Debug for Far {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Far").field("side", &self.side).finish_non_exhaustive()
    }
}

struct Shared {
    state: Mutex<State>,
    /// For operations that block.
    changed: Condvar,
}

impl Shared {
    fn new(terms: [Terms; 2]) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State::new(terms)), changed: Condvar::new() })
    }

    /// A test that panicked elsewhere must not hide behind a poisoned lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<O>(&self, operation: impl FnOnce(&mut State) -> O) -> O {
        let (output, woken) = {
            let mut state = self.lock();
            let output = operation(&mut state);
            (output, std::mem::take(&mut state.woken))
        };
        self.changed.notify_all();
        woken.into_iter().flatten().for_each(Waker::wake);
        output
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
