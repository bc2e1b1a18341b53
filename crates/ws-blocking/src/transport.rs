//! Streams that block, and can be told for how long.

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
    /// What was set last.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    fn timeouts(&self) -> io::Result<Timeouts>;

    /// Sets both.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    fn set_timeouts(&self, timeouts: Timeouts) -> io::Result<()>;

    /// Says that nothing more will be written.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    fn shutdown_write(&mut self) -> io::Result<()>;
}

macro_rules! socket {
    ($($Socket:ty),*) => { $(
        impl Transport for $Socket {
            fn timeouts(&self) -> io::Result<Timeouts> {
                Ok(Timeouts { read: self.read_timeout()?, write: self.write_timeout()? })
            }

            fn set_timeouts(&self, timeouts: Timeouts) -> io::Result<()> {
                self.set_read_timeout(timeouts.read)?;
                self.set_write_timeout(timeouts.write)
            }

            fn shutdown_write(&mut self) -> io::Result<()> {
                self.shutdown(Shutdown::Write)
            }
        }
    )* };
}

socket!(TcpStream, &TcpStream);
#[cfg(unix)]
socket!(UnixStream, &UnixStream);

macro_rules! pointer {
    ($($Pointer:ty),*) => { $(
        impl<T: Transport + ?Sized> Transport for $Pointer {
            fn timeouts(&self) -> io::Result<Timeouts> {
                (**self).timeouts()
            }

            fn set_timeouts(&self, timeouts: Timeouts) -> io::Result<()> {
                (**self).set_timeouts(timeouts)
            }

            fn shutdown_write(&mut self) -> io::Result<()> {
                (**self).shutdown_write()
            }
        }
    )* };
}

pointer!(&mut T, Box<T>);

/// Any stream, without timeouts: a deadline is then looked at between reads and writes only, and a
/// peer that says nothing holds the thread. Shutting down flushes.
///
/// A stream that wraps a socket, such as one of TLS, does better to implement [`Transport`] by
/// handing on to the socket.
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

    fn set_timeouts(&self, _timeouts: Timeouts) -> io::Result<()> {
        Ok(())
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
