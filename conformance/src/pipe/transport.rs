//! The pipe for `ws-blocking`.

use std::{io, time::Duration};

use ws_blocking::{Timeouts, Transport};

use super::Pipe;

impl Transport for Pipe {
    fn timeouts(&self) -> io::Result<Timeouts> {
        let state = self.state();
        let end = &state.ends[self.side];
        Ok(Timeouts { read: end.read_timeout, write: end.write_timeout })
    }

    fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.state().ends[self.side].read_timeout = timeout;
        Ok(())
    }

    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.state().ends[self.side].write_timeout = timeout;
        Ok(())
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        self.shut_write()
    }
}
