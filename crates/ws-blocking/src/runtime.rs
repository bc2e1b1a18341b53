//! The runtime that never waits: what would have to is pending, and the thread is blocked in the
//! system call instead.

use std::{
    io,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Buf;
use ws_driver::{
    Reads, Runtime, Writes,
    core::{RecvBuf, SendQueue},
};

use crate::transport::{Timeouts, Transport};

/// Marks streams that are read and written through [`Transport`].
#[derive(Clone, Copy, Debug)]
pub enum Blocking {}

/// What a stream's timeouts were before a deadline was put on it.
#[derive(Debug, Default)]
pub struct Saved(Option<Timeouts>);

impl Runtime for Blocking {
    type Timer = Saved;

    fn poll_timer(_: &mut Saved, _: &mut Context<'_>, at: Instant) -> Poll<()> {
        if Instant::now() >= at { Poll::Ready(()) } else { Poll::Pending }
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
        within(io, saved, until, |io| {
            let n = io.read(recv.space_mut())?;
            recv.commit(n);
            Ok(n)
        })
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
        within(io, saved, until, |io| {
            let n = io.write(send.chunk())?.min(send.chunk().len());
            send.advance(n);
            Ok(n)
        })
    }

    fn poll_flush(io: &mut T, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        retry(|| io.flush())
    }

    fn poll_close(io: &mut T, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        retry(|| io.flush().and_then(|()| io.shutdown_write()))
    }

    fn disarm(io: &mut T, saved: &mut Saved) {
        if let Some(timeouts) = saved.0.take() {
            // A stream that cannot be told has failed, and says so at the next read.
            let _ = io.set_timeouts(timeouts);
        }
    }
}

/// Does `operation` with the time left until the deadline as the stream's timeout. A deadline that
/// has passed still lets it through once if it need not wait: an answer that is ready is worth it.
fn within<T: Transport>(
    io: &mut T,
    saved: &mut Saved,
    until: Option<Instant>,
    mut operation: impl FnMut(&mut T) -> io::Result<usize>,
) -> Poll<io::Result<usize>> {
    if let Some(until) = until {
        if saved.0.is_none() {
            saved.0 = Some(io.timeouts()?);
        }
        let left = until.saturating_duration_since(Instant::now()).max(SHORTEST);
        io.set_timeouts(Timeouts { read: Some(left), write: Some(left) })?;
    }
    retry(|| operation(io))
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

/// A timeout of zero means none at all to a socket.
const SHORTEST: Duration = Duration::from_millis(1);
