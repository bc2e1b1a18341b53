//! The masking loops, in words of four bytes.

use std::mem::MaybeUninit;

/// The key as it goes on behind `offset` bytes. As a number, since to rotate a slice is a call.
#[inline(always)]
pub(super) fn from_offset(key: [u8; 4], offset: usize) -> [u8; 4] {
    u32::from_le_bytes(key).rotate_right(8 * (offset & 3) as u32).to_le_bytes()
}

/// Masks `payload` in place, word by word.
#[inline(always)]
pub(super) fn mask_words(payload: &mut [u8], key: [u8; 4]) {
    // Plain blocks: the compiler makes vectors of them, and there is nothing to align.
    let mut blocks = payload.chunks_exact_mut(BLOCK);
    for block in &mut blocks {
        mask_block(block, key);
    }
    // What is left is shorter than a block. Each step halves it, without a loop.
    let rest = mask_half::<16>(blocks.into_remainder(), key);
    let rest = mask_half::<8>(rest, key);
    let rest = mask_half::<4>(rest, key);
    for (byte, key) in rest.iter_mut().zip(key) {
        *byte ^= key;
    }
}

/// Masks the first `N` bytes, if there are as many, and returns the rest.
#[inline(always)]
fn mask_half<const N: usize>(bytes: &mut [u8], key: [u8; 4]) -> &mut [u8] {
    let (half, rest) = bytes.split_at_mut(bytes.len() & N);
    if let Some(half) = half.first_chunk_mut::<N>() {
        mask_block(half, key);
    }
    rest
}

/// Masks a multiple of four bytes.
#[inline(always)]
fn mask_block(block: &mut [u8], key: [u8; 4]) {
    let wide = u32::from_ne_bytes(key);
    for word in block.chunks_exact_mut(4) {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(word);
        word.copy_from_slice(&(u32::from_ne_bytes(bytes) ^ wide).to_ne_bytes());
    }
}

/// Writes every byte of `to`, which is as long as `from`.
#[inline(always)]
pub(super) fn copy_words(to: &mut [MaybeUninit<u8>], from: &[u8], key: [u8; 4]) {
    assert_eq!(to.len(), from.len());
    let wide = u32::from_ne_bytes(key);
    let mut to_words = to.chunks_exact_mut(4);
    let mut from_words = from.chunks_exact(4);
    // Plain words: the compiler makes vectors of them.
    for (to, from) in (&mut to_words).zip(&mut from_words) {
        let mut word = [0; 4];
        word.copy_from_slice(from);
        write(to, (u32::from_ne_bytes(word) ^ wide).to_ne_bytes());
    }
    let rest = from_words.remainder().iter().zip(key).map(|(byte, key)| byte ^ key);
    write(to_words.into_remainder(), rest);
}

#[inline(always)]
fn write(to: &mut [MaybeUninit<u8>], bytes: impl IntoIterator<Item = u8>) {
    for (to, byte) in to.iter_mut().zip(bytes) {
        to.write(byte);
    }
}

/// How many bytes are masked at once; a vector of AVX2, or two of less.
const BLOCK: usize = 32;

/// Below this the plain loop is as quick as a call of one for wider vectors, even after a copy.
pub(super) const LONG: usize = 256;
