//! The masking loops, compiled for processors with wider vectors.
//!
//! Whether a processor has AVX2 is known when the program runs, and calling a function that needs it is
//! a promise the compiler cannot check: that is the `unsafe` here. There are no intrinsics, and no
//! pointer is followed. `cargo xtask bench memory` measures the gain: a payload of 16 KiB is masked
//! in a fourth of the time (the rows of masking, next to the floor, which is the plain loop).

#![expect(unsafe_code, reason = "calls a function that needs AVX2, where there is AVX2")]

use std::mem::MaybeUninit;

use super::words::{LONG, copy_words, from_offset, mask_words};

/// Masks `payload`, if it is long enough and the processor has what it takes.
#[inline]
pub(super) fn mask(payload: &mut [u8], key: [u8; 4]) -> bool {
    let fits = payload.len() >= LONG && is_x86_feature_detected!("avx2");
    if fits {
        let (front, aligned) = payload.split_at_mut(apart(payload));
        mask_words(front, key);
        let key = from_offset(key, front.len());
        // SAFETY: the processor has AVX2, which is all that `mask_avx2` asks for.
        unsafe { mask_avx2(aligned, key) };
    }
    fits
}

/// Writes all of `to`, which is as long as `from`, if it is long enough and the processor has what it
/// takes.
#[inline]
pub(super) fn copy(to: &mut [MaybeUninit<u8>], from: &[u8], key: [u8; 4]) -> bool {
    let fits = from.len() >= LONG && is_x86_feature_detected!("avx2");
    if fits {
        let (front, aligned) = to.split_at_mut(apart(to));
        let (from_front, from) = from.split_at(front.len());
        copy_words(front, from_front, key);
        let key = from_offset(key, front.len());
        // SAFETY: the processor has AVX2, which is all that `copy_avx2` asks for.
        unsafe { copy_avx2(aligned, from, key) };
    }
    fits
}

/// How many bytes there are before the first aligned vector. One that lies across two cache lines is
/// written at half the speed. Short payloads have too few vectors to pay for a separate beginning.
fn apart<T>(written: &[T]) -> usize {
    if written.len() < 8 * LONG { 0 } else { written.as_ptr().align_offset(VECTOR) % VECTOR }
}

/// # Safety
///
/// The processor has to have AVX2.
#[target_feature(enable = "avx2")]
unsafe fn copy_avx2(to: &mut [MaybeUninit<u8>], from: &[u8], key: [u8; 4]) {
    copy_words(to, from, key);
}

/// # Safety
///
/// The processor has to have AVX2.
#[target_feature(enable = "avx2")]
unsafe fn mask_avx2(payload: &mut [u8], key: [u8; 4]) {
    mask_words(payload, key);
}

/// How many bytes a vector has.
const VECTOR: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_to_the_same() {
        for len in (0..700).chain([2048, 2060, 10_007]) {
            let plain: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            // At every distance from where a vector could begin.
            for start in 0..VECTOR.min(len) {
                let (mut ours, mut words) = (plain.clone(), plain.clone());
                let masked = mask(&mut ours[start..], [1, 2, 3, 4]);
                mask_words(&mut words[start..], [1, 2, 3, 4]);
                let fits = len - start >= LONG && is_x86_feature_detected!("avx2");
                assert_eq!(masked, fits, "{len} {start}");
                assert_eq!(ours, if masked { words } else { plain.clone() }, "{len} {start}");
            }
        }
    }
}
