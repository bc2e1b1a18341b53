//! Path and query, as they are sent.

/// Whether these are a path and a query as browsers send them: of the octets that the URL standard
/// leaves as they are. All of RFC 3986's are among them.
pub(crate) fn is_path_and_query(text: &str) -> bool {
    let path_len = text.bytes().take_while(|&byte| PATH[byte as usize]).count();
    match &text.as_bytes()[path_len..] {
        [] => true,
        [b'?', query @ ..] => query.iter().all(|&byte| QUERY[byte as usize]),
        _ => false,
    }
}

/// Octets that may stand in a path.
///
/// A browser has made a slash of each backslash. The braces and the caret it encodes, but others do
/// not, nor did browsers encode the caret before 2024.
const PATH: [bool; 256] = with(&without(&left_by(&PATH_SET), b"\\"), b"^{}");

/// Octets that may stand in a query. URLs of the web have the apostrophe encoded there, too, which
/// RFC 3986 does not ask for.
const QUERY: [bool; 256] = left_by(&QUERY_SET);

// The percent-encode sets of the URL standard: what is encoded in which component.

/// "The C0 control percent-encode set are the C0 controls and all code points greater than U+007E
/// (~)." URL 1.3
const C0_CONTROL_SET: [bool; 256] = {
    let mut set = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        set[byte] = byte <= 0x1f || byte > 0x7e;
        byte += 1;
    }
    set
};

/// "The query percent-encode set is the C0 control percent-encode set and U+0020 SPACE, U+0022 ("),
/// U+0023 (#), U+003C (<), and U+003E (>)." URL 1.3
const QUERY_SET: [bool; 256] = with(&C0_CONTROL_SET, b" \"#<>");

/// "The path percent-encode set is the query percent-encode set and U+003F (?), U+005E (^), U+0060
/// (`), U+007B ({), and U+007D (})." URL 1.3
const PATH_SET: [bool; 256] = with(&QUERY_SET, b"?^`{}");

/// What an encode set leaves as it is.
const fn left_by(set: &[bool; 256]) -> [bool; 256] {
    let mut left = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        left[byte] = !set[byte];
        byte += 1;
    }
    left
}

const fn with(set: &[bool; 256], others: &[u8]) -> [bool; 256] {
    set_to(set, others, true)
}

const fn without(set: &[bool; 256], others: &[u8]) -> [bool; 256] {
    set_to(set, others, false)
}

const fn set_to(set: &[bool; 256], bytes: &[u8], value: bool) -> [bool; 256] {
    let mut set = *set;
    let mut i = 0;
    while i < bytes.len() {
        set[bytes[i] as usize] = value;
        i += 1;
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_above_ascii_is_taken() {
        for byte in 128..=255u8 {
            assert!(!PATH[usize::from(byte)] && !QUERY[usize::from(byte)], "{byte:#x}");
        }
    }
}
