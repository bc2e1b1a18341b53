//! Streams that block, and can be told how long to wait.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    time::Duration,
};

#[cfg(unix)]
use std::os::unix::net::UnixStream;

/// How long a stream waits in a read and in a write; `None` for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// In a read.
    pub read: Option<Duration>,
    /// In a write.
    pub write: Option<Duration>,
}

/// A stream that can be read and written, and told how long to wait.
///
/// Reads and writes that waited long enough, or that would have to wait on a non-blocking stream,
/// fail with [`WouldBlock`](io::ErrorKind::WouldBlock) or [`TimedOut`](io::ErrorKind::TimedOut).
/// For streams without timeouts there is [`Untimed`].
pub trait Transport: Read + Write {
    /// The timeouts that were set last.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    fn timeouts(&self) -> io::Result<Timeouts>;

    /// Sets how long to wait in a read. How long to wait in a write, maybe on another thread, stays
    /// as it is.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()>;

    /// Sets how long to wait in a write. How long to wait in a read stays as it is.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()>;

    /// Says that nothing more will be written.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    fn shutdown_write(&mut self) -> io::Result<()>;
}

macro_rules! socket {
    ($Socket:ident: $($Handle:ty),*) => { $(
        impl Transport for $Handle {
            fn timeouts(&self) -> io::Result<Timeouts> {
                Ok(Timeouts { read: self.read_timeout()?, write: self.write_timeout()? })
            }

            fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
                $Socket::set_read_timeout(self, timeout)
            }

            fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
                $Socket::set_write_timeout(self, timeout)
            }

            fn shutdown_write(&mut self) -> io::Result<()> {
                self.shutdown(Shutdown::Write)
            }
        }
    )* };
}

socket!(TcpStream: TcpStream, &TcpStream);
#[cfg(unix)]
socket!(UnixStream: UnixStream, &UnixStream);

macro_rules! pointer {
    ($($Pointer:ty),*) => { $(
        impl<T: Transport + ?Sized> Transport for $Pointer {
            fn timeouts(&self) -> io::Result<Timeouts> {
                (**self).timeouts()
            }

            fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
                (**self).set_read_timeout(timeout)
            }

            fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
                (**self).set_write_timeout(timeout)
            }

            fn shutdown_write(&mut self) -> io::Result<()> {
                (**self).shutdown_write()
            }
        }
    )* };
}

pointer!(&mut T, Box<T>);

/// Any stream, without timeouts: a deadline is then checked between reads and writes only, and a
/// silent peer blocks the thread. Shutting down flushes.
///
/// For a stream that wraps a socket, such as one of TLS, it is better to implement [`Transport`] with
/// the timeouts of the socket.
#[derive(Clone, Copy, Debug, Default)]
pub struct Untimed<T>(
    /// The stream.
    pub T,
);

impl<T: Read> Read for Untimed<T> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl<T: Write> Write for Untimed<T> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<T: Read + Write> Transport for Untimed<T> {
    fn timeouts(&self) -> io::Result<Timeouts> {
        Ok(Timeouts::default())
    }

    fn set_read_timeout(&self, _timeout: Option<Duration>) -> io::Result<()> {
        Ok(())
    }

    fn set_write_timeout(&self, _timeout: Option<Duration>) -> io::Result<()> {
        Ok(())
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
