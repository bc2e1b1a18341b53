//! The receiving side of a WebSocket, whole or split: reads, replies, watches the time, and closes.
//!
//! ```text
//! Open     receiver.poll() ---> message, ping, pong ---> the caller
//!             ^     |    '----> close frame -----------> end, as the core says
//!             |  nothing '----> broken rule -----------> linger
//!             |     v
//!          poll_wait() -------> the time is up --------> end, as the core says
//!                      '------> end of stream, error --> cut
//!
//! Writing  write the pending output
//! Ending   close the stream in the order of `ending.rs`: behind the back of a caller who knows the outcome
//! Over     the outcome, once; then `None`
//! ```

use std::{
    io,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use bytes::Bytes;
use ws_core::{
    CloseFrame, Incoming, KeepAlive, Receiver, Reply, StreamEnd, Timeout, TimeoutAction,
    WebSocketConfig,
};

use crate::{
    Error, Event,
    bell::listen,
    ending::Ending,
    hold::Hold,
    runtime::{Reads, Runtime, Writes},
    waiters::Does,
    watch::Watch,
    wire::{Wire, sooner},
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

    /// Does something with the clock of the connection.
    fn clock<O>(&mut self, then: impl FnOnce(&mut KeepAlive) -> O) -> O;

    /// The peer has closed.
    fn received(&mut self, _frame: &CloseFrame) {}

    /// It is about to wait until the stream is closed: whoever writes until then has to wake it, because the stream may
    /// forget who waits for that.
    fn waits_to_close(&mut self) {}

    /// The stream is closed: no task has to wait for it any more.
    fn over(&mut self) {}

    /// Writes all pending output: to `wire`, if the sending side does not have its own. It may wait as
    /// long as the clock and `limit` allow.
    fn poll_write_out(
        &mut self,
        wire: &mut Wire<I, R>,
        cx: &mut Context<'_>,
        limit: Option<Instant>,
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
#[derive(Debug)]
enum Phase {
    Open,
    /// Nothing more is received; pending output is being written, and then the stream ends like this.
    /// That may take until `limit`, or as long as the clock allows.
    Writing {
        end: StreamEnd,
        limit: Option<Instant>,
    },
    /// The stream is being closed.
    Ending(Box<Ending>),
    Over,
}

#[derive(Debug)]
pub(crate) struct Inbound<I, R: Runtime> {
    pub(crate) wire: Wire<I, R>,
    pub(crate) receiver: Receiver,
    phase: Phase,
    /// Why it ended, until the caller has been told.
    outcome: Option<Error>,
    /// Why nothing can be written any more, until the caller has been told. What the peer has to say may
    /// explain it, so reading goes on.
    unsent: Option<io::Error>,
    /// How long closing may take, in milliseconds: in a word, since a connection is moved and kept by the thousands.
    close_millis: u32,
    /// How many reads in a row have brought bytes without a write in between.
    reads: u8,
    /// A deadline has passed, and the stream is looked at once more.
    late: bool,
    pub(crate) watch: Watch,
}

impl<I: Hold, R: Runtime> Inbound<I, R> {
    pub(crate) fn new(
        wire: Wire<I, R>,
        receiver: Receiver,
        config: &WebSocketConfig,
        watch: Watch,
    ) -> Self {
        Self {
            wire,
            receiver,
            phase: Phase::Open,
            outcome: None,
            unsent: None,
            close_millis: millis(config.close_timeout),
            reads: 0,
            late: false,
            watch,
        }
    }

    /// The inbound side as it is, over a stream that is held in another way.
    pub(crate) fn over<J>(self, hold: impl FnOnce(Wire<I, R>) -> Wire<J, R>) -> Inbound<J, R> {
        let Self { wire, receiver, phase, outcome, unsent, close_millis, reads, late, watch } =
            self;
        let wire = hold(wire);
        Inbound { wire, receiver, phase, outcome, unsent, close_millis, reads, late, watch }
    }

    /// Whether nothing more comes, neither messages nor an error.
    pub(crate) fn is_terminated(&self) -> bool {
        matches!(self.phase, Phase::Ending(_) | Phase::Over) && self.outcome.is_none()
    }
}

impl<I: Hold, R: Reads<I::Stream> + Writes<I::Stream>> Inbound<I, R> {
    /// What was polled last, which is no message: one of the other events.
    pub(crate) fn take_event(&mut self, incoming: Incoming) -> Event {
        if let Some(frame) = self.receiver.close_frame() {
            return Event::Close(frame.clone());
        }
        let payload = Bytes::copy_from_slice(self.receiver.payload());
        match incoming {
            Incoming::Ping => Event::Ping(payload),
            _ => Event::Pong(payload),
        }
    }

    /// Throws away what still comes, until the stream is closed.
    pub(crate) fn poll_closed(
        &mut self,
        out: &mut impl Outlet<I, R>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Error>> {
        while ready!(self.poll_incoming(out, cx, true)).is_some() {}
        self.outcome()?;
        self.poll_ending(out, cx, false).map(Ok)
    }

    /// How it ended, once nothing came: an error is told once.
    pub(crate) fn outcome(&mut self) -> Result<(), Error> {
        self.outcome.take().map_or(Ok(()), Err)
    }

    /// The next thing that came, its payload still in the receiver. `None` at the end, of which
    /// [`outcome`](Self::outcome) says how it came to it.
    pub(crate) fn poll_incoming(
        &mut self,
        out: &mut impl Outlet<I, R>,
        cx: &mut Context<'_>,
        parts: bool,
    ) -> Poll<Option<Incoming>> {
        loop {
            match &self.phase {
                Phase::Open => {}
                Phase::Writing { .. } => {
                    ready!(self.poll_written(out, cx));
                    continue;
                }
                Phase::Ending(_) if self.outcome.is_none() => {
                    // The caller need not wait for it.
                    let _ = self.poll_ending(out, cx, R::BLOCKS);
                    return Poll::Ready(None);
                }
                Phase::Ending(_) => {
                    ready!(self.poll_ending(out, cx, false));
                    continue;
                }
                Phase::Over => return Poll::Ready(None),
            }
            let polled = if parts { self.receiver.poll_part() } else { self.receiver.poll() };
            if let Some(reply) = self.receiver.take_reply() {
                out.reply(reply);
            }
            match polled {
                Ok(Some(incoming)) => {
                    if incoming == Incoming::Close {
                        if let Some(frame) = self.receiver.close_frame() {
                            out.received(frame);
                        }
                        out.clock(KeepAlive::handle_close_received);
                        self.end(out, self.receiver.stream_end());
                    }
                    if incoming == Incoming::Pong {
                        let payload = self.receiver.payload();
                        self.watch.pong_received(out.clock(|clock| clock.handle_pong(payload)));
                    }
                    out.clock(KeepAlive::handle_absent);
                    return Poll::Ready(Some(incoming));
                }
                Ok(None) => ready!(self.poll_wait(out, cx)),
                Err(rule) => {
                    let violation = self.receiver.violation().unwrap_or_else(|| rule.into());
                    self.fail(out, StreamEnd::Linger, violation.into());
                }
            }
        }
    }

    /// Writes the pending output, and waits for bytes or for a deadline.
    ///
    /// ```text
    /// read ahead ---> something came: return, to look at it first, MAX_READS times in a row
    ///     v
    /// write ---> closing has begun meanwhile: return, to set its deadline
    ///     v
    /// read, unless read ahead ---> something came: return
    ///     v
    /// wait ---> a deadline: do what the clock says
    /// ```
    ///
    /// Reading ahead lets the answers to all that has come go out together. It is limited, or a pong
    /// would have to wait for a peer that never stops sending, and left out where a read blocks the
    /// thread, in a half of a WebSocket, and while closing.
    ///
    /// A deadline that has passed is acted upon when the stream has been looked at once more, whether or not
    /// anything came: silence must not be seen where nobody looked, and a peer that never stops sending gets
    /// no more time to close than others.
    fn poll_wait(&mut self, out: &mut impl Outlet<I, R>, cx: &mut Context<'_>) -> Poll<()> {
        let closing = out.is_closing();
        let (limit, mut until) = self.deadlines(out, cx);
        if self.late {
            self.late = false;
            self.handle_time(out);
            if !matches!(self.phase, Phase::Open) {
                return Poll::Ready(());
            }
        }
        self.late = until.is_some_and(|until| until <= Instant::now());
        let ahead = !R::BLOCKS && !closing && !out.is_shared() && self.reads < MAX_READS;
        let read = if ahead { Some(self.poll_read(out, cx, until)) } else { None };
        if let Some(Poll::Ready(Ok(1..))) = read {
            self.reads += 1;
            return Poll::Ready(());
        }
        self.reads = 0;
        if let Poll::Ready(Err(error)) = out.poll_write_out(&mut self.wire, cx, limit) {
            self.handle_unwritable(out, Some(error));
        }
        if out.is_closing() != closing {
            return Poll::Ready(());
        }
        if R::BLOCKS {
            // Writing has taken its time.
            (_, until) = self.deadlines(out, cx);
        }
        let read = match read {
            Some(read) => read,
            None => self.poll_read(out, cx, until),
        };
        match read {
            Poll::Ready(Ok(1..)) => {}
            Poll::Ready(Ok(0)) => self.disconnect(out, Error::Disconnected),
            Poll::Ready(Err(error)) => self.disconnect(out, error.into()),
            Poll::Pending => {
                if !R::BLOCKS {
                    (_, until) = self.deadlines(out, cx);
                }
                match ready!(self.wire.poll_until(cx, until)) {
                    Ok(_) => self.handle_time(out),
                    Err(error) => self.disconnect(out, error.into()),
                }
                self.late = false;
            }
        }
        Poll::Ready(())
    }

    /// How long to wait in any case, and how long for bytes.
    fn deadlines(
        &mut self,
        out: &mut impl Outlet<I, R>,
        cx: &Context<'_>,
    ) -> (Option<Instant>, Option<Instant>) {
        let (until, tracked) = out.clock(|clock| {
            if !clock.is_on() {
                return (None, false);
            }
            let tracked = listen::<R>(clock.tracked(), Does::Receive, cx);
            let now = Instant::now();
            clock.handle_listening(now);
            (clock.poll_timeout(now), tracked)
        });
        let looks_up = out.is_shared() || (R::BLOCKS && tracked);
        let glance = if looks_up { self.wire.glance() } else { None };
        let limit = glance.map(|glance| Instant::now() + glance);
        (limit, sooner(until, limit))
    }

    /// Has the task woken when everything ends. By when a thread, which cannot be woken, has to look.
    fn look_up(&mut self, out: &mut impl Outlet<I, R>, cx: &Context<'_>) -> Option<Instant> {
        let tracked = out.clock(|clock| listen::<R>(clock.tracked(), Does::Receive, cx));
        self.wire.look_up(tracked)
    }

    #[inline]
    fn poll_read(
        &mut self,
        out: &mut impl Outlet<I, R>,
        cx: &mut Context<'_>,
        until: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        let read = self.wire.poll_read(cx, self.receiver.recv_buf(), until);
        if let Poll::Ready(Ok(1..)) = &read {
            out.clock(|clock| {
                if clock.is_on() {
                    clock.handle_received(Instant::now());
                }
            });
        }
        read
    }

    /// Does what the clock says. If the connection has failed, that is the outcome.
    fn handle_time(&mut self, out: &mut impl Outlet<I, R>) {
        if let Some(timeout) = self.timed_out(out) {
            let unsent = self.unsent.take();
            self.tell(unsent.map_or(Error::TimedOut(timeout), Error::Io));
        }
    }

    /// Does what the clock says, and tells whether the connection has failed.
    pub(crate) fn timed_out(&mut self, out: &mut impl Outlet<I, R>) -> Option<Timeout> {
        match out.clock(|clock| clock.handle_timeout(Instant::now()))? {
            TimeoutAction::Reply(reply) => {
                out.reply(reply);
                None
            }
            TimeoutAction::Fail(timeout, end) => {
                if timeout == Timeout::Pong {
                    self.watch.pong_missed();
                }
                out.reply(Reply::timed_out(timeout));
                self.end(out, end);
                Some(timeout)
            }
        }
    }

    /// Whoever receives has to be told why it ended.
    pub(crate) fn tell(&mut self, error: Error) {
        self.watch.failed(&error);
        self.outcome = Some(error);
    }

    /// Nothing can be written any more, and the caller has been told, or will be. The peer has as long as a
    /// closing handshake may take to say why.
    pub(crate) fn handle_unwritable(
        &mut self,
        out: &mut impl Outlet<I, R>,
        error: Option<io::Error>,
    ) {
        out.reply(Reply::disconnected());
        out.clock(|clock| clock.handle_closing(Instant::now()));
        self.unsent = self.unsent.take().or(error);
        self.watch.unwritable();
    }

    fn disconnect(&mut self, out: &mut impl Outlet<I, R>, error: Error) {
        let unsent = self.unsent.take();
        self.fail(out, StreamEnd::Cut, unsent.map_or(error, Error::Io));
    }

    fn fail(&mut self, out: &mut impl Outlet<I, R>, end: StreamEnd, error: Error) {
        self.end(out, end);
        self.tell(error);
    }

    fn end(&mut self, out: &mut impl Outlet<I, R>, end: StreamEnd) {
        let now = Instant::now();
        out.clock(|clock| clock.handle_closing(now));
        let close_timeout = Duration::from_millis(self.close_millis.into());
        let limit = Ending::limit(end, now, close_timeout);
        self.phase = Phase::Writing { end, limit };
    }

    /// Writes the rest of the output.
    fn poll_written(&mut self, out: &mut impl Outlet<I, R>, cx: &mut Context<'_>) -> Poll<()> {
        while let Phase::Writing { end, limit } = self.phase {
            let look = self.look_up(out, cx);
            let written = out.poll_write_out(&mut self.wire, cx, sooner(limit, look));
            let now = Instant::now();
            let until = sooner(limit, out.clock(|clock| clock.poll_timeout(now)));
            match written {
                Poll::Ready(Ok(Written::Elsewhere)) if until.is_none_or(|until| now < until) => {
                    // Closing now would cut off what the other half writes.
                    let soon = sooner(until, Some(now + SOON));
                    let _ = ready!(self.wire.poll_until(cx, soon));
                    continue;
                }
                Poll::Ready(_) => {}
                Poll::Pending => {
                    // Progress may have put it off meanwhile.
                    let passed = ready!(self.wire.poll_until(cx, sooner(until, look))).is_err();
                    let now = Instant::now();
                    let until = sooner(limit, out.clock(|clock| clock.poll_timeout(now)));
                    if !passed && until.is_none_or(|until| now < until) {
                        continue;
                    }
                }
            }
            self.phase = Phase::Ending(Box::new(Ending::of(end, until)));
        }
        Poll::Ready(())
    }

    /// Closes the stream, once everything has been written. At a `glance` a thread does not wait for the
    /// peer.
    fn poll_ending(
        &mut self,
        out: &mut impl Outlet<I, R>,
        cx: &mut Context<'_>,
        glance: bool,
    ) -> Poll<()> {
        loop {
            let look = self.look_up(out, cx);
            let Phase::Ending(ending) = &mut self.phase else { return Poll::Ready(()) };
            ending.hasten(out.clock(|clock| clock.tracked()?.tracker().deadline()));
            let limit = if glance { Some(Instant::now()) } else { look };
            out.waits_to_close();
            let ended = ending.poll(&mut self.wire, self.receiver.recv_buf(), cx, limit);
            if ended.is_ready() {
                break;
            }
            if glance || look.is_none() || self.wire.poll_until(cx, look).is_pending() {
                return Poll::Pending;
            }
        }
        self.wire.disarm();
        // Who waits to write will see that the stream is closed.
        self.wire.moved();
        self.phase = Phase::Over;
        out.reply(Reply::disconnected());
        out.over();
        self.watch.over();
        Poll::Ready(())
    }
}

/// Rounded up, and seven weeks at most.
fn millis(time: Duration) -> u32 {
    time.as_nanos().div_ceil(1_000_000).try_into().unwrap_or(u32::MAX)
}

/// This many reads in a row may bring bytes before pending output is written: about 60 KiB.
const MAX_READS: u8 = 3;

/// How long to wait before looking again whether the other half has written what it was writing.
const SOON: Duration = Duration::from_millis(2);

#[cfg(test)]
mod tests;
