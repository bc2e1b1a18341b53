//! What stands for waiting between a poll and std's traits.

use std::{
    io,
    task::{Context, Poll},
};

/// What a [`TlsSession`](super::TlsSession) said, as the outcome of a poll. It was interrupted where it has
/// done a lot, to let other tasks run.
pub fn polled<T>(cx: &Context<'_>, result: io::Result<T>) -> Poll<io::Result<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            cx.waker().wake_by_ref();
            Poll::Pending
        }
        result => Poll::Ready(result),
    }
}
