//! Why a WebSocket ends (RFC 6455 7).

use std::fmt;

use crate::message::Text;

/// A close code (RFC 6455 7.4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000: done.
    pub const NORMAL: Self = Self(1000);
    /// 1001: the server goes down, or the page is left.
    pub const GOING_AWAY: Self = Self(1001);
    /// 1002: the peer broke the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// 1003: a kind of data that cannot be taken.
    pub const UNSUPPORTED: Self = Self(1003);
    /// 1005: the close frame had no code. Never on the wire.
    pub const NO_STATUS: Self = Self(1005);
    /// 1006: there was no close frame. Never on the wire.
    pub const ABNORMAL: Self = Self(1006);
    /// 1007: data that contradicts its type, such as text that is not UTF-8.
    pub const INVALID_PAYLOAD: Self = Self(1007);
    /// 1008: a message that breaks the peer's policy.
    pub const POLICY: Self = Self(1008);
    /// 1009: a message too large to be taken.
    pub const TOO_LARGE: Self = Self(1009);
    /// 1010: the client needs an extension that the server did not agree to.
    pub const MISSING_EXTENSION: Self = Self(1010);
    /// 1011: the server met something unexpected.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// 1012: the server restarts.
    pub const RESTART: Self = Self(1012);
    /// 1013: the server is overloaded; try again later.
    pub const TRY_AGAIN: Self = Self(1013);
    /// 1014: a gateway got an invalid answer.
    pub const BAD_GATEWAY: Self = Self(1014);

    /// The code with this number, whether or not it may be sent.
    pub const fn new(code: u16) -> Self {
        Self(code)
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Whether a close frame may have this code: the registered ones but 1004, 1005, 1006 and 1015,
    /// and those for libraries and applications, 3000 to 4999 (RFC 6455 7.4.2).
    pub const fn is_sendable(self) -> bool {
        matches!(self.0, 1000..=1003 | 1007..=1014 | 3000..=4999)
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
    /// Why; [`CloseCode::NO_STATUS`] when the frame was empty.
    pub code: CloseCode,
    /// Something for people to read, at most 123 bytes.
    pub reason: Text,
}

impl CloseFrame {
    /// A close frame without code or reason.
    pub const EMPTY: Self = Self { code: CloseCode::NO_STATUS, reason: Text::from_static("") };

    /// A close frame that says that all is done, and no more.
    pub const NORMAL: Self = Self { code: CloseCode::NORMAL, reason: Text::from_static("") };

    /// A close frame with a code, and a reason that may be empty.
    pub fn new(code: CloseCode, reason: impl Into<Text>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// Which end began to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// This one.
    Local,
    /// The peer.
    Remote,
}

/// How a WebSocket ended, as far as it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloseInfo {
    /// The close frame that was sent.
    pub sent: Option<CloseFrame>,
    /// The close frame that came.
    pub received: Option<CloseFrame>,
    /// Whose close frame was first.
    pub first: Option<Side>,
}

impl CloseInfo {
    /// Whether both sides have said that they close: the closing handshake is done (RFC 6455
    /// 7.1.4).
    pub fn is_clean(&self) -> bool {
        self.sent.is_some() && self.received.is_some()
    }
}
