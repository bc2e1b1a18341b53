//! What a runtime provides: how to wait, read and write.

use std::{
    fmt,
    io::{self, IoSlice},
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use bytes::Buf;
use ws_core::{RecvBuf, SendQueue};

/// A runtime: an uninhabited marker type that names its timer.
pub trait Runtime: Sized + 'static {
    /// Whether a read keeps the thread until something comes, instead of waking the task then.
    const BLOCKS: bool = false;

    /// State for waiting until an instant. Its default waits for nothing.
    type Timer: fmt::Debug + Default + Unpin;

    /// Waits until `at`, a later or earlier one than before if need be.
    ///
    /// # Errors
    ///
    /// When there is no timer to wait with.
    fn poll_timer(
        timer: &mut Self::Timer,
        cx: &mut Context<'_>,
        at: Instant,
    ) -> Poll<io::Result<()>>;
}

/// How a runtime reads from streams of type `T`.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not a stream that `{Self}` can read from",
    note = "each adapter reads through its runtime's own trait, and the stream must be `Unpin`"
)]
pub trait Reads<T>: Runtime {
    /// Reads some bytes to the end of `recv` and says how many; 0 at the end of the stream.
    ///
    /// `until` is when the caller stops waiting. Runtimes that wake up for timers may ignore it;
    /// one that blocks must return `Pending` by then.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    fn poll_read(
        io: &mut T,
        cx: &mut Context<'_>,
        recv: &mut RecvBuf,
        timer: &mut Self::Timer,
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>>;

    /// For runtimes that block, and so cannot be woken: how long a read may take before the caller
    /// checks what another thread has done with the connection meanwhile.
    fn glance(_io: &mut T, _timer: &mut Self::Timer) -> Option<Duration> {
        None
    }
}

/// How a runtime writes to streams of type `T`.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not a stream that `{Self}` can write to",
    note = "each adapter writes through its runtime's own trait, and the stream must be `Unpin`"
)]
pub trait Writes<T>: Runtime {
    /// Writes some bytes of `send`, takes them off it, and says how many. `send` is not empty.
    /// `until` is as for [`Reads::poll_read`].
    ///
    /// # Errors
    ///
    /// Those of the stream.
    fn poll_write(
        io: &mut T,
        cx: &mut Context<'_>,
        send: &mut SendQueue,
        timer: &mut Self::Timer,
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>>;

    /// Makes the stream pass on what it holds back. `until` is as for [`Reads::poll_read`].
    ///
    /// # Errors
    ///
    /// Those of the stream.
    fn poll_flush(
        io: &mut T,
        cx: &mut Context<'_>,
        timer: &mut Self::Timer,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>>;

    /// Says that nothing more will be written. `until` is as for [`Reads::poll_read`].
    ///
    /// # Errors
    ///
    /// Those of the stream.
    fn poll_close(
        io: &mut T,
        cx: &mut Context<'_>,
        timer: &mut Self::Timer,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>>;

    /// As [`Reads::glance`], for writes.
    fn glance_writing(_io: &mut T, _timer: &mut Self::Timer) -> Option<Duration> {
        None
    }

    /// Undoes whatever was done to the stream for the sake of `until`.
    fn disarm(_io: &mut T, _timer: &mut Self::Timer) {}
}

/// Offers what `send` holds to `write`, one piece or several if the stream is `vectored`, and takes
/// off it what was written.
///
/// # Errors
///
/// Those of `write`.
pub fn write_queue(
    send: &mut SendQueue,
    vectored: bool,
    write: impl FnOnce(&[IoSlice<'_>]) -> Poll<io::Result<usize>>,
) -> Poll<io::Result<usize>> {
    let n = ready!(if vectored && send.is_scattered() {
        let mut slices = [IoSlice::new(&[]); MAX_SLICES];
        let filled = send.chunks_vectored(&mut slices);
        write(&slices[..filled])
    } else {
        write(&[IoSlice::new(send.chunk())])
    })?;
    // A stream that says that it took more than it was given took all of it at most.
    let n = n.min(send.remaining());
    send.advance(n);
    Poll::Ready(Ok(n))
}

/// How many pieces of a [`SendQueue`] are worth writing at once.
const MAX_SLICES: usize = 16;
