//! Many connections that end together: a shutdown is a deadline that somebody else sets.
//!
//! ```text
//! Tracker ---- shut_down(frame, until) ----> every Tracked: its alarm rings
//!    ^                                          | WebSocket    sends the frame, has until then to close
//!    |                                          | Handshake    503, or nothing if nothing was asked
//!    '------- dropped: one less <---------------'
//! ```
//!
//! There is no task here, and no clock: who is tracked looks at the shutdown when its alarm rings, and does what
//! has to be done.

use std::{
    any::Any,
    fmt,
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Instant,
};

use super::send_error::{SendError, check_close};
use crate::{
    close::CloseFrame,
    sync::{AtomicBool, Mutex, MutexGuard},
};

/// Knows the WebSockets and handshakes of a configuration, and ends them together. Clones are the same tracker.
///
/// ```
/// use std::time::{Duration, Instant};
/// use bytes::Buf;
/// use ws_core::{
///     CloseCode, CloseFrame, Connection, Negotiated, RecvBuf, Role, StreamEnd, Timeout, Tracker, WebSocketConfig,
/// };
///
/// let tracker = Tracker::new();
/// let config = WebSocketConfig::new().tracker(&tracker);
/// let mut ws = Connection::new(Role::Server, Negotiated::default(), RecvBuf::new(), &config);
/// assert_eq!(tracker.len(), 1);
///
/// let now = Instant::now();
/// assert_eq!(ws.poll_timeout(now), None);
/// let until = now + Duration::from_secs(5);
/// tracker.shut_down(CloseFrame::GOING_AWAY, Some(until))?;
///
/// assert_eq!(ws.poll_timeout(now), Some(now)); // there is something to do
/// assert_eq!(ws.handle_timeout(now), None);
/// assert_eq!(ws.send_queue().chunk(), b"\x88\x02\x03\xe9"); // 1001
///
/// assert_eq!(ws.handle_timeout(until), Some((Timeout::Shutdown, StreamEnd::Cut)));
/// drop(ws);
/// assert!(tracker.is_empty());
/// assert_eq!(tracker.outcome().cut, 1);
/// # Ok::<(), ws_core::SendError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tracker(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// A shutdown has begun: the state says which. It does not end.
    begun: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    shutdown: Option<Shutdown>,
    alarms: Alarms,
    web_sockets: usize,
    handshakes: usize,
    tasks: usize,
    /// WebSockets that have ended since the shutdown began, cleanly and in other ways.
    clean: usize,
    cut: usize,
}

/// The alarms of everything that is tracked and wants to be told, each in a place of its own.
#[derive(Default)]
struct Alarms {
    places: Vec<Option<Arc<dyn Alarm>>>,
    /// The places that are empty.
    empty: Vec<usize>,
}

/// A shutdown that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shutdown {
    /// The close frame that every WebSocket gets.
    pub frame: CloseFrame,
    /// When those that have not answered are cut. `None` waits for ever.
    pub until: Option<Instant>,
}

/// What has become of the WebSockets that were open when the shutdown began, or opened later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownOutcome {
    /// Both sides have sent a close frame.
    pub clean: usize,
    /// They ended in another way: cut at the deadline, given up by the peer, or dropped by the program.
    pub cut: usize,
    /// They, and handshakes, are still held by somebody who neither receives nor drops them.
    pub held: usize,
    /// Futures under an adapter's `run` that are still there: they do not return from being polled.
    pub tasks: usize,
}

/// What is tracked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracks {
    /// An open WebSocket.
    WebSocket,
    /// One that is being opened.
    Handshake,
    /// Something of the program's that has to end as well.
    Task,
    /// Nothing that is waited for; it wants to be told.
    Nothing,
}

/// How the owner of something tracked is told. The alarm rings when a shutdown begins, when its deadline
/// changes, and when nothing is left to be waited for, on whatever thread that happens.
pub trait Alarm: Send + Sync + 'static {
    /// Makes the owner look. It must not block.
    fn ring(&self);
}

impl Tracker {
    /// A tracker of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins to shut down: every WebSocket gets `frame`, now or when it opens, and is cut at `until`; every
    /// handshake is refused.
    ///
    /// A second call cannot take back the first. Its frame does not count any more, its deadline does if it is the
    /// sooner one.
    ///
    /// # Errors
    ///
    /// [`SendError::CloseCode`] and [`SendError::ControlTooLong`] for a frame that cannot be sent. Nothing has
    /// begun then.
    pub fn shut_down(&self, frame: CloseFrame, until: Option<Instant>) -> Result<(), SendError> {
        check_close(&frame)?;
        let mut state = self.state();
        match &mut state.shutdown {
            Some(begun) => begun.until = begun.until.into_iter().chain(until).min(),
            none => *none = Some(Shutdown { frame, until }),
        }
        self.0.begun.store(true, Ordering::Release);
        let alarms = state.alarms.all();
        drop(state);
        ring(alarms);
        Ok(())
    }

    /// Whether a shutdown has begun.
    pub fn is_shutting_down(&self) -> bool {
        self.0.begun.load(Ordering::Acquire)
    }

    /// The shutdown, once it has begun.
    pub fn shutdown(&self) -> Option<Shutdown> {
        if !self.is_shutting_down() {
            return None;
        }
        self.state().shutdown.clone()
    }

    /// When the shutdown that has begun is over, if it has a deadline.
    pub fn deadline(&self) -> Option<Instant> {
        if !self.is_shutting_down() {
            return None;
        }
        self.state().shutdown.as_ref()?.until
    }

    /// How many WebSockets there are, open ones and those that are being opened, until they are dropped.
    pub fn len(&self) -> usize {
        let state = self.state();
        state.web_sockets + state.handshakes
    }

    /// Whether there is neither a WebSocket nor a handshake.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether nothing is left to be waited for: neither a WebSocket nor a handshake nor a task.
    pub fn is_idle(&self) -> bool {
        self.state().is_idle()
    }

    /// What has become of the WebSockets since the shutdown began.
    pub fn outcome(&self) -> ShutdownOutcome {
        let state = self.state();
        ShutdownOutcome {
            clean: state.clean,
            cut: state.cut,
            held: state.web_sockets + state.handshakes,
            tasks: state.tasks,
        }
    }

    /// Tracks something until what is returned is dropped. A [`Connection`](crate::Connection) and a handshake
    /// whose configuration has a tracker do this by themselves.
    pub fn track(&self, what: Tracks) -> Tracked {
        let mut state = self.state();
        if let Some(count) = state.count(what) {
            *count += 1;
        }
        drop(state);
        Tracked { tracker: self.clone(), what, place: None, alarm: None, seen: None, clean: false }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is complete when it could panic.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsRef<Tracker> for Tracker {
    fn as_ref(&self) -> &Tracker {
        self
    }
}

impl State {
    fn count(&mut self, what: Tracks) -> Option<&mut usize> {
        match what {
            Tracks::WebSocket => Some(&mut self.web_sockets),
            Tracks::Handshake => Some(&mut self.handshakes),
            Tracks::Task => Some(&mut self.tasks),
            Tracks::Nothing => None,
        }
    }

    fn is_idle(&self) -> bool {
        self.web_sockets == 0 && self.handshakes == 0 && self.tasks == 0
    }
}

impl Alarms {
    /// Puts an alarm in `place`, or in an empty one; gives the place, and what was in it.
    fn put(
        &mut self,
        place: Option<usize>,
        alarm: Arc<dyn Alarm>,
    ) -> (usize, Option<Arc<dyn Alarm>>) {
        let place = place.or_else(|| self.empty.pop()).unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() - 1
        });
        (place, self.places[place].replace(alarm))
    }

    /// Empties a place. Once all are empty, so is the memory given back.
    fn take(&mut self, place: usize) -> Option<Arc<dyn Alarm>> {
        let alarm = self.places[place].take();
        self.empty.push(place);
        if self.empty.len() == self.places.len() {
            *self = Self::default();
        }
        alarm
    }

    /// All of them, to be rung when the lock is open again.
    fn all(&self) -> Vec<Arc<dyn Alarm>> {
        self.places.iter().flatten().cloned().collect()
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("shutdown", &self.shutdown)
            .field("web_sockets", &self.web_sockets)
            .field("handshakes", &self.handshakes)
            .field("tasks", &self.tasks)
            .finish_non_exhaustive()
    }
}

/// Something that is tracked, until this is dropped.
#[must_use = "what is dropped is not tracked any more"]
pub struct Tracked {
    tracker: Tracker,
    what: Tracks,
    /// Where its alarm is, once there is one.
    place: Option<usize>,
    alarm: Option<Arc<dyn Any + Send + Sync>>,
    /// When a shutdown was seen first.
    seen: Option<Instant>,
    clean: bool,
}

impl Tracked {
    /// The tracker.
    pub fn tracker(&self) -> &Tracker {
        &self.tracker
    }

    /// Whether a shutdown has begun. To be asked after the [`alarm`](Self::alarm) has been set: what begins later
    /// makes that ring.
    pub fn is_shutting_down(&self) -> bool {
        self.tracker.is_shutting_down()
    }

    /// What rings when there is something to look at; made and set when it is asked for first.
    pub fn alarm<A: Alarm + Default>(&mut self) -> Option<&A> {
        if !self.alarm.as_ref().is_some_and(|alarm| alarm.is::<A>()) {
            let alarm = Arc::new(A::default());
            let own = self.alarm.replace(Arc::clone(&alarm) as _);
            let (place, former) = self.tracker.state().alarms.put(self.place, alarm);
            self.place = Some(place);
            // They may be the last to hold something that is tracked: the lock is open again.
            drop((own, former));
        }
        self.alarm.as_ref()?.downcast_ref()
    }

    /// Since when a shutdown has been known here, if one has begun. The same each time, so that a timer may be set
    /// to it.
    pub(crate) fn shutting_down_since(&mut self, now: Instant) -> Option<Instant> {
        self.is_shutting_down().then(|| *self.seen.get_or_insert(now))
    }

    /// The WebSocket has ended by a closing handshake.
    pub(super) fn note_clean(&mut self) {
        self.clean = true;
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        let mut state = self.tracker.state();
        // An alarm may be the last to hold something that is tracked: it is dropped when the lock is open.
        let alarm = self.place.and_then(|place| state.alarms.take(place));
        if let Some(count) = state.count(self.what) {
            *count -= 1;
        }
        if self.what == Tracks::WebSocket && state.shutdown.is_some() {
            *(if self.clean { &mut state.clean } else { &mut state.cut }) += 1;
        }
        let was_last = self.what != Tracks::Nothing && state.is_idle();
        let alarms = if was_last { state.alarms.all() } else { Vec::new() };
        drop(state);
        drop(alarm);
        ring(alarms);
    }
}

impl fmt::Debug for Tracked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracked").field("what", &self.what).finish_non_exhaustive()
    }
}

fn ring(alarms: Vec<Arc<dyn Alarm>>) {
    for alarm in alarms {
        alarm.ring();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::atomic::AtomicUsize, thread, time::Duration};

    use super::*;
    use crate::close::CloseCode;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Alarm for Count {
        fn ring(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn rung(tracked: &mut Tracked) -> usize {
        tracked.alarm::<Count>().unwrap().0.load(Ordering::Relaxed)
    }

    #[test]
    fn everything_counts_until_it_is_dropped() {
        let tracker = Tracker::new();
        assert!(tracker.is_empty() && tracker.is_idle());
        let ws = tracker.track(Tracks::WebSocket);
        let handshake = tracker.track(Tracks::Handshake);
        let task = tracker.track(Tracks::Task);
        let listener = tracker.track(Tracks::Nothing);
        assert_eq!((tracker.len(), tracker.outcome().tasks), (2, 1));
        drop(ws);
        assert_eq!(tracker.len(), 1);
        drop(handshake);
        assert!(tracker.is_empty() && !tracker.is_idle());
        drop(task);
        assert!(tracker.is_idle());
        drop(listener);
        // Nothing was shut down.
        assert_eq!(tracker.outcome(), ShutdownOutcome::default());
    }

    #[test]
    fn how_many_there_are_is_shown() {
        let tracker = Tracker::new();
        let tracked = tracker.track(Tracks::Handshake);
        assert_eq!(format!("{tracked:?}"), "Tracked { what: Handshake, .. }");
        let shown = format!("{tracker:?}");
        assert!(
            shown.contains("shutdown: None, web_sockets: 0, handshakes: 1, tasks: 0"),
            "{shown}"
        );
    }

    #[test]
    fn alarms_ring_when_it_begins_and_when_nothing_is_left() {
        let tracker = Tracker::new();
        let mut listener = tracker.track(Tracks::Nothing);
        let mut ws = tracker.track(Tracks::WebSocket);
        assert_eq!((rung(&mut listener), rung(&mut ws)), (0, 0));
        tracker.shut_down(CloseFrame::GOING_AWAY, None).unwrap();
        assert!(ws.is_shutting_down());
        assert_eq!((rung(&mut listener), rung(&mut ws)), (1, 1));
        let other = tracker.track(Tracks::WebSocket);
        drop(other);
        assert_eq!(rung(&mut listener), 1);
        drop(ws);
        assert_eq!(rung(&mut listener), 2);
        assert_eq!(tracker.state().alarms.all().len(), 1);
        drop(listener);
        assert!(tracker.state().alarms.places.is_empty());
    }

    #[test]
    fn places_of_alarms_are_used_again_and_given_back() {
        let tracker = Tracker::new();
        let mut tracked = [(); 3].map(|()| tracker.track(Tracks::WebSocket));
        assert_eq!(tracked.each_mut().map(rung), [0; 3]);
        let [first, second, third] = tracked;
        drop(second);
        let mut other = tracker.track(Tracks::WebSocket);
        assert_eq!(rung(&mut other), 0);
        assert_eq!(tracker.state().alarms.places.len(), 3);
        tracker.shut_down(CloseFrame::GOING_AWAY, None).unwrap();
        let mut tracked = [first, other, third];
        assert_eq!(tracked.each_mut().map(rung), [1; 3]);
        drop(tracked);
        assert_eq!(tracker.state().alarms.places.capacity(), 0);
    }

    #[test]
    fn the_first_frame_and_the_soonest_deadline_count() {
        let tracker = Tracker::new();
        assert_eq!((tracker.shutdown(), tracker.deadline()), (None, None));
        let now = Instant::now();
        let at = |second| Some(now + Duration::from_secs(second));
        let restart = CloseFrame::new(CloseCode::SERVICE_RESTART, "soon");
        for (until, counts) in
            [(None, None), (at(9), at(9)), (at(5), at(5)), (at(7), at(5)), (None, at(5))]
        {
            let frame =
                if counts.is_none() { restart.clone() } else { CloseFrame::GOING_AWAY.clone() };
            tracker.shut_down(frame, until).unwrap();
            assert_eq!(tracker.deadline(), counts);
            assert_eq!(
                tracker.shutdown(),
                Some(Shutdown { frame: restart.clone(), until: counts })
            );
        }
    }

    #[test]
    fn a_frame_that_cannot_be_sent_begins_nothing() {
        let tracker = Tracker::new();
        for (frame, error) in [
            (CloseFrame::new(CloseCode::ABNORMAL_CLOSURE, ""), SendError::CloseCode),
            (CloseFrame::new(CloseCode::NO_STATUS_RECEIVED, "why"), SendError::CloseCode),
            (
                CloseFrame::new(CloseCode::GOING_AWAY, "x".repeat(124)),
                SendError::ControlTooLong { len: 124, max: 123 },
            ),
        ] {
            assert_eq!(tracker.shut_down(frame, None), Err(error));
            assert!(!tracker.is_shutting_down());
        }
        let longest = CloseFrame::new(CloseCode::GOING_AWAY, "x".repeat(123));
        assert_eq!(tracker.shut_down(longest, None), Ok(()));
        assert_eq!(Tracker::new().shut_down(CloseFrame::EMPTY, None), Ok(()));
    }

    #[test]
    fn how_web_sockets_ended_is_counted() {
        let tracker = Tracker::new();
        drop(tracker.track(Tracks::WebSocket));
        let [mut a, b, c] = [Tracks::WebSocket; 3].map(|what| tracker.track(what));
        let handshake = tracker.track(Tracks::Handshake);
        tracker.shut_down(CloseFrame::GOING_AWAY, None).unwrap();
        a.note_clean();
        drop((a, b));
        let ShutdownOutcome { clean, cut, held, tasks } = tracker.outcome();
        assert_eq!((clean, cut, held, tasks), (1, 1, 2, 0));
        drop((c, handshake));
        let ShutdownOutcome { clean, cut, held, tasks } = tracker.outcome();
        assert_eq!((clean, cut, held, tasks), (1, 2, 0, 0));
    }

    /// An alarm that is the last to hold something tracked.
    #[derive(Default)]
    struct Owner(Mutex<Option<Tracked>>);

    impl Alarm for Owner {
        fn ring(&self) {
            // It looks at everything, and lets go of what it has.
            let held = self.0.lock().unwrap().take();
            let is_idle = held.as_ref().map(|held| (held.tracker.len(), held.tracker.outcome()));
            drop((held, is_idle));
        }
    }

    /// uWebSockets and libwebsockets used what a hook had freed: here, what an alarm does while it rings, or when it
    /// goes, finds the tracker open.
    #[test]
    fn uws_1583_alarms_may_drop_what_is_tracked() {
        let ends = |test: fn(&Tracker)| {
            let (done, ended) = std::sync::mpsc::channel();
            thread::spawn(move || {
                test(&Tracker::new());
                done.send(()).unwrap();
            });
            ended.recv_timeout(Duration::from_secs(60)).expect("it waits for itself");
        };
        // When it is told of the shutdown, and when it is told that nothing is left.
        ends(|tracker| {
            let mut listener = tracker.track(Tracks::Nothing);
            let ws = tracker.track(Tracks::WebSocket);
            *listener.alarm::<Owner>().unwrap().0.lock().unwrap() = Some(ws);
            tracker.shut_down(CloseFrame::GOING_AWAY, None).unwrap();
            assert!(tracker.is_idle());
        });
        // When it is gone with its owner, and when another takes its place.
        for replaced in [false, true] {
            let test = if replaced {
                |tracker: &Tracker| {
                    let mut listener = tracker.track(Tracks::Nothing);
                    let ws = tracker.track(Tracks::WebSocket);
                    *listener.alarm::<Owner>().unwrap().0.lock().unwrap() = Some(ws);
                    listener.alarm::<Count>();
                    assert!(tracker.is_idle());
                }
            } else {
                |tracker: &Tracker| {
                    let mut listener = tracker.track(Tracks::Nothing);
                    let ws = tracker.track(Tracks::WebSocket);
                    *listener.alarm::<Owner>().unwrap().0.lock().unwrap() = Some(ws);
                    drop(listener);
                    assert!(tracker.is_idle());
                }
            };
            ends(test);
        }
    }

    /// Whoever sets an alarm and then looks misses no shutdown that begins meanwhile.
    #[test]
    fn no_shutdown_is_missed() {
        for _ in 0..if cfg!(miri) { 20 } else { 2000 } {
            let tracker = Tracker::new();
            let mut tracked = tracker.track(Tracks::WebSocket);
            let other = tracker.clone();
            let begins = thread::spawn(move || other.shut_down(CloseFrame::GOING_AWAY, None));
            tracked.alarm::<Count>();
            let seen = tracked.is_shutting_down();
            begins.join().unwrap().unwrap();
            assert!(seen || rung(&mut tracked) == 1);
        }
    }
}
