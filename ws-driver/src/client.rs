//! The client's handshake over a stream.

use std::{
    convert::Infallible,
    future::poll_fn,
    io,
    ops::ControlFlow,
    task::{Context, Poll, ready},
    time::Instant,
};

use http::{Request, Response};
use ws_core::{
    ClientConfig, ClientHandshake, Established, HandshakeError, UpgradeResponse, Verifier,
};

use crate::{
    Error, WebSocket,
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

    pub(crate) fn of(io: T, machine: ClientHandshake) -> Self {
        Self { wire: Some(Wire::own(io)), machine, unsent: None }
    }

    /// Goes on with the handshake. Not to be called again once it is ready.
    ///
    /// # Errors
    ///
    /// [`Error::Handshake`] as [`ClientHandshake::poll`] says, [`Error::Io`] for the stream's own.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Opened<T, R>, Error>> {
        let polled = ready!(self.poll_or(cx, |_| Ok(None::<Infallible>)));
        Poll::Ready(polled.map(|ControlFlow::Break(opened)| opened))
    }

    /// As [`poll`](Self::poll), but `elsewhere` may find something better to do in the head of a rejection, whose
    /// body is then not waited for.
    pub(crate) fn poll_or<E>(
        &mut self,
        cx: &mut Context<'_>,
        elsewhere: impl FnMut(&Response<()>) -> Result<Option<E>, Error>,
    ) -> Poll<Result<Answered<T, R, E>, Error>> {
        let Some(wire) = &mut self.wire else {
            return Poll::Ready(Err(HandshakeError::Done.into()));
        };
        let result = ready!(drive(wire, &mut self.machine, &mut self.unsent, elsewhere, cx));
        let result = result.map_err(|error| match self.unsent.take() {
            // Without an answer, the reason is that the request did not get through.
            Some(unsent) if !is_answer(&error) => Error::Io(unsent),
            _ => error,
        });
        let Some(mut wire) = self.wire.take() else {
            return Poll::Ready(Err(HandshakeError::Done.into()));
        };
        wire.disarm();
        let Established { response, connection } = match result? {
            ControlFlow::Break(established) => established,
            ControlFlow::Continue(elsewhere) => {
                return Poll::Ready(Ok(ControlFlow::Continue(elsewhere)));
            }
        };
        let config = self.machine.config().web_socket_config();
        let ws = WebSocket::opened(wire, connection, config, None);
        Poll::Ready(Ok(ControlFlow::Break((ws, response))))
    }

    /// The head of a rejection, known before its body is complete.
    pub fn declined(&self) -> Option<&Response<()>> {
        self.machine.declined()
    }
}

/// An open WebSocket and the server's 101.
pub(crate) type Opened<T, R> = (WebSocket<T, R>, UpgradeResponse);

/// An open WebSocket, or something better to do.
type Answered<T, R, E> = ControlFlow<Opened<T, R>, E>;

fn drive<T, R: Reads<T> + Writes<T>, E>(
    wire: &mut Wire<Own<T>, R>,
    machine: &mut ClientHandshake,
    unsent: &mut Option<io::Error>,
    mut elsewhere: impl FnMut(&Response<()>) -> Result<Option<E>, Error>,
    cx: &mut Context<'_>,
) -> Poll<Result<ControlFlow<Established, E>, Error>> {
    loop {
        if let Some(established) = machine.poll()? {
            return Poll::Ready(Ok(ControlFlow::Break(established)));
        }
        if let Some(elsewhere) = machine.declined().map_or(Ok(None), &mut elsewhere)? {
            return Poll::Ready(Ok(ControlFlow::Continue(elsewhere)));
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
                    return Poll::Ready(Ok(ControlFlow::Break(established)));
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
        Error::Redirect(_)
            | Error::Handshake(HandshakeError::Declined(_) | HandshakeError::InvalidResponse(_))
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

/// When a handshake that begins now has to be done.
pub(crate) fn deadline(timeout: Option<std::time::Duration>) -> Option<Instant> {
    Instant::now().checked_add(timeout?)
}
