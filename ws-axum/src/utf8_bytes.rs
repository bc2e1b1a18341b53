//! Text, under the name that axum gives it.

use std::{
    fmt,
    ops::Deref,
    str::{Utf8Error, from_utf8},
};

use ws_hyper::ws_tokio::{Text, bytes::Bytes};

/// UTF-8 text, which is cloned without copying.
///
/// ```
/// use ws_axum::Utf8Bytes;
///
/// let text = Utf8Bytes::from_static("hello");
/// assert_eq!(text, "hello");
/// assert_eq!(text.len(), 5); // as of a `str`
/// assert!(Utf8Bytes::try_from(vec![0xff]).is_err());
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Utf8Bytes(Text);

impl Utf8Bytes {
    /// A text from a string in the program; nothing is allocated.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        Self(Text::from_static(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Deref for Utf8Bytes {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Utf8Bytes {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<[u8]> for Utf8Bytes {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Utf8Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Utf8Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Equals whatever a `&str` equals.
impl<T> PartialEq<T> for Utf8Bytes
where
    for<'a> &'a str: PartialEq<T>,
{
    fn eq(&self, other: &T) -> bool {
        self.as_str() == *other
    }
}

/// Checks the bytes, and does not copy them.
impl TryFrom<Bytes> for Utf8Bytes {
    type Error = Utf8Error;

    fn try_from(bytes: Bytes) -> Result<Self, Utf8Error> {
        match Text::try_from(bytes) {
            Ok(text) => Ok(Self(text)),
            // Slower, and knows where the fault is.
            Err(error) => from_utf8(error.as_bytes()).map(Self::from),
        }
    }
}

impl TryFrom<Vec<u8>> for Utf8Bytes {
    type Error = Utf8Error;

    fn try_from(bytes: Vec<u8>) -> Result<Self, Utf8Error> {
        Bytes::from(bytes).try_into()
    }
}

impl From<String> for Utf8Bytes {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Utf8Bytes {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<&String> for Utf8Bytes {
    fn from(text: &String) -> Self {
        Self(text.into())
    }
}

impl From<Text> for Utf8Bytes {
    fn from(text: Text) -> Self {
        Self(text)
    }
}

impl From<Utf8Bytes> for Text {
    fn from(text: Utf8Bytes) -> Self {
        text.0
    }
}

impl From<Utf8Bytes> for Bytes {
    fn from(text: Utf8Bytes) -> Self {
        text.0.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn text_equals_text_of_any_kind() {
        let text = Utf8Bytes::from("tea");
        assert_eq!(text, "tea");
        assert_eq!(text, "tea".to_owned());
        assert_eq!(text, Cow::from("tea"));
        assert_eq!(text, Utf8Bytes::from_static("tea"));
        assert_ne!(text, "coffee");
        assert_eq!((format!("{text}"), format!("{text:?}")), ("tea".into(), "\"tea\"".into()));
    }

    #[test]
    fn bytes_are_checked() {
        assert_eq!(Utf8Bytes::try_from(Bytes::from("é")).unwrap(), "é");
        let error = Utf8Bytes::try_from(b"abc\xffdef".to_vec()).unwrap_err();
        assert_eq!(error.valid_up_to(), 3);
    }

    #[test]
    fn nothing_is_copied_on_the_way_to_bytes() {
        let bytes = Bytes::from("a text that is long enough to have memory of its own");
        let text = Utf8Bytes::try_from(bytes.clone()).unwrap();
        assert_eq!(Bytes::from(text).as_ptr(), bytes.as_ptr());
    }
}
