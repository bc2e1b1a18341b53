//! What applications send and receive.

use std::{borrow::Cow, fmt, ops::Deref};

use bytes::Bytes;

use crate::codec::{frame::Opcode, utf8::is_utf8};

/// A message (RFC 6455 5.6). Cloning one copies a handle, not the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// UTF-8 text.
    Text(Text),
    /// Bytes.
    Binary(Bytes),
}

/// Whether a message is text or bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// UTF-8 text.
    Text,
    /// Bytes.
    Binary,
}

impl MessageKind {
    pub(crate) fn opcode(self) -> Opcode {
        match self {
            Self::Text => Opcode::Text,
            Self::Binary => Opcode::Binary,
        }
    }
}

impl Message {
    /// A message of text.
    pub fn text(text: impl Into<Text>) -> Self {
        Self::Text(text.into())
    }

    /// A message of bytes.
    pub fn binary(bytes: impl Into<Bytes>) -> Self {
        Self::Binary(bytes.into())
    }

    /// Whether it is text or bytes.
    #[must_use]
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Text(_) => MessageKind::Text,
            Self::Binary(_) => MessageKind::Binary,
        }
    }

    /// Whether this is text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.kind() == MessageKind::Text
    }

    /// Whether this is bytes.
    #[must_use]
    pub fn is_binary(&self) -> bool {
        self.kind() == MessageKind::Binary
    }

    /// The text, unless the message is bytes.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary(_) => None,
        }
    }

    /// The payload.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes()
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        match self {
            Self::Text(text) => &text.0,
            Self::Binary(bytes) => bytes,
        }
    }

    /// The payload as text. Bytes are checked, and not copied.
    ///
    /// ```
    /// use ws_core::Message;
    ///
    /// assert_eq!(Message::binary("from bytes").into_text()?, "from bytes");
    /// let error = Message::binary(&b"\xff"[..]).into_text().unwrap_err();
    /// assert_eq!(error.into_bytes(), b"\xff"[..]);
    /// # Ok::<(), ws_core::TextError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TextError`], which has the payload, for bytes that are not UTF-8.
    pub fn into_text(self) -> Result<Text, TextError> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Binary(bytes) => bytes.try_into(),
        }
    }

    /// The payload, without copying it.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    /// The length of the payload in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes().len()
    }

    /// Whether the payload is empty. An empty message is a valid one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes().is_empty()
    }
}

/// Text as it is. Bytes are shown as UTF-8, with U+FFFD for what is not.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Binary(bytes) => String::from_utf8_lossy(bytes).fmt(f),
        }
    }
}

impl AsRef<[u8]> for Message {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl From<Message> for Bytes {
    fn from(message: Message) -> Self {
        message.into_bytes()
    }
}

macro_rules! from_text {
    ($($Source:ty),*) => {$(
        impl From<$Source> for Message {
            fn from(text: $Source) -> Self {
                Self::Text(text.into())
            }
        }
    )*};
}
from_text!(Text, String, &String, &str, Cow<'_, str>, Box<str>, char);

macro_rules! from_bytes {
    ($($Source:ty),*) => {$(
        impl From<$Source> for Message {
            fn from(bytes: $Source) -> Self {
                Self::Binary(bytes.into())
            }
        }
    )*};
}
from_bytes!(Bytes, Vec<u8>, Box<[u8]>, bytes::BytesMut);

impl From<&[u8]> for Message {
    fn from(bytes: &[u8]) -> Self {
        Self::Binary(Bytes::copy_from_slice(bytes))
    }
}

impl From<&Vec<u8>> for Message {
    fn from(bytes: &Vec<u8>) -> Self {
        bytes.as_slice().into()
    }
}

impl<const N: usize> From<&[u8; N]> for Message {
    fn from(bytes: &[u8; N]) -> Self {
        bytes.as_slice().into()
    }
}

impl<const N: usize> From<[u8; N]> for Message {
    fn from(bytes: [u8; N]) -> Self {
        bytes.as_slice().into()
    }
}

/// UTF-8 text that is cloned without copying.
///
/// It converts into `String` and [`Bytes`], without copying if nobody else holds it, and dereferences to
/// `str`.
///
/// ```
/// use ws_core::Text;
///
/// let text = Text::try_from(bytes::Bytes::from_static(b"hello"))?;
/// assert_eq!(&*text, "hello");
/// assert!(Text::try_from(bytes::Bytes::from_static(b"\xff")).is_err());
/// # Ok::<(), ws_core::TextError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(Bytes);

impl Text {
    /// A text from a string in the program; nothing is allocated.
    pub const fn from_static(text: &'static str) -> Self {
        Self(Bytes::from_static(text.as_bytes()))
    }

    /// Bytes that have been found to be UTF-8.
    pub(crate) fn from_checked(bytes: Bytes) -> Self {
        debug_assert!(std::str::from_utf8(&bytes).is_ok());
        Self(bytes)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Checked when it was made. Checking again costs about a nanosecond for 30 bytes, and avoids
        // a promise that only `unsafe` could make.
        simdutf8::basic::from_utf8(&self.0).unwrap_or_default()
    }

    /// The bytes of the text.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The length of the text in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes of the text, without copying them.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

// The same bytes are the same text: nothing has to be checked for that.
macro_rules! equals {
    ($($Other:ty),*) => {$(
        impl PartialEq<$Other> for Text {
            fn eq(&self, other: &$Other) -> bool {
                self.0 == other.as_bytes()
            }
        }

        impl PartialEq<Text> for $Other {
            fn eq(&self, other: &Text) -> bool {
                other == self
            }
        }
    )*};
}
equals!(str, &str, String, Cow<'_, str>);

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Bytes::copy_from_slice(text.as_bytes()))
    }
}

impl From<Cow<'_, str>> for Text {
    fn from(text: Cow<'_, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl From<Box<str>> for Text {
    fn from(text: Box<str>) -> Self {
        String::from(text).into()
    }
}

impl From<char> for Text {
    fn from(char: char) -> Self {
        (&*char.encode_utf8(&mut [0; 4])).into()
    }
}

impl From<Text> for Bytes {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        // Reuses the memory unless it is shared. The bytes were checked when the text was made.
        Self::from_utf8(text.0.into()).unwrap_or_default()
    }
}

/// Checks the bytes, and does not copy them.
impl TryFrom<Bytes> for Text {
    type Error = TextError;

    fn try_from(bytes: Bytes) -> Result<Self, TextError> {
        if is_utf8(&bytes) { Ok(Self(bytes)) } else { Err(TextError { bytes }) }
    }
}

impl TryFrom<Vec<u8>> for Text {
    type Error = TextError;

    fn try_from(bytes: Vec<u8>) -> Result<Self, TextError> {
        Bytes::from(bytes).try_into()
    }
}

impl TryFrom<&[u8]> for Text {
    type Error = TextError;

    fn try_from(bytes: &[u8]) -> Result<Self, TextError> {
        Bytes::copy_from_slice(bytes).try_into()
    }
}

/// Bytes that should be text and are not UTF-8. The error holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    bytes: Bytes,
}

impl TextError {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Gives the bytes back.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text message must be UTF-8 (RFC 6455 5.6)")
    }
}

impl std::error::Error for TextError {}
