//! Connections that come back.

use std::{
    hash::{BuildHasher, RandomState},
    time::{Instant, SystemTime},
};

use ws_core::{Backoff, BackoffConfig, HandshakeError, UpgradeResponse, retry_after};

use crate::{
    Error, WebSocket,
    connect::Connect,
    dial::{DialEvent, Dials},
};

/// One WebSocket after the other to the same URL.
///
/// Between them it waits, longer and longer as long as no connection holds. It tries again after what may
/// pass ([`Error::is_transient`]), and gives out all other errors.
#[derive(Debug)]
pub struct Reconnect<D> {
    connect: Connect<D>,
    backoff: Backoff,
    sessions: u64,
    /// When the last WebSocket was given out.
    since: Option<Instant>,
    due: Due,
    /// How many there were for the next WebSocket.
    attempts: u32,
}

/// A WebSocket of several to the same URL.
#[derive(Debug)]
#[non_exhaustive]
pub struct Session<W> {
    /// The WebSocket. The server knows nothing of the one before: what was subscribed to is to be subscribed
    /// to again.
    pub web_socket: W,
    /// The server's 101.
    pub response: UpgradeResponse,
    /// The first is 1, and each that follows is one more.
    pub number: u64,
    /// How many attempts it took, with the one that succeeded.
    pub attempts: u32,
}

impl<W> Session<W> {
    /// With another WebSocket in its place.
    #[doc(hidden)]
    pub fn map<V>(self, then: impl FnOnce(W) -> V) -> Session<V> {
        let Self { web_socket, response, number, attempts } = self;
        Session { web_socket: then(web_socket), response, number, attempts }
    }
}

impl<D: Dials> Reconnect<D> {
    /// Nothing is done before [`next`](Self::next).
    pub fn new(connect: Connect<D>, config: BackoffConfig) -> Self {
        let backoff = Backoff::new(config);
        Self { connect, backoff, sessions: 0, since: None, due: Due::Now, attempts: 0 }
    }

    /// Opens the next WebSocket; call it when there is none yet, and when the last one has ended. The time
    /// between two calls is how long a connection has held.
    ///
    /// The future may be dropped: the next call waits for what is left of the delay. An attempt that was under
    /// way is lost, and begins again.
    ///
    /// # Errors
    ///
    /// Those of [`Connect::open`] that are not transient, and the last one when there have been as many
    /// retries in a row as the configuration allows. The next call then begins anew, behind a delay.
    pub async fn next(&mut self) -> Result<Session<WebSocket<D::Stream, D::Runtime>>, Error> {
        if let Some(since) = self.since.take() {
            self.backoff.held(since.elapsed());
            (self.due, self.attempts) = (Due::Later, 0);
        }
        if let Due::Later = self.due {
            self.due = self.delay(None).map_or(Due::Now, Due::At);
            // This is the first in a row; those behind it are the retries.
            self.backoff.connected();
        }
        loop {
            if let Due::At(due) = self.due {
                D::sleep(due).await?;
            }
            self.attempts = self.attempts.saturating_add(1);
            let error = match self.connect.open().await {
                Ok((web_socket, response)) => {
                    self.backoff.connected();
                    self.sessions += 1;
                    self.since = Some(Instant::now());
                    let (number, attempts) = (self.sessions, self.attempts);
                    return Ok(Session { web_socket, response, number, attempts });
                }
                Err(error) => error,
            };
            let due = if error.is_transient() { self.delay(Some(&error)) } else { None };
            let Some(due) = due else {
                self.backoff.connected();
                (self.due, self.attempts) = (Due::Later, 0);
                return Err(error);
            };
            self.due = Due::At(due);
        }
    }

    /// When to try again. There is no such instant when there have been too many retries.
    fn delay(&mut self, error: Option<&Error>) -> Option<Instant> {
        let delay = self.backoff.next_delay(random(), error.and_then(wanted_delay))?;
        self.connect.dial_config().observer.tell(&DialEvent::Retry(delay, error));
        Instant::now().checked_add(delay)
    }
}

/// When the next attempt is due.
#[derive(Debug)]
enum Due {
    /// It is the first.
    Now,
    /// Behind a delay, which begins with the next call.
    Later,
    At(Instant),
}

/// How long the server, or the proxy, wants to be left alone.
fn wanted_delay(error: &Error) -> Option<std::time::Duration> {
    let headers = match error {
        Error::Handshake(HandshakeError::Declined(declined)) => declined.response().headers(),
        Error::Proxy(error) => error.refusal()?.headers(),
        _ => return None,
    };
    retry_after(headers, SystemTime::now())
}

/// Each hasher has keys of its own, which are random enough for clients not to come back all at once.
fn random() -> u64 {
    RandomState::new().hash_one(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_do_not_come_back_all_at_once() {
        let mut numbers = [(); 10].map(|()| random());
        numbers.sort_unstable();
        assert!(numbers.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
