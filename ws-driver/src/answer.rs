//! Writing the answer to a request, in time.

use std::{
    io,
    task::{Context, Poll, ready},
    time::Instant,
};

use ws_core::{Accepted, HandshakeError, HandshakeStep, Rejected, SendQueue, Tracked};

use crate::{
    Error,
    bell::listen,
    hold::Own,
    runtime::{Reads, Writes},
    waiters::Does,
    wire::{Wire, sooner},
};

/// An answer that waits to be written.
pub(crate) trait Answer {
    fn send_queue(&mut self) -> &mut SendQueue;

    fn deadline(&self) -> Option<Instant>;

    fn tracked(&mut self) -> Option<&mut Tracked>;
}

macro_rules! answer {
    ($($Answer:ty),*) => { $(
        impl Answer for $Answer {
            fn send_queue(&mut self) -> &mut SendQueue {
                <$Answer>::send_queue(self)
            }

            fn deadline(&self) -> Option<Instant> {
                <$Answer>::deadline(self)
            }

            fn tracked(&mut self) -> Option<&mut Tracked> {
                <$Answer>::tracked(self)
            }
        }
    )* };
}

answer!(Accepted, Rejected);

/// Why an answer was not written.
pub(crate) enum Unsent {
    /// The time was up.
    Late(HandshakeError),
    Stream(io::Error),
}

impl From<io::Error> for Unsent {
    fn from(error: io::Error) -> Self {
        Self::Stream(error)
    }
}

impl From<Unsent> for io::Error {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::Late(late) => Self::new(io::ErrorKind::TimedOut, late),
            Unsent::Stream(error) => error,
        }
    }
}

impl From<Unsent> for Error {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::Late(late) => late.into(),
            Unsent::Stream(error) => error.into(),
        }
    }
}

/// Writes all of it, and flushes.
pub(crate) fn poll_answer<T, R: Reads<T> + Writes<T>>(
    answer: &mut impl Answer,
    wire: &mut Wire<Own<T>, R>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Unsent>> {
    loop {
        let tracked = listen::<R>(answer.tracked(), Does::Send, cx);
        let until = sooner(answer.deadline(), wire.look_up_writing(tracked));
        if let Poll::Ready(sent) = wire.poll_send(cx, answer.send_queue(), until) {
            return Poll::Ready(sent.map_err(Unsent::Stream));
        }
        let now = ready!(wire.poll_until(cx, until))?;
        if answer.deadline().is_some_and(|deadline| deadline <= now) {
            let late = HandshakeError::TimedOut(HandshakeStep::SendAnswer);
            return Poll::Ready(Err(Unsent::Late(late)));
        }
    }
}
