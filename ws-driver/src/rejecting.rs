//! A rejection on its way: it is written, and then the stream ends, unless another request may come.
//!
//! ```text
//! write the answer --------> not written, or the connection stays open: done
//!    v
//! close this direction ----> no more of the request is on its way: done
//!    v
//! read and drop bytes -----> the end, an error, or a limit: done
//! ```

use std::{
    io,
    task::{Context, Poll, ready},
    time::Instant,
};

use ws_core::{HandshakeError, Rejected};

use crate::{
    Error, UnsentAnswer,
    answer::poll_answer,
    ending::Ending,
    hold::Own,
    runtime::{Reads, Writes},
    wire::Wire,
};

/// A rejection that is being written, and what follows it.
#[derive(Debug)]
pub(crate) struct Ends {
    pub(crate) rejected: Box<Rejected>,
    step: End,
}

/// What is done about a rejection.
#[derive(Debug)]
enum End {
    /// The answer is written.
    Answer,
    /// Nothing may follow it, and the stream is closed.
    Close(Ending),
}

impl Ends {
    pub(crate) fn new(rejected: Box<Rejected>) -> Self {
        Self { rejected, step: End::Answer }
    }

    /// Writes the answer, and closes the stream if nothing may follow it. Says why the answer could not be
    /// written, if that is so.
    pub(crate) fn poll<T, R: Reads<T> + Writes<T>>(
        &mut self,
        wire: &mut Wire<Own<T>, R>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Error>> {
        let Self { rejected, step } = self;
        if let End::Answer = step {
            if let Err(unsent) = ready!(poll_answer(&mut **rejected, wire, cx)) {
                wire.disarm();
                return Poll::Ready(Some(unsent.into()));
            }
            if rejected.is_closed() {
                let (lingers, deadline) = (rejected.must_linger(), rejected.deadline());
                *step = End::Close(Ending::of_request(lingers, Instant::now(), deadline));
            }
        }
        if let End::Close(ending) = step {
            ready!(ending.poll(wire, rejected.recv_buf(), cx, None));
        }
        wire.disarm();
        Poll::Ready(None)
    }
}

/// What the caller is told of a handshake that failed.
pub(crate) fn told(error: HandshakeError, unsent: Option<io::Error>) -> Error {
    match unsent {
        Some(source) => UnsentAnswer::new(error, source).into(),
        None => Error::Handshake(error),
    }
}
