//! The exit status of a session, and the error to report.

use std::{error::Error as _, process::ExitCode};

use ws_core::{CloseCode, CloseInfo, Side, Timeout};
use ws_driver::Error;

use super::{
    interrupt,
    mode::{Mode, Timing},
    session::Ended,
};
use crate::complain::complain;

/// Reports the error of a session, if there is one, and returns the exit status.
pub(super) fn conclude(ended: &Ended, timing: &Timing) -> ExitCode {
    if ended.state.interrupted {
        return ExitCode::from(interrupt::STATUS);
    }
    let failure = failure(ended, timing);
    if let Some(failure) = &failure {
        complain(format_args!("{failure}"));
    }
    // That has been reported when it happened.
    let input_failed = ended.state.send_end.is_some_and(|send_end| send_end.input_failed);
    if failure.is_some() || input_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// An error as it is printed: name and message.
pub(super) fn described(error: &Error) -> String {
    match (error, error.source()) {
        // TLS has many ways to fail, and what the errors of its library say is not said before.
        (Error::Tls(_), Some(cause)) => format!("{}: {error}: {cause}", error.name()),
        _ => format!("{}: {error}", error.name()),
    }
}

/// Why a session has failed, unless it has not.
fn failure(ended: &Ended, timing: &Timing) -> Option<String> {
    let state = ended.state;
    let unsent = state.send_end.map_or(0, |send_end| send_end.unsent);
    let unanswered = (state.sent + unsent).saturating_sub(state.received);
    let missing = || format!("unanswered: {unanswered} messages had no reply");
    match &ended.result {
        Err(_) if nothing_was_asked(ended, timing) => None,
        // The server answered neither the messages nor the close frame.
        Err(Error::TimedOut(Timeout::Close)) if unanswered > 0 => {
            Some(described(&Error::TimedOut(Timeout::Idle)))
        }
        Err(error) => Some(described(error)),
        Ok(_) if timing.expect_reply && unanswered > 0 => Some(missing()),
        // How a server closes that has sent every reply is its own affair.
        Ok(_) if timing.mode == Mode::LockStep && unanswered == 0 => None,
        Ok(info) if timing.mode == Mode::LockStep => {
            (unsent > 0 || error_code(info).is_some()).then(missing)
        }
        Ok(_) if timing.mode != Mode::Interactive && unsent > 0 => {
            Some("unsent: the server closed before everything was sent".to_owned())
        }
        Ok(info) => error_code(info),
    }
}

/// Whether the server had nothing to do but to open the WebSocket.
fn nothing_was_asked(ended: &Ended, timing: &Timing) -> bool {
    let sent_nothing =
        ended.state.send_end.is_some_and(|send_end| ended.state.sent + send_end.unsent == 0);
    sent_nothing && timing.wait.is_none() && timing.mode != Mode::Interactive
}

/// The error that a server closed with of its own accord.
fn error_code(info: &CloseInfo) -> Option<String> {
    let frame = info.received.as_ref().filter(|_| info.first == Some(Side::Remote))?;
    let (code, reason) = (frame.code, &*frame.reason);
    (!HARMLESS.contains(&code))
        .then(|| format!("close-code: the server closed with {code} {reason:?}"))
}

/// The codes with which a server closes that has found no error.
const HARMLESS: [CloseCode; 3] =
    [CloseCode::NORMAL_CLOSURE, CloseCode::GOING_AWAY, CloseCode::NO_STATUS_RECEIVED];

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ws_core::CloseFrame;

    use super::*;
    use crate::connect::progress::{Progress, SendEnd};

    const WAIT: Option<Duration> = Some(Duration::ZERO);

    fn timing(mode: Mode) -> Timing {
        Timing { mode, expect_reply: false, wait: None, reply_timeout: Duration::ZERO }
    }

    /// So many messages were sent, could not be sent, and came.
    fn ended(result: Result<CloseInfo, Error>, sent: usize, unsent: usize, came: usize) -> Ended {
        let progress = Progress::new();
        for _ in 0..sent {
            progress.record_sent();
        }
        for _ in 0..came {
            progress.record_received();
        }
        progress.end_sending(SendEnd { unsent, input_failed: false });
        Ended { result, state: progress.end_receiving(Duration::ZERO) }
    }

    fn closed(first: Side, code: CloseCode) -> Result<CloseInfo, Error> {
        let frame = Some(CloseFrame::new(code, "so"));
        let mut info = CloseInfo::default();
        (info.sent, info.received, info.first) = (frame.clone(), frame, Some(first));
        Ok(info)
    }

    #[test]
    fn a_missing_reply_is_a_failure_if_it_was_expected() {
        let end = || closed(Side::Local, CloseCode::NORMAL_CLOSURE);
        for mode in [Mode::LockStep, Mode::SendAll, Mode::Piped, Mode::Interactive] {
            let relaxed = timing(mode);
            let strict = Timing { expect_reply: true, ..relaxed };
            for (sent, came, missing) in [(0, 0, None), (2, 2, None), (2, 3, None), (2, 1, Some(1))]
            {
                let ended = ended(end(), sent, 0, came);
                assert_eq!(failure(&ended, &relaxed), None);
                let error = missing.map(|n| format!("unanswered: {n} messages had no reply"));
                assert_eq!(failure(&ended, &strict), error, "{mode:?}");
            }
        }
    }

    #[test]
    fn a_server_that_closes_early_is_a_failure_if_something_is_left() {
        let end = || closed(Side::Remote, CloseCode::NORMAL_CLOSURE);
        let unsent = "unsent: the server closed before everything was sent";
        for (mode, error) in [
            (Mode::LockStep, "unanswered: 1 messages had no reply"),
            (Mode::SendAll, unsent),
            (Mode::Piped, unsent),
        ] {
            assert_eq!(failure(&ended(end(), 1, 0, 0), &timing(mode)), None, "{mode:?}");
            let error = Some(error.to_owned());
            assert_eq!(failure(&ended(end(), 1, 1, 1), &timing(mode)), error, "{mode:?}");
        }
        assert_eq!(failure(&ended(end(), 1, 1, 1), &timing(Mode::Interactive)), None);
    }

    #[test]
    fn an_error_code_of_the_server_is_a_failure() {
        let said = Some("close-code: the server closed with 1011 \"so\"".to_owned());
        for (first, code, is_told) in [
            (Side::Remote, CloseCode::INTERNAL_ERROR, true),
            (Side::Local, CloseCode::INTERNAL_ERROR, false),
            (Side::Remote, CloseCode::GOING_AWAY, false),
            (Side::Remote, CloseCode::NO_STATUS_RECEIVED, false),
        ] {
            let expected = said.clone().filter(|_| is_told);
            for mode in [Mode::SendAll, Mode::Piped, Mode::Interactive] {
                let ended = ended(closed(first, code), 1, 0, 1);
                assert_eq!(failure(&ended, &timing(mode)), expected);
            }
            let exchange = timing(Mode::LockStep);
            assert_eq!(failure(&ended(closed(first, code), 1, 0, 1), &exchange), None);
            let error = expected.map(|_| "unanswered: 1 messages had no reply".to_owned());
            assert_eq!(failure(&ended(closed(first, code), 1, 0, 0), &exchange), error);
        }
    }

    #[test]
    fn opening_is_enough_when_nothing_is_asked() {
        let lost = |sent| ended(Err(Error::Disconnected), sent, 0, 0);
        let said = Some(described(&Error::Disconnected));
        for mode in [Mode::LockStep, Mode::Piped] {
            assert_eq!(failure(&lost(0), &timing(mode)), None);
            assert_eq!(failure(&lost(1), &timing(mode)), said);
            assert_eq!(failure(&lost(0), &Timing { wait: WAIT, ..timing(mode) }), said);
        }
        assert_eq!(failure(&lost(0), &timing(Mode::Interactive)), said);
    }

    #[test]
    fn a_server_that_answers_nothing_is_idle() {
        let mute = |sent| ended(Err(Error::TimedOut(Timeout::Close)), sent, 0, 1);
        let name = |sent| failure(&mute(sent), &timing(Mode::Piped)).unwrap();
        assert!(name(1).starts_with("close-timeout: "));
        assert!(name(2).starts_with("idle-timeout: "));
    }
}
