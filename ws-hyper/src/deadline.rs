//! Until when something is waited for.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use ws_driver::Runtime;
use ws_tokio::{
    Tokio,
    handshake::{HandshakeError, HandshakeStep},
};

use crate::error::Error;

/// The end of the time for a handshake, if it has one.
#[derive(Debug)]
pub(crate) struct Deadline {
    at: Option<Instant>,
    timer: <Tokio as Runtime>::Timer,
}

impl Deadline {
    /// In so long from now.
    pub(crate) fn after(timeout: Option<Duration>) -> Self {
        let at = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        Self { at, timer: None }
    }

    /// The same instant.
    #[cfg(feature = "http2")]
    pub(crate) fn again(&self) -> Self {
        Self { at: self.at, timer: None }
    }

    /// When it is.
    #[cfg(feature = "http2")]
    pub(crate) fn at(&self) -> Option<Instant> {
        self.at
    }

    /// How much time is left.
    #[cfg(feature = "http2")]
    pub(crate) fn left(&self) -> Option<Duration> {
        self.at.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Ready when the time is up, or when there is no timer to wait with.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, step: HandshakeStep) -> Poll<Error> {
        let Some(at) = self.at else { return Poll::Pending };
        Poll::Ready(match ready!(Tokio::poll_timer(&mut self.timer, cx, at)) {
            Ok(()) => HandshakeError::TimedOut(step).into(),
            Err(error) => Error::Io(error),
        })
    }

    /// What comes of `future` in time.
    pub(crate) async fn bound<O>(
        &mut self,
        step: HandshakeStep,
        future: impl Future<Output = Result<O, Error>>,
    ) -> Result<O, Error> {
        let mut future = pin!(future);
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(output),
            Poll::Pending => self.poll(cx, step).map(Err),
        })
        .await
    }
}
