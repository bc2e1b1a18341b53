//! Close frames, and the names that axum gives to close codes.

use ws_hyper::ws_tokio::message;

use crate::utf8_bytes::Utf8Bytes;

/// A close code (RFC 6455 7.4): see [`close_code`](crate::close_code) for those with a name.
pub type CloseCode = u16;

/// What a close frame says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseFrame {
    /// Why. Codes that no close frame may have, such as 1005, are an error when they are sent.
    pub code: CloseCode,
    /// Something for people to read, at most 123 bytes when it is sent.
    pub reason: Utf8Bytes,
}

impl CloseFrame {
    /// What came; `None` for a frame that says nothing.
    pub(crate) fn received(frame: message::CloseFrame) -> Option<Self> {
        (frame != message::CloseFrame::EMPTY)
            .then(|| Self { code: frame.code.get(), reason: frame.reason.into() })
    }

    /// What is to be sent; nothing is said for `None`.
    pub(crate) fn to_send(frame: Option<Self>) -> message::CloseFrame {
        frame.map_or(message::CloseFrame::EMPTY, |frame| {
            message::CloseFrame::new(frame.code.into(), frame.reason)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::close_code;

    #[test]
    fn frames_are_the_same_on_both_sides() {
        let frame = CloseFrame { code: close_code::AWAY, reason: "bye".into() };
        let sent = CloseFrame::to_send(Some(frame.clone()));
        assert_eq!((sent.code.get(), &*sent.reason), (1001, "bye"));
        assert_eq!(CloseFrame::received(sent), Some(frame));
        assert_eq!(CloseFrame::received(CloseFrame::to_send(None)), None);
    }
}
