//! The state that the two directions of a session share, and waiting for it to change.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The state of a session, shared by the thread that sends and the one that receives.
#[derive(Debug)]
pub(super) struct Progress {
    state: Mutex<State>,
    changed: Condvar,
}

/// A copy of the state at some time.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    /// Messages sent.
    pub(super) sent: usize,
    /// Messages received.
    pub(super) received: usize,
    /// How sending ended, once it has.
    pub(super) send_end: Option<SendEnd>,
    /// Ctrl-C was pressed.
    pub(super) interrupted: bool,
    /// Receiving has ended.
    receive_ended: bool,
    /// When the last message was sent.
    last_sent: Instant,
    /// Since when `recv_part` is waiting. While a message is printed nothing is received, so that is
    /// not the server's silence.
    waiting_since: Option<Instant>,
}

/// How sending ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SendEnd {
    /// Messages that could not be sent.
    pub(super) unsent: usize,
    /// Standard input could not be read, or not as text.
    pub(super) input_failed: bool,
}

impl Progress {
    /// The state of a session that begins.
    pub(super) fn new() -> Self {
        let state = State {
            sent: 0,
            received: 0,
            send_end: None,
            interrupted: false,
            receive_ended: false,
            last_sent: Instant::now(),
            waiting_since: None,
        };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Counts a message that is sent.
    pub(super) fn record_sent(&self) -> State {
        self.update(|state| {
            state.sent += 1;
            state.last_sent = Instant::now();
        })
    }

    /// Counts a message that was received.
    pub(super) fn record_received(&self) {
        self.update(|state| state.received += 1);
    }

    /// Notes that there is nothing more to send.
    pub(super) fn end_sending(&self, send_end: SendEnd) -> State {
        self.update(|state| state.send_end = Some(send_end))
    }

    /// Notes that from now on the server is waited for.
    pub(super) fn start_waiting(&self) {
        self.update(|state| state.waiting_since = Some(Instant::now()));
    }

    /// Notes that something came from the server.
    pub(super) fn stop_waiting(&self) -> State {
        self.update(|state| state.waiting_since = None)
    }

    /// Notes that the session is to end early.
    pub(super) fn interrupt(&self) {
        self.update(|state| state.interrupted = true);
    }

    /// Notes that nothing is received any more.
    pub(super) fn stop_receiving(&self) {
        self.update(|state| state.receive_ended = true);
    }

    /// Whether no more messages should be sent.
    pub(super) fn is_ending(&self) -> bool {
        self.lock().is_ending()
    }

    /// Notes that nothing is received any more. Returns the final state, for which it waits up to
    /// `grace` for the end of sending.
    pub(super) fn end_receiving(&self, grace: Duration) -> State {
        self.stop_receiving();
        let is_sending = |state: &mut State| state.send_end.is_none();
        let waited = self.changed.wait_timeout_while(self.lock(), grace, is_sending);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Waits until `done`, until the server has been silent for `limit`, or until the session ends,
    /// whichever is first. Returns the state then.
    pub(super) fn wait(&self, limit: Duration, done: impl Fn(&State) -> bool) -> State {
        let mut state = self.lock();
        while !done(&state) && !state.is_ending() {
            let left = limit.saturating_sub(state.silence());
            if left.is_zero() {
                break;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *state
    }

    fn update(&self, update: impl FnOnce(&mut State)) -> State {
        let mut state = self.lock();
        update(&mut state);
        self.changed.notify_all();
        *state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether no more messages should be sent.
    pub(super) fn is_ending(&self) -> bool {
        self.receive_ended || self.interrupted
    }

    /// How long the server has sent nothing.
    fn silence(&self) -> Duration {
        self.waiting_since.map_or(Duration::ZERO, |since| since.max(self.last_sent).elapsed())
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const SHORT: Duration = Duration::from_millis(200);

    /// Never reached.
    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn silence_begins_with_waiting_or_with_the_last_message() {
        let progress = Progress::new();
        thread::sleep(SHORT);
        assert_eq!(progress.lock().silence(), Duration::ZERO, "nothing is received yet");
        progress.start_waiting();
        thread::sleep(SHORT);
        let before = progress.lock().silence();
        assert!(before >= SHORT);
        progress.record_sent();
        assert!(progress.lock().silence() < before, "there was no time for a reply");
        progress.stop_waiting();
        assert_eq!(progress.lock().silence(), Duration::ZERO, "a message is being printed");
    }

    #[test]
    fn waiting_ends_when_done_or_after_the_limit() {
        let progress = Progress::new();
        progress.start_waiting();
        let start = Instant::now();
        assert_eq!(progress.wait(SHORT, |state| state.received > 0).received, 0);
        assert!(start.elapsed() >= SHORT);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| progress.wait(LONG, |state| state.received > 1).received);
            progress.record_received();
            progress.record_received();
            assert_eq!(waiting.join().unwrap(), 2);
        });
    }

    #[test]
    fn waiting_ends_with_the_session() {
        for interrupted in [false, true] {
            let progress = Progress::new();
            thread::scope(|scope| {
                let waiting = scope.spawn(|| progress.wait(LONG, |_| false).is_ending());
                if interrupted {
                    progress.interrupt();
                } else {
                    progress.end_receiving(Duration::ZERO);
                }
                assert!(waiting.join().unwrap());
            });
        }
    }

    #[test]
    fn the_end_of_receiving_waits_for_the_end_of_sending() {
        let progress = Progress::new();
        assert_eq!(progress.end_receiving(SHORT).send_end, None);
        let send_end = SendEnd { unsent: 3, input_failed: false };
        thread::scope(|scope| {
            let ending = scope.spawn(|| progress.end_receiving(LONG).send_end);
            progress.end_sending(send_end);
            assert_eq!(ending.join().unwrap(), Some(send_end));
        });
    }
}
