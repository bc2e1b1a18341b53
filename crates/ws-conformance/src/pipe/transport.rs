//! The pipe for `ws-blocking`.

use std::io;

use ws_blocking::{Timeouts, Transport};

use super::Pipe;

impl Transport for Pipe {
    fn timeouts(&self) -> io::Result<Timeouts> {
        let state = self.state();
        Ok(Timeouts { read: state.read_timeout, write: state.write_timeout })
    }

    fn set_timeouts(&self, timeouts: Timeouts) -> io::Result<()> {
        let mut state = self.state();
        state.read_timeout = timeouts.read;
        state.write_timeout = timeouts.write;
        Ok(())
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        self.shut_write()
    }
}
