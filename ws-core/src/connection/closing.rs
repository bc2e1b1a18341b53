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

use super::send_error::SendError;

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

/// How far sending has come. The ends are boxed, as those of receiving.
#[derive(Debug, Default)]
pub(super) enum Sending {
    #[default]
    Open,
    /// Nothing may be sent any more but a close frame.
    Ending(Box<Goodbye>),
}

/// The end of sending.
#[derive(Debug, Default)]
pub(super) struct Goodbye {
    /// The close frame, which goes out behind what is queued, and whose was first.
    frame: Option<(CloseFrame, Side)>,
    /// The frame is in the queue: sending is closed, nothing comes behind it.
    queued: bool,
    /// Nothing can be written any more.
    cut: bool,
    /// Why, if not because of closing.
    failure: Option<SendError>,
}

impl Sending {
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    /// Whether the close frame is in the queue.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self, Self::Ending(goodbye) if goodbye.queued)
    }

    /// Whether nothing more gets into the queue.
    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::Ending(goodbye) if goodbye.queued || goodbye.cut)
    }

    /// Whether the stream cannot be written any more.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self, Self::Ending(goodbye) if goodbye.cut)
    }

    /// Why nothing can be sent, if that is so.
    #[inline]
    pub(super) fn check_open(&self) -> Result<(), SendError> {
        match self {
            Self::Open => Ok(()),
            Self::Ending(goodbye) => Err(goodbye.failure.unwrap_or(SendError::Closing)),
        }
    }

    /// Begins to close, unless that has begun: the first close frame is the one that is sent.
    pub(super) fn close(&mut self, frame: CloseFrame, first: Side) -> bool {
        if self.is_open() {
            let frame = Some((frame, first));
            *self = Self::Ending(Box::new(Goodbye { frame, ..Goodbye::default() }));
            return true;
        }
        false
    }

    /// The connection is given up, for this reason.
    pub(super) fn fail(&mut self, error: SendError) {
        self.end().failure.get_or_insert(error);
    }

    /// The stream cannot be written any more.
    pub(super) fn cut(&mut self) {
        if self.is_open() {
            self.fail(SendError::Disconnected);
        }
        self.end().cut = true;
    }

    fn end(&mut self) -> &mut Goodbye {
        if self.is_open() {
            *self = Self::Ending(Box::default());
        }
        match self {
            Self::Ending(goodbye) => goodbye,
            Self::Open => unreachable!("it has just been ended"),
        }
    }

    /// The frame to put into the queue now, if it is not there yet.
    pub(super) fn take_frame(&mut self) -> Option<&CloseFrame> {
        match self {
            Self::Ending(goodbye) if !goodbye.queued && !goodbye.cut => {
                let (frame, _) = goodbye.frame.as_ref()?;
                goodbye.queued = true;
                Some(frame)
            }
            Self::Open | Self::Ending(_) => None,
        }
    }

    /// The close frame, and whose was first.
    pub(super) fn frame(&self) -> Option<(&CloseFrame, Side)> {
        match self {
            Self::Open => None,
            Self::Ending(goodbye) => goodbye.frame.as_ref().map(|(frame, first)| (frame, *first)),
        }
    }

    /// Who said what, and who was first; `received` is the peer's close frame.
    pub(super) fn info(&self, received: Option<&CloseFrame>) -> CloseInfo {
        let (sent, first) = self.frame().map(|(frame, first)| (frame.clone(), first)).unzip();
        let mut info = CloseInfo { sent, first, received: None };
        if let Some(frame) = received {
            info.note_received(frame.clone());
        }
        info
    }
}

/// What becomes of the stream below a connection, once everything has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// It stays open: more may come.
    Open,
    /// Close it now.
    Close,
    /// Close it now, whatever has not been written: it would not be read.
    Cut,
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

    #[test]
    fn a_frame_that_came_was_first_unless_one_was_sent_before() {
        let frame = CloseFrame::NORMAL;
        let info = |sending: &Sending, received| {
            let info = sending.info(received);
            (info.sent.is_some(), info.received.is_some(), info.first)
        };
        let mut sending = Sending::default();
        assert_eq!(info(&sending, None), (false, false, None));
        assert_eq!(info(&sending, Some(&frame)), (false, true, Some(Side::Remote)));
        sending.close(CloseFrame::NORMAL, Side::Remote);
        assert_eq!(info(&sending, Some(&frame)), (true, true, Some(Side::Remote)));
        let mut sending = Sending::default();
        sending.close(CloseFrame::NORMAL, Side::Local);
        assert_eq!(info(&sending, None), (true, false, Some(Side::Local)));
    }
}
