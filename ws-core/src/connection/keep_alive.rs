//! Silence: how long it may last, and what is done about it. Pure functions of the time passed in.
//!
//! ```text
//! what happens                                   what it puts off
//! bytes come                                     idle_timeout, pong_timeout, ping_interval
//! a write that had to wait goes on               idle_timeout, pong_timeout, send_timeout, and
//!                                                close_timeout while the close frame waits
//! anything of ours goes out                      ping_interval
//! ```
//!
//! A shutdown ends the silence of everybody that is tracked: the close frame is due at once.
//!
//! Pings go out when either direction was silent. A write that need not wait tells nothing of the peer: the
//! system takes it for a peer that has gone, too.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{
    closing::StreamEnd,
    progress::SendProgress,
    reply::Reply,
    timeout::Timeout,
    tracker::{Tracked, Tracks},
    web_socket_config::WebSocketConfig,
};

/// What has to be done because of the time.
#[derive(Clone, Debug)]
pub enum TimeoutAction {
    /// Give this to the sender: a ping is due, or a close.
    Reply(Reply),
    /// The connection has failed: give [`Reply::timed_out`] to the sender, and end the stream like
    /// this.
    Fail(Timeout, StreamEnd),
}

/// The clock of a connection. The caller tells it the time.
///
/// A [`Connection`](super::Connection) has one; whoever splits it tells the clock what the halves do. If
/// nothing is watched it has nothing to remember, and is small.
#[derive(Debug)]
pub struct KeepAlive(State);

#[derive(Debug)]
enum State {
    /// Nothing is watched until closing begins, for which there is this long.
    Off {
        close_timeout: Duration,
    },
    On(Box<Watch>),
}

/// What has to be remembered of a peer that is watched.
#[derive(Debug, Default)]
struct Watch {
    close_timeout: Duration,
    idle_timeout: Option<Duration>,
    ping_interval: Option<Duration>,
    pong_timeout: Option<Duration>,
    send_timeout: Option<Duration>,
    /// When something came last, or somebody began to listen.
    heard: Option<Instant>,
    /// Nobody receives now.
    absent: bool,
    output: Output,
    /// Our oldest ping without a pong, and the newest of all.
    unanswered: Option<Ping>,
    newest: Option<Ping>,
    /// The application has sent a ping behind the oldest of ours without a pong.
    others: bool,
    round_trip: Option<Duration>,
    /// Closing has begun.
    closing: Option<Instant>,
    /// The close frame has been written.
    closed: Option<Instant>,
    /// That of the peer has come.
    close_received: bool,
    /// If it may have to end together with others.
    tracked: Option<Box<Tracked>>,
}

/// How sending went, and when.
#[derive(Clone, Debug, Default)]
struct Output {
    progress: SendProgress,
    /// Since when something has been waiting to be written.
    waiting: Option<Instant>,
    /// When a write went on that had had to wait.
    moved: Option<Instant>,
    /// When anything was written.
    spoke: Option<Instant>,
}

/// A ping of ours.
#[derive(Clone, Copy, Debug)]
struct Ping {
    /// Which one it is. Its payload.
    number: u64,
    issued: Instant,
    /// When it had been written.
    written: Option<Instant>,
}

/// What is due next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Ping,
    /// Everything ends.
    Close,
    Fail(Timeout),
}

impl KeepAlive {
    /// A clock for a connection that is open now.
    pub fn new(config: &WebSocketConfig) -> Self {
        let &WebSocketConfig {
            idle_timeout,
            ping_interval,
            pong_timeout,
            send_timeout,
            close_timeout,
            ..
        } = config;
        let watched = [idle_timeout, ping_interval, send_timeout].iter().any(Option::is_some);
        let tracked = config.tracker.as_ref().map(|tracker| tracker.track(Tracks::WebSocket));
        if !watched && tracked.is_none() {
            return Self(State::Off { close_timeout });
        }
        Self(State::On(Box::new(Watch {
            idle_timeout,
            ping_interval,
            pong_timeout,
            send_timeout,
            close_timeout,
            tracked: tracked.map(Box::new),
            ..Watch::default()
        })))
    }

    fn watch(&mut self) -> Option<&mut Watch> {
        match &mut self.0 {
            State::Off { .. } => None,
            State::On(watch) => Some(watch),
        }
    }

    /// Whether anything is watched. If not, it need not be told anything.
    #[inline]
    pub fn is_on(&self) -> bool {
        matches!(self.0, State::On(_))
    }

    /// How it is tracked, if its configuration has a [`Tracker`](crate::Tracker). Whoever waits for the clock
    /// has to set an alarm there, before [`poll_timeout`](Self::poll_timeout).
    pub fn tracked(&mut self) -> Option<&mut Tracked> {
        self.watch()?.tracked.as_deref_mut()
    }

    /// Bytes came from the peer.
    pub fn handle_received(&mut self, now: Instant) {
        if let Some(watch) = self.watch() {
            watch.start(now);
            watch.heard = Some(now);
        }
    }

    /// A pong came, with what was received last. It settles the ping of ours that it answers and all
    /// before that, and so does one that may answer a later ping of the application's: a peer need answer
    /// only the latest (RFC 6455 5.5.3). Gives the round trip if it answers the newest ping of ours.
    pub fn handle_pong(&mut self, payload: &[u8]) -> Option<Duration> {
        self.watch()?.handle_pong(payload)
    }

    /// Nobody receives until [`handle_listening`](Self::handle_listening): the application does something
    /// else, or waits until something has been written.
    pub fn handle_absent(&mut self) {
        if let Some(watch) = self.watch() {
            watch.absent = true;
        }
    }

    /// Somebody receives. After an absence silence counts from now on.
    pub fn handle_listening(&mut self, now: Instant) {
        if let Some(watch) = self.watch() {
            if std::mem::take(&mut watch.absent) {
                watch.heard = watch.heard.map(|heard| heard.max(now));
            }
        }
    }

    /// Something was queued, or has been written, or could not be. To be told before a write and after it.
    pub fn handle_sending(&mut self, progress: SendProgress, now: Instant) {
        if let Some(watch) = self.watch() {
            watch.handle_sending(progress, now);
        }
    }

    /// A close frame is to be sent, or came. From now on only closing is waited for.
    pub fn handle_closing(&mut self, now: Instant) {
        if let State::Off { close_timeout } = self.0 {
            self.0 = State::On(Box::new(Watch { close_timeout, ..Watch::default() }));
        }
        if let Some(watch) = self.watch() {
            watch.closing.get_or_insert(now);
        }
    }

    /// The close frame of the peer came.
    pub fn handle_close_received(&mut self) {
        if let Some(watch) = self.watch() {
            watch.close_received = true;
            watch.note_clean();
        }
    }

    /// When to call [`handle_timeout`](Self::handle_timeout). The first call starts the clock.
    pub fn poll_timeout(&mut self, now: Instant) -> Option<Instant> {
        self.next(now).map(|(at, _)| at)
    }

    /// What has to be done at `now`; `None` when called too early.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<TimeoutAction> {
        let (_, due) = self.next(now).filter(|(at, _)| *at <= now)?;
        Some(match due {
            Due::Ping => TimeoutAction::Reply(Reply::ping(self.watch()?.ping(now))),
            Due::Close => TimeoutAction::Reply(self.watch()?.shut_down(now)?),
            Due::Fail(timeout @ (Timeout::Idle | Timeout::Pong)) => {
                TimeoutAction::Fail(timeout, StreamEnd::Linger)
            }
            Due::Fail(timeout) => TimeoutAction::Fail(timeout, StreamEnd::Cut),
        })
    }

    /// The time between our last answered ping and its pong.
    pub fn round_trip(&self) -> Option<Duration> {
        match &self.0 {
            State::Off { .. } => None,
            State::On(watch) => watch.round_trip,
        }
    }

    /// What is due next, and when.
    fn next(&mut self, now: Instant) -> Option<(Instant, Due)> {
        let watch = self.watch()?;
        let heard = watch.start(now);
        if let Some(since) = watch.is_to_close(now) {
            return Some((since, Due::Close));
        }
        let due = match watch.closing {
            Some(began) => [watch.shutdown_due(), watch.close_due(began), watch.send_due(), None],
            None => [
                watch.idle_due(heard),
                watch.pong_due(heard),
                watch.send_due(),
                watch.ping_due(heard),
            ],
        };
        due.into_iter().flatten().min_by_key(|(at, _)| *at)
    }
}

impl Watch {
    /// The first instant of all counts as one at which both sides said something.
    fn start(&mut self, now: Instant) -> Instant {
        self.output.spoke.get_or_insert(now);
        *self.heard.get_or_insert(now)
    }

    fn idle_due(&self, heard: Instant) -> Option<(Instant, Due)> {
        fail(self.output.life(heard), self.idle_timeout, Timeout::Idle)
    }

    fn pong_due(&self, heard: Instant) -> Option<(Instant, Due)> {
        let ping = self.unanswered?;
        let since = ping.written.unwrap_or(ping.issued).max(self.output.life(heard));
        fail(since, self.pong_timeout, Timeout::Pong)
    }

    fn send_due(&self) -> Option<(Instant, Due)> {
        let waiting = self.output.waiting?;
        fail(waiting.max(self.output.moved.unwrap_or(waiting)), self.send_timeout, Timeout::Send)
    }

    /// Pings go out when either side has been silent: proxies watch both directions.
    fn ping_due(&self, heard: Instant) -> Option<(Instant, Due)> {
        let silent = self.output.spoke.map_or(heard, |spoke| spoke.min(heard));
        let since = match self.newest {
            None => silent,
            Some(ping) => silent.max(ping.written?).max(ping.issued),
        };
        Some((since.checked_add(self.ping_interval?.max(MIN_PING_INTERVAL))?, Due::Ping))
    }

    /// The time for closing begins when the close frame is out; until then progress puts it off.
    fn close_due(&self, began: Instant) -> Option<(Instant, Due)> {
        let since =
            self.closed.unwrap_or_else(|| self.output.moved.map_or(began, |at| at.max(began)));
        fail(since, Some(self.close_timeout), Timeout::Close)
    }

    /// Since when everything ends, if this peer has not been told.
    fn is_to_close(&mut self, now: Instant) -> Option<Instant> {
        match (&mut self.tracked, self.closing) {
            (Some(tracked), None) => tracked.shutting_down_since(now),
            _ => None,
        }
    }

    fn shutdown_due(&self) -> Option<(Instant, Due)> {
        let until = self.tracked.as_ref()?.tracker().deadline()?;
        Some((until, Due::Fail(Timeout::Shutdown)))
    }

    /// From now on only closing is waited for.
    fn shut_down(&mut self, now: Instant) -> Option<Reply> {
        let shutdown = self.tracked.as_ref()?.tracker().shutdown()?;
        self.closing = Some(now);
        Some(Reply::shutdown(shutdown.frame))
    }

    /// Takes note of a closing handshake that is complete.
    fn note_clean(&mut self) {
        if let (true, Some(_), Some(tracked)) =
            (self.close_received, self.closed, &mut self.tracked)
        {
            tracked.note_clean();
        }
    }

    fn ping(&mut self, now: Instant) -> Bytes {
        let number = self.newest.map_or(0, |ping| ping.number) + 1;
        let ping = Ping { number, issued: now, written: None };
        self.newest = Some(ping);
        if self.unanswered.is_none() {
            self.unanswered = Some(ping);
            // If one of the application's waits already, ours does not go out.
            self.others = self.output.progress.ping_pending;
        }
        Bytes::copy_from_slice(&number.to_be_bytes())
    }

    fn handle_pong(&mut self, payload: &[u8]) -> Option<Duration> {
        let (oldest, newest) = (self.unanswered?, self.newest?);
        let number = payload.try_into().map(u64::from_be_bytes);
        match number {
            Ok(number) if number == newest.number => {
                self.unanswered = None;
                let (written, heard) = (newest.written.unwrap_or(newest.issued), self.heard);
                self.round_trip = heard.map(|heard| heard.saturating_duration_since(written));
                return self.round_trip;
            }
            Ok(number) if (oldest.number..newest.number).contains(&number) => {
                self.unanswered = Some(newest);
            }
            _ if self.others => self.unanswered = None,
            _ => {}
        }
        None
    }

    fn handle_sending(&mut self, progress: SendProgress, now: Instant) {
        if !progress.ping_pending {
            for ping in [&mut self.unanswered, &mut self.newest].into_iter().flatten() {
                ping.written.get_or_insert(now);
            }
        }
        self.others |= self.unanswered.is_some() && progress.pings != self.output.progress.pings;
        if progress.closed && self.closed.is_none() {
            self.closed = Some(now);
            self.note_clean();
        }
        self.output.handle(progress, now);
    }
}

impl Output {
    /// When the peer, which was heard last then, last gave a sign that it is there.
    fn life(&self, heard: Instant) -> Instant {
        [self.moved, self.waiting].into_iter().flatten().fold(heard, Instant::max)
    }

    fn handle(&mut self, progress: SendProgress, now: Instant) {
        if progress.written != self.progress.written {
            self.spoke = Some(now);
            let waited = self.waiting.map(|since| now.saturating_duration_since(since));
            if waited.is_some_and(|waited| waited >= HAD_TO_WAIT) {
                self.moved = Some(now);
            }
        }
        self.waiting = progress.pending.then(|| self.waiting.unwrap_or(now));
        self.progress = progress;
    }
}

fn fail(since: Instant, timeout: Option<Duration>, what: Timeout) -> Option<(Instant, Due)> {
    Some((since.checked_add(timeout?)?, Due::Fail(what)))
}

/// Pings do not flood a peer, whatever is asked for.
const MIN_PING_INTERVAL: Duration = Duration::from_millis(1);

/// A write that took this long from when it was first tried was held up by the peer.
const HAD_TO_WAIT: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests;
