//! Tokens and comma-separated lists, as the fields of HTTP use them (RFC 9110 5.6).

/// Whether `byte` may stand in a token (RFC 9110 5.6.2).
pub(crate) const fn is_token_byte(byte: u8) -> bool {
    TOKEN[byte as usize]
}

/// Whether `bytes` are a token: at least one `tchar`, and nothing else.
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is_token_byte(byte))
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

const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let others = b"!#$%&'*+-.^_`|~";
    let mut i = 0;
    while i < others.len() {
        table[others[i] as usize] = true;
        i += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_the_grammar_of_rfc_9110() {
        assert!(is_token(b"!#$%&'*+-.^_`|~09azAZ"));
        assert!(!is_token(b""));
        for byte in b"\"(),/:;<=>?@[\\]{} \t\x7f\x80\xff\0" {
            assert!(!is_token(&[b'a', *byte]), "{byte:#x}");
        }
    }

    #[test]
    fn members_are_trimmed_and_empty_ones_skipped() {
        let found: Vec<_> = members(b" ,, a\t,\tb c ,").collect();
        assert_eq!(found, [&b"a"[..], b"b c"]);
    }
}
