//! Waiting with a runtime's timer.

use std::{
    future::{Future, poll_fn},
    io,
    pin::pin,
    task::Poll,
    time::Instant,
};

use crate::runtime::Runtime;

/// Waits until then.
pub(super) async fn sleep<R: Runtime>(until: Instant) -> io::Result<()> {
    let mut timer = R::Timer::default();
    poll_fn(|cx| R::poll_timer(&mut timer, cx, until)).await
}

/// What comes of it by then.
pub(super) async fn within<R: Runtime, O>(
    until: Option<Instant>,
    future: impl Future<Output = io::Result<O>>,
) -> io::Result<O> {
    let (mut future, mut timer) = (pin!(future), R::Timer::default());
    poll_fn(|cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(output);
        }
        match until {
            Some(until) => R::poll_timer(&mut timer, cx, until)
                .map(|waited| waited.and(Err(io::ErrorKind::TimedOut.into()))),
            None => Poll::Pending,
        }
    })
    .await
}
