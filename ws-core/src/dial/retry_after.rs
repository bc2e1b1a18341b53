//! Whether and when a server that refused a client wants to see it again.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};

use super::http_date;

/// How long the server asks to wait, if it does: Retry-After (RFC 9110 10.2.3), in seconds or as a date.
/// That is zero for a date in the past.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use http::{HeaderMap, HeaderValue};
/// use ws_core::retry_after;
///
/// let mut headers = HeaderMap::new();
/// assert_eq!(retry_after(&headers, SystemTime::now()), None);
/// headers.insert("retry-after", HeaderValue::from_static("120"));
/// assert_eq!(retry_after(&headers, SystemTime::now()), Some(Duration::from_secs(120)));
///
/// // A second before that date:
/// headers.insert("retry-after", HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_776);
/// assert_eq!(retry_after(&headers, now), Some(Duration::from_secs(1)));
/// ```
///
/// What is neither, or is there more than once, is as good as none. A server can ask for centuries;
/// [`Backoff`](crate::Backoff) has a limit for that.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let mut values = headers.get_all(header::RETRY_AFTER).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let value = value.to_str().ok()?;
    // "delay-seconds = 1*DIGIT". RFC 9110 10.2.3
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let at = http_date::parse(value, now)?;
    Some(at.duration_since(now).unwrap_or_default())
}

/// Whether a server that answers so may well answer otherwise later: 429, 500, 502, 503 and 504. Any
/// other status says that the request was wrong, and it would be so again.
///
/// ```
/// use http::StatusCode;
/// use ws_core::is_transient_status;
///
/// assert!(is_transient_status(StatusCode::SERVICE_UNAVAILABLE));
/// assert!(!is_transient_status(StatusCode::FORBIDDEN));
/// ```
#[must_use]
pub fn is_transient_status(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}
