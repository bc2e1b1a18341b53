//! A key as a client sent it.

use super::key::{self, Accept, Key};

/// The text of a Sec-WebSocket-Key. It is answered as it came.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyText<'a> {
    Usual(Key),
    /// Of another length, where that is let in.
    Other(&'a [u8]),
}

impl<'a> KeyText<'a> {
    pub(crate) fn parse(value: &'a [u8], any_len: bool) -> Option<Self> {
        if let Some(key) = key::parse(value) {
            return Some(Self::Usual(key));
        }
        let is_short = (1..=MAX_LEN).contains(&value.len());
        let visible = is_short && value.iter().all(u8::is_ascii_graphic);
        (any_len && visible).then_some(Self::Other(value))
    }

    /// What answers it.
    pub(crate) fn accept(&self) -> Accept {
        match self {
            Self::Usual(key) => key::accept(key),
            Self::Other(key) => key::accept(key),
        }
    }
}

const MAX_LEN: usize = 128;
