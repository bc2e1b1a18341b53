//! The pipe for `std::io`: blocking with timeouts, or non-blocking.

use std::{
    io::{self, IoSlice, Read, Write},
    sync::PoisonError,
    time::{Duration, Instant},
};

use super::{Pipe, Step, state::State};

impl Pipe {
    /// Says that nothing more will be written.
    ///
    /// # Errors
    ///
    /// As the script says.
    pub fn shut_write(&mut self) -> io::Result<()> {
        self.settle(|_| None, State::shut).map(drop)
    }

    /// Does an operation until it comes to something, or its time is up.
    fn settle(
        &self,
        timeout: impl FnOnce(&State) -> Option<Duration>,
        mut operation: impl FnMut(&mut State) -> Step,
    ) -> io::Result<usize> {
        let mut state = self.state();
        let timeout = timeout(&state);
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            match operation(&mut state) {
                Step::Done(result) => return result,
                _ if state.nonblocking => return Err(io::ErrorKind::WouldBlock.into()),
                // A blocking descriptor never says that it would have to wait; the nearest thing it
                // does is this.
                Step::WaitAndWake => return Err(io::ErrorKind::Interrupted.into()),
                Step::Wait => {}
            }
            let Some(until) = until else { return Err(io::Error::other("would block for ever")) };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let waited = self.shared.arrival.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Read for Pipe {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.settle(|state| state.read_timeout, |state| state.read(buf))
    }
}

impl Write for Pipe {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(buf)])
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.settle(|state| state.write_timeout, |state| state.write(bufs))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.settle(|_| None, State::flush).map(drop)
    }
}
