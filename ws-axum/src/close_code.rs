//! The close codes with a name (RFC 6455 7.4.1, and IANA's registry), as axum calls them.

use ws_hyper::CloseCode;

/// 1000: the purpose of the connection has been fulfilled.
pub const NORMAL: u16 = CloseCode::NORMAL_CLOSURE.get();
/// 1001: the server goes down, or the page is left.
pub const AWAY: u16 = CloseCode::GOING_AWAY.get();
/// 1002: the peer broke the protocol.
pub const PROTOCOL: u16 = CloseCode::PROTOCOL_ERROR.get();
/// 1003: a kind of message that cannot be accepted.
pub const UNSUPPORTED: u16 = CloseCode::UNSUPPORTED_DATA.get();
/// 1005: the close frame had no code. Never sent.
pub const STATUS: u16 = CloseCode::NO_STATUS_RECEIVED.get();
/// 1006: there was no close frame. Never sent.
pub const ABNORMAL: u16 = CloseCode::ABNORMAL_CLOSURE.get();
/// 1007: data that contradicts its type, such as text that is not UTF-8.
pub const INVALID: u16 = CloseCode::INVALID_FRAME_PAYLOAD_DATA.get();
/// 1008: a message that breaks the endpoint's policy.
pub const POLICY: u16 = CloseCode::POLICY_VIOLATION.get();
/// 1009: a message that is too big to process.
pub const SIZE: u16 = CloseCode::MESSAGE_TOO_BIG.get();
/// 1010: the client needs an extension that was not negotiated.
pub const EXTENSION: u16 = CloseCode::MANDATORY_EXTENSION.get();
/// 1011: the server met an unexpected condition.
pub const ERROR: u16 = CloseCode::INTERNAL_ERROR.get();
/// 1012: the server restarts.
pub const RESTART: u16 = CloseCode::SERVICE_RESTART.get();
/// 1013: the server is overloaded.
pub const AGAIN: u16 = CloseCode::TRY_AGAIN_LATER.get();

#[cfg(test)]
mod tests {
    use crate::close_code;

    #[test]
    fn codes_are_those_of_axum() {
        use axum::extract::ws::close_code as theirs;

        assert_eq!(close_code::NORMAL, theirs::NORMAL);
        assert_eq!(close_code::AWAY, theirs::AWAY);
        assert_eq!(close_code::PROTOCOL, theirs::PROTOCOL);
        assert_eq!(close_code::UNSUPPORTED, theirs::UNSUPPORTED);
        assert_eq!(close_code::STATUS, theirs::STATUS);
        assert_eq!(close_code::ABNORMAL, theirs::ABNORMAL);
        assert_eq!(close_code::INVALID, theirs::INVALID);
        assert_eq!(close_code::POLICY, theirs::POLICY);
        assert_eq!(close_code::SIZE, theirs::SIZE);
        assert_eq!(close_code::EXTENSION, theirs::EXTENSION);
        assert_eq!(close_code::ERROR, theirs::ERROR);
        assert_eq!(close_code::RESTART, theirs::RESTART);
        assert_eq!(close_code::AGAIN, theirs::AGAIN);
    }
}
