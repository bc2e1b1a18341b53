//! One loop for what has to be said before a handshake: to a proxy, and for TLS.

use std::{
    future::poll_fn,
    io,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use ws_core::{
    HandshakeError, HandshakeStep, ProxyError, ProxyHandshake, ProxyStep, RecvBuf, SendQueue,
};

use super::unreached::Place;
use crate::{
    Error,
    hold::Own,
    runtime::{Reads, Writes},
    tls::{TlsError, TlsHandshake},
    wire::{Wire, sooner},
};

/// A machine that is done when the peer has said the right thing.
pub(super) trait Machine: Send {
    type Error: Into<Error>;

    fn poll(&mut self) -> Result<bool, Self::Error>;
    fn recv_buf(&mut self) -> &mut RecvBuf;
    fn send_queue(&mut self) -> &mut SendQueue;
    fn handle_eof(&mut self);

    /// Whether the outcome is known, and only the rest of what the peer says about it is waited for.
    fn is_refused(&self) -> bool;

    /// Whether it failed because the peer was gone, and not because of what it said.
    fn is_gone(error: &Self::Error) -> bool;
}

macro_rules! machine {
    ($Machine:ty, $Error:ty, $is_refused:expr, $gone:pat) => {
        impl Machine for $Machine {
            type Error = $Error;

            fn poll(&mut self) -> Result<bool, $Error> {
                <$Machine>::poll(self)
            }

            fn recv_buf(&mut self) -> &mut RecvBuf {
                <$Machine>::recv_buf(self)
            }

            fn send_queue(&mut self) -> &mut SendQueue {
                <$Machine>::send_queue(self)
            }

            fn handle_eof(&mut self) {
                <$Machine>::handle_eof(self);
            }

            fn is_refused(&self) -> bool {
                $is_refused(self)
            }

            fn is_gone(error: &$Error) -> bool {
                matches!(error, $gone)
            }
        }
    };
}

machine!(
    ProxyHandshake,
    ProxyError,
    |machine: &ProxyHandshake| machine.step() == Some(ProxyStep::Refusal),
    ProxyError::Truncated(_)
);
machine!(TlsHandshake, TlsError, |_| false, TlsError::Truncated);

/// Drives `machine` over `stream` until it is done and all that it says is written.
///
/// # Errors
///
/// The machine's, [`TimedOut`](HandshakeError::TimedOut) in `step`, and the stream's with what was being done.
pub(super) async fn drive<T, R: Reads<T> + Writes<T>, M: Machine>(
    stream: T,
    machine: &mut M,
    deadline: Option<Instant>,
    step: HandshakeStep,
    place: &Place<'_>,
) -> Result<T, Error> {
    let mut wire = Wire::<_, R>::own(stream);
    let mut patience = Patience { until: deadline, is_refused: false };
    let mut unsent = None;
    let driven = poll_fn(|cx| poll(&mut wire, machine, &mut patience, &mut unsent, step, cx)).await;
    match driven {
        Ok(()) => Ok(wire.into_inner().0),
        Err(Error::Io(error)) => Err(place.failed_in(step, error)),
        Err(error) => Err(error),
    }
}

fn poll<T, R: Reads<T> + Writes<T>, M: Machine>(
    wire: &mut Wire<Own<T>, R>,
    machine: &mut M,
    patience: &mut Patience,
    // Why nothing can be written any more.
    unsent: &mut Option<io::Error>,
    step: HandshakeStep,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Error>> {
    loop {
        let polled = machine.poll();
        let deadline = patience.until(machine.is_refused());
        let is_done = match polled {
            Ok(is_done) => is_done,
            Err(error) => {
                // An alert, for whoever reads it. There is nothing to be done if it cannot be written.
                let _ = wire.poll_send(cx, machine.send_queue(), deadline);
                let unsent = unsent.take().filter(|_| M::is_gone(&error));
                return Poll::Ready(Err(unsent.map_or_else(|| error.into(), Error::from)));
            }
        };
        let sent = match unsent {
            None => wire.poll_send(cx, machine.send_queue(), deadline),
            Some(_) => Poll::Pending,
        };
        match sent {
            Poll::Ready(Ok(())) if is_done => return Poll::Ready(Ok(())),
            // The peer may have said why before it went: that is looked for first.
            Poll::Ready(Err(error)) if !is_done => *unsent = Some(error),
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error.into())),
            _ => {}
        }
        // What comes behind the last octet of this step belongs to the next one.
        if !is_done {
            match wire.poll_read(cx, machine.recv_buf(), deadline) {
                Poll::Ready(Ok(0)) => {
                    machine.handle_eof();
                    continue;
                }
                // Who refuses and closes at once may reset the connection.
                Poll::Ready(Err(_)) if machine.is_refused() => {
                    machine.handle_eof();
                    continue;
                }
                Poll::Ready(Ok(_)) if deadline.is_none_or(|at| Instant::now() < at) => continue,
                // What has come is looked at first; a peer that trickles gets no more time.
                Poll::Ready(Ok(_)) => {
                    if machine.poll().map_err(Into::into)? {
                        continue;
                    }
                    return Poll::Ready(Err(late(machine, step)));
                }
                Poll::Ready(Err(error)) => {
                    return Poll::Ready(Err(unsent.take().unwrap_or(error).into()));
                }
                Poll::Pending => {}
            }
            if let Some(error) = unsent.take_if(|_| !machine.is_refused()) {
                return Poll::Ready(Err(error.into()));
            }
        }
        ready!(wire.poll_until(cx, deadline))?;
        return Poll::Ready(Err(late(machine, step)));
    }
}

/// How long to wait. It is less once there is a refusal, of which only the rest is missing.
struct Patience {
    until: Option<Instant>,
    is_refused: bool,
}

impl Patience {
    fn until(&mut self, is_refused: bool) -> Option<Instant> {
        if is_refused && !self.is_refused {
            self.is_refused = true;
            self.until = sooner(Instant::now().checked_add(PATIENCE), self.until);
        }
        self.until
    }
}

/// The time is up: a refusal comes out with what there is of it.
fn late<M: Machine>(machine: &mut M, step: HandshakeStep) -> Error {
    let refusal = machine.is_refused().then(|| {
        machine.handle_eof();
        machine.poll()
    });
    match refusal {
        Some(Err(refusal)) => refusal.into(),
        _ => HandshakeError::TimedOut(step).into(),
    }
}

/// How long to wait for the rest of a refusal: its head says what matters.
const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;
    use crate::played::{Io, Played};

    /// Has something to say, and is done with that or not.
    struct Says {
        recv: RecvBuf,
        send: SendQueue,
        is_done: bool,
    }

    impl Machine for Says {
        type Error = HandshakeError;

        fn poll(&mut self) -> Result<bool, HandshakeError> {
            Ok(self.is_done)
        }

        fn recv_buf(&mut self) -> &mut RecvBuf {
            &mut self.recv
        }

        fn send_queue(&mut self) -> &mut SendQueue {
            &mut self.send
        }

        fn handle_eof(&mut self) {}

        fn is_refused(&self) -> bool {
            false
        }

        fn is_gone(_: &HandshakeError) -> bool {
            false
        }
    }

    /// Whoever trickles gets no more time than who says nothing.
    #[test]
    fn a_deadline_that_has_passed_ends_what_trickles() {
        let said = || Poll::Ready(Ok(b"x".to_vec()));
        for io in [Io::default(), Io { read: Box::new(said), ..Io::default() }] {
            let (recv, send) = (RecvBuf::new(), SendQueue::new());
            let mut machine = Says { recv, send, is_done: false };
            let mut patience = Patience { until: Some(Instant::now()), is_refused: false };
            let polled = poll(
                &mut Wire::<_, Played>::own(io),
                &mut machine,
                &mut patience,
                &mut None,
                HandshakeStep::Tls,
                &mut Context::from_waker(Waker::noop()),
            );
            let timed_out = HandshakeError::TimedOut(HandshakeStep::Tls).to_string();
            assert!(
                matches!(&polled, Poll::Ready(Err(error)) if error.to_string() == timed_out),
                "{polled:?}"
            );
        }
    }

    #[test]
    fn the_last_word_that_cannot_be_written_is_an_error_at_once() {
        for is_done in [true, false] {
            let mut machine = Says { recv: RecvBuf::new(), send: SendQueue::new(), is_done };
            machine.send.extend_from_slice(b"last");
            let mut patience = Patience { until: None, is_refused: false };
            let write = Box::new(|| Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())));
            let polled = poll(
                &mut Wire::<_, Played>::own(Io { write, ..Io::default() }),
                &mut machine,
                &mut patience,
                &mut None,
                HandshakeStep::Tls,
                &mut Context::from_waker(Waker::noop()),
            );
            assert!(matches!(polled, Poll::Ready(Err(Error::Io(_)))), "{polled:?}");
        }
    }

    #[test]
    fn there_is_less_patience_once_with_a_refusal() {
        let start = Instant::now();
        let far = start + 100 * PATIENCE;
        let mut patience = Patience { until: Some(far), is_refused: false };
        assert_eq!(patience.until(false), Some(far));
        let until = patience.until(true).unwrap();
        assert!(until >= start + PATIENCE && until < far);
        for is_refused in [true, false, true] {
            assert_eq!(patience.until(is_refused), Some(until));
        }
        let mut patience = Patience { until: Some(start), is_refused: false };
        assert_eq!(patience.until(true), Some(start));
    }
}
