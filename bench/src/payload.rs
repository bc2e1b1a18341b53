//! What the messages of the benchmarks say.

/// Bytes without a pattern that a branch predictor or a compressor could learn.
pub fn bytes(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(byte).take(len).collect()
}

/// Text of characters of one to four bytes, as people write it: mostly not ASCII.
pub fn mixed_text(len: usize) -> String {
    fill(len, ["Grüße aus Köln. ", "Привет, мир! ", "こんにちは世界。", "🦀 → 🌍 "].iter().copied())
}

/// ASCII text.
pub fn ascii_text(len: usize) -> String {
    fill(len, ["The quick brown fox jumps over the lazy dog. "].iter().copied())
}

/// A JSON text as an application sends it: objects with the same names and other values. Another
/// `seed` gives other values.
pub fn json(len: usize, seed: u32) -> String {
    let mut number = seed;
    let objects = std::iter::from_fn(|| {
        number = number.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        Some(format!(
            r#"{{"id":{},"user":"u{:04}","event":"price","symbol":"{}","price":{}.{:02},"ts":17000{:05}}},"#,
            number >> 8,
            number % 9973,
            ["EURUSD", "GBPUSD", "USDJPY", "AUDCAD"][(number >> 13) as usize % 4],
            (number >> 10) % 500,
            (number >> 5) % 100,
            number % 99_991,
        ))
    });
    let mut text = String::from("[");
    for object in objects {
        if text.len() + object.len() > len.saturating_sub(2) {
            break;
        }
        text.push_str(&object);
    }
    if text.ends_with(',') {
        text.pop();
    }
    text.push(']');
    // White space is allowed behind a JSON text, and makes it as long as was asked for.
    text.extend(std::iter::repeat_n(' ', len.saturating_sub(text.len())));
    text
}

/// As much of `parts`, again and again, as fits; then ASCII up to the very length.
fn fill<'a>(len: usize, parts: impl Iterator<Item = &'a str> + Clone) -> String {
    let mut text = String::with_capacity(len);
    for part in parts.cycle() {
        if text.len() + part.len() > len {
            break;
        }
        text.push_str(part);
    }
    text.extend(std::iter::repeat_n('.', len - text.len()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_payload_measures_what_it_says() {
        for len in [16, 125, 1024, 65_536] {
            assert_eq!(bytes(len).len(), len);
            assert_eq!(mixed_text(len).len(), len);
            assert_eq!(ascii_text(len).len(), len);
            assert_eq!(json(len, 1).len(), len);
        }
    }

    #[test]
    fn mixed_text_is_mostly_not_ascii_and_ascii_text_is() {
        let text = mixed_text(4096);
        assert!(text.bytes().filter(|byte| !byte.is_ascii()).count() > 2048);
        assert!(ascii_text(4096).is_ascii());
    }

    #[test]
    fn seeds_make_other_texts() {
        assert_ne!(json(1024, 1), json(1024, 2));
    }

    #[test]
    fn bytes_have_no_pattern() {
        let mut seen = [0; 256];
        bytes(65_536).iter().for_each(|byte| seen[usize::from(*byte)] += 1);
        assert!(seen.iter().all(|&count| (128..512).contains(&count)));
    }
}
