//! The server under test, and how one gets to it.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::grade::Grade;
use crate::peer::Peer;
use crate::setup::Setup;
use crate::transcript::Transcript;
use crate::verdict::Verdict;

/// Where a server is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) path: String,
}

impl Place {
    /// Reads a URL and looks up its host.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn of(url: &str) -> Result<Self, String> {
        if url.starts_with("wss://") {
            return Err(format!(
                "{url}: TLS is not spoken here; name what listens behind it, as ws://"
            ));
        }
        let rest =
            url.strip_prefix("ws://").ok_or_else(|| format!("{url}: a ws:// URL is expected"))?;
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let port = authority.rsplit_once(':').map(|(_, port)| port);
        // The last colon of an address of IPv6 is none of a port.
        let port = port.filter(|port| !port.ends_with(']'));
        if port.is_some_and(|port| !port.parse().is_ok_and(|port: u16| port > 0)) {
            return Err(format!("{url}: a port is a number from 1 to 65535"));
        }
        let address = if port.is_some() { authority.to_owned() } else { format!("{authority}:80") };
        let found = address.to_socket_addrs().map_err(|error| format!("{authority}: {error}"))?;
        let path = if path.is_empty() { "/" } else { path };
        Ok(Self { addresses: found.collect(), path: path.to_owned() })
    }

    /// Connects, once.
    pub(crate) fn connect(&self, patience: Duration) -> Option<TcpStream> {
        let mut addresses = self.addresses.iter();
        addresses.find_map(|address| TcpStream::connect_timeout(address, patience).ok())
    }
}

/// The server under test, for one case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) place: &'a Place,
    pub(crate) setup: &'a Setup,
    pub(crate) grade: Grade,
    /// How long an answer may take.
    pub(crate) timeout: Duration,
    /// Set once nobody can connect any more.
    pub(crate) gone: &'a AtomicBool,
}

impl Target<'_> {
    /// Connects; the connection takes the transcript.
    ///
    /// # Errors
    ///
    /// The verdict on a server that does not listen any more: a failure once, and then nothing more.
    pub(crate) fn connect(&self, transcript: &mut Transcript) -> Result<Peer, Verdict> {
        let attempts = if self.gone.load(Ordering::Relaxed) { 1 } else { 4 };
        for attempt in 0..attempts {
            std::thread::sleep(Duration::from_millis(250) * attempt);
            if let Some(stream) = self.place.connect(self.timeout) {
                return Ok(Peer::new(stream, std::mem::take(transcript)));
            }
        }
        transcript.event("no connection");
        let why = "the server takes no connections any more";
        // That is one failure, of a case before this one; the others tell nothing.
        match self.gone.swap(true, Ordering::Relaxed) {
            false => Err(Verdict::failed(Grade::Security, why)),
            true => Err(Verdict::Skipped(why.to_owned())),
        }
    }

    /// When an answer has to be there.
    pub(crate) fn until(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// A failure that weighs as much as the case.
    pub(crate) fn failed(&self, why: impl Into<String>) -> Verdict {
        Verdict::failed(self.grade, why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read() {
        let place = Place::of("ws://127.0.0.1:9001").unwrap();
        assert_eq!((place.addresses[0].port(), place.path.as_str()), (9001, "/"));
        let place = Place::of("ws://[::1]/a?b").unwrap();
        assert_eq!((place.addresses[0].port(), place.path.as_str()), (80, "/a?b"));
        for (url, why) in [
            ("http://127.0.0.1/", "a ws:// URL is expected"),
            ("wss://127.0.0.1/", "TLS is not spoken here"),
            ("ws://:x/", "a port is a number"),
            ("ws://127.0.0.1:70000/", "a port is a number"),
            ("ws://127.0.0.1:0/", "a port is a number"),
            ("ws://[::1]:/", "a port is a number"),
        ] {
            let said = Place::of(url).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }
}
