//! Any Location as the answer of any URL: where we go, a browser goes, and nothing is given away.
//! The URL is the first line, and the Location all the rest.

use http::{HeaderMap, HeaderValue, StatusCode, header};
use ws_core::{ClientConfig, Redirects, Url, upgrade_request};

/// Runs one input.
pub fn run(data: &[u8]) {
    let Some(end) = data.iter().position(|&byte| byte == b'\n') else { return };
    let (base, location) = (&data[..end], &data[end + 1..]);
    let Ok(base) = std::str::from_utf8(base) else { return };
    let (Ok(from), Ok(value)) = (Url::parse(base), HeaderValue::from_bytes(location)) else {
        return;
    };
    let can_ask =
        |url: &Url| upgrade_request(&ClientConfig::new(), url.host_field(), url.target()).is_ok();
    if !can_ask(&from) {
        return;
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::LOCATION, value);
    let mut redirects = Redirects::new(1);
    let next = match redirects.follow(&from, StatusCode::FOUND, &headers) {
        Ok(next) => next.expect("302 is a redirect"),
        Err(error) => {
            let shown = format!("{error} {error:?}");
            assert!(shown.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{shown}");
            assert!(!redirects.crossed_origin());
            return;
        }
    };
    assert!(next.is_secure() || !from.is_secure(), "{next}");
    assert_eq!(redirects.crossed_origin(), !from.same_origin(&next), "{from} {next}");
    if let (Some(_), None) = (from.user_info(), next.user_info()) {
        assert!(redirects.crossed_origin(), "{from} {next}");
    }
    // It can be asked, unless it is too long, and its text means the same.
    assert!(can_ask(&next) || next.target().len() > 60_000, "{next}");
    let again = Url::parse(&next.to_string()).expect("it was taken");
    assert!(again.same_origin(&next), "{next}");
    assert_eq!((again.host_field(), again.target()), (next.host_field(), next.target()));
    // Nobody else counts any more.
    let mut more = redirects.clone();
    assert!(more.follow(&next, StatusCode::FOUND, &headers).is_err());

    let location = std::str::from_utf8(location).expect("it was taken");
    // The URL standard has no zones, decodes labels in Punycode, and the crate knows drives of Windows in
    // any scheme.
    let differs = |text: &str| {
        text.contains("%25") || text.to_ascii_lowercase().contains("xn--") || has_drive(text)
    };
    if [base, location, next.host()].into_iter().any(differs) {
        return;
    }
    let theirs = ::url::Url::parse(base).expect("a browser takes it").join(location);
    let theirs = theirs.expect("a browser takes it").to_string();
    let theirs = theirs.strip_prefix("http").map_or(theirs.clone(), |rest| format!("ws{rest}"));
    let theirs = ::url::Url::parse(&theirs).expect("a browser takes it");
    let ours = ::url::Url::parse(&next.to_string()).expect("a browser takes it");
    assert_eq!(ours.origin(), theirs.origin(), "{base:?} {location:?}");
    assert_eq!(
        (ours.path(), ours.query()),
        (theirs.path(), theirs.query()),
        "{base:?} {location:?}"
    );
}

/// Whether some piece is a letter and a colon.
fn has_drive(text: &str) -> bool {
    text.split(['/', '\\', '?', '#']).any(
        |piece| matches!(piece.as_bytes(), [letter, b':' | b'|'] if letter.is_ascii_alphabetic()),
    )
}
