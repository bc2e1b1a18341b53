//! Where a proxy is to connect to.

use core::net::{Ipv4Addr, Ipv6Addr};
use std::fmt;

use super::super::url::host;
use super::{error::ProxyError, kind::ProxyKind};
use crate::codec::excerpt::shown;

/// A host and a port that can be told to a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Destination {
    pub(super) host: DestinationHost,
    pub(super) port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DestinationHost {
    /// In ASCII, with nothing in it that a host cannot have.
    Name(String),
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

impl Destination {
    /// Takes a host as a [`Url`](crate::Url) gives it. A zone means something on this machine only, and
    /// is left out.
    pub(super) fn new(host: &str, port: u16) -> Result<Self, ProxyError> {
        let invalid = || ProxyError::Host(shown(host));
        let host = if host.contains(':') {
            let address = host.split_once('%').map_or(host, |(address, _)| address);
            DestinationHost::V6(address.parse().map_err(|_| invalid())?)
        } else {
            let name = host::parse(host).map_err(|_| invalid())?.written;
            match name.parse() {
                Ok(address) => DestinationHost::V4(address),
                Err(_) => DestinationHost::Name(name),
            }
        };
        Ok(Self { host, port })
    }

    /// The name, if it is one that fits into an octet's length.
    pub(super) fn short_name(&self) -> Result<Option<&str>, ProxyError> {
        match &self.host {
            DestinationHost::Name(name) if name.len() > MAX_LEN => {
                Err(ProxyError::TooLong { what: "the name of the host", len: name.len() })
            }
            DestinationHost::Name(name) => Ok(Some(name)),
            DestinationHost::V4(_) | DestinationHost::V6(_) => Ok(None),
        }
    }

    /// What is wrong when `kind` cannot be told this host.
    pub(super) fn address_needed(&self, kind: ProxyKind) -> ProxyError {
        let host = match &self.host {
            DestinationHost::Name(name) => shown(name),
            DestinationHost::V4(address) => address.to_string(),
            DestinationHost::V6(address) => address.to_string(),
        };
        ProxyError::AddressNeeded { kind, host }
    }
}

/// `uri-host ":" port`, as CONNECT has it (RFC 9110 9.3.6).
impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            DestinationHost::Name(name) => write!(f, "{name}:{}", self.port),
            DestinationHost::V4(address) => write!(f, "{address}:{}", self.port),
            DestinationHost::V6(address) => write!(f, "[{}]:{}", host::ipv6(*address), self.port),
        }
    }
}

/// A length that is an octet.
pub(super) const MAX_LEN: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses() {
        for (host, written) in [
            ("ws.example", "ws.example:9"),
            ("WS.example.", "ws.example.:9"),
            ("127.0.0.1", "127.0.0.1:9"),
            ("127.1", "127.0.0.1:9"),
            ("::1", "[::1]:9"),
            ("fe80::1%eth0", "[fe80::1]:9"),
            ("::ffff:1.2.3.4", "[::ffff:102:304]:9"),
        ] {
            assert_eq!(Destination::new(host, 9).unwrap().to_string(), written);
        }
        for host in ["", "a b", "a\r\nb", "a\0", "u@h", "a/b", "h:80", "[::1]", "1.2.3.256", "::1]"]
        {
            let error = Destination::new(host, 9).unwrap_err();
            assert_eq!(error.name(), "proxy-invalid-host", "{host}");
        }
    }
}
