//! The checks that each program owes: a missing line is a failure.

/// Of `python/http2.py`, wherever it is.
pub(crate) const H2: &[&str] = &[
    "the server offers it",
    "a message is echoed, and the closing handshake ends the stream without a reset",
    "a message is longer than all windows",
    "a broken rule is answered with a close, and the stream ends without a reset",
    "a hundred on one connection, and then they are cancelled",
    "others are idle on the same connection, and one is used",
    "a close with a code ends the stream without a reset",
    "another origin is answered with 403",
    "what is no token is answered with 400",
    "an ordinary request is answered with 200",
];

/// Of the same, where nothing stands in front of the server.
pub(crate) const H2_ALONE: &[&str] = &[
    "a message comes with the request",
    "HTTP/1.1 on the same port, and the first frame comes with the request",
    "another version is answered with 400",
    "no version is answered with 400",
];

/// Of `node/http2.mjs`.
pub(crate) const NODE: &[&str] = &[
    "text and bytes are echoed, and a clean close ends the stream without a reset",
    "a subprotocol",
    "the server closes with a code, and the stream ends without a reset",
    "another origin is answered with 403, and the connection goes on",
    "fifty at a time, a request beside them, and then they are cancelled",
];

/// Of our client.
pub(crate) const OURS: &[&str] = &[
    "text, bytes, and a clean close",
    "a message is longer than all windows",
    "messages are many and small",
    "fifty at a time",
    "a subprotocol",
    "the server closes with a code",
    "another origin is answered with 403",
    "one that is dropped harms no other",
];
