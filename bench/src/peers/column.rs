//! What a library shows on a stream in memory.

use std::error::Error;

use crate::report::Role;

/// What everything here returns: a benchmark that fails says why, and ends.
pub type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Who looks at the payload of each message.
pub type Look<'a> = &'a mut dyn FnMut(&[u8]);

/// Receives one message.
pub type Receive = Box<dyn FnMut(Look<'_>) -> Result>;

/// Does the same thing again.
pub type Repeat = Box<dyn FnMut() -> Result>;

/// Makes such a thing over bytes: a stream's, or a payload.
pub type Over<T> = fn(&'static [u8]) -> Result<T>;

/// Masks a payload in place.
pub type Mask = fn(&mut [u8], [u8; 4]);

/// A library, or the floor, as a column of the suite `memory`.
#[derive(Clone, Copy, Debug)]
pub struct InMemory {
    /// The heading of the column.
    pub name: &'static str,
    /// What it stands for.
    pub role: Role,
    /// Receives as a server; the frames come again and again.
    pub receive: Option<Over<Receive>>,
    /// Sends a binary message as a client, masked.
    pub send: Option<Over<Repeat>>,
    /// Accepts a request.
    pub accept: Option<Over<Repeat>>,
    /// Opens a WebSocket as a client.
    pub connect: Option<fn() -> Result<Repeat>>,
    /// Masks a payload in place.
    pub mask: Option<Mask>,
    /// Checks that bytes are UTF-8.
    pub utf8: Option<fn(&'static [u8]) -> bool>,
}

impl InMemory {
    pub(super) const fn new(name: &'static str, role: Role) -> Self {
        Self {
            name,
            role,
            receive: None,
            send: None,
            accept: None,
            connect: None,
            mask: None,
            utf8: None,
        }
    }
}
