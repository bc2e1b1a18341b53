//! Names and labels: one for each value, such as metrics and logs can tell apart.

#![cfg(test)]

use std::collections::BTreeSet;

use ws_core::{CloseCode, HandshakeStep, ProxyStep, Timeout};

/// No two are the same, and each is in kebab-case.
fn assert_distinct(names: &[&str]) {
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    assert!(names.iter().all(|name| !name.is_empty() && name.bytes().all(is_plain)), "{names:?}");
}

#[test]
fn each_step_of_a_handshake_has_a_name_and_words() {
    use HandshakeStep::*;

    let rows = [
        (LookUp, "look-up", "looking up"),
        (Connect, "connect", "connecting"),
        (Proxy, "proxy", "the proxy"),
        (Tls, "tls", "TLS"),
        (Settings, "settings", "SETTINGS"),
        (SendRequest, "send-request", "writing the request"),
        (AwaitAnswer, "await-answer", "waiting for the server's answer"),
        (ReadAnswer, "read-answer", "the head of the server's answer"),
        (AwaitRequest, "await-request", "waiting for a request"),
        (ReadRequest, "read-request", "the head of a request"),
        (Decide, "decide", "deciding"),
        (SendAnswer, "send-answer", "writing the answer"),
    ];
    assert_distinct(&rows.map(|(_, name, _)| name));
    for (step, name, words) in rows {
        assert_eq!(step.name(), name);
        assert!(step.to_string().contains(words), "{step}");
    }
}

#[test]
fn each_step_of_asking_a_proxy_has_its_words() {
    use ProxyStep::*;

    for (step, words) in [
        (Method, "choose a method"),
        (Authentication, "user name and password"),
        (Connection, "connect to the server"),
        (Refusal, "reading the proxy's refusal"),
    ] {
        assert!(step.to_string().contains(words), "{step}");
    }
}

#[test]
fn each_timeout_has_a_name_and_words() {
    let rows = [
        (Timeout::Idle, "idle-timeout", "said nothing"),
        (Timeout::Pong, "pong-timeout", "answer a ping"),
        (Timeout::Send, "send-timeout", "took nothing"),
        (Timeout::Close, "close-timeout", "the peer did not finish"),
        (Timeout::Shutdown, "shutdown-timeout", "everything shuts down"),
    ];
    assert_distinct(&rows.map(|(_, name, _)| name));
    for (timeout, name, words) in rows {
        assert_eq!(timeout.name(), name);
        assert!(timeout.to_string().contains(words), "{timeout}");
    }
}

/// All codes there are, and both ends of each range.
#[test]
fn a_close_code_is_labelled_by_its_number_or_its_range() {
    for number in 0..=u16::MAX {
        let expected = match number {
            1000..=1003 | 1005..=1015 => number.to_string(),
            3000..=3999 => "3xxx".to_owned(),
            4000..=4999 => "4xxx".to_owned(),
            _ => "other".to_owned(),
        };
        let code = CloseCode::from(number);
        assert_eq!(code.label(), expected);
        assert_eq!((u16::from(code), code.get()), (number, number));
    }
    assert_eq!(CloseCode::NORMAL_CLOSURE.to_string(), "1000");
    assert_eq!(format!("{:?}", CloseCode::NORMAL_CLOSURE), "CloseCode(1000)");
}
