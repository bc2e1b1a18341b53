//! Basic credentials (RFC 7617), for servers and for proxies.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderValue;

/// The value of Authorization for `user` and `password`, marked as sensitive. A user name cannot
/// have a colon; what is behind one would count as part of the password.
pub fn basic(user: &str, password: &str) -> HeaderValue {
    let value = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    // Base64 has no character that a field value could not hold.
    let mut value = HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("Basic"));
    value.set_sensitive(true);
    value
}

/// "The user-id and password MUST NOT contain any control characters" and "a user-id containing a
/// colon character is invalid". RFC 7617 2
pub(crate) fn can_be_basic(user: &str, password: &str) -> bool {
    !user.contains(':') && !user.chars().chain(password.chars()).any(char::is_control)
}
