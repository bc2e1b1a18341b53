//! How far a connection has come with closing (RFC 6455 7.1), one state for each direction.
//!
//! ```text
//! receiving                                      sending
//!
//!          +------+                                      +------+
//!          | Open |                                      | Open |
//!          +------+                                      +------+
//!   close frame |  \ a rule was broken    close, fail, echo |
//!   came        v   v                                       v
//!       +--------+ +--------+                          +---------+   its frame behind what is
//!       | Closed | | Failed |                          | Closing |   queued; nothing else may
//!       +--------+ +--------+                          +---------+   be sent
//!                                      frame in queue       |
//!                                                           v
//!                                                      +--------+
//!                                                      | Closed |    nothing comes behind it
//!                                                      +--------+
//! ```
//!
//! Neither direction decides about the other, but for two replies: a close frame that came is echoed,
//! and a broken rule is told. What becomes of the stream is [`stream_end`], for both roles.

use crate::{
    close::{CloseFrame, CloseInfo, Side},
    codec::FrameRule,
    role::Role,
};

/// How far receiving has come. The ends are boxed: most connections are open.
#[derive(Debug, Default)]
pub(super) enum Receiving {
    #[default]
    Open,
    Ended(Box<Ended>),
}

/// Why nothing that still comes is looked at.
#[derive(Debug)]
pub(super) enum Ended {
    /// The peer has closed.
    Closed(CloseFrame),
    /// The peer broke a rule.
    Failed(FrameRule),
}

impl Receiving {
    pub(super) fn end(&mut self, end: Ended) {
        *self = Self::Ended(Box::new(end));
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    pub(super) fn ended(&self) -> Option<&Ended> {
        match self {
            Self::Open => None,
            Self::Ended(ended) => Some(ended),
        }
    }

    pub(super) fn close_frame(&self) -> Option<&CloseFrame> {
        match self.ended()? {
            Ended::Closed(frame) => Some(frame),
            Ended::Failed(_) => None,
        }
    }

    pub(super) fn failed(&self) -> Option<FrameRule> {
        match self.ended()? {
            Ended::Closed(_) => None,
            Ended::Failed(rule) => Some(*rule),
        }
    }
}

/// How far sending has come.
#[derive(Debug, Default)]
pub(super) enum Sending {
    #[default]
    Open,
    /// A close frame goes out behind what is queued. Nothing else may be sent any more.
    Closing(Box<Goodbye>),
}

/// A close frame of ours.
#[derive(Debug)]
pub(super) struct Goodbye {
    pub(super) frame: CloseFrame,
    /// Whose close frame was first.
    pub(super) first: Side,
    /// It is in the queue: sending is closed, nothing comes behind it.
    queued: bool,
}

impl Sending {
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    /// Whether the close frame is in the queue.
    pub(super) fn is_closed(&self) -> bool {
        self.goodbye().is_some_and(|goodbye| goodbye.queued)
    }

    /// Begins to close, unless that has begun: the first close frame is the one that is sent.
    pub(super) fn close(&mut self, frame: CloseFrame, first: Side) -> bool {
        if self.is_open() {
            *self = Self::Closing(Box::new(Goodbye { frame, first, queued: false }));
            return true;
        }
        false
    }

    /// The frame to put into the queue now, if it is not there yet.
    pub(super) fn take_frame(&mut self) -> Option<&CloseFrame> {
        match self {
            Self::Closing(goodbye) if !goodbye.queued => {
                goodbye.queued = true;
                Some(&goodbye.frame)
            }
            Self::Open | Self::Closing(_) => None,
        }
    }

    pub(super) fn goodbye(&self) -> Option<&Goodbye> {
        match self {
            Self::Open => None,
            Self::Closing(goodbye) => Some(goodbye),
        }
    }

    /// Who said what, and who was first; `received` is the peer's close frame.
    pub(super) fn info(&self, received: Option<&CloseFrame>) -> CloseInfo {
        let goodbye = self.goodbye();
        let first = match (goodbye, received) {
            (Some(goodbye), _) => Some(goodbye.first),
            (None, Some(_)) => Some(Side::Remote),
            (None, None) => None,
        };
        let sent = goodbye.map(|goodbye| goodbye.frame.clone());
        CloseInfo { sent, received: received.cloned(), first }
    }
}

/// What becomes of the stream below a connection, once everything has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// It stays open: more may come.
    Open,
    /// Close it now.
    Close,
    /// Wait until the peer has closed it, or for the time that closing may take; then close it.
    AwaitPeer,
    /// Close it for writing, and throw away for a moment what still comes, so that it is not reset
    /// before the peer has read which rule it broke.
    Linger,
}

/// Who closes the stream, and when. "The underlying TCP connection, in most normal cases, SHOULD be
/// closed first by the server, so that it holds the TIME_WAIT state and not the client".
/// RFC 6455 7.1.1
pub(super) fn stream_end(role: Role, receiving: &Receiving) -> StreamEnd {
    match (receiving.ended(), role) {
        (None, _) => StreamEnd::Open,
        (Some(Ended::Closed(_)), Role::Server) => StreamEnd::Close,
        (Some(Ended::Closed(_)), Role::Client) => StreamEnd::AwaitPeer,
        (Some(Ended::Failed(_)), _) => StreamEnd::Linger,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_closes_the_stream_first() {
        let closed = || Receiving::Ended(Box::new(Ended::Closed(CloseFrame::NORMAL)));
        let failed = || Receiving::Ended(Box::new(Ended::Failed(FrameRule::Masked)));
        for (role, receiving, end) in [
            (Role::Server, Receiving::Open, StreamEnd::Open),
            (Role::Client, Receiving::Open, StreamEnd::Open),
            (Role::Server, closed(), StreamEnd::Close),
            (Role::Client, closed(), StreamEnd::AwaitPeer),
            (Role::Server, failed(), StreamEnd::Linger),
            (Role::Client, failed(), StreamEnd::Linger),
        ] {
            assert_eq!(stream_end(role, &receiving), end, "{role:?} {receiving:?}");
        }
    }

    #[test]
    fn the_first_close_frame_is_the_one_that_is_sent() {
        let mut sending = Sending::default();
        assert_eq!(sending.take_frame(), None);
        assert!(sending.close(CloseFrame::NORMAL, Side::Local));
        assert!(!sending.close(CloseFrame::EMPTY, Side::Remote));
        assert_eq!(sending.take_frame(), Some(&CloseFrame::NORMAL));
        assert!(sending.is_closed() && sending.take_frame().is_none());
        let info = sending.info(Some(&CloseFrame::EMPTY));
        assert_eq!((info.first, info.is_clean()), (Some(Side::Local), true));
    }
}
