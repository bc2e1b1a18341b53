//! Masking (RFC 6455 5.3).

mod copy;
#[cfg(target_arch = "x86_64")]
mod wide;

pub(crate) use self::copy::extend_masked;

/// Masks or unmasks `payload` in place. `offset` is how many bytes of the frame's payload come
/// before it.
///
/// ```
/// let mut payload = *b"\x7f\x9f\x4d\x51\x58";
/// ws_core::apply_mask(&mut payload, [0x37, 0xfa, 0x21, 0x3d], 0);
/// assert_eq!(&payload, b"Hello");
/// ```
#[inline]
pub fn apply_mask(payload: &mut [u8], mut key: [u8; 4], offset: usize) {
    key.rotate_left(offset & 3);
    #[cfg(target_arch = "x86_64")]
    if wide::mask(payload, key) {
        return;
    }
    mask_words(payload, key);
}

#[inline(always)]
fn mask_words(payload: &mut [u8], key: [u8; 4]) {
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

/// How many bytes are masked at once; a vector of AVX2, or two of less.
const BLOCK: usize = 32;

/// Below this the plain loop is as quick as a call of one for wider vectors, even after a copy.
const LONG: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_cut_gives_the_same() {
        let key = [0x12, 0x34, 0x56, 0x78];
        let plain: Vec<u8> = (0..100).collect();
        let expected: Vec<u8> =
            plain.iter().enumerate().map(|(i, byte)| byte ^ key[i % 4]).collect();
        for cut in 0..=plain.len() {
            let mut bytes = plain.clone();
            let (head, tail) = bytes.split_at_mut(cut);
            apply_mask(head, key, 0);
            apply_mask(tail, key, cut);
            assert_eq!(bytes, expected, "{cut}");
        }
    }
}
