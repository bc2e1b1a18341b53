//! Basic authentication (RFC 7617): making credentials, checking them, asking for them.
//!
//! ```
//! use ws_core::credentials;
//!
//! let mut request = http::Request::new(());
//! let headers = request.headers_mut();
//! headers.insert(http::header::AUTHORIZATION, credentials::basic("ada", "lovelace"));
//! assert!(credentials::is_basic(headers, "ada", "lovelace"));
//! assert!(!credentials::is_basic(headers, "ada", "byron"));
//!
//! // The answer to a request without them:
//! let rejection = credentials::unauthorized("chat");
//! assert_eq!(rejection.headers()["www-authenticate"], "Basic realm=\"chat\", charset=\"UTF-8\"");
//! ```

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use sha1::{Digest, Sha1};

pub use crate::codec::basic::basic;

/// Whether the request has exactly these credentials.
///
/// What is compared are digests of one length, all of them to the end, so the time does not tell how much
/// of a guess is right. It does tell how long the field of the request is, which the client knows, and how
/// long `user` and `password` are together, in steps of the 64 bytes that SHA-1 takes at once: up to 54
/// bytes take the same time.
pub fn is_basic(headers: &HeaderMap, user: &str, password: &str) -> bool {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(given), None) = (lines.next(), lines.next()) else { return false };
    let Some((scheme, token)) = given.to_str().ok().and_then(|v| v.split_once(' ')) else {
        return false;
    };
    // "Note that both scheme and parameter names are matched case-insensitively." RFC 7617 2
    let Ok(given) = STANDARD.decode(token.trim_start_matches(' ')) else { return false };
    let expected = Sha1::new().chain_update(user).chain_update(":").chain_update(password);
    scheme.eq_ignore_ascii_case("basic") && same(Sha1::new().chain_update(given), expected)
}

/// 401 with a challenge for `realm` (quotes and backslashes in it are escaped, characters that no
/// field may hold are left out).
pub fn unauthorized(realm: &str) -> Response<Bytes> {
    let mut quoted = String::new();
    for c in realm.chars().filter(|c| !c.is_control() && c.is_ascii()) {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    let challenge = format!("Basic realm=\"{quoted}\", charset=\"UTF-8\"");
    let mut response = Response::new(Bytes::from_static(b"credentials are required\n"));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if let Ok(challenge) = HeaderValue::try_from(challenge) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// Compares two digests, without stopping at a difference.
fn same(a: Sha1, b: Sha1) -> bool {
    let (a, b) = (a.finalize(), b.finalize());
    let difference = a.iter().zip(&b).fold(0, |sum, (a, b)| sum | (a ^ b));
    std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_well_formed_field_is_needed() {
        let with = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            is_basic(&headers, "Aladdin", "open sesame")
        };
        let right = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
        assert!(with(&[right]));
        assert!(with(&["bAsIc  QWxhZGRpbjpvcGVuIHNlc2FtZQ=="]));
        assert!(!with(&[]));
        assert!(!with(&[right, right]));
        assert!(!with(&["Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ=="]));
        assert!(!with(&["Basic"]));
        assert!(!with(&["Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ"]));
    }

    /// Whoever the request is from, and whatever is expected: only the same text is right.
    #[test]
    fn only_the_same_credentials_are_right() {
        let words = ["", "a", "b", "aa", ":", "a:", ":a", "\u{f6}", "\0", "A"];
        let mut words: Vec<_> = words.map(String::from).into();
        for len in [53, 54, 55, 63, 64, 65, 1000] {
            words.push("x".repeat(len));
            words.push("x".repeat(len - 1) + "y");
        }
        let pairs = || words.iter().flat_map(|user| words.iter().map(move |word| (user, word)));
        let mut right = 0;
        for (user, password) in pairs() {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, basic(user, password));
            for (expected_user, expected_password) in pairs() {
                let is_right = is_basic(&headers, expected_user, expected_password);
                let same =
                    format!("{user}:{password}") == format!("{expected_user}:{expected_password}");
                assert_eq!(is_right, same, "{user:?} {password:?}");
                right += usize::from(is_right);
            }
        }
        assert!(right >= words.len() * words.len());
    }

    #[test]
    fn a_realm_cannot_leave_its_quotes() {
        let response = unauthorized("a\"b\\c\r\nX: y");
        assert_eq!(
            response.headers()[header::WWW_AUTHENTICATE],
            "Basic realm=\"a\\\"b\\\\cX: y\", charset=\"UTF-8\""
        );
    }
}
