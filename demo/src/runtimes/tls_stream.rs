//! A server's stream over TLS, for threads that wait.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{ServerConfig, ServerConnection};
use ws_blocking::{Timeouts, Transport};

/// TLS over a socket. It begins with the first read, so the deadline of a handshake is for TLS as well.
pub(super) struct TlsStream {
    connection: ServerConnection,
    socket: TcpStream,
}

impl TlsStream {
    /// TLS that has not begun.
    pub(super) fn new(config: Arc<ServerConfig>, socket: TcpStream) -> io::Result<Self> {
        let connection = ServerConnection::new(config).map_err(io::Error::other)?;
        Ok(Self { connection, socket })
    }

    fn read_records(&mut self) -> io::Result<()> {
        self.connection.read_tls(&mut self.socket)?;
        let read = self.connection.process_new_packets();
        // An answer, or the alert that says why there is none.
        let written = self.write_records();
        read.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        written
    }

    fn write_records(&mut self) -> io::Result<()> {
        while self.connection.wants_write() {
            self.connection.write_tls(&mut self.socket)?;
        }
        Ok(())
    }

    /// Reads, with the socket's timeout for all that takes.
    fn read_within(&mut self, buf: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
        let start = Instant::now();
        loop {
            match self.connection.reader().read(buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
            if let Some(timeout) = timeout {
                let left = timeout.saturating_sub(start.elapsed());
                if left.is_zero() {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                self.socket.set_read_timeout(Some(left))?;
            }
            self.read_records()?;
        }
    }
}

impl Read for TlsStream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let timeout = self.socket.read_timeout()?;
        let read = self.read_within(buf, timeout);
        self.socket.set_read_timeout(timeout)?;
        read
    }
}

impl Write for TlsStream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.write_records()?;
        let len = self.connection.writer().write(buf)?;
        match self.write_records() {
            // The rest is written before anything else is.
            Err(error) if is_timeout(&error) => Ok(len),
            written => written.map(|()| len),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_records()?;
        self.socket.flush()
    }
}

/// The timeouts are those of the socket.
impl Transport for TlsStream {
    fn timeouts(&self) -> io::Result<Timeouts> {
        self.socket.timeouts()
    }

    fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.socket.set_read_timeout(timeout)
    }

    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.socket.set_write_timeout(timeout)
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        // TLS that has not begun ends with its socket.
        if !self.connection.is_handshaking() {
            self.connection.send_close_notify();
            self.write_records()?;
        }
        self.socket.shutdown(Shutdown::Write)
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
