//! What to send and how long to wait, from the options and from what standard input is.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use crate::args::ConnectOptions;

/// What standard input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// A terminal.
    Terminal,
    /// Another device, `/dev/null` as a rule: nothing to send.
    Null,
    /// A pipe or a file.
    Data,
}

impl Input {
    /// What the standard input of this process is.
    pub(super) fn of_process() -> Self {
        match io::stdin().is_terminal() {
            true => Self::Terminal,
            false if is_device() => Self::Null,
            false => Self::Data,
        }
    }
}

#[cfg(unix)]
fn is_device() -> bool {
    use std::{
        fs::File,
        os::{fd::AsFd, unix::fs::FileTypeExt},
    };
    let metadata =
        io::stdin().as_fd().try_clone_to_owned().and_then(|stdin| File::from(stdin).metadata());
    metadata.is_ok_and(|metadata| metadata.file_type().is_char_device())
}

/// Elsewhere the null device is read as an empty file.
#[cfg(not(unix))]
fn is_device() -> bool {
    false
}

/// What is sent once the WebSocket is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Nothing, and it is not closed either.
    HandshakeOnly,
    /// What is received.
    Echo,
    /// The messages of the command line, each once the one before has its reply. There may be none.
    LockStep,
    /// The messages of the command line without waiting for replies in between.
    SendAll,
    /// The lines that are typed.
    Interactive,
    /// The content of standard input.
    Piped,
}

impl Mode {
    /// The mode for these options and this standard input.
    pub(super) fn of(options: &ConnectOptions, input: Input) -> Self {
        let waits = options.wait.is_some();
        match input {
            _ if options.handshake_only => Self::HandshakeOnly,
            _ if options.echo => Self::Echo,
            _ if !options.messages.is_empty() && waits => Self::SendAll,
            _ if !options.messages.is_empty() => Self::LockStep,
            Input::Terminal => Self::Interactive,
            Input::Data => Self::Piped,
            Input::Null if options.binary => Self::Piped,
            Input::Null if waits => Self::SendAll,
            Input::Null => Self::LockStep,
        }
    }
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    pub(super) mode: Mode,
    /// Every message needs a reply.
    pub(super) expect_reply: bool,
    /// `--wait`: the silence of the server after which to close.
    pub(super) wait: Option<Duration>,
    /// How long to wait for a reply.
    pub(super) reply_timeout: Duration,
}

impl Timing {
    /// The timing for these options.
    pub(super) fn of(options: &ConnectOptions, mode: Mode) -> Self {
        Self {
            mode,
            expect_reply: options.expect_reply,
            wait: options.wait,
            reply_timeout: options.timeout.unwrap_or(REPLY_TIMEOUT),
        }
    }

    /// The silence of the server after which to close, when `sent` messages were sent and there are
    /// no more.
    pub(super) fn silence(&self, sent: usize) -> Duration {
        match (self.wait, self.mode) {
            (Some(wait), _) => wait,
            // Each message has waited for its reply already.
            (None, Mode::HandshakeOnly | Mode::LockStep) => Duration::ZERO,
            (None, _) if self.expect_reply => self.reply_timeout,
            (None, Mode::Piped) if sent > 0 => PIPED_SILENCE,
            (None, _) => Duration::ZERO,
        }
    }

    /// Whether to close without waiting for that silence.
    pub(super) fn is_done(&self, sent: usize, received: usize) -> bool {
        self.wait.is_none() && self.expect_reply && received >= sent
    }
}

/// How long to wait for a reply by default: as long as for the handshake.
const REPLY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait for replies to what was piped, by default. Every run that gets none takes so much
/// longer, so it is short; who needs more has `--wait` and `--expect-reply`.
const PIPED_SILENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_depends_on_the_options_and_on_standard_input() {
        use Mode::{Echo, HandshakeOnly, Interactive, LockStep, Piped, SendAll};
        for (args, terminal, null, data) in [
            (&[][..], Interactive, LockStep, Piped),
            (&["--binary"], Interactive, Piped, Piped),
            (&["--wait", "1"], Interactive, SendAll, Piped),
            (&["--send", "a"], LockStep, LockStep, LockStep),
            (&["--send", "a", "--expect-reply"], LockStep, LockStep, LockStep),
            (&["--send", "a", "--wait", "1"], SendAll, SendAll, SendAll),
            (&["--handshake-only"], HandshakeOnly, HandshakeOnly, HandshakeOnly),
            (&["--echo"], Echo, Echo, Echo),
        ] {
            let options = ConnectOptions::of_args(args);
            let modes =
                [Input::Terminal, Input::Null, Input::Data].map(|input| Mode::of(&options, input));
            assert_eq!(modes, [terminal, null, data], "{args:?}");
        }
    }

    #[test]
    fn the_silence_before_closing_depends_on_what_is_expected() {
        let [none, piped_silence, two_seconds] =
            [Duration::ZERO, PIPED_SILENCE, Duration::from_secs(2)];
        for (args, sent, interactive, piped) in [
            (&[][..], 0, none, none),
            (&[], 1, none, piped_silence),
            (&["--wait", "2"], 0, two_seconds, two_seconds),
            (&["--wait", "0"], 1, none, none),
            (&["--expect-reply"], 1, REPLY_TIMEOUT, REPLY_TIMEOUT),
            (&["--expect-reply", "--timeout-ms", "2000"], 1, two_seconds, two_seconds),
            (&["--expect-reply", "--wait", "2"], 1, two_seconds, two_seconds),
        ] {
            let silence = [Mode::Interactive, Mode::Piped]
                .map(|mode| Timing::of(&ConnectOptions::of_args(args), mode).silence(sent));
            assert_eq!(silence, [interactive, piped], "{args:?} {sent}");
        }
        let timing = |args| Timing::of(&ConnectOptions::of_args(args), Mode::Piped);
        assert!(timing(&["--expect-reply"]).is_done(2, 2));
        assert!(!timing(&["--expect-reply"]).is_done(2, 1));
        assert!(!timing(&["--expect-reply", "--wait", "2"]).is_done(2, 2));
        assert!(!timing(&[]).is_done(2, 2));
    }
}
