//! Waiting for hyper to hand over a connection.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

use hyper::{Request, upgrade::OnUpgrade};
use tokio::io::{AsyncRead, AsyncWrite};
use ws_tokio::{
    Tracker, WebSocket, WebSocketConfig,
    handshake::{HandshakeError, HandshakeStep, HandshakeWatch, Negotiated, Parts, Role},
};

use crate::{deadline::Deadline, error::Error, upgraded::Upgraded};

/// A WebSocket that opens when hyper has sent or received the 101, or over HTTP/2 the 200: await it.
///
/// It ends with an error when the 101 is not sent, when the connection ends, and when the time for the
/// handshake is up, which began when it was made; if everything ends meanwhile, at the deadline of that. Dropping
/// it closes the connection, or ends the stream.
#[derive(Debug)]
#[must_use = "a connection that nobody waits for is closed"]
pub struct Upgrading {
    /// Until it has been given out.
    pub(crate) upgrade: Option<OnUpgrade>,
    pub(crate) deadline: Deadline,
    pub(crate) role: Role,
    /// Over one stream of HTTP/2, and not over a connection.
    pub(crate) shared: bool,
    pub(crate) negotiated: Negotiated,
    pub(crate) config: WebSocketConfig,
    pub(crate) request: Option<Request<()>>,
    pub(crate) watch: HandshakeWatch,
}

impl Upgrading {
    /// What was negotiated.
    pub fn negotiated(&self) -> &Negotiated {
        &self.negotiated
    }

    /// The request that is being upgraded: on a server, if
    /// [`keep_request`](ws_tokio::ServerConfig::keep_request) is on. The WebSocket has it, too.
    pub fn request(&self) -> Option<&Request<()>> {
        self.request.as_ref()
    }

    /// Gives it to `handler`, whose future runs in a task of its own.
    ///
    /// With a [`Tracker`] in the configuration, the task ends by the deadline of a shutdown, whatever it waits for,
    /// and the shutdown waits for it: see [`Tracker::run`].
    ///
    /// ```
    /// use ws_hyper::{Upgrading, ws_tokio::Error};
    ///
    /// fn serve(upgrading: Upgrading) {
    ///     upgrading.spawn(|upgrading| async {
    ///         let mut ws = upgrading.await?;
    ///         ws.send("welcome").await?;
    ///         std::future::pending::<Result<(), Error>>().await // with a tracker, even this ends
    ///     });
    /// }
    /// # let _ = serve;
    /// ```
    pub fn spawn<F>(self, handler: impl FnOnce(Self) -> F)
    where
        F: Future<Output: Send> + Send + 'static,
    {
        match self.config.tracker.clone() {
            Some(tracker) => drop(tokio::spawn(Tracker::from(tracker).run(handler(self)))),
            None => drop(tokio::spawn(handler(self))),
        }
    }

    /// Waits for the WebSocket, over the stream as it was before hyper had it: of type `T`, when hyper got
    /// a `TokioIo<T>`. What hyper has read too far become the first frames.
    ///
    /// The inner error is the WebSocket over whatever else the stream is: a stream of HTTP/2, for one, which is
    /// never more than a part of its connection. A stream inside that of another
    /// is something else; of the servers of hyper-util that tell HTTP/1 and HTTP/2 apart (`auto`), streams
    /// come out with the feature `auto` of this crate.
    ///
    /// ```
    /// use tokio::net::TcpStream;
    /// use ws_hyper::{Upgrading, ws_tokio::Error};
    ///
    /// async fn serve(upgrading: Upgrading) -> Result<(), Error> {
    ///     let Ok(mut ws) = upgrading.downcast::<TcpStream>().await? else { return Ok(()) };
    ///     ws.get_ref().set_nodelay(true)?;
    ///     ws.send("welcome").await
    /// }
    /// # let _ = serve;
    /// ```
    ///
    /// # Errors
    ///
    /// As awaiting it.
    pub async fn downcast<T>(mut self) -> Result<Result<WebSocket<T>, WebSocket<Upgraded>>, Error>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let upgraded = poll_fn(|cx| self.poll_upgraded(cx)).await?;
        Ok(match upgraded.downcast::<T>() {
            Ok((stream, leftover)) => {
                let parts = self.parts(stream).leftover(leftover);
                Ok(WebSocket::from_parts(parts, &self.config))
            }
            Err(upgraded) => Err(self.open(upgraded)),
        })
    }

    /// Waits for the WebSocket, over what `over` makes of its stream.
    #[cfg(feature = "http2")]
    pub(crate) async fn over<T>(
        mut self,
        over: impl FnOnce(Upgraded) -> T,
    ) -> Result<WebSocket<T>, Error>
    where
        T: AsyncRead + AsyncWrite + Unpin,
    {
        let upgraded = poll_fn(|cx| self.poll_upgraded(cx)).await?;
        Ok(WebSocket::from_parts(self.parts(over(upgraded)), &self.config))
    }

    fn poll_upgraded(&mut self, cx: &mut Context<'_>) -> Poll<Result<Upgraded, Error>> {
        let Some(upgrade) = &mut self.upgrade else {
            return Poll::Ready(Err(HandshakeError::Done.into()));
        };
        let step = match self.role {
            Role::Server => HandshakeStep::SendAnswer,
            Role::Client => HandshakeStep::ReadAnswer,
        };
        let shared = self.shared;
        let result = match Pin::new(upgrade).poll(cx) {
            Poll::Ready(result) => {
                result.map(|upgraded| Upgraded::new(upgraded, shared)).map_err(Error::Upgrade)
            }
            Poll::Pending => match self.deadline.poll(cx, step) {
                Poll::Ready(error) => Err(error),
                Poll::Pending => return Poll::Pending,
            },
        };
        self.upgrade = None;
        if result.is_err() {
            self.deadline.lift();
        }
        Poll::Ready(result.inspect_err(|error| error.tell(&mut self.watch)))
    }

    fn open(&mut self, upgraded: Upgraded) -> WebSocket<Upgraded> {
        let ws = WebSocket::from_parts(self.parts(upgraded), &self.config);
        self.deadline.lift();
        ws
    }

    fn parts<T>(&mut self, stream: T) -> Parts<T> {
        let watch = std::mem::take(&mut self.watch);
        let parts = Parts::new(stream, self.role, self.negotiated.clone()).watched(watch);
        match self.request.take() {
            Some(request) => parts.request(request),
            None => parts,
        }
    }
}

impl Future for Upgrading {
    type Output = Result<WebSocket<Upgraded>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_upgraded(cx).map_ok(|upgraded| self.open(upgraded))
    }
}
