//! The receiving side of a WebSocket, whole or split: reads, replies, watches the timeouts, and closes.
//!
//! ```text
//! Open     receiver.poll() ---> message, ping, pong ---> the caller
//!             ^     |    '----> close frame -----------> end, as the core says
//!             |  nothing '----> broken rule -----------> linger
//!             |     v
//!          poll_wait() -------> silence ---------------> linger
//!                      '------> end of stream, error, no answer to a close ---> cut
//!
//! Ending   write the pending output, then close the stream in the order of `ending.rs`
//! Over     the outcome, once; then `None`
//! ```

use std::{
    io,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use bytes::Bytes;
use ws_core::{
    Incoming, KeepAlive, Message, Receiver, Reply, StreamEnd, TimeoutAction, WebSocketConfig,
};

use crate::{
    Error, Event, Part,
    ending::Ending,
    error::Timeout,
    hold::Hold,
    runtime::{Reads, Runtime, Writes},
    wire::Wire,
};

/// What the receiving side needs of the sending side.
pub(crate) trait Outlet<I, R: Runtime> {
    /// Takes a reply of the receiver, to be sent.
    fn reply(&mut self, reply: Reply);

    /// Whether a close frame is under way.
    fn is_closing(&self) -> bool;

    /// Whether another thread may begin to close while this one waits for bytes.
    fn is_shared(&self) -> bool {
        false
    }

    /// The stream is closed: no task has to wait for it any more.
    fn over(&mut self) {}

    /// Writes all pending output: to `wire`, if the sending side does not have its own.
    fn poll_write_out(
        &mut self,
        wire: &mut Wire<I, R>,
        cx: &mut Context<'_>,
        until: Option<Instant>,
    ) -> Poll<io::Result<Written>>;
}

/// How far writing has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// Everything is on its way to the peer.
    All,
    /// The other half is writing, and will send the receiver's replies.
    Elsewhere,
}

/// Where a connection is in its life.
#[derive(Debug, Default)]
pub(crate) enum Phase {
    #[default]
    Open,
    /// Nothing more is received; pending output is being written, and then the stream ends.
    Writing(Box<Ending>),
    /// The stream is being closed.
    Ending(Box<Ending>),
    Over,
}

#[derive(Debug)]
pub(crate) struct Inbound<I, R: Runtime> {
    pub(crate) wire: Wire<I, R>,
    pub(crate) receiver: Receiver,
    pub(crate) clock: KeepAlive,
    pub(crate) phase: Phase,
    /// Why it ended, until the caller has been told.
    pub(crate) outcome: Option<Error>,
    close_timeout: Duration,
    /// How many reads in a row have brought bytes without a write in between.
    reads: u8,
    /// The application has got something, and has not asked for more yet.
    away: bool,
    /// The time for closing is up, and the stream has been looked at once more.
    late: bool,
}

impl<I: Hold, R: Runtime> Inbound<I, R> {
    pub(crate) fn new(wire: Wire<I, R>, receiver: Receiver, config: &WebSocketConfig) -> Self {
        Self {
            wire,
            receiver,
            clock: KeepAlive::new(config),
            phase: Phase::Open,
            outcome: None,
            close_timeout: config.close_timeout,
            reads: 0,
            away: false,
            late: false,
        }
    }

    /// The inbound side as it is, over a stream that is held in another way.
    pub(crate) fn over<J>(self, hold: impl FnOnce(Wire<I, R>) -> Wire<J, R>) -> Inbound<J, R> {
        let Self { wire, receiver, clock, phase, outcome, close_timeout, reads, away, late } = self;
        let wire = hold(wire);
        Inbound { wire, receiver, clock, phase, outcome, close_timeout, reads, away, late }
    }
}

impl<I: Hold, R: Reads<I::Stream> + Writes<I::Stream>> Inbound<I, R> {
    pub(crate) fn poll_message(
        &mut self,
        out: &mut impl Outlet<I, R>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Message>, Error>> {
        loop {
            if ready!(self.poll_incoming(out, cx, false))?.is_none() {
                return Poll::Ready(Ok(None));
            }
            if let Some(message) = self.receiver.take_message() {
                return Poll::Ready(Ok(Some(message)));
            }
        }
    }

    pub(crate) fn poll_event(
        &mut self,
        out: &mut impl Outlet<I, R>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Event>, Error>> {
        let Some(incoming) = ready!(self.poll_incoming(out, cx, false))? else {
            return Poll::Ready(Ok(None));
        };
        Poll::Ready(Ok(Some(match self.receiver.take_message() {
            Some(message) => Event::Message(message),
            None if incoming == Incoming::Ping => {
                Event::Ping(Bytes::copy_from_slice(self.receiver.payload()))
            }
            None => Event::Pong(Bytes::copy_from_slice(self.receiver.payload())),
        })))
    }

    pub(crate) fn poll_part(
        &mut self,
        out: &mut impl Outlet<I, R>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Part>, Error>> {
        loop {
            match ready!(self.poll_incoming(out, cx, true))? {
                Some(Incoming::Part { kind, last }) => {
                    let data = self.receiver.take_payload();
                    return Poll::Ready(Ok(Some(Part::new(kind, data, last))));
                }
                Some(_) => {}
                None => return Poll::Ready(Ok(None)),
            }
        }
    }

    /// The next thing that came, its payload still in the receiver. `None` at the end.
    fn poll_incoming(
        &mut self,
        out: &mut impl Outlet<I, R>,
        cx: &mut Context<'_>,
        parts: bool,
    ) -> Poll<Result<Option<Incoming>, Error>> {
        loop {
            match &self.phase {
                Phase::Open => {}
                Phase::Writing(_) | Phase::Ending(_) => {
                    ready!(self.poll_ending(out, cx));
                    continue;
                }
                Phase::Over => {
                    return Poll::Ready(match self.outcome.take() {
                        Some(error) => Err(error),
                        None => Ok(None),
                    });
                }
            }
            let polled = if parts { self.receiver.poll_part() } else { self.receiver.poll() };
            if let Some(reply) = self.receiver.take_reply() {
                out.reply(reply);
            }
            match polled {
                Ok(Some(Incoming::Close)) => self.end(self.receiver.stream_end()),
                Ok(Some(incoming)) => {
                    if incoming == Incoming::Pong && self.clock.is_on() {
                        self.clock.handle_pong(self.receiver.payload(), Instant::now());
                    }
                    self.away = true;
                    return Poll::Ready(Ok(Some(incoming)));
                }
                Ok(None) => {
                    if let Err(error) = ready!(self.poll_wait(out, cx)) {
                        self.phase = Phase::Writing(Ending::cut(Instant::now()).into());
                        self.outcome = Some(error);
                    }
                }
                Err(rule) => {
                    let violation = self.receiver.violation().unwrap_or_else(|| rule.into());
                    self.fail(Error::Protocol(violation));
                }
            }
        }
    }

    /// Writes the pending output, and waits for bytes or for a timeout.
    ///
    /// ```text
    /// read ahead ---> something came: return, to look at it first, MAX_READS times in a row
    ///     v
    /// write ---> closing has begun meanwhile: return, to set its deadline
    ///     v
    /// read, unless read ahead ---> something came: return
    ///     v
    /// wait for `until` ---> a timeout: ping, fail, or give up waiting for the peer's close
    /// ```
    ///
    /// Reading ahead lets the answers to all that has come go out together. It is limited, or a pong
    /// would have to wait for a peer that never stops sending, and left out where a read blocks the
    /// thread, in a half of a WebSocket, and while closing.
    fn poll_wait(
        &mut self,
        out: &mut impl Outlet<I, R>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Error>> {
        let closing = out.is_closing();
        if closing {
            let now = Instant::now();
            self.clock.handle_closing(now);
            // A peer that never stops sending does not get more time than one that is silent. What has
            // come by then is looked at, for it may be the answer.
            if self.clock.handle_timeout(now).is_some() && std::mem::replace(&mut self.late, true) {
                return Poll::Ready(Err(Error::TimedOut(Timeout::Close)));
            }
        }
        if std::mem::take(&mut self.away) && self.clock.is_on() {
            self.clock.handle_waiting(Instant::now());
        }
        let mut until =
            if self.clock.is_on() { self.clock.poll_timeout(Instant::now()) } else { None };
        if let (true, Some(glance)) = (out.is_shared(), self.wire.glance()) {
            let glance = Instant::now() + glance;
            until = Some(until.map_or(glance, |until| until.min(glance)));
        }
        let ahead = !R::BLOCKS && !closing && !out.is_shared() && self.reads < MAX_READS;
        let read = if ahead { Some(self.poll_read(cx, until)) } else { None };
        if let Some(Poll::Ready(Ok(1..))) = read {
            self.reads += 1;
            return Poll::Ready(Ok(()));
        }
        self.reads = 0;
        if let Poll::Ready(Err(error)) = out.poll_write_out(&mut self.wire, cx, until) {
            return Poll::Ready(Err(error.into()));
        }
        if out.is_closing() != closing {
            // Closing has begun meanwhile: start again, with the deadline of the closing handshake.
            return Poll::Ready(Ok(()));
        }
        match read.unwrap_or_else(|| self.poll_read(cx, until)) {
            Poll::Ready(Ok(0)) => Poll::Ready(Err(Error::Disconnected)),
            Poll::Ready(Ok(_)) => Poll::Ready(Ok(())),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error.into())),
            Poll::Pending => {
                let due = ready!(self.wire.poll_until(cx, until));
                // A ping that is sent late may be answered late.
                let now = due.max(Instant::now());
                match self.clock.handle_timeout(now) {
                    Some(TimeoutAction::Ping(payload)) => out.reply(Reply::ping(payload)),
                    Some(TimeoutAction::Idle) => self.time_out(out, Timeout::Idle),
                    Some(TimeoutAction::NoPong) => self.time_out(out, Timeout::Pong),
                    Some(TimeoutAction::NoClose) => {
                        return Poll::Ready(Err(Error::TimedOut(Timeout::Close)));
                    }
                    None => {}
                }
                Poll::Ready(Ok(()))
            }
        }
    }

    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        let read = self.wire.poll_read(cx, self.receiver.recv_buf(), until);
        if let (Poll::Ready(Ok(1..)), true) = (&read, self.clock.is_on()) {
            self.clock.handle_received(Instant::now());
        }
        read
    }

    fn time_out(&mut self, out: &mut impl Outlet<I, R>, timeout: Timeout) {
        out.reply(Reply::timed_out());
        self.fail(Error::TimedOut(timeout));
    }

    fn fail(&mut self, error: Error) {
        self.end(StreamEnd::Linger);
        self.outcome = Some(error);
    }

    fn end(&mut self, end: StreamEnd) {
        let ending = Ending::of(end, Instant::now(), self.close_timeout);
        self.phase = Phase::Writing(ending.into());
    }

    /// Writes the rest of the output, and closes the stream.
    fn poll_ending(&mut self, out: &mut impl Outlet<I, R>, cx: &mut Context<'_>) -> Poll<()> {
        while let Phase::Writing(ending) = &self.phase {
            let until = ending.until();
            let written = out.poll_write_out(&mut self.wire, cx, until);
            match written {
                Poll::Ready(Ok(Written::Elsewhere)) if !ending.is_late(Instant::now()) => {
                    // Closing now would cut off what the other half writes.
                    let soon = Instant::now() + SOON;
                    let soon = until.map_or(soon, |until| until.min(soon));
                    ready!(self.wire.poll_until(cx, Some(soon)));
                    continue;
                }
                Poll::Ready(_) => {}
                Poll::Pending => {
                    ready!(self.wire.poll_until(cx, until));
                }
            }
            self.phase = match std::mem::take(&mut self.phase) {
                Phase::Writing(ending) => Phase::Ending(ending),
                phase => phase,
            };
        }
        let Phase::Ending(ending) = &mut self.phase else { return Poll::Ready(()) };
        ready!(ending.poll(&mut self.wire, self.receiver.recv_buf(), cx));
        self.wire.disarm();
        self.phase = Phase::Over;
        out.over();
        Poll::Ready(())
    }
}

/// This many reads in a row may bring bytes before pending output is written: about 60 KiB.
const MAX_READS: u8 = 3;

/// How long to wait before looking again whether the other half has written what it was writing.
const SOON: Duration = Duration::from_millis(2);
