//! Masking (RFC 6455 5.3).

mod copy;
#[cfg(target_arch = "x86_64")]
mod wide;
mod words;

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
pub fn apply_mask(payload: &mut [u8], key: [u8; 4], offset: usize) {
    let key = words::from_offset(key, offset);
    #[cfg(target_arch = "x86_64")]
    if wide::mask(payload, key) {
        return;
    }
    words::mask_words(payload, key);
}

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
