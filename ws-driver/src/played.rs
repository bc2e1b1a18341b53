//! A stream and a runtime that tests play: what each read and write comes to is theirs to say.

use std::{
    io,
    task::{Context, Poll},
    time::Instant,
};

use bytes::Buf as _;
use ws_core::{RecvBuf, SendQueue};

use crate::runtime::{Reads, Runtime, Writes};

/// The runtime. It wakes nobody: whoever waits is polled again.
#[derive(Debug)]
pub(crate) enum Played {}

/// The stream. Nothing comes and everything is taken, unless the test says otherwise.
pub(crate) struct Io {
    /// The bytes that a read brings.
    pub(crate) read: Box<dyn FnMut() -> Poll<io::Result<Vec<u8>>>>,
    /// What becomes of a write.
    pub(crate) write: Box<dyn FnMut() -> Poll<io::Result<()>>>,
}

impl Default for Io {
    fn default() -> Self {
        Self { read: Box::new(|| Poll::Pending), write: Box::new(|| Poll::Ready(Ok(()))) }
    }
}

impl Runtime for Played {
    type Timer = ();

    fn poll_timer((): &mut (), _: &mut Context<'_>, at: Instant) -> Poll<io::Result<()>> {
        if at <= Instant::now() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }
}

type Until = Option<Instant>;

impl Reads<Io> for Played {
    fn poll_read(
        io: &mut Io,
        _: &mut Context<'_>,
        recv: &mut RecvBuf,
        (): &mut (),
        _: Until,
    ) -> Poll<io::Result<usize>> {
        (io.read)().map_ok(|bytes| {
            recv.extend_from_slice(&bytes);
            bytes.len()
        })
    }
}

impl Writes<Io> for Played {
    fn poll_write(
        io: &mut Io,
        _: &mut Context<'_>,
        send: &mut SendQueue,
        (): &mut (),
        _: Until,
    ) -> Poll<io::Result<usize>> {
        (io.write)().map_ok(|()| {
            let len = send.remaining();
            send.advance(len);
            len
        })
    }

    fn poll_flush(_: &mut Io, _: &mut Context<'_>, (): &mut (), _: Until) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(_: &mut Io, _: &mut Context<'_>, (): &mut (), _: Until) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
