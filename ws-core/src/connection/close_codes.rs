//! Which close code tells a peer that it broke a rule (RFC 6455 7.4.1).

use crate::{close::CloseCode, codec::FrameRule};

impl FrameRule {
    /// The close code that the peer is told (RFC 6455 7.4.1).
    pub const fn close_code(self) -> CloseCode {
        match self {
            Self::InvalidUtf8 | Self::CloseReason | Self::InvalidDeflate => {
                CloseCode::INVALID_PAYLOAD
            }
            Self::FrameTooLarge | Self::MessageTooLarge => CloseCode::TOO_LARGE,
            Self::TooManyFragments => CloseCode::POLICY,
            _ => CloseCode::PROTOCOL_ERROR,
        }
    }
}
