//! Which rule of frames and messages the peer broke, and by how much.

use std::fmt;

use super::Receiver;
use crate::codec::{FrameRule, deflate::Inflater, frame::FrameHead};

/// A rule for frames or messages that the peer broke, and for a limit, how far it was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameViolation {
    rule: FrameRule,
    excess: Option<Excess>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Excess {
    found: u64,
    max: u64,
}

impl FrameViolation {
    /// The rule.
    #[must_use]
    pub fn rule(&self) -> FrameRule {
        self.rule
    }

    /// For a limit, the length in bytes or the number of fragments that exceeded it. For a message that
    /// is what had been declared or inflated by then, not what was still to come.
    #[must_use]
    pub fn found(&self) -> Option<u64> {
        self.excess.map(|excess| excess.found)
    }

    /// The limit, in the same unit as [`found`](Self::found).
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        self.excess.map(|excess| excess.max)
    }
}

impl From<FrameRule> for FrameViolation {
    fn from(rule: FrameRule) -> Self {
        Self { rule, excess: None }
    }
}

impl fmt::Display for FrameViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rule.fmt(f)?;
        match self.excess {
            Some(Excess { found, max }) => write!(f, ": {found}, and the limit is {max}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FrameViolation {}

impl Receiver {
    /// The rule that the peer broke, once [`poll`](Self::poll) has returned it.
    #[must_use]
    pub fn violation(&self) -> Option<FrameViolation> {
        let rule = self.receiving.failed()?;
        Some(FrameViolation { rule, excess: self.excess(rule) })
    }

    /// What was over the limit. All of it is still there: a connection that failed stays as it was.
    fn excess(&self, rule: FrameRule) -> Option<Excess> {
        let (found, max) = match rule {
            FrameRule::FrameTooLarge => {
                // The head that was refused has not been taken off the buffer.
                let (head, _) = FrameHead::decode(self.recv.filled()).ok()??;
                (head.len, self.limits.max_frame_len)
            }
            FrameRule::MessageTooLarge => {
                let inflated = self.inflater.as_ref().map_or(0, Inflater::total);
                let declared = self.progress.as_ref()?.declared;
                let found =
                    if inflated > self.limits.max_message_len { inflated } else { declared };
                (found as u64, self.limits.max_message_len)
            }
            FrameRule::TooManyFragments => {
                (self.progress.as_ref()?.fragments.into(), self.limits.max_fragments as usize)
            }
            _ => return None,
        };
        Some(Excess { found, max: max as u64 })
    }
}
