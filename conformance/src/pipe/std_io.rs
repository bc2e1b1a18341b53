//! The pipe for `std::io`: blocking with timeouts, or non-blocking.

use std::{
    io::{self, IoSlice, Read, Write},
    sync::PoisonError,
    time::{Duration, Instant},
};

use super::{
    Pipe, Step,
    state::{End, State},
};

impl Pipe {
    /// How long a blocking read waits from now on before it returns `WouldBlock`, as a socket's
    /// read timeout.
    pub fn set_read_timeout(&self, timeout: Option<Duration>) {
        self.state().ends[self.side].read_timeout = timeout;
    }

    /// Says that nothing more will be written.
    ///
    /// # Errors
    ///
    /// As the script says.
    pub fn shut_write(&mut self) -> io::Result<()> {
        self.settle(|end| end.write_timeout, State::shut).map(drop)
    }

    /// Does an operation until it comes to something, or its time is up.
    fn settle(
        &self,
        timeout: impl FnOnce(&End) -> Option<Duration>,
        mut operation: impl FnMut(&mut State, usize) -> Step,
    ) -> io::Result<usize> {
        let mut state = self.state();
        let timeout = timeout(&state.ends[self.side]);
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            let step = operation(&mut state, self.side);
            let script = &state.ends[self.side].script;
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let result = match step {
                Step::Done(result) => result,
                _ if script.nonblocking => Err(io::ErrorKind::WouldBlock.into()),
                // A blocking descriptor never says that it would have to wait; the nearest thing it
                // does is this.
                Step::Again => Err(io::ErrorKind::Interrupted.into()),
                Step::Wait(_) => match left {
                    Some(left) if !left.is_zero() => {
                        state.blocked += 1;
                        let waited = self.shared.changed.wait_timeout(state, left);
                        state = waited.unwrap_or_else(PoisonError::into_inner).0;
                        state.blocked -= 1;
                        continue;
                    }
                    None if !script.would_block => Err(io::Error::other("would block for ever")),
                    _ => Err(io::ErrorKind::WouldBlock.into()),
                },
            };
            self.shared.release(state);
            return result;
        }
    }
}

impl Read for Pipe {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.settle(|end| end.read_timeout, |state, side| state.read(side, buf))
    }
}

impl Write for Pipe {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(buf)])
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.settle(|end| end.write_timeout, |state, side| state.write(side, bufs))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.settle(|end| end.write_timeout, State::flush).map(drop)
    }
}
