//! Compressing and inflating the payload of messages (RFC 7692 7.2).
//!
//! The sending half has an `Option` of a `Deflater`, the receiving half of an `Inflater`. Without the
//! feature `deflate` these are types without values, and the options are always `None`.

#[cfg(feature = "deflate")]
mod deflater;
#[cfg(feature = "deflate")]
mod inflater;
#[cfg(not(feature = "deflate"))]
mod never;
mod pool;

#[cfg(not(feature = "deflate"))]
pub(crate) use self::never::{Deflater, Inflater, deflate_alone};
pub use self::pool::DeflatePool;
#[cfg(feature = "deflate")]
pub(crate) use self::{
    deflater::{Deflater, deflate_alone},
    inflater::Inflater,
};

/// How one direction is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// Base-2 logarithm of the window, 8 to 15.
    pub(crate) bits: u8,
    /// A message may refer to the messages before it.
    pub(crate) takeover: bool,
}

/// How this side compresses: a compressor made for one setting can be used for all that have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Base-2 logarithm of the window, 9 to 15.
    pub(crate) bits: u8,
    /// From 0, which only stores, to 9.
    pub(crate) level: u8,
}

/// The payload of a compressed message is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadDeflate;

/// Both directions of one side; `None` where compression has been left out.
pub(crate) fn both(
    own: Window,
    peer: Window,
    level: u8,
    pool: Option<&DeflatePool>,
) -> (Option<Inflater>, Option<Deflater>) {
    (Inflater::new(peer, pool), Deflater::new(own, level, pool))
}

/// The pool to take a context from for each message, unless it is kept: then it would never come back.
#[cfg(feature = "deflate")]
fn turns(window: Window, pool: Option<&DeflatePool>) -> Option<DeflatePool> {
    (!window.takeover).then(|| pool.cloned().unwrap_or_else(DeflatePool::of_process))
}

/// "Remove 4 octets (that are 0x00 0x00 0xff 0xff) from the tail end" of what is sent, "append" them
/// to what comes. RFC 7692 7.2.1, 7.2.2
#[cfg(feature = "deflate")]
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];
