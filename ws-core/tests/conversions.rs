//! Messages and texts from and to what programs have.

#![cfg(test)]

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use ws_core::{CloseCode, Message, Prepared, Text, TextError};

#[test]
fn a_message_of_nothing_is_empty() {
    assert!(Message::text("").is_empty() && Message::binary("").is_empty());
    assert!(!Message::text("a").is_empty() && !Message::binary("a").is_empty());
}

#[test]
fn text_comes_from_whatever_holds_text() {
    let owned = String::from("grüße");
    let all: [Message; 7] = [
        "grüße".into(),
        (&owned).into(),
        Cow::Borrowed("grüße").into(),
        Cow::<str>::Owned(owned.clone()).into(),
        owned.clone().into_boxed_str().into(),
        Text::from_static("grüße").into(),
        owned.clone().into(),
    ];
    for message in all {
        assert!(message.is_text() && !message.is_binary());
        assert_eq!(message.as_text(), Some("grüße"));
        assert_eq!((message.len(), message.is_empty()), (7, false));
        assert_eq!(message.to_string(), "grüße");
        assert_eq!(message.clone().into_text().unwrap(), owned);
        assert_eq!(Bytes::from(message), "grüße".as_bytes());
    }
    assert_eq!(Message::from('ß').as_text(), Some("ß"));
}

#[test]
fn bytes_come_from_whatever_holds_bytes() {
    let all: [Message; 8] = [
        b"\xff\x00".into(),
        [0xff, 0].into(),
        b"\xff\x00"[..].into(),
        vec![0xff, 0].into(),
        (&vec![0xff, 0]).into(),
        vec![0xff, 0].into_boxed_slice().into(),
        Bytes::from_static(b"\xff\x00").into(),
        BytesMut::from(&b"\xff\x00"[..]).into(),
    ];
    for message in all {
        assert!(message.is_binary() && !message.is_text());
        assert_eq!((message.as_text(), message.len()), (None, 2));
        assert_eq!(AsRef::<[u8]>::as_ref(&message), [0xff, 0]);
        assert_eq!(message.to_string(), "\u{fffd}\0");
        let error: TextError = message.into_text().unwrap_err();
        assert_eq!(error.as_bytes(), [0xff, 0]);
        assert_eq!(error.into_bytes(), [0xff, 0][..]);
    }
}

#[test]
fn what_a_message_holds_is_given_away_without_being_copied() {
    let bytes = Bytes::from(vec![7; 100]);
    let given = Message::binary(bytes.clone()).into_bytes();
    assert_eq!((given.as_ptr(), given.len()), (bytes.as_ptr(), 100));
    let text = Text::from("hello".to_owned());
    let at = text.as_bytes().as_ptr();
    let given = Bytes::from(text.clone());
    assert_eq!((given.as_ptr(), &*given), (at, &b"hello"[..]));
    let given = Bytes::from(Message::text(text));
    assert_eq!((given.as_ptr(), &*given), (at, &b"hello"[..]));
}

#[test]
fn bytes_that_are_text_become_text_without_being_copied() {
    let bytes = Bytes::from(b"hello".to_vec());
    let text = Message::from(bytes.clone()).into_text().unwrap();
    assert_eq!(text.as_bytes().as_ptr(), bytes.as_ptr());
    assert_eq!(Text::try_from(&b"hello"[..]).unwrap(), text);
    assert_eq!(Text::try_from(b"hello".to_vec()).unwrap(), text);
    assert!(Text::try_from(b"\xc3".to_vec()).is_err());
}

#[test]
fn a_text_is_compared_and_taken_apart_like_a_string() {
    let (text, string) = (Text::from("abc"), String::from("abc"));
    assert!(text == *"abc" && text == "abc" && text == string && text == Cow::Borrowed("abc"));
    assert!("abc" == text && string == text && Cow::Borrowed("abc") == text);
    assert!(text != "abd" && text != "abcd");
    assert_eq!((text.len(), text.is_empty(), Text::default().is_empty()), (3, false, true));
    assert_eq!(AsRef::<str>::as_ref(&text), "abc");
    assert_eq!(AsRef::<[u8]>::as_ref(&text), b"abc");
    assert_eq!(format!("[{text:>5}]"), "[  abc]");
    let memory = text.as_bytes().as_ptr();
    let string = String::from(text);
    assert_eq!((string.as_str(), string.as_ptr()), ("abc", memory), "the memory moves");
}

#[test]
fn a_prepared_message_is_made_of_anything() {
    assert_eq!(Prepared::new("a").message(), &Message::text("a"));
    assert_eq!(Prepared::new(b"a").message(), &Message::binary("a"));
    let shown = format!("{:?}", Prepared::new("hello"));
    assert!(shown.starts_with("Prepared") && shown.contains("hello"), "{shown}");
}

/// The registry of close codes: <https://www.iana.org/assignments/websocket>.
#[test]
fn only_codes_for_the_wire_may_be_sent() {
    for (code, sendable) in [
        (CloseCode::NORMAL_CLOSURE, true),
        (CloseCode::GOING_AWAY, true),
        (CloseCode::PROTOCOL_ERROR, true),
        (CloseCode::UNSUPPORTED_DATA, true),
        (CloseCode::new(1004), false),
        (CloseCode::NO_STATUS_RECEIVED, false),
        (CloseCode::ABNORMAL_CLOSURE, false),
        (CloseCode::INVALID_FRAME_PAYLOAD_DATA, true),
        (CloseCode::POLICY_VIOLATION, true),
        (CloseCode::MESSAGE_TOO_BIG, true),
        (CloseCode::MANDATORY_EXTENSION, true),
        (CloseCode::INTERNAL_ERROR, true),
        (CloseCode::SERVICE_RESTART, true),
        (CloseCode::TRY_AGAIN_LATER, true),
        (CloseCode::BAD_GATEWAY, true),
        (CloseCode::TLS_HANDSHAKE, false),
        (CloseCode::UNAUTHORIZED, true),
        (CloseCode::FORBIDDEN, true),
        (CloseCode::TIMEOUT, true),
    ] {
        assert_eq!(code.is_sendable(), sendable, "{code}");
    }
}
