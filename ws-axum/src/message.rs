//! Messages, in axum's variants.

use axum_core::Error;
use ws_hyper::ws_tokio::{self, Event, bytes::Bytes};

use crate::{close::CloseFrame, utf8_bytes::Utf8Bytes};

/// What comes over a [`WebSocket`](crate::WebSocket), and what is sent: messages, and control frames.
///
/// ```
/// use ws_axum::Message;
///
/// let message = Message::text("tea");
/// assert_eq!(message.to_text()?, "tea");
/// assert_eq!(message.into_data(), "tea");
/// # Ok::<(), ws_axum::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// UTF-8 text.
    Text(Utf8Bytes),
    /// Bytes.
    Binary(Bytes),
    /// A ping, of up to 125 bytes. Those that come are answered while you receive.
    Ping(Bytes),
    /// A pong, of up to 125 bytes. One to send is a heartbeat in one direction (RFC 6455 5.5.3): pings are
    /// answered without it.
    Pong(Bytes),
    /// A close frame.
    ///
    /// One that came has been answered, and nothing comes behind it. Behind one that is sent, no message
    /// can be sent any more; what the peer sends before its answer is still to be received.
    Close(Option<CloseFrame>),
}

impl Message {
    /// A message of text.
    pub fn text<S: Into<Utf8Bytes>>(text: S) -> Self {
        Self::Text(text.into())
    }

    /// A message of bytes.
    pub fn binary<B: Into<Bytes>>(bytes: B) -> Self {
        Self::Binary(bytes.into())
    }

    /// The payload; of a close frame, its reason.
    pub fn into_data(self) -> Bytes {
        match self {
            Self::Text(text) => text.into(),
            Self::Binary(bytes) | Self::Ping(bytes) | Self::Pong(bytes) => bytes,
            Self::Close(frame) => frame.map(|frame| frame.reason.into()).unwrap_or_default(),
        }
    }

    /// The payload as text; of a close frame, its reason. Bytes are checked, and not copied.
    ///
    /// # Errors
    ///
    /// A [`Utf8Error`](std::str::Utf8Error) for bytes that are not UTF-8.
    pub fn into_text(self) -> Result<Utf8Bytes, Error> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Binary(bytes) | Self::Ping(bytes) | Self::Pong(bytes) => {
                bytes.try_into().map_err(|error: std::str::Utf8Error| Error::new(error))
            }
            Self::Close(frame) => Ok(frame.map(|frame| frame.reason).unwrap_or_default()),
        }
    }

    /// Looks at the payload as text; of a close frame, at its reason.
    ///
    /// # Errors
    ///
    /// A [`Utf8Error`](std::str::Utf8Error) for bytes that are not UTF-8.
    pub fn to_text(&self) -> Result<&str, Error> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Binary(bytes) | Self::Ping(bytes) | Self::Pong(bytes) => {
                std::str::from_utf8(bytes).map_err(Error::new)
            }
            Self::Close(frame) => Ok(frame.as_ref().map_or("", |frame| &frame.reason)),
        }
    }

    /// What came; `None` for what has no variant here.
    pub(crate) fn received(event: Event) -> Option<Self> {
        match event {
            Event::Message(message) => Some(message.into()),
            Event::Ping(payload) => Some(Self::Ping(payload)),
            Event::Pong(payload) => Some(Self::Pong(payload)),
            Event::Close(frame) => Some(Self::Close(CloseFrame::received(frame))),
            _ => None,
        }
    }
}

impl From<ws_tokio::Message> for Message {
    fn from(message: ws_tokio::Message) -> Self {
        match message {
            ws_tokio::Message::Text(text) => Self::Text(text.into()),
            ws_tokio::Message::Binary(bytes) => Self::Binary(bytes),
        }
    }
}

impl From<Utf8Bytes> for Message {
    fn from(text: Utf8Bytes) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Bytes> for Message {
    fn from(bytes: Bytes) -> Self {
        Self::Binary(bytes)
    }
}

impl From<Vec<u8>> for Message {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes.into())
    }
}

impl From<&[u8]> for Message {
    fn from(bytes: &[u8]) -> Self {
        Self::Binary(Bytes::copy_from_slice(bytes))
    }
}

impl From<Message> for Vec<u8> {
    fn from(message: Message) -> Self {
        message.into_data().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_has_data_and_text() {
        let close = CloseFrame { code: 4000, reason: "tea".into() };
        let tea = Bytes::from_static(b"tea");
        for message in [
            Message::text("tea"),
            Message::binary("tea"),
            Message::Ping(tea.clone()),
            Message::Pong(tea.clone()),
            Message::Close(Some(close)),
        ] {
            assert_eq!(message.to_text().unwrap(), "tea");
            assert_eq!(message.clone().into_text().unwrap(), "tea");
            assert_eq!(message.clone().into_data(), tea);
            assert_eq!(Vec::from(message), b"tea");
        }
        let empty = Message::Close(None);
        assert_eq!(empty.to_text().unwrap(), "");
        assert!(empty.into_data().is_empty());
    }

    #[test]
    fn what_is_not_utf_8_is_no_text() {
        let message = Message::from(&b"\xff"[..]);
        for error in [message.to_text().unwrap_err(), message.into_text().unwrap_err()] {
            assert!(error.into_inner().is::<std::str::Utf8Error>());
        }
    }
}
