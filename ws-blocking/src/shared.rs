//! A stream for two threads that cannot be cloned, over a socket that can.

use std::{
    fmt,
    io::{self, Read, Write},
    net::TcpStream,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use crate::transport::{Timeouts, Transport};

/// A handle of a stream that two threads use, such as one of TLS, from
/// [`WebSocket::split_shared`](crate::WebSocket::split_shared).
///
/// The stream is locked for as long as it reads or writes what need not be waited for. Bytes are waited for
/// at its socket, without the lock; a write that has to wait lets the other thread have its turn in between.
pub struct SharedStream<T> {
    shared: Arc<Shared<T>>,
    /// Of this handle; the stream's own change all the time.
    timeouts: Mutex<Timeouts>,
}

struct Shared<T> {
    stream: Mutex<T>,
    socket: TcpStream,
    /// One of the threads has begun to close the stream.
    closed: AtomicBool,
}

impl<T> SharedStream<T> {
    /// Two handles of `stream`, which is over `socket`.
    pub(crate) fn pair(stream: T, socket: TcpStream) -> (Self, Self) {
        let shared =
            Arc::new(Shared { stream: Mutex::new(stream), socket, closed: AtomicBool::new(false) });
        let handle = |shared| Self { shared, timeouts: Mutex::default() };
        (handle(Arc::clone(&shared)), handle(shared))
    }

    /// Does something with the stream, when the other thread does not use it.
    pub fn with<O>(&self, then: impl FnOnce(&mut T) -> O) -> O {
        then(&mut lock(&self.shared.stream))
    }

    /// Gives back the stream, once the other handle is gone.
    ///
    /// # Errors
    ///
    /// This handle, while there is another.
    pub fn try_into_inner(self) -> Result<T, Self> {
        let Self { shared, timeouts } = self;
        match Arc::try_unwrap(shared) {
            Ok(Shared { stream, .. }) => {
                Ok(stream.into_inner().unwrap_or_else(PoisonError::into_inner))
            }
            Err(shared) => Err(Self { shared, timeouts }),
        }
    }
}

impl<T: Transport> Read for SharedStream<T> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let timeout = lock(&self.timeouts).read;
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            let mut stream = lock(&self.shared.stream);
            stream.set_read_timeout(Some(SHORTEST))?;
            match stream.read(buf) {
                Err(error) if would_block(&error) => {}
                read => return read,
            }
            drop(stream);
            // What the stream needs comes out of the socket.
            let socket = &self.shared.socket;
            socket.set_read_timeout(left(until)?)?;
            socket.peek(&mut [0])?;
        }
    }
}

impl<T: Transport> SharedStream<T> {
    /// Writes, in turns: a thread that has to wait does not keep the other from reading.
    fn in_turns(
        &mut self,
        mut write: impl FnMut(&mut T) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let timeout = lock(&self.timeouts).write;
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            let mut stream = lock(&self.shared.stream);
            stream.set_write_timeout(Some(TURN))?;
            match write(&mut stream) {
                // The other thread does not wait for the rest either.
                Err(error) if would_block(&error) && self.shared.closed.load(Relaxed) => {
                    return Err(io::ErrorKind::BrokenPipe.into());
                }
                Err(error) if would_block(&error) => {}
                written => return written,
            }
            drop(stream);
            left(until)?;
            thread::sleep(SHORTEST);
        }
    }
}

impl<T: Transport> Write for SharedStream<T> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.in_turns(|stream| stream.write(buf))
    }

    fn write_vectored(&mut self, bufs: &[io::IoSlice<'_>]) -> io::Result<usize> {
        self.in_turns(|stream| stream.write_vectored(bufs))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.in_turns(|stream| stream.flush().map(|()| 0)).map(drop)
    }
}

impl<T: Transport> Transport for SharedStream<T> {
    fn timeouts(&self) -> io::Result<Timeouts> {
        Ok(*lock(&self.timeouts))
    }

    fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        lock(&self.timeouts).read = timeout;
        Ok(())
    }

    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        lock(&self.timeouts).write = timeout;
        Ok(())
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        self.shared.closed.store(true, Relaxed);
        lock(&self.shared.stream).shutdown_write()
    }
}

impl<T> fmt::Debug for SharedStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedStream").field("socket", &self.shared.socket).finish_non_exhaustive()
    }
}

/// How long may be waited still.
fn left(until: Option<Instant>) -> io::Result<Option<Duration>> {
    let left = until.map(|until| until.saturating_duration_since(Instant::now()));
    match left {
        Some(left) if left.is_zero() => Err(io::ErrorKind::WouldBlock.into()),
        left => Ok(left),
    }
}

fn would_block(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// A panic while the lock was held has left the stream as it was between two calls.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Not to wait. To a socket, zero would mean for ever.
const SHORTEST: Duration = Duration::from_millis(1);

/// How long a write may keep the other thread from reading.
const TURN: Duration = Duration::from_millis(20);
