//! Masking into other memory: one pass instead of a copy and a pass over it.
//!
//! The memory behind what a buffer holds is not initialised, so the buffer has to be told when it
//! is: that is the `unsafe` here. `cargo xtask bench memory` measures the gain: a client sends 64 KiB
//! in two thirds of the time.

#![expect(unsafe_code, reason = "counts bytes as initialised that have just been written")]

use std::mem::MaybeUninit;

use bytes::BytesMut;

use super::words::{LONG, copy_words, mask_words};

/// Appends `payload` to `out`, masked.
#[inline]
pub(crate) fn extend_masked(out: &mut BytesMut, payload: &[u8], key: [u8; 4]) {
    let start = out.len();
    if payload.len() < LONG {
        out.extend_from_slice(payload);
        return mask_words(&mut out[start..], key);
    }
    out.reserve(payload.len());
    let room = &mut out.spare_capacity_mut()[..payload.len()];
    copy(room, payload, key);
    // SAFETY: `copy` has written each of these bytes, and there is room for them.
    unsafe { out.set_len(start + payload.len()) };
}

fn copy(to: &mut [MaybeUninit<u8>], from: &[u8], key: [u8; 4]) {
    #[cfg(target_arch = "x86_64")]
    if super::wide::copy(to, from, key) {
        return;
    }
    copy_words(to, from, key);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_to_the_same_as_a_copy_that_is_masked() {
        let payload: Vec<u8> = (0..5000).map(|i| (i % 251) as u8).collect();
        let key = [1, 2, 3, 4];
        for len in (0..600).chain([2047, 2048, 2100, 5000]) {
            // Wherever it begins.
            for start in 0..33 {
                let mut out = BytesMut::with_capacity(start);
                out.resize(start, 0xEE);
                extend_masked(&mut out, &payload[..len], key);
                assert_eq!(out.len(), start + len);
                assert!(out[..start].iter().all(|&byte| byte == 0xEE));
                mask_words(&mut out[start..], key);
                assert_eq!(out[start..], payload[..len], "{len} {start}");
            }
        }
    }

    #[test]
    fn the_plain_loop_writes_every_byte() {
        for len in 0..70 {
            let from: Vec<u8> = (0..len).collect();
            let mut to = Vec::with_capacity(from.len());
            let room: &mut [MaybeUninit<u8>] = &mut to.spare_capacity_mut()[..from.len()];
            copy_words(room, &from, [9, 8, 7, 6]);
            // SAFETY: every byte has been written, or this test is there for Miri to find it.
            unsafe { to.set_len(from.len()) };
            mask_words(&mut to, [9, 8, 7, 6]);
            assert_eq!(to, from);
        }
    }
}
