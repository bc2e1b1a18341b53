//! Connecting to a host: one address after the other, and errors that say which.

use std::{fmt, future::Future, io, net::SocketAddr};

use crate::{Error, Url};

/// Tries each of `addresses` until `connect` is done with one.
///
/// # Errors
///
/// When none could be connected to: why not, with each address, and the kind of the last error.
pub async fn dial_each<T, F: Future<Output = io::Result<T>>>(
    addresses: impl IntoIterator<Item = SocketAddr>,
    mut connect: impl FnMut(SocketAddr) -> F,
) -> io::Result<T> {
    let mut unreached = Unreached::default();
    for address in addresses {
        match connect(address).await {
            Ok(io) => return Ok(io),
            Err(error) => unreached.add(address, error),
        }
    }
    Err(unreached.into())
}

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

/// Why the host of `url` could not be connected to. The kind of the error stays as it is.
pub(crate) fn unconnected(url: &Url, error: io::Error) -> Error {
    let host = url.host().to_owned();
    let what = Unconnected { host, port: url.port(), error };
    Error::Io(io::Error::new(what.error.kind(), what))
}

#[derive(Debug)]
struct Unconnected {
    host: String,
    port: u16,
    error: io::Error,
}

impl fmt::Display for Unconnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, error } = self;
        let (open, close) = if host.contains(':') { ("[", "]") } else { ("", "") };
        write!(f, "cannot connect to {open}{}{close}:{port}: {error}", host.escape_default())
    }
}

impl std::error::Error for Unconnected {
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
    }

    #[test]
    fn the_host_is_named_as_in_the_url() {
        for (url, shown) in [("ws://h:9/", "h:9"), ("ws://[::1]/", "[::1]:80")] {
            let url = Url::parse(url).unwrap();
            let error = unconnected(&url, io::ErrorKind::ConnectionRefused.into());
            assert!(error.to_string().starts_with(&format!("cannot connect to {shown}: ")));
            assert_eq!(io::Error::from(error).kind(), io::ErrorKind::ConnectionRefused);
        }
    }
}
