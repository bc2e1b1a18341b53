//! Which close code tells a peer that it broke a rule (RFC 6455 7.4.1).

use crate::{close::CloseCode, codec::FrameRule};

impl FrameRule {
    /// The close code that the peer is told (RFC 6455 7.4.1).
    pub const fn close_code(self) -> CloseCode {
        match self {
            Self::InvalidUtf8 | Self::CloseReason | Self::InvalidDeflate => {
                CloseCode::INVALID_FRAME_PAYLOAD_DATA
            }
            Self::FrameTooLarge | Self::MessageTooLarge => CloseCode::MESSAGE_TOO_BIG,
            Self::TooManyFragments => CloseCode::POLICY_VIOLATION,
            _ => CloseCode::PROTOCOL_ERROR,
        }
    }
}
