//! From a URL to an open WebSocket.

use std::{fmt, future::poll_fn, marker::PhantomData, ops::ControlFlow};

use http::StatusCode;
use ws_core::{
    ClientConfig, ClientHandshake, HandshakeError, HandshakeStep, RecvBuf, Redirect, Redirects, Url,
};

use crate::{
    Error,
    client::{Connecting, Opened, deadline},
    dial::{DialConfig, DialEvent, Dials, dial_to},
    watch::HandshakeWatch,
};

/// A WebSocket that is to be opened at a URL.
///
/// One deadline covers everything: looking up, connecting, the proxy, TLS, the handshake, and redirects.
pub struct Connect<D> {
    url: String,
    config: ClientConfig,
    dial: DialConfig,
    dials: PhantomData<fn() -> D>,
}

impl<D> Connect<D> {
    /// To `url`, which is looked at when it is opened.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            config: ClientConfig::new(),
            dial: DialConfig::new(),
            dials: PhantomData,
        }
    }

    /// With these settings of the handshake, in place of those so far.
    #[must_use]
    pub fn config(self, config: ClientConfig) -> Self {
        Self { config, ..self }
    }

    /// With these settings of the way to the server, in place of those so far.
    #[must_use]
    pub fn dial(self, dial: DialConfig) -> Self {
        Self { dial, ..self }
    }

    /// With the settings of the handshake changed.
    #[must_use]
    pub fn with_config(self, change: impl FnOnce(ClientConfig) -> ClientConfig) -> Self {
        Self { config: change(self.config), ..self }
    }

    /// With the settings of the way to the server changed.
    #[must_use]
    pub fn with_dial(self, change: impl FnOnce(DialConfig) -> DialConfig) -> Self {
        Self { dial: change(self.dial), ..self }
    }

    pub(crate) fn dial_config(&self) -> &DialConfig {
        &self.dial
    }
}

impl<D: Dials> Connect<D> {
    /// Opens the WebSocket.
    ///
    /// # Errors
    ///
    /// [`Error::Url`] for something that is no URL, [`Error::Tls`], [`Error::Proxy`] and
    /// [`Error::Redirect`] for what these are about, [`Error::Io`] when nobody can be connected to, with each
    /// address that was tried, and those of [`Connecting::poll`].
    pub async fn open(&self) -> Result<Opened<D::Stream, D::Runtime>, Error> {
        let mut watch = HandshakeWatch::client(&self.config, HandshakeStep::LookUp);
        let watched = watch.is_on().then(|| self.dial.watched(watch.steps()));
        let dial = watched.as_ref().unwrap_or(&self.dial);
        let opened = self.open_watched(dial, &mut watch).await;
        opened.inspect_err(|error| watch.failed_with(error))
    }

    async fn open_watched(
        &self,
        dial_config: &DialConfig,
        watch: &mut HandshakeWatch,
    ) -> Result<Opened<D::Stream, D::Runtime>, Error> {
        let config = &self.config;
        let mut url = Url::parse(&self.url)?;
        let deadline = deadline(config.handshake_timeout());
        let mut redirects = Redirects::new(dial_config.max_redirects);
        let mut visited = Vec::new();
        let first = (url.host().to_owned(), url.port());
        loop {
            let is_first = (url.host(), url.port()) == (&first.0, first.1);
            let mut machine = request(&url, config, &redirects)?;
            machine.set_deadline(deadline);
            let dialled = dial_to::<D>(&url, dial_config, deadline, is_first).await?;
            let attempt = attempt::<D>(&url, machine, dialled, dial_config, &mut redirects, watch);
            match attempt.await? {
                ControlFlow::Break((ws, mut response)) => {
                    response.set_redirects(visited);
                    return Ok((ws, response));
                }
                ControlFlow::Continue((status, next)) => {
                    dial_config.observer.tell(&DialEvent::Redirect(status, &next));
                    visited.push(Redirect::new(status, url.to_string()));
                    url = next;
                }
            }
        }
    }
}

/// An open WebSocket, or where the server says to go.
type Attempted<D> =
    ControlFlow<Opened<<D as Dials>::Stream, <D as Dials>::Runtime>, (StatusCode, Url)>;

/// The request to one URL. Everything that goes into it is checked before anybody is asked for anything.
fn request(
    url: &Url,
    config: &ClientConfig,
    redirects: &Redirects,
) -> Result<ClientHandshake, HandshakeError> {
    let mut config = config.clone();
    if redirects.crossed_origin() {
        config = config.without_credentials();
    }
    if let Some((user, password)) = url.user_info() {
        config = config.user_info(user, password);
    }
    ClientHandshake::new(&config, url.host_field(), url.target())
}

/// The handshake over a stream, and what has come over it.
async fn attempt<D: Dials>(
    url: &Url,
    mut machine: ClientHandshake,
    (stream, received): (D::Stream, RecvBuf),
    dial_config: &DialConfig,
    redirects: &mut Redirects,
    watch: &mut HandshakeWatch,
) -> Result<Attempted<D>, Error> {
    machine.recv_buf().extend_from_slice(received.filled());
    dial_config.observer.tell(&DialEvent::Handshake(url));
    let mut connecting = Connecting::<_, D::Runtime>::of(stream, machine);
    let follows = dial_config.max_redirects > 0;
    if follows {
        // What a redirect says beside where to is for people.
        connecting = connecting.skip_body(Redirects::apply_to);
    }
    match poll_fn(|cx| connecting.poll_watched(cx, watch)).await {
        Ok(opened) => Ok(ControlFlow::Break(opened)),
        Err(Error::Handshake(HandshakeError::Declined(declined))) if follows => {
            let (status, headers) = (declined.response().status(), declined.response().headers());
            match redirects.follow(url, status, headers)? {
                Some(next) => Ok(ControlFlow::Continue((status, next))),
                None => Err(HandshakeError::Declined(declined).into()),
            }
        }
        Err(error) => Err(error),
    }
}

impl<D> Clone for Connect<D> {
    fn clone(&self) -> Self {
        let Self { url, config, dial, .. } = self;
        Self { url: url.clone(), config: config.clone(), dial: dial.clone(), dials: PhantomData }
    }
}

impl<D> fmt::Debug for Connect<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A URL may have a password in it.
        f.debug_struct("Connect")
            .field("url", &Url::parse(&self.url).map(|url| url.to_string()))
            .field("config", &self.config)
            .field("dial", &self.dial)
            .finish()
    }
}
