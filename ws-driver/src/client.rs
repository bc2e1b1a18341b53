//! The client's handshake over a stream.
//!
//! ```text
//! Asking     look at the machine ---> a 101, or none: done
//!               ^        |
//!               |     nothing
//!               |        v
//!               |     write ---> the request cannot be written: Unsent
//!               |        v
//!             read: bytes, the end of the stream, or the deadline
//!
//! Unsent     the same without writing, since the server may have answered all the same
//! ```
//!
//! The machine is asked before the first read, since bytes may have been handed over with the stream.

use std::{
    future::poll_fn,
    io,
    ops::ControlFlow,
    task::{Context, Poll, ready},
    time::Instant,
};

use http::{Request, Response, StatusCode};
use ws_core::{
    ClientConfig, ClientHandshake, Established, HandshakeError, HandshakeStep, Polled, Role,
    UpgradeResponse, Verifier,
};

use crate::{
    Error, WebSocket,
    bell::listen,
    hold::Own,
    runtime::{Reads, Runtime, Writes},
    waiters::Does,
    watch::HandshakeWatch,
    wire::{Wire, sooner},
};

/// A client's handshake under way.
///
/// [`poll`](Self::poll) goes on where it stopped; [`handshake`] is the same as a future.
#[derive(Debug)]
#[must_use = "nothing is done unless it is polled"]
pub struct Connecting<T, R: Runtime> {
    /// `None` once done.
    under_way: Option<State<T, R>>,
    watch: HandshakeWatch,
}

/// How far it has come.
#[derive(Debug)]
enum State<T, R: Runtime> {
    Asking(Asking<T, R>),
    Unsent(Unsent<T, R>),
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
        let watch = HandshakeWatch::client(config, HandshakeStep::SendRequest);
        Self::begin(io, ClientHandshake::new(config, host, target), watch)
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
        let watch = HandshakeWatch::client(verifier.config(), HandshakeStep::SendRequest);
        Self::begin(io, ClientHandshake::from_request(request, verifier), watch)
    }

    fn begin(
        io: T,
        machine: Result<ClientHandshake, HandshakeError>,
        mut watch: HandshakeWatch,
    ) -> Result<Self, HandshakeError> {
        let mut machine = machine.inspect_err(|error| watch.failed(error))?;
        let timeout = machine.config().handshake_timeout();
        machine.set_deadline(deadline(timeout));
        Ok(Self { watch, ..Self::of(io, machine) })
    }

    /// A handshake that somebody else watches.
    pub(crate) fn of(io: T, machine: ClientHandshake) -> Self {
        let asking = Asking { wire: Wire::own(io), machine, skips: |_| false };
        Self { under_way: Some(State::Asking(asking)), watch: HandshakeWatch::default() }
    }

    /// Does not wait for the body of a rejection whose status `skips` says true of.
    pub(crate) fn skip_body(mut self, skips: fn(StatusCode) -> bool) -> Self {
        if let Some(State::Asking(asking)) = &mut self.under_way {
            asking.skips = skips;
        }
        self
    }

    /// Goes on with the handshake. Not to be called again once it is ready.
    ///
    /// # Errors
    ///
    /// [`Error::Handshake`] as [`ClientHandshake::poll`] says, [`Error::Io`] for the stream's own.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Opened<T, R>, Error>> {
        let mut watch = std::mem::take(&mut self.watch);
        let polled = self.poll_watched(cx, &mut watch);
        if let Poll::Ready(Err(error)) = &polled {
            watch.failed_with(error);
        }
        self.watch = watch;
        polled
    }

    /// Like [`poll`](Self::poll), with a watch that is told of everything but a failure.
    pub(crate) fn poll_watched(
        &mut self,
        cx: &mut Context<'_>,
        watch: &mut HandshakeWatch,
    ) -> Poll<Result<Opened<T, R>, Error>> {
        let went = match self.under_way.take() {
            Some(State::Asking(asking)) => asking.go_on(cx, watch),
            Some(State::Unsent(unsent)) => unsent.go_on(cx, watch),
            None => return Poll::Ready(Err(HandshakeError::Done.into())),
        };
        match went {
            ControlFlow::Break(outcome) => Poll::Ready(outcome),
            ControlFlow::Continue(state) => {
                self.under_way = Some(state);
                Poll::Pending
            }
        }
    }

    /// The head of a rejection, known before its body is complete.
    pub fn declined(&self) -> Option<&Response<()>> {
        match self.under_way.as_ref()? {
            State::Asking(asking) => asking.machine.declined(),
            State::Unsent(unsent) => unsent.asking.machine.declined(),
        }
    }
}

/// An open WebSocket and the server's 101.
pub(crate) type Opened<T, R> = (WebSocket<T, R>, UpgradeResponse);

/// What came of the handshake, or what it goes on with.
type Went<T, R, S> = ControlFlow<Result<Opened<T, R>, Error>, S>;

/// The request is being written, or has been, and an answer is read: a server may reject before it has read
/// all.
#[derive(Debug)]
struct Asking<T, R: Runtime> {
    wire: Wire<Own<T>, R>,
    machine: ClientHandshake,
    /// The body of a rejection with such a status is not waited for.
    skips: fn(StatusCode) -> bool,
}

impl<T, R: Reads<T> + Writes<T>> Asking<T, R> {
    /// Goes on until it has to wait.
    fn go_on(
        mut self,
        cx: &mut Context<'_>,
        watch: &mut HandshakeWatch,
    ) -> Went<T, R, State<T, R>> {
        loop {
            self = self.look(watch)?;
            let until = self.deadline(cx);
            let asks = watch.is_on() && !self.machine.send_queue().is_empty();
            match self.wire.poll_send(cx, self.machine.send_queue(), until) {
                Poll::Ready(Err(why)) => return Unsent { asking: self, why }.go_on(cx, watch),
                Poll::Ready(Ok(())) if asks => watch.step(HandshakeStep::AwaitAnswer),
                _ => {}
            }
            match self.poll_read(cx, watch, until) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => return self.fail(error),
                Poll::Pending => return ControlFlow::Continue(State::Asking(self)),
            }
        }
    }

    /// Looks at what has come.
    fn look(self, watch: &mut HandshakeWatch) -> Went<T, R, Self> {
        let Self { mut wire, machine, skips } = self;
        let outcome = match machine.poll() {
            Polled::Pending(mut machine) => {
                if machine.declined().is_some_and(|head| skips(head.status())) {
                    machine.handle_eof();
                    return Self { wire, machine, skips: |_| false }.look(watch);
                }
                return ControlFlow::Continue(Self { wire, machine, skips });
            }
            Polled::Ready(established) => Ok(established),
            Polled::Failed(error) => Err(error.into()),
        };
        wire.disarm();
        ControlFlow::Break(outcome.map(|Established { response, connection, config, .. }| {
            let config = config.web_socket_config();
            let watch = std::mem::take(watch).opened(config, Role::Client);
            (WebSocket::opened(wire, connection, config, None, watch), response)
        }))
    }

    /// How long to wait.
    fn deadline(&mut self, cx: &Context<'_>) -> Option<Instant> {
        let Self { wire, machine, .. } = self;
        let tracked = listen::<R>(machine.tracked(), Does::Receive, cx);
        sooner(machine.poll_timeout(Instant::now()), wire.look_up(tracked))
    }

    /// Reads, until something has come that can be looked at, be it that nothing comes.
    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        watch: &mut HandshakeWatch,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        let Self { wire, machine, .. } = self;
        match wire.poll_read(cx, machine.recv_buf(), until) {
            Poll::Ready(Ok(0)) => machine.handle_eof(),
            // A server that trickles gets no more time than a silent one.
            Poll::Ready(Ok(_)) => {
                watch.step(HandshakeStep::ReadAnswer);
                machine.handle_timeout(Instant::now());
            }
            // A server that rejects and closes at once may reset the connection.
            Poll::Ready(Err(_)) if machine.declined().is_some() => machine.handle_eof(),
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Pending => {
                let now = ready!(wire.poll_until(cx, until))?;
                machine.handle_timeout(now);
            }
        }
        Poll::Ready(Ok(()))
    }

    fn fail<S>(mut self, error: io::Error) -> Went<T, R, S> {
        self.wire.disarm();
        ControlFlow::Break(Err(error.into()))
    }
}

/// The request could not be written. The server may have answered all the same; if not, that is why.
#[derive(Debug)]
struct Unsent<T, R: Runtime> {
    asking: Asking<T, R>,
    why: io::Error,
}

impl<T, R: Reads<T> + Writes<T>> Unsent<T, R> {
    /// Reads what there is, and a rejection to its end.
    fn go_on(self, cx: &mut Context<'_>, watch: &mut HandshakeWatch) -> Went<T, R, State<T, R>> {
        let Self { mut asking, why } = self;
        loop {
            asking = match asking.look(watch) {
                ControlFlow::Continue(asking) => asking,
                ControlFlow::Break(Err(error)) if !is_answer(&error) => {
                    return ControlFlow::Break(Err(why.into()));
                }
                ControlFlow::Break(outcome) => return ControlFlow::Break(outcome),
            };
            let until = asking.deadline(cx);
            match asking.poll_read(cx, watch, until) {
                Poll::Ready(Ok(())) => {}
                Poll::Pending if asking.machine.declined().is_some() => {
                    return ControlFlow::Continue(State::Unsent(Self { asking, why }));
                }
                Poll::Ready(Err(_)) | Poll::Pending => return asking.fail(why),
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

/// Like [`handshake`], until `deadline`, for somebody who has watched the attempt before, and tells a failure.
///
/// # Errors
///
/// See [`Connecting::poll`].
#[doc(hidden)]
pub async fn handshake_watched<T, R: Reads<T> + Writes<T>>(
    io: T,
    host: &str,
    target: &str,
    config: &ClientConfig,
    deadline: Option<Instant>,
    watch: &mut HandshakeWatch,
) -> Result<Opened<T, R>, Error> {
    watch.step(HandshakeStep::SendRequest);
    let mut machine = ClientHandshake::new(config, host, target)?;
    machine.set_deadline(deadline);
    let mut connecting = Connecting::<T, R>::of(io, machine);
    poll_fn(|cx| connecting.poll_watched(cx, watch)).await
}

/// When a handshake that begins now has to be done.
pub(crate) fn deadline(timeout: Option<std::time::Duration>) -> Option<Instant> {
    Instant::now().checked_add(timeout?)
}
