//! A stream and a runtime that tests play: what each read and write comes to is theirs to say, and what was asked for is
//! theirs to look at.

use std::{
    future::Future,
    io,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use bytes::Buf as _;
use ws_core::{RecvBuf, SendQueue};

use crate::{
    hold::lock,
    runtime::{Reads, Runtime, Writes},
    sync::Mutex,
};

/// The runtime. It wakes nobody: whoever waits is polled again.
#[derive(Debug)]
pub(crate) enum Played<const BLOCKS: bool = false> {}

/// What a stream was asked for, and how long that may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Read(Option<Instant>),
    Write(Option<Instant>),
}

/// The stream. Nothing comes and everything is taken, unless the test says otherwise.
pub(crate) struct Io {
    /// The bytes that a read brings.
    pub(crate) read: Box<dyn FnMut() -> Poll<io::Result<Vec<u8>>> + Send>,
    /// What becomes of a write.
    pub(crate) write: Box<dyn FnMut() -> Poll<io::Result<()>> + Send>,
    pub(crate) glance: Duration,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
}

impl Default for Io {
    fn default() -> Self {
        Self {
            read: Box::new(|| Poll::Pending),
            write: Box::new(|| Poll::Ready(Ok(()))),
            glance: Duration::from_secs(1000),
            asked: Arc::default(),
        }
    }
}

impl Io {
    /// A stream from which these bytes come, and then nothing.
    pub(crate) fn of(bytes: impl Into<Vec<u8>>) -> Self {
        let mut bytes = Some(bytes.into());
        let read = Box::new(move || bytes.take().map_or(Poll::Pending, |it| Poll::Ready(Ok(it))));
        Self { read, ..Self::default() }
    }

    /// The same, and nothing can be written to it.
    pub(crate) fn full(self) -> Self {
        Self { write: Box::new(|| Poll::Pending), ..self }
    }
}

/// Counts how often it was woken.
#[derive(Default)]
pub(crate) struct Woken(AtomicUsize);

impl Woken {
    /// How often since this was asked last.
    pub(crate) fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Polls a future once.
pub(crate) fn poll<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

impl<const BLOCKS: bool> Runtime for Played<BLOCKS> {
    const BLOCKS: bool = BLOCKS;

    type Timer = ();

    fn poll_timer((): &mut (), _: &mut Context<'_>, at: Instant) -> Poll<io::Result<()>> {
        if at <= Instant::now() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }
}

impl<const BLOCKS: bool> Reads<Io> for Played<BLOCKS> {
    fn poll_read(
        io: &mut Io,
        _: &mut Context<'_>,
        recv: &mut RecvBuf,
        (): &mut (),
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        lock(&io.asked).push(Asked::Read(until));
        (io.read)().map_ok(|bytes| {
            recv.extend_from_slice(&bytes);
            bytes.len()
        })
    }

    fn glance(io: &mut Io, (): &mut ()) -> Option<Duration> {
        BLOCKS.then_some(io.glance)
    }
}

impl<const BLOCKS: bool> Writes<Io> for Played<BLOCKS> {
    fn poll_write(
        io: &mut Io,
        _: &mut Context<'_>,
        send: &mut SendQueue,
        (): &mut (),
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        lock(&io.asked).push(Asked::Write(until));
        (io.write)().map_ok(|()| {
            let len = send.remaining();
            send.advance(len);
            len
        })
    }

    fn poll_flush(
        _: &mut Io,
        _: &mut Context<'_>,
        (): &mut (),
        _: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(
        _: &mut Io,
        _: &mut Context<'_>,
        (): &mut (),
        _: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn glance_writing(io: &mut Io, (): &mut ()) -> Option<Duration> {
        BLOCKS.then_some(io.glance)
    }
}
