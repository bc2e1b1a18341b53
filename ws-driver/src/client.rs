//! The client's handshake over a stream.

use std::{
    future::{Future, poll_fn},
    io,
    net::SocketAddr,
    task::{Context, Poll, ready},
    time::Instant,
};

use http::{Request, Response};
use ws_core::{
    ClientConfig, ClientHandshake, Established, HandshakeError, HandshakeStep, UpgradeResponse,
    Url, UrlError, Verifier,
};

use crate::{
    Error, WebSocket,
    dial::{self, unconnected},
    hold::Own,
    runtime::{Reads, Runtime, Writes},
    wire::Wire,
};

/// A client's handshake under way.
///
/// [`poll`](Self::poll) goes on where it stopped; [`handshake`] is the same as a future.
#[derive(Debug)]
#[must_use = "nothing is done unless it is polled"]
pub struct Connecting<T, R: Runtime> {
    /// `None` once done.
    wire: Option<Wire<Own<T>, R>>,
    machine: ClientHandshake,
    /// Why the request could not be written. The server may have answered all the same.
    unsent: Option<io::Error>,
}

impl<T, R: Reads<T> + Writes<T>> Connecting<T, R> {
    /// Begins a handshake over the connected stream `io`; nothing is written before the first
    /// [`poll`](Self::poll). The deadline counts from now.
    ///
    /// # Errors
    ///
    /// As [`ClientHandshake::new`].
    pub fn new(
        io: T,
        host: &str,
        target: &str,
        config: &ClientConfig,
    ) -> Result<Self, HandshakeError> {
        let mut this = Self::of(io, ClientHandshake::new(config, host, target)?);
        this.machine.set_deadline(deadline(config.handshake_timeout()));
        Ok(this)
    }

    /// Begins a handshake with a request that [`upgrade_request`](ws_core::upgrade_request) made;
    /// otherwise as [`new`](Self::new).
    ///
    /// # Errors
    ///
    /// As [`ClientHandshake::from_request`].
    pub fn from_request<B>(
        io: T,
        request: Request<B>,
        verifier: Verifier,
    ) -> Result<Self, HandshakeError> {
        let mut this = Self::of(io, ClientHandshake::from_request(request, verifier)?);
        let timeout = this.machine.config().handshake_timeout();
        this.machine.set_deadline(deadline(timeout));
        Ok(this)
    }

    fn of(io: T, machine: ClientHandshake) -> Self {
        Self { wire: Some(Wire::own(io)), machine, unsent: None }
    }

    /// Goes on with the handshake. Not to be called again once it is ready.
    ///
    /// # Errors
    ///
    /// [`Error::Handshake`] as [`ClientHandshake::poll`] says, [`Error::Io`] for the stream's own.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Opened<T, R>, Error>> {
        let Some(wire) = &mut self.wire else {
            return Poll::Ready(Err(HandshakeError::Done.into()));
        };
        let result = ready!(drive(wire, &mut self.machine, &mut self.unsent, cx));
        let result = result.map_err(|error| match self.unsent.take() {
            // Without an answer, the reason is that the request did not get through.
            Some(unsent) if !is_answer(&error) => Error::Io(unsent),
            _ => error,
        });
        let Some(mut wire) = self.wire.take() else {
            return Poll::Ready(Err(HandshakeError::Done.into()));
        };
        wire.disarm();
        Poll::Ready(result.map(|Established { response, connection }| {
            let config = self.machine.config().web_socket_config();
            (WebSocket::opened(wire, connection, config, None), response)
        }))
    }

    /// The head of a rejection, known before its body is complete.
    pub fn declined(&self) -> Option<&Response<()>> {
        self.machine.declined()
    }
}

/// An open WebSocket and the server's 101.
pub(crate) type Opened<T, R> = (WebSocket<T, R>, UpgradeResponse);

fn drive<T, R: Reads<T> + Writes<T>>(
    wire: &mut Wire<Own<T>, R>,
    machine: &mut ClientHandshake,
    unsent: &mut Option<io::Error>,
    cx: &mut Context<'_>,
) -> Poll<Result<Established, Error>> {
    loop {
        if let Some(established) = machine.poll()? {
            return Poll::Ready(Ok(established));
        }
        let until = machine.poll_timeout(Instant::now());
        if unsent.is_none() {
            if let Poll::Ready(Err(error)) = wire.poll_send(cx, machine.send_queue(), until) {
                *unsent = Some(error);
            }
        }
        match wire.poll_read(cx, machine.recv_buf(), until) {
            Poll::Ready(Ok(0)) => machine.handle_eof(),
            // A server that trickles gets no more time than a silent one; what has come is looked at first.
            Poll::Ready(Ok(_)) if until.is_some_and(|until| until <= Instant::now()) => {
                if let Some(established) = machine.poll()? {
                    return Poll::Ready(Ok(established));
                }
                machine.handle_timeout(Instant::now());
            }
            Poll::Ready(Ok(_)) => {}
            // A server that rejects and closes at once may reset the connection.
            Poll::Ready(Err(_)) if machine.declined().is_some() => machine.handle_eof(),
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error.into())),
            // The request did not get through, and there is no answer that says why.
            Poll::Pending if unsent.is_some() && machine.declined().is_none() => {
                let error = unsent.take().unwrap_or_else(|| io::ErrorKind::WriteZero.into());
                return Poll::Ready(Err(error.into()));
            }
            Poll::Pending => {
                let now = ready!(wire.poll_until(cx, until))?;
                machine.handle_timeout(now);
            }
        }
    }
}

fn is_answer(error: &Error) -> bool {
    matches!(
        error,
        Error::Handshake(HandshakeError::Declined(_) | HandshakeError::InvalidResponse(_))
    )
}

/// Opens a WebSocket over the connected stream `io`.
///
/// # Errors
///
/// See [`Connecting::poll`].
pub async fn handshake<T, R: Reads<T> + Writes<T>>(
    io: T,
    host: &str,
    target: &str,
    config: &ClientConfig,
) -> Result<Opened<T, R>, Error> {
    let mut connecting = Connecting::<T, R>::new(io, host, target, config)?;
    poll_fn(|cx| connecting.poll(cx)).await
}

/// Opens a WebSocket over the connected stream `io` with a request that
/// [`upgrade_request`](ws_core::upgrade_request) made.
///
/// # Errors
///
/// See [`Connecting::from_request`] and [`Connecting::poll`].
pub async fn handshake_request<T, R: Reads<T> + Writes<T>, B>(
    io: T,
    request: Request<B>,
    verifier: Verifier,
) -> Result<Opened<T, R>, Error> {
    let mut connecting = Connecting::<T, R>::from_request(io, request, verifier)?;
    poll_fn(|cx| connecting.poll(cx)).await
}

/// Connects to the host of `url`, whose addresses `look_up` finds and `connect` connects to, and opens a
/// WebSocket there. One deadline covers all of it. Everything that goes into the request is checked first.
///
/// `dial` gets the host without brackets, and with the zone of a link-local address if the URL has one:
/// `fe80::1%eth0`. User name and password in the URL become Basic credentials, unless the configuration
/// has a field Authorization.
///
/// # Errors
///
/// [`Error::Url`] for an invalid URL or one whose scheme is not `ws`, [`Error::Io`] when no address can be
/// connected to, with what was tried, and those of [`Connecting::poll`].
pub async fn connect<T, R, L, D>(
    url: &str,
    config: &ClientConfig,
    look_up: impl FnOnce(String, u16) -> L,
    connect: impl Fn(SocketAddr, Option<Instant>) -> D,
) -> Result<Opened<T, R>, Error>
where
    R: Reads<T> + Writes<T>,
    L: Future<Output = io::Result<Vec<SocketAddr>>>,
    D: Future<Output = io::Result<T>>,
{
    let url = Url::parse(url)?;
    if url.is_secure() {
        return Err(UrlError::Secure.into());
    }
    let config = match url.user_info() {
        Some((user, password)) => &config.clone().user_info(user, password),
        None => config,
    };
    let mut machine = ClientHandshake::new(config, url.host_field(), url.target())?;
    let deadline = deadline(config.handshake_timeout());
    machine.set_deadline(deadline);
    let io =
        match dial::dial::<R, _, _, _>(url.host(), url.port(), deadline, look_up, connect).await {
            Err(_) if deadline.is_some_and(|deadline| deadline <= Instant::now()) => {
                return Err(HandshakeError::TimedOut(HandshakeStep::Connect).into());
            }
            dialled => dialled.map_err(|error| unconnected(&url, error))?,
        };
    let mut connecting = Connecting::<T, R>::of(io, machine);
    poll_fn(|cx| connecting.poll(cx)).await
}

/// When a handshake that begins now has to be done.
pub(crate) fn deadline(timeout: Option<std::time::Duration>) -> Option<Instant> {
    Instant::now().checked_add(timeout?)
}
