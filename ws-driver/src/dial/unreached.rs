//! Errors of the way to a server say which place they are about.

use std::{fmt, io, net::SocketAddr};

use ws_core::HandshakeStep;

use crate::{Error, tls::Peer};

/// Addresses that could not be connected to.
#[derive(Debug, Default)]
pub struct Unreached {
    shown: String,
    others: usize,
    last: Option<io::Error>,
}

impl Unreached {
    /// Adds an address that `error` came from.
    pub fn add(&mut self, address: SocketAddr, error: io::Error) {
        if self.others == 0 && self.shown.len() < MAX_SHOWN {
            let separator = if self.shown.is_empty() { "" } else { "; " };
            self.shown += &format!("{separator}{address}: {error}");
        } else {
            self.others += 1;
        }
        self.last = Some(error);
    }
}

/// Not about any address.
impl From<io::Error> for Unreached {
    fn from(error: io::Error) -> Self {
        Self { shown: error.to_string(), others: 0, last: Some(error) }
    }
}

impl From<Unreached> for io::Error {
    fn from(unreached: Unreached) -> Self {
        let Unreached { mut shown, others, last } = unreached;
        let Some(last) = last else {
            return Self::new(io::ErrorKind::NotFound, "the host has no address");
        };
        if others > 0 {
            shown += &format!("; and {others} other addresses");
        }
        Self::new(last.kind(), shown)
    }
}

/// What is connected to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) peer: Peer,
    /// Where the caller says that it is.
    pub(super) addresses: Option<&'a [SocketAddr]>,
}

impl<'a> Place<'a> {
    pub(super) fn host(host: &'a str, port: u16) -> Self {
        Self { host, port, peer: Peer::Origin, addresses: None }
    }

    pub(super) fn proxy(host: &'a str, port: u16) -> Self {
        Self { host, port, peer: Peer::Proxy, addresses: None }
    }

    /// Why it could not be connected to. The kind of the error stays as it is.
    pub(super) fn failed(&self, error: io::Error) -> Error {
        self.failed_in(HandshakeStep::Connect, error)
    }

    /// Why a later step failed. The kind of the error stays as it is.
    pub(super) fn failed_in(&self, step: HandshakeStep, error: io::Error) -> Error {
        let Self { host, port, peer, .. } = *self;
        let what = Failed { host: host.to_owned(), port, peer, step, error };
        Error::Io(io::Error::new(what.error.kind(), what))
    }
}

#[derive(Debug)]
struct Failed {
    host: String,
    port: u16,
    peer: Peer,
    step: HandshakeStep,
    error: io::Error,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, peer, step, error } = self;
        let (open, close) = if host.contains(':') { ("[", "]") } else { ("", "") };
        let what = match peer {
            Peer::Proxy => "the proxy ",
            Peer::Origin => "",
        };
        write!(f, "cannot connect to {what}{open}{}{close}:{port}: ", host.escape_default())?;
        if *step != HandshakeStep::Connect {
            write!(f, "{step}: ")?;
        }
        error.fmt(f)
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.error)
    }
}

/// Once a message is as long as this, further addresses are only counted.
const MAX_SHOWN: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_that_was_tried_is_named_up_to_a_length() {
        let mut unreached = Unreached::default();
        for port in 1..=9 {
            let kind = if port == 9 { io::ErrorKind::TimedOut } else { io::ErrorKind::Other };
            unreached.add(([127, 0, 0, 1], port).into(), io::Error::new(kind, "the cable is cut"));
        }
        let error = io::Error::from(unreached);
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let shown = error.to_string();
        assert!(shown.starts_with("127.0.0.1:1: the cable is cut; 127.0.0.1:2: "), "{shown}");
        assert!(shown.ends_with("; and 2 other addresses"), "{shown}");
        assert_eq!(io::Error::from(Unreached::default()).kind(), io::ErrorKind::NotFound);
        // What is not about an address stays as it was.
        let cut = io::Error::new(io::ErrorKind::NetworkDown, "the cable is cut");
        let error = io::Error::from(Unreached::from(cut));
        assert_eq!(
            (error.kind(), error.to_string()),
            (io::ErrorKind::NetworkDown, "the cable is cut".to_owned())
        );
    }

    #[test]
    fn the_place_and_the_step_are_named() {
        for (place, step, shown) in [
            (Place::host("h", 9), HandshakeStep::Connect, "h:9: "),
            (Place::host("::1", 80), HandshakeStep::Connect, "[::1]:80: "),
            (Place::proxy("p", 3128), HandshakeStep::Connect, "the proxy p:3128: "),
            (Place::host("h", 443), HandshakeStep::Tls, "h:443: beginning TLS: "),
        ] {
            let error = place.failed_in(step, io::ErrorKind::ConnectionRefused.into());
            let expected = format!("cannot connect to {shown}");
            assert!(error.to_string().starts_with(&expected), "{error}");
            assert_eq!(io::Error::from(error).kind(), io::ErrorKind::ConnectionRefused);
        }
    }

    /// The cable is cut, for a reason.
    #[derive(Debug)]
    struct Cut(fmt::Error);

    impl fmt::Display for Cut {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the cable is cut")
        }
    }

    impl std::error::Error for Cut {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn what_is_shown_of_the_cause_is_not_its_source_as_well() {
        let error = Place::host("h", 9).failed(io::Error::other(Cut(fmt::Error)));
        assert_eq!(error.to_string(), "cannot connect to h:9: the cable is cut");
        let source = std::error::Error::source(&error).unwrap();
        assert!(source.is::<fmt::Error>(), "{source:?}");
    }
}
