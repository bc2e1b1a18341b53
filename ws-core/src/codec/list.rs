//! Tokens and comma-separated lists, as the fields of HTTP use them (RFC 9110 5.6).

/// Whether `byte` may stand in a token (RFC 9110 5.6.2).
pub(crate) const fn is_token_byte(byte: u8) -> bool {
    TOKEN[byte as usize]
}

/// Whether `bytes` are a token: at least one `tchar`, and nothing else.
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is_token_byte(byte))
}

/// Whether `name` is `known`, which is of lower-case letters and hyphens, in any case. If `known` has
/// hyphens, `name` must be a token.
///
/// The length is part of the type, so a comparison is a few wide instructions.
#[inline]
pub(crate) fn is_name<const N: usize>(name: &[u8], known: &[u8; N]) -> bool {
    let Ok(name) = <&[u8; N]>::try_from(name) else { return false };
    // This bit makes letters lower case. It makes no other byte a letter, and none that may stand
    // in a token a hyphen.
    name.iter().zip(known).fold(0, |differing, (a, b)| differing | (a | 0x20) ^ b) == 0
}

/// Cuts optional white space (spaces and tabs) off both ends.
pub(crate) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// The members of a list, trimmed; empty ones are skipped, as RFC 9110 5.6.1.2 asks recipients
/// to do. Quotes mean nothing here: no list of tokens has them.
pub(crate) fn members(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(trim).filter(|member| !member.is_empty())
}

/// A table of the ASCII letters, the digits and `others`: looking a byte up is quicker than
/// comparing it with each.
pub(crate) const fn alphanumerics_and(others: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut i = 0;
    while i < others.len() {
        table[others[i] as usize] = true;
        i += 1;
    }
    table
}

const TOKEN: [bool; 256] = alphanumerics_and(b"!#$%&'*+-.^_`|~");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_by_each_letter_in_its_place() {
        for name in [&b"host"[..], b"HOST", b"Host", b"hOsT"] {
            assert!(is_name(name, b"host"), "{}", name.escape_ascii());
        }
        // Also where two letters change places, or one takes away what another adds.
        for name in [&b"ohst"[..], b"hots", b"iost", b"inst", b"hosu", b"hos", b"hosts", b""] {
            assert!(!is_name(name, b"host"), "{}", name.escape_ascii());
        }
    }

    #[test]
    fn token_is_the_grammar_of_rfc_9110() {
        assert!(is_token(b"!#$%&'*+-.^_`|~09azAZ"));
        assert!(!is_token(b""));
        for byte in b"\"(),/:;<=>?@[\\]{} \t\x7f\x80\xff\0" {
            assert!(!is_token(&[b'a', *byte]), "{byte:#x}");
        }
    }

    #[test]
    fn names_have_no_case() {
        for at in 0..10 {
            for byte in 0..=255 {
                let mut name = *b"CONNECtion";
                name[at] = byte;
                assert_eq!(is_name(&name, b"connection"), name.eq_ignore_ascii_case(b"connection"));
            }
        }
        assert!(is_name(b"Content-LENGTH", b"content-length"));
        assert!(!is_name(b"Content-LENGTHs", b"content-length"));
        for byte in (0..=255).filter(|&byte| is_token_byte(byte)) {
            assert_eq!(is_name(&[byte], b"-"), byte == b'-');
        }
    }

    #[test]
    fn members_are_trimmed_and_empty_ones_skipped() {
        let found: Vec<_> = members(b" ,, a\t,\tb c ,").collect();
        assert_eq!(found, [&b"a"[..], b"b c"]);
    }
}
