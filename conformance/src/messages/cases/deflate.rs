//! Compressed messages (RFC 7692).

use ws_core::Role;

use crate::{
    messages::{case::Case, frames::other},
    random::Random,
};

mod broken;
mod incoming;
mod limits;
mod outgoing;
mod sending;

pub(super) fn cases(role: Role) -> Vec<Case> {
    [
        incoming::cases(role),
        broken::cases(role),
        limits::cases(role),
        outgoing::cases(role),
        sending::cases(role),
    ]
    .concat()
}

/// A parameter of what the peer sends.
fn peers(role: Role, param: &str) -> String {
    own(other(role), param)
}

/// A parameter of what this side sends.
fn own(role: Role, param: &str) -> String {
    match role {
        Role::Client => format!("; client_{param}"),
        Role::Server => format!("; server_{param}"),
    }
}

/// Octets that do not shrink.
fn noise(len: usize) -> Vec<u8> {
    let mut random = Random::new(len as u64);
    (0..len).map(|_| random.bits() as u8).collect()
}

/// RFC 7692 7.2.3.1
const HELLO: [u8; 7] = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
/// Refers to it: 7.2.3.2
const AGAIN: [u8; 5] = [0xf2, 0x00, 0x11, 0x00, 0x00];
/// In a block that is not compressed: 7.2.3.3
const STORED: [u8; 11] = [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00];
/// In a last block: 7.2.3.4
const LAST: [u8; 8] = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00];
/// In two blocks: 7.2.3.5
const TWO_BLOCKS: [u8; 13] =
    [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00];
