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

/// The value of Authorization for `user` and `password`, marked as sensitive. A user name cannot
/// have a colon; what is behind one would count as part of the password.
pub fn basic(user: &str, password: &str) -> HeaderValue {
    let value = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    // Base64 has no character that a field value could not hold.
    let mut value = HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("Basic"));
    value.set_sensitive(true);
    value
}

/// Whether the request has exactly these credentials. Takes the same time wherever the first
/// difference is, and for all lengths.
pub fn is_basic(headers: &HeaderMap, user: &str, password: &str) -> bool {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(given), None) = (lines.next(), lines.next()) else { return false };
    let Some((scheme, token)) = given.to_str().ok().and_then(|v| v.split_once(' ')) else {
        return false;
    };
    // "Note that both scheme and parameter names are matched case-insensitively." RFC 7617 2
    let Ok(given) = STANDARD.decode(token.trim_start_matches(' ')) else { return false };
    scheme.eq_ignore_ascii_case("basic") && same(&given, format!("{user}:{password}").as_bytes())
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

/// Compares digests, so that neither the place of a difference nor a length shows in the time.
fn same(a: &[u8], b: &[u8]) -> bool {
    let difference =
        Sha1::digest(a).iter().zip(Sha1::digest(b)).fold(0, |sum, (a, b)| sum | (a ^ b));
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

    #[test]
    fn a_realm_cannot_leave_its_quotes() {
        let response = unauthorized("a\"b\\c\r\nX: y");
        assert_eq!(
            response.headers()[header::WWW_AUTHENTICATE],
            "Basic realm=\"a\\\"b\\\\cX: y\", charset=\"UTF-8\""
        );
    }
}
