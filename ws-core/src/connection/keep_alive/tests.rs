use super::{super::tracker::Tracker, *};
use crate::close::{CloseCode, CloseFrame};

const SECOND: Duration = Duration::from_secs(1);

fn config() -> WebSocketConfig {
    WebSocketConfig::new().ping_interval(4 * SECOND).pong_timeout(2 * SECOND)
}

/// A clock, and how far sending has come.
struct Test {
    clock: KeepAlive,
    start: Instant,
    progress: SendProgress,
}

impl Test {
    fn new(config: &WebSocketConfig) -> Self {
        let mut clock = KeepAlive::new(config);
        let start = Instant::now();
        clock.handle_received(start);
        Self { clock, start, progress: SendProgress::default() }
    }

    fn at(&self, second: u32) -> Instant {
        self.start + second * SECOND
    }

    /// The next deadline, in whole seconds from the start.
    fn due(&mut self) -> Option<u64> {
        let at = self.clock.poll_timeout(self.start)?;
        Some(at.duration_since(self.start).as_secs())
    }

    fn heard(&mut self, second: u32) {
        self.clock.handle_received(self.at(second));
    }

    /// What is done then: 1 for a ping.
    fn pings(&mut self, second: u32) -> bool {
        match self.clock.handle_timeout(self.at(second)) {
            Some(TimeoutAction::Reply(_)) => {
                self.progress.ping_pending = true;
                self.sending(second, 0, true);
                true
            }
            Some(other) => panic!("{other:?} at {second}"),
            None => false,
        }
    }

    fn fails(&mut self, second: u32) -> Option<Timeout> {
        match self.clock.handle_timeout(self.at(second)) {
            Some(TimeoutAction::Fail(timeout, _)) => Some(timeout),
            Some(other) => panic!("{other:?} at {second}"),
            None => None,
        }
    }

    /// So many more bytes have been written, and others wait or do not.
    fn sending(&mut self, second: u32, written: u64, pending: bool) {
        self.progress.written += written;
        self.progress.pending = pending;
        self.progress.ping_pending &= pending;
        self.clock.handle_sending(self.progress, self.at(second));
    }

    fn pong(&mut self, second: u32, number: u64) {
        self.heard(second);
        self.clock.handle_pong(&number.to_be_bytes());
    }
}

#[test]
fn pings_and_measures() {
    let mut test = Test::new(&config());
    assert_eq!(test.due(), Some(4));
    assert!(!test.pings(3));
    assert!(test.pings(4));
    test.sending(4, 10, false);
    assert_eq!(test.due(), Some(6));
    test.heard(5);
    test.clock.handle_pong(b"another");
    assert_eq!((test.clock.round_trip(), test.due()), (None, Some(7)));
    test.pong(5, 1);
    assert_eq!(test.clock.round_trip(), Some(SECOND));
    assert_eq!(test.due(), Some(8), "4 s after we last said something");
}

#[test]
fn silence_ends_it() {
    let mut test = Test::new(&config().idle_timeout(5 * SECOND));
    assert!(test.pings(4));
    test.sending(4, 10, false);
    assert_eq!(test.fails(5), Some(Timeout::Idle));
    let mut test = Test::new(&config().idle_timeout(10 * SECOND));
    assert!(test.pings(4));
    test.sending(4, 10, false);
    assert_eq!(test.fails(6), Some(Timeout::Pong));
}

#[test]
fn bytes_that_come_put_off_the_pong() {
    let mut test = Test::new(&config());
    assert!(test.pings(4));
    test.sending(4, 10, false);
    // The pong is behind a long frame, which keeps coming; pings go on, since we are silent.
    for second in 5..20 {
        test.heard(second);
        if test.pings(second) {
            test.sending(second, 10, false);
        }
    }
    assert_eq!(test.due(), Some(20));
    assert!(test.pings(20));
    test.sending(20, 10, false);
    assert_eq!(test.fails(21), Some(Timeout::Pong));
}

#[test]
fn pings_go_on_without_a_limit_for_pongs() {
    let mut test = Test::new(&WebSocketConfig::new().ping_interval(SECOND));
    for second in 1..5 {
        assert!(test.pings(second), "{second}");
        test.sending(second, 10, false);
        assert_eq!(test.due(), Some(u64::from(second) + 1));
    }
}

#[test]
fn pings_go_out_when_only_the_peer_talks() {
    let mut test = Test::new(&WebSocketConfig::new().ping_interval(4 * SECOND));
    for second in 1..4 {
        test.heard(second);
        assert!(!test.pings(second));
    }
    test.heard(4);
    assert!(test.pings(4));
    test.sending(4, 10, false);
    test.pong(5, 1);
    assert_eq!(test.due(), Some(8));
    test.sending(6, 100, false);
    test.heard(7);
    assert_eq!(test.due(), Some(10), "whatever we send puts it off");
}

#[test]
fn a_ping_waits_for_what_goes_before_it() {
    let mut test = Test::new(&config().idle_timeout(3 * SECOND));
    test.sending(1, 100, true);
    // Something of ours that is long goes out slowly, with a ping behind it.
    for second in 2..20 {
        test.sending(second, 100, true);
        if second == 4 {
            assert!(test.pings(second));
        } else {
            assert_eq!(test.fails(second), None, "{second}");
        }
    }
    test.sending(20, 100, false);
    assert_eq!(test.due(), Some(22), "from when the ping was out");
    assert_eq!(test.fails(22), Some(Timeout::Pong));
}

#[test]
fn a_write_that_need_not_wait_is_no_sign_of_life() {
    let mut test = Test::new(&WebSocketConfig::new().idle_timeout(5 * SECOND));
    for second in 1..5 {
        test.sending(second, 0, true);
        test.sending(second, 100, false);
    }
    assert_eq!(test.fails(5), Some(Timeout::Idle));
}

#[test]
fn a_peer_that_takes_nothing_is_left() {
    let config = WebSocketConfig::new().send_timeout(3 * SECOND);
    let mut test = Test::new(&config);
    assert_eq!(test.due(), None);
    test.sending(1, 0, true);
    assert_eq!(test.due(), Some(4));
    test.sending(3, 1, true);
    assert_eq!(test.due(), Some(6));
    assert_eq!(test.fails(6), Some(Timeout::Send));
    test.sending(6, 1, false);
    assert_eq!(test.due(), None);
}

#[test]
fn a_stuck_ping_does_not_wait_for_ever() {
    let mut test = Test::new(&config());
    test.sending(1, 0, true);
    assert!(test.pings(4));
    assert_eq!(test.due(), Some(6));
    assert_eq!(test.fails(6), Some(Timeout::Pong));
}

#[test]
fn a_pong_to_a_later_ping_settles_the_earlier_ones() {
    let config = WebSocketConfig::new().ping_interval(SECOND).pong_timeout(4 * SECOND);
    for (second, number, due) in [(3, 3, 4), (3, 2, 4), (3, 9, 4)] {
        let mut test = Test::new(&config);
        for second in 1..=3 {
            assert!(test.pings(second));
            test.sending(second, 10, false);
        }
        test.pong(second, number);
        assert_eq!(test.due(), Some(due), "{number}: the next ping");
        for second in 4..=6 {
            assert!(test.pings(second));
            test.sending(second, 10, false);
        }
        let unanswered = if number == 3 { None } else { Some(Timeout::Pong) };
        if unanswered.is_some() {
            assert_eq!(test.fails(7), unanswered, "{number}");
        } else {
            assert!(test.pings(7), "{number}");
        }
    }
}

#[test]
fn a_pong_to_a_ping_of_the_application_settles_ours() {
    let mut test = Test::new(&config());
    assert!(test.pings(4));
    test.sending(4, 10, false);
    test.progress.pings += 1;
    test.sending(5, 10, false);
    test.heard(5);
    test.clock.handle_pong(b"the application's");
    assert_eq!(test.fails(8), None);
    assert_eq!(test.due(), Some(9));
}

#[test]
fn silence_does_not_count_while_nobody_listens() {
    let mut test = Test::new(&config().idle_timeout(10 * SECOND));
    test.clock.handle_absent();
    test.clock.handle_listening(test.at(60));
    assert!(test.pings(60), "we said nothing for a minute");
    test.sending(60, 10, false);
    assert_eq!(test.due(), Some(62));
}

#[test]
fn closing_has_a_time_of_its_own() {
    let config = WebSocketConfig::new().close_timeout(5 * SECOND);
    let mut test = Test::new(&config);
    assert_eq!(test.due(), None);
    test.clock.handle_closing(test.at(1));
    assert_eq!(test.due(), Some(6));
    // What is queued before the close frame goes out slowly.
    for second in 2..10 {
        test.sending(second, 100, true);
        assert_eq!(test.fails(second), None);
    }
    test.progress.closed = true;
    test.sending(10, 100, false);
    test.heard(14);
    assert_eq!(test.due(), Some(15), "neither bytes nor anything else puts it off");
    assert_eq!(test.fails(15), Some(Timeout::Close));
}

/// A tracked connection, which sends no pings.
fn tracked(config: WebSocketConfig) -> (Test, Tracker) {
    let tracker = Tracker::new();
    (Test::new(&config.tracker(&tracker)), tracker)
}

/// What is sent then because everything ends.
#[track_caller]
fn told(test: &mut Test, second: u32) -> CloseFrame {
    match test.clock.handle_timeout(test.at(second)) {
        Some(TimeoutAction::Reply(reply)) => *reply.shutdown.unwrap(),
        other => panic!("{other:?} at {second}"),
    }
}

#[test]
fn a_shutdown_is_due_at_once_and_told_once() {
    let (mut test, tracker) = tracked(WebSocketConfig::new().close_timeout(60 * SECOND));
    assert!(test.clock.is_on() && test.clock.tracked().is_some());
    assert_eq!(test.due(), None);
    let frame = CloseFrame::new(CloseCode::SERVICE_RESTART, "soon");
    tracker.shut_down(frame.clone(), Some(test.at(5))).unwrap();
    for second in [1, 2, 3] {
        // The same each time: a timer is set to it.
        assert_eq!(test.clock.poll_timeout(test.at(second)), Some(test.at(1)));
    }
    assert_eq!(told(&mut test, 3), frame);
    assert_eq!(test.due(), Some(5));
    assert!(test.clock.handle_timeout(test.at(4)).is_none());
    match test.clock.handle_timeout(test.at(5)) {
        Some(TimeoutAction::Fail(Timeout::Shutdown, StreamEnd::Cut)) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn of_a_shutdown_and_closing_the_shorter_time_counts() {
    for (close_timeout, until, due, timeout) in [
        (5, Some(9), 5, Timeout::Close),
        (5, None, 5, Timeout::Close),
        (5, Some(2), 2, Timeout::Shutdown),
    ] {
        let config = WebSocketConfig::new().close_timeout(close_timeout * SECOND);
        let (mut test, tracker) = tracked(config);
        let until = until.map(|second| test.at(second));
        tracker.shut_down(CloseFrame::GOING_AWAY, until).unwrap();
        assert_eq!(told(&mut test, 0), CloseFrame::GOING_AWAY);
        assert_eq!(test.due(), Some(due));
        assert_eq!(test.fails(due as u32), Some(timeout));
    }
}

#[test]
fn a_connection_that_closes_already_has_only_the_deadline() {
    let (mut test, tracker) = tracked(WebSocketConfig::new().close_timeout(9 * SECOND));
    test.clock.handle_closing(test.start);
    assert_eq!(test.due(), Some(9));
    tracker.shut_down(CloseFrame::GOING_AWAY, Some(test.at(4))).unwrap();
    assert_eq!(test.due(), Some(4));
    assert!(test.clock.handle_timeout(test.at(3)).is_none());
    // A second shutdown may be sooner.
    tracker.shut_down(CloseFrame::NORMAL, Some(test.at(2))).unwrap();
    assert_eq!(test.fails(3), Some(Timeout::Shutdown));
}

#[test]
fn a_deadline_that_has_passed_comes_behind_the_close() {
    let (mut test, tracker) = tracked(config());
    tracker.shut_down(CloseFrame::GOING_AWAY, Some(test.start)).unwrap();
    assert_eq!(told(&mut test, 7), CloseFrame::GOING_AWAY);
    assert_eq!(test.fails(7), Some(Timeout::Shutdown));
}

#[test]
fn a_connection_that_is_made_during_a_shutdown_is_told_at_once() {
    let tracker = Tracker::new();
    tracker.shut_down(CloseFrame::GOING_AWAY, None).unwrap();
    let mut test = Test::new(&WebSocketConfig::new().tracker(&tracker));
    assert_eq!(test.due(), Some(0));
    assert_eq!(told(&mut test, 0), CloseFrame::GOING_AWAY);
}

#[test]
fn a_closing_handshake_counts_as_clean_when_both_frames_are_through() {
    for (written, received) in [(false, false), (true, false), (false, true), (true, true)] {
        let (mut test, tracker) = tracked(WebSocketConfig::new());
        tracker.shut_down(CloseFrame::GOING_AWAY, None).unwrap();
        assert_eq!(told(&mut test, 0), CloseFrame::GOING_AWAY);
        if received {
            test.clock.handle_close_received();
        }
        test.progress.closed = written;
        test.sending(1, 4, !written);
        drop(test);
        let outcome = tracker.outcome();
        assert_eq!((outcome.clean, outcome.cut), if written && received { (1, 0) } else { (0, 1) });
    }
}

#[test]
fn who_is_not_tracked_knows_of_no_shutdown() {
    let mut test = Test::new(&WebSocketConfig::new());
    assert!(!test.clock.is_on() && test.clock.tracked().is_none());
    test.clock.handle_closing(test.start);
    assert!(test.clock.tracked().is_none());
    assert!(size_of::<KeepAlive>() <= 16);
    #[cfg(target_pointer_width = "64")]
    assert_eq!(size_of::<KeepAlive>(), 16);
}
