//! The end of a WebSocket: writing the rest of the output, and closing the stream in the right order.

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
    /// Nothing more is received; pending output is being written, and then the stream is closed.
    Ending(Box<Ending>),
    Over,
}

/// The last steps. The caller does the first one, which is to write the pending output.
#[derive(Debug)]
pub(crate) struct Ending {
    step: Step,
    /// What comes when everything has been written, or cannot be.
    next: Step,
    /// Wait for the peer to close its side.
    wait: bool,
    /// How many more bytes to read for that.
    rest: usize,
    until: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Write,
    Close,
    Wait,
    CloseLast,
    Done,
}

impl Ending {
    /// After a closing handshake. "The underlying TCP connection, in most normal cases, SHOULD be
    /// closed first by the server, so that it holds the TIME_WAIT state and not the client".
    /// RFC 6455 7.1.1
    pub(crate) fn clean(role: Role, now: Instant, close_timeout: Duration) -> Phase {
        let (next, wait) = match role {
            Role::Server => (Step::Close, false),
            Role::Client => (Step::Wait, true),
        };
        Self::begin(next, wait, now + close_timeout)
    }

    /// After a broken rule: the peer may still be sending, and must not be reset before it has read
    /// why.
    pub(crate) fn failed(now: Instant, close_timeout: Duration) -> Phase {
        Self::begin(Step::Close, true, now + close_timeout.min(LINGER_TIME))
    }

    /// When the peer cannot be waited for: the stream is closed at once.
    pub(crate) fn cut(now: Instant) -> Phase {
        Self::begin(Step::Close, false, now)
    }

    fn begin(next: Step, wait: bool, until: Instant) -> Phase {
        Phase::Ending(Box::new(Self { step: Step::Write, next, wait, rest: LINGER_LEN, until }))
    }

    pub(crate) fn until(&self) -> Instant {
        self.until
    }

    /// Whether something may still have to be written.
    pub(crate) fn is_writing(&self) -> bool {
        self.step == Step::Write
    }

    /// Everything has been written, or cannot be.
    pub(crate) fn written(&mut self) {
        self.step = self.next;
    }

    /// Closes the stream.
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
                        // A peer that never stops sending does not get more time than others.
                        Poll::Ready(Ok(n @ 1..))
                            if n < self.rest && Instant::now() < self.until =>
                        {
                            self.rest -= n;
                            continue;
                        }
                        Poll::Ready(_) => {}
                        Poll::Pending => {
                            ready!(wire.poll_until(cx, Some(self.until)));
                        }
                    }
                    self.step = Step::CloseLast;
                }
                Step::Write | Step::Done => return Poll::Ready(()),
            }
        }
    }
}

/// How long, and how many bytes, to read from a peer that broke a rule, so that it is not reset
/// before it has read why.
const LINGER_TIME: Duration = Duration::from_secs(1);
const LINGER_LEN: usize = 4 * 1024 * 1024;
