//! Any value as Retry-After: seconds mean what they say, and a date what the crate httpdate says.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue, header::RETRY_AFTER};
use ws_core::retry_after;

/// Runs one input.
pub fn run(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let headers = HeaderMap::from_iter([(RETRY_AFTER, value)]);
    // In the year 2000, so that there are dates before and after it.
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(951_782_400);
    let ours = retry_after(&headers, now);
    let Ok(text) = std::str::from_utf8(data) else {
        assert_eq!(ours, None);
        return;
    };
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = text.parse().unwrap_or(u64::MAX);
        assert_eq!(ours, Some(Duration::from_secs(seconds)));
        return;
    }
    let Some(ours) = ours else { return };
    // It knows no leap seconds, and has other opinions about years of two digits.
    if text.contains(":60") || text.contains('-') {
        return;
    }
    // It looks at the day of the week, which follows from the date, and knows nothing before 1970.
    let right = WEEKDAYS.map(|day| format!("{day}{}", text.get(3..).unwrap_or_default()));
    let theirs = right.iter().find_map(|text| httpdate::parse_http_date(text).ok());
    let theirs = theirs.map(|at| at.duration_since(now).unwrap_or_default());
    assert_eq!(ours, theirs.unwrap_or_default(), "{text}");
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
