//! Bytes as hexadecimal digits.

/// Two digits for each byte.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// The bytes that pairs of digits stand for; nothing if there is anything else.
pub(crate) fn decode(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(&encode(&bytes)), Some(bytes));
        assert_eq!((encode(b"\x00\xff"), decode("00fF")), ("00ff".to_owned(), Some(vec![0, 255])));
        assert_eq!(decode(""), Some(vec![]));
    }

    #[test]
    fn what_is_no_pair_of_digits_is_none() {
        for digits in ["0", "000", "0x00", "00 00", "0g", "é"] {
            assert_eq!(decode(digits), None, "{digits}");
        }
    }
}
