//! The end of a WebSocket: what is still to be said, and who closes the stream first.

use std::{
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use ws_core::{RecvBuf, Role};

use crate::{
    hold::Hold,
    runtime::{Reads, Writes},
    wire::Wire,
};

/// Where a connection is in its life.
#[derive(Debug, Default)]
pub(crate) enum Phase {
    #[default]
    Open,
    /// Nothing more is received; what waits is being written, and then the stream is closed.
    Ending(Ending),
    Over,
}

/// The last steps. The caller writes first; see [`Ending::poll`].
#[derive(Debug)]
pub(crate) struct Ending {
    step: Step,
    /// Wait for the peer to close its side.
    wait: bool,
    until: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Close,
    Wait,
    CloseLast,
    Done,
}

impl Ending {
    /// After a closing handshake. "In most normal cases, the TCP connection SHOULD be closed first by
    /// the server, so that it holds the TIME_WAIT state and not the client". RFC 6455 7.1.1
    pub(crate) fn clean(role: Role, now: Instant, close_timeout: Duration) -> Self {
        let (step, wait) = match role {
            Role::Server => (Step::Close, false),
            Role::Client => (Step::Wait, true),
        };
        Self { step, wait, until: now + close_timeout }
    }

    /// After a broken rule: the peer may still be sending, and must not be reset before it has read
    /// why.
    pub(crate) fn failed(now: Instant, close_timeout: Duration) -> Self {
        Self { step: Step::Close, wait: true, until: now + close_timeout.min(LINGER) }
    }

    /// When there is nobody to wait for: the stream is closed at once.
    pub(crate) fn cut(now: Instant) -> Self {
        Self { step: Step::Close, wait: false, until: now }
    }

    pub(crate) fn until(&self) -> Instant {
        self.until
    }

    /// Closes the stream, when everything has been written or cannot be.
    pub(crate) fn poll<I: Hold, R: Reads<I::Stream> + Writes<I::Stream>>(
        &mut self,
        wire: &mut Wire<I, R>,
        recv: &mut RecvBuf,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        loop {
            match self.step {
                Step::Close | Step::CloseLast => {
                    if wire.poll_close(cx).is_pending() {
                        ready!(wire.poll_until(cx, Some(self.until)));
                    }
                    let wait = self.step == Step::Close && self.wait;
                    self.step = if wait { Step::Wait } else { Step::Done };
                }
                Step::Wait => {
                    recv.clear();
                    match wire.poll_read(cx, recv, Some(self.until)) {
                        // A peer that sends and sends is not listened to for longer than others.
                        Poll::Ready(Ok(1..)) if Instant::now() < self.until => continue,
                        Poll::Ready(_) => {}
                        Poll::Pending => {
                            ready!(wire.poll_until(cx, Some(self.until)));
                        }
                    }
                    self.step = Step::CloseLast;
                }
                Step::Done => return Poll::Ready(()),
            }
        }
    }
}

/// How long a peer that broke a rule is listened to, so that it is not reset before it has read why.
const LINGER: Duration = Duration::from_secs(1);
