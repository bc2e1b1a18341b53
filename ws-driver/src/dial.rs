//! Connecting to a host that may have several addresses, within one deadline, and errors that say which.

use std::{
    fmt,
    future::{Future, poll_fn},
    io,
    net::SocketAddr,
    pin::pin,
    task::Poll,
    time::Instant,
};

use ws_core::Url;

use crate::{Error, runtime::Runtime};

/// Looks up a host, and tries its addresses one after the other. The time that is left is shared among those
/// that are left, so that one that does not answer leaves time for the next.
///
/// # Errors
///
/// [`TimedOut`](io::ErrorKind::TimedOut) when the time is up, else why not, with each address, and the kind of
/// the last error.
pub(crate) async fn dial<R, T, L, D>(
    host: &str,
    port: u16,
    deadline: Option<Instant>,
    look_up: impl FnOnce(String, u16) -> L,
    dial: impl Fn(SocketAddr, Option<Instant>) -> D,
) -> io::Result<T>
where
    R: Runtime,
    L: Future<Output = io::Result<Vec<SocketAddr>>>,
    D: Future<Output = io::Result<T>>,
{
    let addresses = within::<R, _>(deadline, look_up(host.to_owned(), port)).await?;
    let mut unreached = Unreached::default();
    for (tried, address) in addresses.iter().enumerate() {
        let share =
            deadline.map(|deadline| share(deadline, Instant::now(), addresses.len() - tried));
        match within::<R, _>(share, dial(*address, share)).await {
            Ok(stream) => return Ok(stream),
            Err(error) => unreached.add(*address, error),
        }
    }
    Err(unreached.into())
}

/// The end of an equal share, of the time that is left, for one of so many addresses.
fn share(deadline: Instant, now: Instant, count: usize) -> Instant {
    let left = deadline.saturating_duration_since(now);
    let count = u32::try_from(count).unwrap_or(u32::MAX).max(1);
    now.checked_add(left / count).unwrap_or(deadline)
}

/// What comes of it by then.
async fn within<R: Runtime, O>(
    until: Option<Instant>,
    future: impl Future<Output = io::Result<O>>,
) -> io::Result<O> {
    let (mut future, mut timer) = (pin!(future), R::Timer::default());
    poll_fn(|cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(output);
        }
        match until {
            Some(until) => R::poll_timer(&mut timer, cx, until)
                .map(|waited| waited.and(Err(io::ErrorKind::TimedOut.into()))),
            None => Poll::Pending,
        }
    })
    .await
}

/// Addresses that could not be connected to.
#[derive(Debug, Default)]
struct Unreached {
    shown: String,
    others: usize,
    last: Option<io::Error>,
}

impl Unreached {
    /// Adds an address that `error` came from.
    fn add(&mut self, address: SocketAddr, error: io::Error) {
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
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_time_that_is_left_is_shared() {
        let now = Instant::now();
        let second = Duration::from_secs(1);
        assert_eq!(share(now + 10 * second, now, 4), now + 10 * second / 4);
        assert_eq!(share(now + 10 * second, now, 1), now + 10 * second);
        assert_eq!(share(now, now + second, 3), now + second, "it is late");
    }

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
