//! A server's TLS on threads: the stream of rustls, with the timeouts of what is below it.

use std::{
    io::{self, Read, Write},
    time::Duration,
};

use conformance::pipe::Pipe;
use rustls::{ServerConnection, StreamOwned};
use ws_blocking::{Timeouts, Transport};

pub(crate) struct Secured(StreamOwned<ServerConnection, Pipe>);

impl Secured {
    pub(crate) fn new(connection: ServerConnection, pipe: Pipe) -> Self {
        Self(StreamOwned::new(connection, pipe))
    }
}

impl Read for Secured {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl Write for Secured {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Transport for Secured {
    fn timeouts(&self) -> io::Result<Timeouts> {
        self.0.sock.timeouts()
    }

    fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        Transport::set_read_timeout(&self.0.sock, timeout)
    }

    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.0.sock.set_write_timeout(timeout)
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        self.0.conn.send_close_notify();
        self.0.flush()?;
        self.0.sock.shutdown_write()
    }
}
