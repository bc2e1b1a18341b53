//! The end of a stream: when everything has been written, or cannot be, it is closed, and what the peer
//! still sends is read for a while, so that the peer is not reset before it has read the last words.
//!
//! ```text
//! shut ---> listen ---> shut ---> over      who closes first, and lets the other read
//!           listen ---> shut ---> over      who waits for the other to close first
//! shut -----------------------> over        who need not wait
//! ```
//!
//! Which of them it is the core decides ([`StreamEnd`]); how long it may take is said here.

use std::{
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use ws_core::{RecvBuf, StreamEnd};

use crate::{
    hold::Hold,
    runtime::{Reads, Writes},
    wire::{Wire, sooner},
};

/// The steps that are left.
#[derive(Debug)]
pub(crate) struct Ending {
    step: Step,
    /// Listen to the peer once the stream is shut.
    listen: bool,
    /// How many more bytes to listen to.
    rest: usize,
    /// When to be done with all of it; `None` for never.
    until: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Shut,
    Listen,
    ShutLast,
    Over,
}

impl Ending {
    /// The end of a WebSocket, as the core says, after everything has been written. A closing handshake may
    /// take until `until`.
    pub(crate) fn of(end: StreamEnd, until: Option<Instant>) -> Self {
        let (step, listen) = match end {
            StreamEnd::Open | StreamEnd::Close | StreamEnd::Cut => (Step::Shut, false),
            StreamEnd::AwaitPeer => (Step::Listen, false),
            StreamEnd::Linger => (Step::Shut, true),
        };
        Self { step, listen, rest: LISTEN_LEN, until }
    }

    /// When an end that is no closing handshake has to be over, the writing of what is pending included.
    pub(crate) fn limit(end: StreamEnd, now: Instant, timeout: Duration) -> Option<Instant> {
        match end {
            StreamEnd::Open | StreamEnd::Close | StreamEnd::AwaitPeer => None,
            StreamEnd::Linger => now.checked_add(timeout.min(LISTEN_TIME)),
            StreamEnd::Cut => Some(now),
        }
    }

    /// After the answer to a rejected request. Listens if more of that request may still be under way.
    pub(crate) fn of_request(listen: bool, now: Instant, deadline: Option<Instant>) -> Self {
        let soon = now.checked_add(LISTEN_TIME_OF_REQUEST);
        let until = if listen { sooner(soon, deadline) } else { deadline };
        Self { step: Step::Shut, listen, rest: LISTEN_LEN_OF_REQUEST, until }
    }

    /// There is no more time than until then, if there is such an instant.
    pub(crate) fn hasten(&mut self, until: Option<Instant>) {
        self.until = sooner(self.until, until);
    }

    /// Whether the time is up.
    fn is_late(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Closes the stream. Failing to does not change the outcome. With a `limit`, it is pending when the peer
    /// would have to be waited for longer than that.
    pub(crate) fn poll<I: Hold, R: Reads<I::Stream> + Writes<I::Stream>>(
        &mut self,
        wire: &mut Wire<I, R>,
        recv: &mut RecvBuf,
        cx: &mut Context<'_>,
        limit: Option<Instant>,
    ) -> Poll<()> {
        loop {
            match self.step {
                Step::Shut | Step::ShutLast => {
                    if wire.poll_close(cx, self.until).is_pending() {
                        // Without a timer the stream is not waited for.
                        let _ = ready!(wire.poll_until(cx, self.until));
                    }
                    let listen = self.step == Step::Shut && self.listen;
                    self.step = if listen { Step::Listen } else { Step::Over };
                }
                Step::Listen => {
                    recv.clear();
                    match wire.poll_read(cx, recv, sooner(self.until, limit)) {
                        // A peer that never stops sending does not get more time than others.
                        Poll::Ready(Ok(n @ 1..))
                            if n < self.rest && !self.is_late(Instant::now()) =>
                        {
                            self.rest -= n;
                            continue;
                        }
                        Poll::Ready(_) => {}
                        Poll::Pending if sooner(self.until, limit) != self.until => {
                            return Poll::Pending;
                        }
                        Poll::Pending => {
                            let _ = ready!(wire.poll_until(cx, self.until));
                        }
                    }
                    // Whoever has shut the stream already need not do it again.
                    self.step = if self.listen { Step::Over } else { Step::ShutLast };
                }
                Step::Over => return Poll::Ready(()),
            }
        }
    }
}

/// How long, and how many bytes, to listen to a peer that broke a rule of frames.
const LISTEN_TIME: Duration = Duration::from_secs(1);
const LISTEN_LEN: usize = 4 * 1024 * 1024;

/// How long, and how many bytes, to listen to a peer whose request was rejected: less is known of it.
const LISTEN_TIME_OF_REQUEST: Duration = Duration::from_millis(500);
const LISTEN_LEN_OF_REQUEST: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        task::Waker,
    };

    use super::*;
    use crate::played::{Io, Played};

    /// How many bytes are read of a peer that always has so many.
    fn listened(mut ending: Ending, len: usize) -> usize {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let read = Box::new(move || {
            counted.fetch_add(len, Ordering::Relaxed);
            Poll::Ready(Ok(vec![0; len]))
        });
        let mut wire = Wire::<_, Played>::own(Io { read, ..Io::default() });
        let mut cx = Context::from_waker(Waker::noop());
        // It lets others have a turn now and then.
        let mut poll = || ending.poll(&mut wire, &mut RecvBuf::new(), &mut cx, None);
        assert!((0..1000).any(|_| poll().is_ready()), "{count:?} bytes, and no end");
        count.load(Ordering::Relaxed)
    }

    #[test]
    fn who_never_stops_sending_is_listened_to_for_so_long() {
        let now = Instant::now();
        for len in [1000, 16_000] {
            let whole = |most: usize| most.div_ceil(len) * len;
            let ending = || Ending::of(StreamEnd::Linger, None);
            assert_eq!(listened(ending(), len), whole(LISTEN_LEN));
            let of_request = Ending::of_request(true, now + LISTEN_TIME_OF_REQUEST, None);
            assert_eq!(listened(of_request, len), whole(LISTEN_LEN_OF_REQUEST));
            // The time is up.
            let mut late = ending();
            late.hasten(Some(now));
            assert_eq!(listened(late, len), len);
            assert_eq!(listened(Ending::of(StreamEnd::Cut, None), len), 0);
        }
    }

    #[test]
    fn an_end_that_is_no_closing_handshake_has_its_time() {
        let (now, second) = (Instant::now(), Duration::from_secs(1));
        let limit = |end, timeout| Ending::limit(end, now, timeout);
        for end in [StreamEnd::Open, StreamEnd::Close, StreamEnd::AwaitPeer] {
            assert_eq!(limit(end, second), None);
        }
        assert_eq!(limit(StreamEnd::Cut, second), Some(now));
        assert_eq!(limit(StreamEnd::Linger, 5 * second), Some(now + LISTEN_TIME));
        assert_eq!(limit(StreamEnd::Linger, second / 2), Some(now + second / 2));
    }

    #[test]
    fn there_is_less_time_but_never_more() {
        let (now, second) = (Instant::now(), Duration::from_secs(1));
        let mut ending = Ending::of(StreamEnd::Linger, None);
        assert!(!ending.is_late(now));
        for (until, expected) in [
            (None, None),
            (Some(2), Some(2)),
            (None, Some(2)),
            (Some(3), Some(2)),
            (Some(1), Some(1)),
        ] {
            ending.hasten(until.map(|n| now + n * second));
            assert_eq!(ending.until, expected.map(|n| now + n * second));
        }
        assert!(!ending.is_late(now) && ending.is_late(now + second));
    }

    #[test]
    fn a_request_is_listened_to_for_less_time_than_a_peer() {
        let now = Instant::now();
        let later = now + 10 * LISTEN_TIME;
        let until = |listen| Ending::of_request(listen, now, Some(later)).until;
        assert_eq!(until(false), Some(later));
        assert_eq!(until(true), Some(now + LISTEN_TIME_OF_REQUEST));
        let soon = now + LISTEN_TIME_OF_REQUEST / 2;
        assert_eq!(Ending::of_request(true, now, Some(soon)).until, Some(soon));
    }
}
