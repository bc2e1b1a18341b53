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
    /// Something has been tried already, so that there is a delay before the next attempt.
    begun: bool,
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
        Self { connect, backoff, sessions: 0, since: None, begun: false }
    }

    /// Opens the next WebSocket; call it when there is none yet, and when the last one has ended. The time
    /// between two calls is how long a connection has held.
    ///
    /// When the future is dropped, the attempt is lost and the delay begins again.
    ///
    /// # Errors
    ///
    /// Those of [`Connect::open`] that are not transient, and the last one when there have been as many
    /// attempts as the configuration allows.
    pub async fn next(&mut self) -> Result<Session<WebSocket<D::Stream, D::Runtime>>, Error> {
        if let Some(since) = self.since.take() {
            self.backoff.held(since.elapsed());
        }
        let mut failure: Option<Error> = None;
        let mut attempts = 0;
        loop {
            if self.begun {
                let wanted = failure.as_ref().and_then(wanted_delay);
                let Some(delay) = self.backoff.next_delay(random(), wanted) else {
                    return Err(failure.unwrap_or(Error::Disconnected));
                };
                let observer = &self.connect.dial_config().observer;
                observer.tell(&DialEvent::Retry(delay, failure.as_ref()));
                if let Some(until) = Instant::now().checked_add(delay) {
                    D::sleep(until).await?;
                }
            }
            self.begun = true;
            attempts += 1;
            match self.connect.open().await {
                Ok((web_socket, response)) => {
                    self.sessions += 1;
                    self.since = Some(Instant::now());
                    let number = self.sessions;
                    return Ok(Session { web_socket, response, number, attempts });
                }
                Err(error) if error.is_transient() => failure = Some(error),
                Err(error) => return Err(error),
            }
        }
    }
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
