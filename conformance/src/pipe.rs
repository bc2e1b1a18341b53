//! A transport in memory that does what it is told: portions, waits, short writes, failures.
//!
//! [`Pipe`] is the end an implementation is given, [`Peer`] the test's end. Everything the
//! implementation does to the pipe is recorded.
//!
//! ```
//! use std::io::{Read, Write};
//!
//! use conformance::pipe::{Script, pipe};
//!
//! let (mut io, peer) = pipe(Script::new().input([b"ab", b"cd"]).eof().max_write(1));
//! let mut read = String::new();
//! io.read_to_string(&mut read)?;
//! assert_eq!(read, "abcd");
//! assert_eq!(io.write(b"xyz")?, 1);
//! assert_eq!(peer.written(), b"x");
//! # Ok::<(), std::io::Error>(())
//! ```

use std::{
    fmt, io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::Waker,
    time::Duration,
};

#[cfg(feature = "futures-io")]
mod futures_io;
#[cfg(any(feature = "futures-io", feature = "tokio"))]
mod poll_io;
mod script;
mod state;
mod std_io;
#[cfg(feature = "tokio")]
mod tokio_io;
#[cfg(feature = "blocking")]
mod transport;

pub use self::script::{Responder, Script, Waits};
use self::state::State;

/// The end an implementation is given. Dropping it is recorded.
#[derive(Debug)]
pub struct Pipe {
    shared: Arc<Shared>,
}

/// The test's end.
#[derive(Clone, Debug)]
pub struct Peer {
    shared: Arc<Shared>,
}

/// Makes a pipe that follows a script.
pub fn pipe(script: Script) -> (Pipe, Peer) {
    let shared =
        Arc::new(Shared { state: Mutex::new(State::new(script)), arrival: Condvar::new() });
    (Pipe { shared: Arc::clone(&shared) }, Peer { shared })
}

impl Pipe {
    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }

    /// How long a blocking read waits from now on before it returns `WouldBlock`, as a socket's
    /// read timeout.
    pub fn set_read_timeout(&self, timeout: Option<Duration>) {
        self.state().read_timeout = timeout;
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.state().dropped = true;
    }
}

impl Peer {
    /// Octets that have arrived here.
    pub fn written(&self) -> Vec<u8> {
        self.shared.lock().written.clone()
    }

    /// How many octets are held back until the next flush.
    pub fn unflushed_len(&self) -> usize {
        self.shared.lock().unflushed.len()
    }

    /// Octets sent to the implementation and not read by it.
    pub fn unread(&self) -> Vec<u8> {
        self.shared.lock().input.make_contiguous().concat()
    }

    /// Number of operations that did something or failed; those that had to wait are not counted.
    pub fn ops(&self) -> usize {
        self.shared.lock().ops
    }

    /// Number of reads among them.
    pub fn reads(&self) -> usize {
        self.shared.lock().reads
    }

    /// Number of flushes among them.
    pub fn flushes(&self) -> usize {
        self.shared.lock().flushes
    }

    /// How much has gone either way.
    pub fn traffic(&self) -> usize {
        self.shared.lock().traffic
    }

    /// Whether the implementation has shut its writing side.
    pub fn is_shut(&self) -> bool {
        self.shared.lock().shut
    }

    /// Whether the implementation has let go of the pipe.
    pub fn is_dropped(&self) -> bool {
        self.shared.lock().dropped
    }

    /// Whether the last operation was a read that found nothing, and no end either.
    pub fn is_starved(&self) -> bool {
        self.shared.lock().starved
    }

    /// Whether the last operation was a write that found no room.
    pub fn is_stalled(&self) -> bool {
        self.shared.lock().stalled
    }

    /// Sends more octets, as one portion.
    pub fn send(&self, octets: impl Into<Vec<u8>>) {
        let octets = octets.into();
        self.arrive(|state| state.input.extend((!octets.is_empty()).then_some(octets)));
    }

    /// Closes the peer's side.
    pub fn close(&self) {
        self.arrive(|state| state.eof = true);
    }

    fn arrive(&self, change: impl FnOnce(&mut State)) {
        let waker = {
            let mut state = self.shared.lock();
            change(&mut state);
            state.starved = false;
            state.reader.take()
        };
        self.shared.arrival.notify_all();
        waker.into_iter().for_each(Waker::wake);
    }
}

struct Shared {
    state: Mutex<State>,
    /// For reads that block.
    arrival: Condvar,
}

impl Shared {
    /// A test that panicked elsewhere must not hide behind a poisoned lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Shared").field("ops", &state.ops).finish_non_exhaustive()
    }
}

/// What one operation comes to.
#[derive(Debug)]
enum Step {
    Done(io::Result<usize>),
    /// Must wait; the waker is called at once.
    WaitAndWake,
    /// Must wait until the peer does something.
    Wait,
}

#[cfg(test)]
mod tests;
