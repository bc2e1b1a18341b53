//! Where redirects lead, and what may go along: each row of `redirects/steps.json`, and chains of them.

#![cfg(test)]

use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;
use ws_core::{RedirectError, Redirects, Url, UrlError};

/// By what they are about.
const STEPS: &str = include_str!("redirects/steps.json");

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn locations<V: AsRef<[u8]>>(values: &[V]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(header::LOCATION, HeaderValue::from_bytes(value.as_ref()).unwrap());
    }
    headers
}

fn follow(redirects: &mut Redirects, from: &str, location: &[u8]) -> Result<Url, RedirectError> {
    let next = redirects.follow(&url(from), StatusCode::FOUND, &locations(&[location]));
    next.map(|next| next.unwrap())
}

fn error(from: &str, location: &[u8]) -> RedirectError {
    follow(&mut Redirects::new(9), from, location).unwrap_err()
}

#[test]
fn every_step() {
    let groups: Value = serde_json::from_str(STEPS).unwrap();
    let mut count = 0;
    for (about, rows) in groups.as_object().unwrap() {
        for row in rows.as_array().unwrap() {
            count += 1;
            check(row, &format!("{about}: {row}"));
        }
    }
    assert!(count >= 100, "{count}");
}

fn check(row: &Value, what: &str) {
    let text = |key: &str| row[key].as_str();
    let from = url(text("from").unwrap());
    let status = u16::try_from(row["status"].as_u64().unwrap()).unwrap();
    let status = StatusCode::from_u16(status).unwrap();
    let values = row["location"].as_array().unwrap().iter().map(|value| value.as_str().unwrap());
    let headers = locations(&values.collect::<Vec<_>>());

    let mut redirects = Redirects::new(1);
    let next = match redirects.follow(&from, status, &headers) {
        Ok(next) => next,
        Err(error) => {
            assert_eq!(Some(error.name()), text("error"), "{what}: {error}");
            assert!(!redirects.crossed_origin(), "{what}");
            return;
        }
    };
    assert_eq!(None, text("error"), "{what}: {next:?}");
    let Some(next) = next else {
        assert!(row["to"].is_null() && !redirects.crossed_origin(), "{what}");
        return;
    };
    assert_eq!(Some(next.to_string().as_str()), text("to"), "{what}");
    assert_eq!(Some(!redirects.crossed_origin()), row["keeps_credentials"].as_bool(), "{what}");
    let user_info = next.user_info().map(|(user, password)| format!("{user}:{password}"));
    assert_eq!(user_info.as_deref(), text("user_info"), "{what}");
    // It may be asked, and its text leads there, too.
    let config = ws_core::ClientConfig::new();
    assert!(ws_core::upgrade_request(&config, next.host_field(), next.target()).is_ok(), "{what}");
    let again = url(&next.to_string());
    assert!(again.same_origin(&next) && again.target() == next.target(), "{what}");
}

#[test]
fn who_was_elsewhere_stays_so() {
    let mut redirects = Redirects::new(9);
    let mut at = url("ws://ada:love@a/1");
    for (location, expected, has_user, crossed) in [
        ("2", "ws://a/2", true, false),
        ("http://a/3", "ws://a/3", true, false),
        ("//b/4", "ws://b/4", false, true),
        ("5", "ws://b/5", false, true),
        ("//a/6", "ws://a/6", false, true),
        ("//bob@a/7", "ws://a/7", true, true),
        ("8", "ws://a/8", true, true),
    ] {
        let headers = locations(&[location]);
        at = redirects.follow(&at, StatusCode::SEE_OTHER, &headers).unwrap().unwrap();
        assert_eq!(at.to_string(), expected);
        assert_eq!(at.user_info().is_some(), has_user, "{at}");
        assert_eq!(redirects.crossed_origin(), crossed, "{at}");
    }
}

#[test]
fn up_to_a_limit() {
    for limit in 0..4 {
        let mut redirects = Redirects::new(limit);
        // What is no redirect, and what cannot be followed, does not count.
        for _ in 0..5 {
            let none = redirects.follow(&url("ws://a/"), StatusCode::OK, &locations(&["/"]));
            assert_eq!(none, Ok(None));
            assert_eq!(
                follow(&mut redirects, "ws://a/", b"x:y").unwrap_err().name(),
                "invalid-location"
            );
        }
        for _ in 0..limit {
            follow(&mut redirects, "ws://a/", b"/").unwrap();
        }
        for _ in 0..2 {
            let error = follow(&mut redirects, "ws://a/", b"//u:p@b/").unwrap_err();
            let expected = RedirectError::TooManyRedirects { limit, url: "ws://b/".into() };
            assert_eq!(error, expected);
            assert!(!redirects.crossed_origin());
        }
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let follow = |headers| Redirects::new(1).follow(&url("ws://a/"), StatusCode::FOUND, &headers);
    let none = follow(HeaderMap::new());
    let several = follow(locations(&["/a", "/b", "/c"]));
    for (error, name, words) in [
        (none.unwrap_err(), "no-location", "the 302 has no Location"),
        (several.unwrap_err(), "several-locations", "has 3 Locations, and not one"),
        (error("ws://a/", b"/\xff@\xfe"), "invalid-location", "\"...@\\xfe\" is not UTF-8"),
        (error("ws://a/", b"ftp://a/"), "invalid-location", "\"ftp\" is neither ws nor wss"),
        (error("wss://a/", b"http://u:p@b/"), "insecure-redirect", "\"ws://b/\""),
    ] {
        assert_eq!(error.name(), name);
        let shown = error.to_string();
        assert!(shown.contains(words), "{shown}");
    }
    let RedirectError::InvalidLocation { location, error } = error("ws://a/", b"//\xc3\xa9 /")
    else {
        panic!()
    };
    assert_eq!((&*location, error), ("//\\u{e9} /", invalid_host()));
}

fn invalid_host() -> UrlError {
    let part = "\\u{e9} ".to_owned();
    if cfg!(feature = "idna") {
        UrlError::InternationalHost(part)
    } else {
        UrlError::NeedsIdna(part)
    }
}

/// autobahn-python put what a URL had encoded into the field that it answered with. Here a line that is encoded stays
/// so, in whatever part it stands, and one that is not encoded is no Location, and no URL.
#[test]
fn cve_2020_35678_a_line_in_a_location() {
    for (at, target) in [
        ("ws://a/x%0d%0aX-Evil:%201", "/x%0d%0aX-Evil:%201"),
        ("ws://a/?x%0D%0AX-Evil:1", "/?x%0D%0AX-Evil:1"),
        ("/%0a#%0d%0aX-Evil", "/%0a"),
        ("?%00", "/1?%00"),
    ] {
        let next = follow(&mut Redirects::new(1), "ws://a/1", at.as_bytes()).unwrap();
        assert_eq!(next.target(), target);
        let config = ws_core::ClientConfig::new();
        let mut client =
            ws_core::ClientHandshake::new(&config, next.host_field(), next.target()).unwrap();
        let head = bytes::Buf::chunk(client.send_queue()).to_vec();
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with(&format!("GET {target} HTTP/1.1\r\n")), "{head}");
        assert!(head.lines().all(|line| !line.starts_with("X-Evil")), "{head}");
    }
    for part in ["/x\r\ny", "/?x\ny", "/#x\ry", "//h\r\ny/", "/x\0y", "/\u{85}\r"] {
        assert!(HeaderValue::from_bytes(part.as_bytes()).is_err(), "{part:?}");
        // A host is looked at when it is parsed, a target when it is to be sent.
        let Ok(url) = Url::parse(&format!("ws://a{part}")) else { continue };
        let config = ws_core::ClientConfig::new();
        let asked = ws_core::ClientHandshake::new(&config, url.host_field(), url.target());
        match part.starts_with("/#") {
            // A fragment is not sent.
            true => assert_eq!(url.target(), "/"),
            false => assert_eq!(asked.unwrap_err().name(), "invalid-target", "{part:?}"),
        }
    }
}

#[test]
fn errors_have_a_cause() {
    use std::error::Error;

    let source = |error: RedirectError| error.source().map(ToString::to_string);
    assert!(source(error("ws://a/", b"ftp://a/")).unwrap().contains("ftp"));
    assert_eq!(source(error("wss://a/", b"ws://a/")), None);
}

/// Whatever is in a Location: printable, short, and without a password.
#[test]
fn errors_give_nothing_away() {
    let long = "x".repeat(500);
    let mut seen = 0;
    for before in ["", "//", "http://", "ws:", "ftp://", "/", "?", "x:", "\\\\", "wss://"] {
        for secret in ["", "ada:s3cret@", "s3cret@", "a:s3c/ret@", "a:s3c#ret@", "a:s3c?ret@"] {
            for host in ["", "h", "h:x", "h h", "[", "h:0", "\u{e9}", "\t", &long] {
                for behind in ["", "/", "/ ", "/\\", "?\"", &long] {
                    let location = format!("{before}{secret}{host}{behind}");
                    for from in ["ws://ada:s3cret@a/", "wss://a/"] {
                        let mut redirects = Redirects::new(0);
                        let Err(error) = follow(&mut redirects, from, location.as_bytes()) else {
                            panic!("{location}")
                        };
                        let shown = format!("{error} {error:?}");
                        seen += 1;
                        assert!(shown.bytes().all(|b| matches!(b, b' '..=b'~')), "{shown}");
                        assert!(error.to_string().len() < 400, "{shown}");
                        let is_path = matches!(error, RedirectError::TooManyRedirects { .. });
                        assert!(!shown.contains("s3c") || is_path, "{location}: {shown}");
                    }
                }
            }
        }
    }
    assert!(seen > 5_000, "{seen}");
}

/// Theirs, without the schemes that are not ours.
fn theirs(base: &str, reference: &str) -> Option<url::Url> {
    let base = url::Url::parse(base).ok()?;
    let text = base.join(reference).ok()?.to_string();
    let text = match text.strip_prefix("http") {
        Some(rest) => format!("ws{rest}"),
        None => text,
    };
    url::Url::parse(&text).ok().filter(|url| ["ws", "wss"].contains(&url.scheme()))
}

/// Whether some piece is a letter and a colon: the crate `url` takes that for a drive of Windows, and does
/// not go up from there, in any scheme. The URL standard knows drives in `file` alone.
fn has_drive(text: &str) -> bool {
    text.split(['/', '\\', '?', '#']).any(
        |piece| matches!(piece.as_bytes(), [letter, b':' | b'|'] if letter.is_ascii_alphabetic()),
    )
}

/// What both take leads to the same place, where theirs is what a browser would ask.
#[test]
fn no_redirect_leads_elsewhere() {
    const PIECES: [&str; 36] = [
        "a", "b.c", "1", "127", ".", "..", "...", "%", "%2e", "%2E", "%41", "%C3%A9", "[::1]", ":",
        "80", ":443", "@", "u:p@", "/", "/", "//", "/..", "/.", "\\", "?", "#", " ", "\t",
        "\u{e9}", "'", "^", "{", ";", "http:", "wss:", "x:",
    ];
    let mut state = 1_u64;
    let mut random = |below: usize| {
        // Knuth's generator; its high bits are good enough.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut both = 0;
    for _ in 0..200_000 {
        let base = ["ws://h", "wss://u:p@h:81", "ws://i"][random(3)].to_owned();
        let tail = ["", "?q", "/"][random(3)].to_owned();
        let tail = (0..random(6)).fold(tail, |text, _| text + PIECES[random(36)]);
        // Behind a host itself, a piece would be another host.
        let tail = if tail.starts_with(['/', '?']) { tail } else { String::new() };
        let base = base + &tail;
        let head = ["", "", "/", "?", "//", "http://", "WSS://"][random(7)].to_owned();
        let reference = (0..random(7)).fold(head, |text, _| text + PIECES[random(36)]);

        // One that can be asked, since it has answered.
        let Ok(from) = Url::parse(&base) else { continue };
        let config = ws_core::ClientConfig::new();
        let can_ask = ws_core::upgrade_request(&config, from.host_field(), from.target()).is_ok();
        if !can_ask || has_drive(&base) || has_drive(&reference) {
            continue;
        }
        let Ok(ours) = from.join(&reference) else { continue };
        let what = format!("{base} {reference}: {ours}");
        let theirs = theirs(&base, &reference).unwrap_or_else(|| panic!("{what}"));
        both += 1;
        let again = url::Url::parse(&ours.to_string()).unwrap();
        assert_eq!(again.origin(), theirs.origin(), "{what}");
        assert_eq!((again.path(), again.query()), (theirs.path(), theirs.query()), "{what}");
        let has_user =
            !(theirs.username().is_empty() && theirs.password().is_none_or(str::is_empty));
        assert_eq!(ours.user_info().is_some(), has_user, "{what}");

        let again = url(&ours.to_string());
        assert!(again.same_origin(&ours) && again.target() == ours.target(), "{what}");
    }
    assert!(both > 50_000, "{both}");
}
