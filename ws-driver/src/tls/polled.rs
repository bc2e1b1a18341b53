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

#[cfg(test)]
mod tests {
    use std::{sync::Arc, task::Waker};

    use super::*;
    use crate::played::Woken;

    #[test]
    fn what_waits_is_woken_by_the_stream_and_what_was_interrupted_at_once() {
        let count = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&count));
        let cx = Context::from_waker(&waker);
        for (kind, waits, wakes) in [
            (io::ErrorKind::WouldBlock, true, 0),
            (io::ErrorKind::Interrupted, true, 1),
            (io::ErrorKind::BrokenPipe, false, 0),
        ] {
            assert_eq!(polled::<()>(&cx, Err(kind.into())).is_pending(), waits, "{kind:?}");
            assert_eq!(count.take(), wakes, "{kind:?}");
        }
        assert!(matches!(polled(&cx, Ok(7)), Poll::Ready(Ok(7))));
    }
}
