//! How the names of fields are spelled on the wire.
//!
//! "Each field line consists of a case-insensitive field name" (RFC 9112 5), and there are servers that
//! compare names with their case all the same. They know the spelling that nearly everybody sends.

use std::borrow::Cow;

use bytes::{BufMut, BytesMut};
use http::HeaderName;

/// The name of a field, and whether its case is to be kept.
///
/// Text goes out as it was written: `"X-API-key"` is `X-API-key`. A [`HeaderName`] has no case, and goes
/// out in the one that is usual: `X-Api-Key`.
pub trait FieldName {
    /// The name.
    fn text(&self) -> &str;

    /// Whether the name goes out as it was written.
    fn keeps_case(&self) -> bool {
        true
    }
}

macro_rules! text {
    ($($text:ty),*) => { $(
        impl FieldName for $text {
            fn text(&self) -> &str {
                self
            }
        }
    )* };
}

text!(str, String, Box<str>, Cow<'_, str>);

impl FieldName for HeaderName {
    fn text(&self) -> &str {
        self.as_str()
    }

    fn keeps_case(&self) -> bool {
        false
    }
}

impl<N: FieldName + ?Sized> FieldName for &N {
    fn text(&self) -> &str {
        (**self).text()
    }

    fn keeps_case(&self) -> bool {
        (**self).keeps_case()
    }
}

/// Writes `name` with each word in upper case at its start, or as it is registered if that is something
/// else.
pub(crate) fn write_usual(name: &HeaderName, out: &mut BytesMut) {
    let name = name.as_str();
    let start = out.len();
    out.put_slice(name.as_bytes());
    let name = &mut out[start..];
    if let Some(registered) = REGISTERED.iter().find(|other| other.eq_ignore_ascii_case(name)) {
        name.copy_from_slice(registered);
        return;
    }
    let mut begins = true;
    for byte in name.iter_mut() {
        if begins {
            byte.make_ascii_uppercase();
        }
        begins = *byte == b'-';
    }
    if let Some(start) = name.get_mut(..WEB_SOCKET.len()) {
        if start.eq_ignore_ascii_case(WEB_SOCKET) {
            start.copy_from_slice(WEB_SOCKET);
        }
    }
}

const WEB_SOCKET: &[u8] = b"Sec-WebSocket-";

/// Names that have upper-case letters in other places.
const REGISTERED: [&[u8]; 7] = [
    b"WWW-Authenticate",
    b"ETag",
    b"DNT",
    b"TE",
    b"Content-MD5",
    b"MIME-Version",
    b"X-XSS-Protection",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_spelling() {
        for usual in [
            "Authorization",
            "X-Api-Key",
            "Host",
            "Content-Length",
            "Sec-WebSocket-Key",
            "Sec-WebSocket-Version",
            "Sec-WebSocket-Protocol",
            "Sec-WebSocket-Extensions",
            "Sec-WebSocket-Accept",
            "Sec-WebSocket-Other-Thing",
            "Sec-Websocket",
            "WWW-Authenticate",
            "ETag",
            "DNT",
            "TE",
            "A",
            "A--B-",
            "-A",
            "X_y",
            "1a-2b",
        ] {
            let mut out = BytesMut::from("before\r\n");
            let name = HeaderName::from_bytes(usual.as_bytes()).unwrap();
            write_usual(&name, &mut out);
            assert_eq!(out, format!("before\r\n{usual}"));
        }
    }

    #[test]
    fn text_has_a_case_and_a_header_name_has_none() {
        assert!("x-Api".keeps_case() && String::from("x").keeps_case());
        assert!(!HeaderName::from_static("x-api").keeps_case());
        let name = &HeaderName::from_static("x-api");
        assert!(!name.keeps_case() && !<&HeaderName as FieldName>::keeps_case(&name));
    }
}
