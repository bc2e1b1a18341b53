//! Why a SOCKS proxy refuses.

use std::fmt;

/// Why a SOCKS 5 proxy did not connect (RFC 1928 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Socks5Reply {
    /// 1: general SOCKS server failure.
    GeneralFailure,
    /// 2: connection not allowed by ruleset.
    NotAllowed,
    /// 3: network unreachable.
    NetworkUnreachable,
    /// 4: host unreachable.
    HostUnreachable,
    /// 5: connection refused.
    ConnectionRefused,
    /// 6: TTL expired.
    TtlExpired,
    /// 7: command not supported.
    CommandNotSupported,
    /// 8: address type not supported.
    AddressTypeNotSupported,
    /// Any other code.
    Unassigned(u8),
}

impl Socks5Reply {
    /// `None` for 0: the proxy has connected.
    pub(super) fn of_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => return None,
            1 => Self::GeneralFailure,
            2 => Self::NotAllowed,
            3 => Self::NetworkUnreachable,
            4 => Self::HostUnreachable,
            5 => Self::ConnectionRefused,
            6 => Self::TtlExpired,
            7 => Self::CommandNotSupported,
            8 => Self::AddressTypeNotSupported,
            code => Self::Unassigned(code),
        })
    }

    /// The octet that was sent.
    pub fn code(self) -> u8 {
        match self {
            Self::GeneralFailure => 1,
            Self::NotAllowed => 2,
            Self::NetworkUnreachable => 3,
            Self::HostUnreachable => 4,
            Self::ConnectionRefused => 5,
            Self::TtlExpired => 6,
            Self::CommandNotSupported => 7,
            Self::AddressTypeNotSupported => 8,
            Self::Unassigned(code) => code,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::GeneralFailure => "socks5-general-failure",
            Self::NotAllowed => "socks5-not-allowed",
            Self::NetworkUnreachable => "socks5-network-unreachable",
            Self::HostUnreachable => "socks5-host-unreachable",
            Self::ConnectionRefused => "socks5-connection-refused",
            Self::TtlExpired => "socks5-ttl-expired",
            Self::CommandNotSupported => "socks5-command-not-supported",
            Self::AddressTypeNotSupported => "socks5-address-type-not-supported",
            Self::Unassigned(_) => "socks5-unassigned",
        }
    }
}

impl fmt::Display for Socks5Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GeneralFailure => "general SOCKS server failure",
            Self::NotAllowed => "connection not allowed by ruleset",
            Self::NetworkUnreachable => "network unreachable",
            Self::HostUnreachable => "host unreachable",
            Self::ConnectionRefused => "connection refused",
            Self::TtlExpired => "TTL expired",
            Self::CommandNotSupported => "command not supported",
            Self::AddressTypeNotSupported => "address type not supported",
            Self::Unassigned(_) => "a code without a meaning",
        })
    }
}

/// Why a SOCKS 4 proxy did not connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Socks4Reply {
    /// 91: request rejected or failed.
    Rejected,
    /// 92: the proxy cannot ask the client's identd who its user is.
    NoIdentd,
    /// 93: the client's identd names another user.
    OtherUser,
    /// Any other code.
    Unassigned(u8),
}

impl Socks4Reply {
    /// `None` for 90: the proxy has connected.
    pub(super) fn of_code(code: u8) -> Option<Self> {
        Some(match code {
            90 => return None,
            91 => Self::Rejected,
            92 => Self::NoIdentd,
            93 => Self::OtherUser,
            code => Self::Unassigned(code),
        })
    }

    /// The octet that was sent.
    pub fn code(self) -> u8 {
        match self {
            Self::Rejected => 91,
            Self::NoIdentd => 92,
            Self::OtherUser => 93,
            Self::Unassigned(code) => code,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rejected => "socks4-rejected",
            Self::NoIdentd => "socks4-no-identd",
            Self::OtherUser => "socks4-other-user",
            Self::Unassigned(_) => "socks4-unassigned",
        }
    }
}

impl fmt::Display for Socks4Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rejected => "request rejected or failed",
            Self::NoIdentd => "request rejected, because identd on the client cannot be reached",
            Self::OtherUser => "request rejected, because identd on the client names another user",
            Self::Unassigned(_) => "a code without a meaning",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_there_and_back() {
        for code in 0..=255 {
            assert_eq!(Socks5Reply::of_code(code).map_or(0, Socks5Reply::code), code);
            assert_eq!(Socks4Reply::of_code(code).map_or(90, Socks4Reply::code), code);
        }
    }
}
