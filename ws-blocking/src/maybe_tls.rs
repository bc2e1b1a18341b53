//! std's traits for a stream that may have TLS.

use std::{
    io::{self, IoSlice, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::transport::{Timeouts, Transport};

ws_driver::__maybe_tls_stream!(TcpStream);

impl<S: Transport> Read for MaybeTlsStream<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let (socket, Some(session)) = self.0.split_mut() else {
            return self.get_mut().read(buf);
        };
        let mut lent = Lent::new(socket);
        loop {
            let mut rest = &mut *buf;
            // A slice takes as much as fits, and has no errors.
            let read = session.read(&mut lent, |data| rest.write(data).unwrap_or_default());
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return lent.give_back().and(read),
            }
        }
    }
}

impl<S: Transport> Write for MaybeTlsStream<S> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self.0.split_mut() {
            (socket, None) => socket.write(buf),
            (socket, Some(session)) => session.write(socket, &[IoSlice::new(buf)]),
        }
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        match self.0.split_mut() {
            (socket, None) => socket.write_vectored(bufs),
            (socket, Some(session)) => session.write(socket, bufs),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.split_mut() {
            (socket, None) => socket.flush(),
            (socket, Some(session)) => session.flush(socket),
        }
    }
}

/// The timeouts are those of the socket.
impl<S: Transport> Transport for MaybeTlsStream<S> {
    fn timeouts(&self) -> io::Result<Timeouts> {
        self.get_ref().timeouts()
    }

    fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.get_ref().set_read_timeout(timeout)
    }

    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.get_ref().set_write_timeout(timeout)
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        let (socket, session) = self.0.split_mut();
        if let Some(session) = session {
            session.shutdown(socket)?;
        }
        socket.shutdown_write()
    }
}

/// A socket for the time of a read, which may take several of the socket's own: its timeout is for all of
/// them together.
struct Lent<'a, S> {
    socket: &'a mut S,
    began: Instant,
    has_read: bool,
    /// The socket's timeout, looked up for the second read.
    timeout: Option<Option<Duration>>,
}

impl<'a, S: Transport> Lent<'a, S> {
    fn new(socket: &'a mut S) -> Self {
        Self { socket, began: Instant::now(), has_read: false, timeout: None }
    }

    /// Sets the time that is left to a read behind the first.
    fn set_time_left(&mut self) -> io::Result<()> {
        let timeout = match self.timeout {
            Some(timeout) => timeout,
            None => *self.timeout.insert(self.socket.timeouts()?.read),
        };
        let left = timeout.map(|timeout| timeout.saturating_sub(self.began.elapsed()));
        match left {
            Some(left) if left.is_zero() => Err(io::ErrorKind::WouldBlock.into()),
            Some(_) => self.socket.set_read_timeout(left),
            None => Ok(()),
        }
    }

    /// Puts the socket's timeout back.
    fn give_back(self) -> io::Result<()> {
        match self.timeout {
            Some(Some(timeout)) => self.socket.set_read_timeout(Some(timeout)),
            _ => Ok(()),
        }
    }
}

impl<S: Transport> Read for Lent<'_, S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if std::mem::replace(&mut self.has_read, true) {
            self.set_time_left()?;
        }
        self.socket.read(buf)
    }
}

/// What is answered while reading.
impl<S: Transport> Write for Lent<'_, S> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.socket.write(buf)
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.socket.write_vectored(bufs)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}
