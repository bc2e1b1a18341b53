//! The line for `std::io`. What has to wait does so for its timeout; without one it is told at once that it would have
//! to, since nobody could do anything about it in a test with one thread.

use std::{
    io::{self, IoSlice, Read, Write},
    sync::PoisonError,
    task::Waker,
    time::{Duration, Instant},
};

use super::{Line, Step, state::State};

impl Line {
    /// Does an operation until it comes to something, or its time is up.
    fn settle(
        &self,
        timeout: impl FnOnce(&State) -> Option<Duration>,
        mut operation: impl FnMut(&mut State) -> Step,
    ) -> io::Result<usize> {
        let timeout = timeout(&self.state());
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            let mut state = self.state();
            let step = operation(&mut state);
            let woken = std::mem::take(&mut state.woken);
            let nonblocking = state.ends[self.side].terms.nonblocking;
            let left =
                until.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now()));
            let result = match step {
                Step::Done(result) => result,
                // A blocking descriptor never says that it would have to wait; the nearest thing it does is this.
                Step::Again if !nonblocking => Err(io::ErrorKind::Interrupted.into()),
                Step::Wait(_) if !nonblocking && !left.is_zero() => {
                    let waited = self.shared.changed.wait_timeout(state, left);
                    drop(waited.unwrap_or_else(PoisonError::into_inner));
                    continue;
                }
                Step::Again | Step::Wait(_) => Err(io::ErrorKind::WouldBlock.into()),
            };
            drop(state);
            self.shared.changed.notify_all();
            woken.into_iter().flatten().for_each(Waker::wake);
            return result;
        }
    }

    /// Says that nothing more will be written.
    ///
    /// # Errors
    ///
    /// As the terms say.
    pub fn shut_write(&mut self) -> io::Result<()> {
        self.settle(|_| None, |state| state.shut(self.side)).map(drop)
    }
}

impl Read for Line {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.settle(|state| state.ends[self.side].read_timeout, |state| state.read(self.side, buf))
    }
}

impl Write for Line {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(buf)])
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.settle(
            |state| state.ends[self.side].write_timeout,
            |state| state.write(self.side, bufs),
        )
    }

    fn flush(&mut self) -> io::Result<()> {
        self.settle(|_| None, |state| state.flush(self.side)).map(drop)
    }
}
