//! The message so far, where it is not a slice of the window.

use bytes::BytesMut;

/// What has come of a message, copied out of the window or read straight to its place. In a box, which is a word in each
/// connection: most have no such message.
#[derive(Debug, Default)]
pub(super) struct Collected(Option<Box<BytesMut>>);

impl Collected {
    /// What has come of it: not a byte, if there is no such message.
    #[inline]
    pub(super) fn as_slice(&self) -> &[u8] {
        self.0.as_deref().map_or(&[], |message| message)
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    pub(super) fn put(&mut self, message: BytesMut) {
        self.0 = Some(Box::new(message));
    }

    pub(super) fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.0.get_or_insert_default().extend_from_slice(bytes);
    }

    /// What has come of it. Nothing has come of the next, then, and the memory goes along.
    #[inline]
    pub(super) fn take(&mut self) -> BytesMut {
        self.0.take().map(|message| *message).unwrap_or_default()
    }
}
