//! Why something cannot be sent.

use std::fmt;

use super::timeout::Timeout;
use crate::{close::CloseFrame, codec::FrameRule};

/// Why something cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendError {
    /// `queue-full`: there is too much pending output to add this.
    Full,
    /// `closing`: a close frame has been sent, or has to be.
    Closing,
    /// The peer was too slow, and the connection has been given up: the name of the timeout.
    TimedOut(Timeout),
    /// The peer broke a rule, and the connection has been given up: the name of the rule.
    Failed(FrameRule),
    /// `disconnected`: the stream has ended, or failed.
    Disconnected,
    /// `unfinished-message`: a message that is sent in parts has to end first.
    Unfinished,
    /// `control-too-long`: a ping, pong or close reason of more than 125 bytes (a reason: 123).
    // No larger than this: the result of every `send` fits a register.
    ControlTooLong {
        /// Its length in bytes, or the largest number if it is longer than that.
        len: u32,
        /// How long it may be.
        max: u8,
    },
    /// `invalid-close-code`: a code that no close frame may have (RFC 6455 7.4).
    CloseCode,
}

impl SendError {
    /// Whether the connection was given up, rather than closed.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::TimedOut(_) | Self::Failed(_) | Self::Disconnected)
    }

    /// A stable name in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "queue-full",
            Self::Closing => "closing",
            Self::TimedOut(timeout) => timeout.name(),
            Self::Failed(rule) => rule.name(),
            Self::Disconnected => "disconnected",
            Self::Unfinished => "unfinished-message",
            Self::ControlTooLong { .. } => "control-too-long",
            Self::CloseCode => "invalid-close-code",
        }
    }
}

/// "All control frames MUST have a payload length of 125 bytes or less". RFC 6455 5.5
pub(super) const MAX_CONTROL: u8 = 125;

/// What the code takes of the payload of a close frame.
const CODE_LEN: u8 = 2;

/// Whether a control frame may be sent that is `len` bytes long, where `max` is allowed.
pub(super) fn check_control(len: usize, max: u8) -> Result<(), SendError> {
    if len <= usize::from(max) {
        return Ok(());
    }
    let len = u32::try_from(len).unwrap_or(u32::MAX);
    Err(SendError::ControlTooLong { len, max })
}

/// Whether there can be such a close frame.
pub(super) fn check_close(frame: &CloseFrame) -> Result<(), SendError> {
    if *frame != CloseFrame::EMPTY && !frame.code.is_sendable() {
        return Err(SendError::CloseCode);
    }
    check_control(frame.reason.len(), MAX_CONTROL - CODE_LEN)
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Full => "the send queue is full",
            Self::Closing => "nothing may be sent after a close frame (RFC 6455 5.5.1)",
            Self::TimedOut(timeout) => return write!(f, "nothing can be sent any more: {timeout}"),
            Self::Failed(rule) => {
                return write!(
                    f,
                    "nothing can be sent any more, since the peer broke a rule: {rule}"
                );
            }
            Self::Disconnected => "nothing can be sent any more: the stream has ended",
            Self::Unfinished => "a message that is sent in parts has to end first (RFC 6455 5.4)",
            Self::ControlTooLong { len, max } => {
                let at_most =
                    "the payload of a control frame, or the reason in a close frame, is at most";
                return write!(f, "{at_most} {max} bytes, not {len} (RFC 6455 5.5)");
            }
            Self::CloseCode => "a close frame cannot have this code (RFC 6455 7.4)",
        };
        f.write_str(text)
    }
}

impl std::error::Error for SendError {}
