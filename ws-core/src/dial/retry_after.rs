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

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The seconds to wait at `now`, which is in milliseconds since 1970.
    fn asked(values: &[&[u8]], now: u64) -> Option<f64> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::RETRY_AFTER, HeaderValue::from_bytes(value).unwrap());
        }
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(now);
        retry_after(&headers, now).map(|delay| delay.as_secs_f64())
    }

    #[test]
    fn seconds() {
        for (value, expected) in [("0", 0.0), ("1", 1.0), ("0120", 120.0)] {
            assert_eq!(asked(&[value.as_bytes()], 0), Some(expected));
        }
        for large in ["18446744073709551615", "18446744073709551616", &"9".repeat(100)] {
            assert_eq!(asked(&[large.as_bytes()], 0), Some(u64::MAX as f64));
        }
        for bad in ["", "-1", "+1", "1.5", "1s", "0x1", "1 2", "1,2", "soon", "\u{661}", "1\t2"] {
            assert_eq!(asked(&[bad.as_bytes()], 0), None, "{bad}");
        }
        assert_eq!(asked(&[b"\xff"], 0), None);
    }

    #[test]
    fn dates() {
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            let asked = |now| asked(&[date.as_bytes()], now);
            assert_eq!(asked(784_111_677_000), Some(100.0), "{date}");
            assert_eq!(asked(784_111_776_750), Some(0.25), "{date}");
            assert_eq!(asked(784_111_777_000), Some(0.0), "{date}");
            assert_eq!(asked(1_782_864_000_000), Some(0.0), "{date}");
        }
    }

    #[test]
    fn one_or_none() {
        assert_eq!(asked(&[], 0), None);
        assert_eq!(asked(&[b"1", b"1"], 0), None);
    }

    #[test]
    fn which_may_pass() {
        let passing: Vec<_> = (100..=999)
            .filter(|status| is_transient_status(StatusCode::from_u16(*status).unwrap()))
            .collect();
        assert_eq!(passing, [429, 500, 502, 503, 504]);
    }
}
