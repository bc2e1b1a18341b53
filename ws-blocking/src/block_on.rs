//! Waiting for a handshake on the current thread.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

/// Runs `future` to its end. It blocks in the stream's own calls. Only on a non-blocking stream, which
/// is not what this is for, does it have to poll again and again.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut looked = 0;
    loop {
        if let Poll::Ready(output) = poll_once(|cx| future.as_mut().poll(cx)) {
            return output;
        }
        looked += 1;
        if looked > BUSY_LOOKS {
            thread::sleep(PAUSE);
        }
    }
}

/// Polls without a waker: pending means that the stream would have to wait.
pub(crate) fn poll_once<T>(poll: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
    poll(&mut Context::from_waker(Waker::noop()))
}

/// How often to poll again at once, before pausing in between.
const BUSY_LOOKS: u32 = 64;
const PAUSE: Duration = Duration::from_millis(1);
