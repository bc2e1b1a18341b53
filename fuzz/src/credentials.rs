//! Any text as user name, password and realm, and as Authorization: who has the password is let in, and nobody else.
//! The user name is the first line, the password the second, and all the rest an Authorization.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, header};
use ws_core::credentials::{basic, is_basic, unauthorized};

/// Runs one input.
pub fn run(data: &[u8]) {
    let mut lines = data.splitn(3, |&byte| byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (user, password, given) = (line(), line(), line());
    let (Ok(user), Ok(password)) = (std::str::from_utf8(user), std::str::from_utf8(password))
    else {
        return;
    };
    let is_let_in = |value: HeaderValue| {
        is_basic(&HeaderMap::from_iter([(header::AUTHORIZATION, value)]), user, password)
    };
    assert!(is_let_in(basic(user, password)));
    if let Ok(given) = HeaderValue::from_bytes(given) {
        assert_eq!(is_let_in(given.clone()), shows(given.as_bytes(), user, password));
    }
    let challenge = unauthorized(user);
    let challenge = challenge.headers()[header::WWW_AUTHENTICATE].to_str().expect("ASCII");
    let quoted = challenge.strip_prefix("Basic realm=\"");
    let quoted = quoted.and_then(|rest| rest.strip_suffix("\", charset=\"UTF-8\""));
    let quoted = quoted.expect("a realm in quotes").replace("\\\\", "").replace("\\\"", "");
    assert!(!quoted.contains(['"', '\\']), "{challenge}");
}

/// Whether an Authorization is what the two make.
fn shows(given: &[u8], user: &str, password: &str) -> bool {
    let Some(at) = given.iter().position(|&byte| byte == b' ') else { return false };
    let spaces = given[at..].iter().take_while(|&&byte| byte == b' ').count();
    let token = &given[at + spaces..];
    let decoded = STANDARD.decode(token).ok();
    given[..at].eq_ignore_ascii_case(b"basic")
        && decoded.is_some_and(|it| it == format!("{user}:{password}").as_bytes())
}
