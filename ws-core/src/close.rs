//! Why a WebSocket ends (RFC 6455 7).

use std::fmt;

use crate::message::Text;

/// A close code (RFC 6455 7.4). The constants have the names of IANA's registry of WebSocket close
/// codes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000, Normal Closure: the purpose of the connection has been fulfilled.
    pub const NORMAL_CLOSURE: Self = Self(1000);
    /// 1001, Going Away: the server goes down, or the page is left.
    pub const GOING_AWAY: Self = Self(1001);
    /// 1002, Protocol Error: the peer broke the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// 1003, Unsupported Data: a kind of message that cannot be accepted.
    pub const UNSUPPORTED_DATA: Self = Self(1003);
    /// 1005, No Status Received: the close frame had no code. Never on the wire.
    pub const NO_STATUS_RECEIVED: Self = Self(1005);
    /// 1006, Abnormal Closure: there was no close frame. Never on the wire.
    pub const ABNORMAL_CLOSURE: Self = Self(1006);
    /// 1007, Invalid Frame Payload Data: data that contradicts its type, such as text that is not
    /// UTF-8.
    pub const INVALID_FRAME_PAYLOAD_DATA: Self = Self(1007);
    /// 1008, Policy Violation: a message that breaks the endpoint's policy.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// 1009, Message Too Big: a message that is too big to process.
    pub const MESSAGE_TOO_BIG: Self = Self(1009);
    /// 1010, Mandatory Extension: the client needs an extension that the server did not negotiate.
    pub const MANDATORY_EXTENSION: Self = Self(1010);
    /// 1011, Internal Error: the server met an unexpected condition.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// 1012, Service Restart: the server restarts.
    pub const SERVICE_RESTART: Self = Self(1012);
    /// 1013, Try Again Later: the server is overloaded.
    pub const TRY_AGAIN_LATER: Self = Self(1013);
    /// 1014, Bad Gateway: a gateway got an invalid response from the server behind it.
    pub const BAD_GATEWAY: Self = Self(1014);
    /// 1015, TLS Handshake: there was no TLS session, for instance because the server's certificate
    /// could not be verified. Never on the wire.
    pub const TLS_HANDSHAKE: Self = Self(1015);
    /// 3000, Unauthorized: credentials are missing or not accepted, as HTTP's 401 says it.
    pub const UNAUTHORIZED: Self = Self(3000);
    /// 3003, Forbidden: the credentials do not suffice, as HTTP's 403 says it.
    pub const FORBIDDEN: Self = Self(3003);
    /// 3008, Timeout: the peer did not do something in time, as HTTP's 408 says it.
    pub const TIMEOUT: Self = Self(3008);

    /// The code with this number, whether or not it may be sent.
    pub const fn new(code: u16) -> Self {
        Self(code)
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Whether a close frame may have this code: the registered ones, and those for libraries and
    /// applications, 3000 to 4999 (RFC 6455 7.4.2). 1005, 1006 and 1015 are never sent: they tell
    /// the application what happened. 1004 is reserved.
    #[must_use]
    pub const fn is_sendable(self) -> bool {
        matches!(self.0, 1000..=1003 | 1007..=1014 | 3000..=4999)
    }

    /// The number as text if it is one of those that the protocol defines, otherwise the range that it is in: `3xxx`
    /// for libraries, `4xxx` for applications, or `other`. A peer may send any of two thousand codes; these are few enough
    /// to be labels of metrics.
    ///
    /// ```
    /// use ws_core::CloseCode;
    ///
    /// assert_eq!(CloseCode::GOING_AWAY.label(), "1001");
    /// assert_eq!(CloseCode::new(4711).label(), "4xxx");
    /// ```
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self.0 {
            1000 => "1000",
            1001 => "1001",
            1002 => "1002",
            1003 => "1003",
            1005 => "1005",
            1006 => "1006",
            1007 => "1007",
            1008 => "1008",
            1009 => "1009",
            1010 => "1010",
            1011 => "1011",
            1012 => "1012",
            1013 => "1013",
            1014 => "1014",
            1015 => "1015",
            3000..=3999 => "3xxx",
            4000..=4999 => "4xxx",
            _ => "other",
        }
    }
}

impl fmt::Debug for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CloseCode({})", self.0)
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<CloseCode> for u16 {
    fn from(code: CloseCode) -> Self {
        code.0
    }
}

impl From<u16> for CloseCode {
    fn from(code: u16) -> Self {
        Self(code)
    }
}

/// What a close frame says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseFrame {
    /// Why; [`CloseCode::NO_STATUS_RECEIVED`] when the frame was empty.
    pub code: CloseCode,
    /// Something for people to read, at most 123 bytes.
    pub reason: Text,
}

impl CloseFrame {
    /// A close frame without code or reason.
    pub const EMPTY: Self =
        Self { code: CloseCode::NO_STATUS_RECEIVED, reason: Text::from_static("") };

    /// A close frame with code 1000 and no reason.
    pub const NORMAL: Self =
        Self { code: CloseCode::NORMAL_CLOSURE, reason: Text::from_static("") };

    /// A close frame with code 1001 and no reason.
    pub const GOING_AWAY: Self =
        Self { code: CloseCode::GOING_AWAY, reason: Text::from_static("") };

    /// A close frame with a code, and a reason that may be empty.
    pub fn new(code: CloseCode, reason: impl Into<Text>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// Which end began to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// This end.
    Local,
    /// The peer.
    Remote,
}

/// How a WebSocket ended, or how far closing has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CloseInfo {
    /// The close frame that was sent.
    pub sent: Option<CloseFrame>,
    /// The close frame that was received.
    pub received: Option<CloseFrame>,
    /// Whose close frame was first.
    pub first: Option<Side>,
}

impl CloseInfo {
    /// Takes note of a close frame that has come: it was the first, unless one was sent before.
    pub fn note_received(&mut self, frame: CloseFrame) {
        self.received = Some(frame);
        self.first.get_or_insert(Side::Remote);
    }

    /// Whether both sides have sent a close frame: the closing handshake is complete (RFC 6455
    /// 7.1.4).
    pub fn is_clean(&self) -> bool {
        self.sent.is_some() && self.received.is_some()
    }
}
