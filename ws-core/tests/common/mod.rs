//! What the tests of an open connection have in common.

use ws_core::{FrameHead, Opcode, Role, apply_mask};

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A frame for that role to receive: masked for a server.
pub(crate) fn frame(to: Role, fin: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let mask = (to == Role::Server).then_some(MASK);
    let head = FrameHead { fin, rsv1: false, opcode, mask, len: payload.len() as u64 };
    let mut out = [0; FrameHead::MAX_LEN];
    let n = head.encode(&mut out);
    let mut bytes = [&out[..n], payload].concat();
    if let Some(mask) = mask {
        apply_mask(&mut bytes[n..], mask, 0);
    }
    bytes
}
