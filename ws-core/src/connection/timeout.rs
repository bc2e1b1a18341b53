//! Deadlines of an open connection.

use std::fmt;

/// What the peer did not do in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Timeout {
    /// `idle-timeout`: send anything.
    Idle,
    /// `pong-timeout`: answer a ping.
    Pong,
    /// `send-timeout`: take anything of what is sent.
    Send,
    /// `close-timeout`: finish the closing handshake.
    Close,
    /// `shutdown-timeout`: finish the closing handshake before the deadline of a
    /// [`Tracker`](crate::Tracker).
    Shutdown,
}

impl Timeout {
    /// A stable name in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle-timeout",
            Self::Pong => "pong-timeout",
            Self::Send => "send-timeout",
            Self::Close => "close-timeout",
            Self::Shutdown => "shutdown-timeout",
        }
    }
}

impl fmt::Display for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Idle => "the peer said nothing for too long",
            Self::Pong => "the peer did not answer a ping in time",
            Self::Send => "the peer took nothing of what was sent for too long",
            Self::Close => "the peer did not finish the closing handshake in time",
            Self::Shutdown => {
                "everything shuts down, and the peer did not finish the closing handshake in time"
            }
        })
    }
}
