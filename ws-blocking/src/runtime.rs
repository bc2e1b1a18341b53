//! The runtime without wakers: the thread blocks in the system call, and a call that timed out, or that
//! would have to wait on a non-blocking stream, is `Pending`.

use std::{
    io,
    task::{Context, Poll},
    thread,
    time::{Duration, Instant},
};

use ws_driver::{
    Reads, Runtime, Writes, write_queue,
    ws_core::{RecvBuf, SendQueue},
};

use crate::transport::Transport;

/// Marks streams that are read and written through [`Transport`].
#[derive(Clone, Copy, Debug)]
pub enum Blocking {}

/// What a stream's timeouts were before a deadline was put on it. A read does not touch the timeout of
/// writes, nor a write that of reads: they may be going on in two threads.
#[derive(Debug, Default)]
pub struct Saved {
    read: Option<Option<Duration>>,
    write: Option<Option<Duration>>,
    /// Since when bytes have been waited for in this call, with deadlines in between.
    waiting: Option<Instant>,
}

impl Runtime for Blocking {
    const BLOCKS: bool = true;

    type Timer = Saved;

    fn poll_timer(_: &mut Saved, _: &mut Context<'_>, at: Instant) -> Poll<io::Result<()>> {
        // A socket's timeout may end a little early; that is no reason to return early.
        let left = at.saturating_duration_since(Instant::now());
        if left > EARLY {
            return Poll::Pending;
        }
        thread::sleep(left);
        Poll::Ready(Ok(()))
    }
}

impl<T: Transport> Reads<T> for Blocking {
    fn poll_read(
        io: &mut T,
        _: &mut Context<'_>,
        recv: &mut RecvBuf,
        saved: &mut Saved,
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        let usual = usual_read(io, saved, until.is_some())?;
        // The owner's timeout is for the call, not for each read of it.
        let limit = match (usual, until) {
            (Some(usual), Some(_)) => {
                saved.waiting.get_or_insert_with(Instant::now).checked_add(usual)
            }
            _ => None,
        };
        let soonest = until.map(|until| limit.map_or(until, |limit| limit.min(until)));
        within(usual, &mut saved.read, soonest, |timeout| io.set_read_timeout(timeout))?;
        let read = retry(|| {
            let n = io.read(recv.space_mut())?;
            recv.commit(n);
            Ok(n)
        });
        if read.is_ready() {
            saved.waiting = None;
        }
        read
    }

    fn glance(io: &mut T, saved: &mut Saved) -> Option<Duration> {
        // A read with a short timeout that the owner has set returns anyway.
        let usual = usual_read(io, saved, true).ok()?;
        usual.is_none_or(|usual| usual > GLANCE).then_some(GLANCE)
    }
}

impl<T: Transport> Writes<T> for Blocking {
    fn poll_write(
        io: &mut T,
        _: &mut Context<'_>,
        send: &mut SendQueue,
        saved: &mut Saved,
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        in_slices(io, saved, until, |io| write(io, send))
    }

    fn poll_flush(
        io: &mut T,
        _: &mut Context<'_>,
        saved: &mut Saved,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        if saved.write.is_some() && until.is_some() {
            // A slice has been set; sockets hold nothing back, so that is all.
            let flushed = retry(|| io.flush());
            if flushed.is_ready() {
                return flushed;
            }
        }
        in_slices(io, saved, until, |io| retry(|| io.flush()))
    }

    fn poll_close(
        io: &mut T,
        _: &mut Context<'_>,
        saved: &mut Saved,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        let closed = in_slices(io, saved, until, |io| {
            retry(|| io.flush().and_then(|()| io.shutdown_write()))
        });
        if closed.is_pending() {
            // Whoever is still writing on another thread has to hear of it.
            return retry(|| io.shutdown_write());
        }
        closed
    }

    fn glance_writing(io: &mut T, saved: &mut Saved) -> Option<Duration> {
        // A write with a timeout that the owner has set returns anyway.
        let usual = match saved.write {
            Some(usual) => usual,
            None => io.timeouts().ok()?.write,
        };
        usual.is_none().then_some(GLANCE)
    }

    fn disarm(io: &mut T, saved: &mut Saved) {
        saved.waiting = None;
        // If this fails, so does the stream, and the next read says so.
        if let Some(usual) = saved.read.take() {
            let _ = io.set_read_timeout(usual);
        }
        if let Some(usual) = saved.write.take() {
            let _ = io.set_write_timeout(usual);
        }
    }
}

/// The timeout for reads that the stream's owner has set; not looked up unless it is `wanted`.
fn usual_read<T: Transport>(io: &T, saved: &Saved, wanted: bool) -> io::Result<Option<Duration>> {
    match saved.read {
        Some(usual) => Ok(usual),
        None if wanted => Ok(io.timeouts()?.read),
        None => Ok(None),
    }
}

/// Sets a timeout to the time left until the deadline, or to the `usual` one if that is shorter; or
/// puts the usual one back when there is no deadline any more. After the deadline an operation is still
/// tried with the shortest timeout: it succeeds if it need not wait.
fn within(
    usual: Option<Duration>,
    saved: &mut Option<Option<Duration>>,
    until: Option<Instant>,
    set: impl FnOnce(Option<Duration>) -> io::Result<()>,
) -> io::Result<()> {
    match until {
        Some(until) => {
            *saved = Some(usual);
            let left = until.saturating_duration_since(Instant::now()).max(SHORTEST);
            set(Some(usual.map_or(left, |usual| usual.min(left))))
        }
        None => saved.take().map_or(Ok(()), set),
    }
}

/// Writes until the deadline, or for as long as the owner's timeout allows, if that is shorter.
fn in_slices<T: Transport, O>(
    io: &mut T,
    saved: &mut Saved,
    until: Option<Instant>,
    mut write: impl FnMut(&mut T) -> Poll<io::Result<O>>,
) -> Poll<io::Result<O>> {
    let usual = match (saved.write, until) {
        (Some(usual), _) => usual,
        (None, Some(_)) => io.timeouts()?.write,
        (None, None) => None,
    };
    let Some(until) = until else {
        within(usual, &mut saved.write, None, |timeout| io.set_write_timeout(timeout))?;
        return write(io);
    };
    // In slices: a write that comes to its end by a timeout does not say when the peer last took something.
    let start = Instant::now();
    let mut now = start;
    loop {
        let slice = until.min(now + SLICE);
        within(usual, &mut saved.write, Some(slice), |timeout| io.set_write_timeout(timeout))?;
        let written = write(io);
        let began = std::mem::replace(&mut now, Instant::now());
        let over = now >= until || usual.is_some_and(|usual| now - start >= usual);
        // A stream that does not block would have to wait.
        let blocks = now - began > SLICE / 2;
        if written.is_ready() || over || !blocks {
            return written;
        }
    }
}

fn write<T: Transport>(io: &mut T, send: &mut SendQueue) -> Poll<io::Result<usize>> {
    write_queue(send, true, |slices| {
        retry(|| match slices {
            [piece] => io.write(piece),
            pieces => io.write_vectored(pieces),
        })
    })
}

fn retry<T>(mut operation: impl FnMut() -> io::Result<T>) -> Poll<io::Result<T>> {
    loop {
        match operation() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error)
                if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) =>
            {
                return Poll::Pending;
            }
            result => return Poll::Ready(result),
        }
    }
}

/// How much earlier than set a socket's timeout may end.
const EARLY: Duration = Duration::from_millis(5);

/// How exactly it is known when a peer has taken something.
const SLICE: Duration = Duration::from_millis(20);

/// The shortest timeout. To a socket, zero would mean none at all.
const SHORTEST: Duration = Duration::from_millis(1);

/// How long one thread may wait before it checks whether the other has begun to close, or everything ends.
const GLANCE: Duration = Duration::from_millis(100);
