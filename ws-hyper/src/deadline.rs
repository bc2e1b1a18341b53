//! Until when something is waited for.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use ws_driver::{Bell, Runtime};
use ws_tokio::{
    ClientConfig, Tokio,
    handshake::{HandshakeError, HandshakeStep},
    ws_core::{Tracked, Tracker, Tracks},
};

use crate::error::Error;

/// The end of the time for a handshake, if it has one, or of everything.
#[derive(Debug)]
pub(crate) struct Deadline {
    at: Option<Instant>,
    tracked: Option<Box<Tracked>>,
    timer: <Tokio as Runtime>::Timer,
}

impl Deadline {
    /// In so long from now, for a handshake that `tracker` ends, too.
    pub(crate) fn after(timeout: Option<Duration>, tracker: Option<&Tracker>) -> Self {
        let at = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let tracked = tracker.map(|tracker| Box::new(tracker.track(Tracks::Handshake)));
        Self { at, tracked, timer: None }
    }

    /// That of a client's handshake which begins now.
    pub(crate) fn of_client(config: &ClientConfig) -> Self {
        Self::after(config.handshake_timeout(), config.web_socket_config().tracker.as_ref())
    }

    /// The handshake is over: a tracker need not wait for it any more.
    pub(crate) fn lift(&mut self) {
        self.tracked = None;
    }

    /// The same instant.
    #[cfg(feature = "http2")]
    pub(crate) fn again(&self) -> Self {
        let tracker = self.tracked.as_ref().map(|tracked| tracked.tracker());
        Self { at: self.at, ..Self::after(None, tracker) }
    }

    /// When it is.
    #[cfg(feature = "http2")]
    pub(crate) fn at(&self) -> Option<Instant> {
        self.at
    }

    /// Ready when the time is up, or when there is no timer to wait with.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, step: HandshakeStep) -> Poll<Error> {
        let shutdown = self.tracked.as_deref_mut().and_then(|tracked| {
            Bell::listen(tracked, cx);
            tracked.tracker().deadline()
        });
        let Some(at) = self.at.into_iter().chain(shutdown).min() else { return Poll::Pending };
        Poll::Ready(match ready!(Tokio::poll_timer(&mut self.timer, cx, at)) {
            Ok(()) if shutdown == Some(at) => HandshakeError::ShuttingDown.into(),
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
