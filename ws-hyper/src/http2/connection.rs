//! One connection of HTTP/2.

use std::{
    fmt,
    future::{Future, poll_fn},
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use hyper::{
    Response,
    client::conn::http2::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use ws_tokio::{
    ClientConfig, WebSocket,
    handshake::{HandshakeStep, HandshakeWatch, Url},
};

use super::{
    handshake::{ask, open},
    no_body::NoBody,
    settling::Settling,
};
use crate::{deadline::Deadline, error::Error, upgraded::Upgraded, upgrading::Upgrading};

/// A connection of HTTP/2 whose server takes WebSockets: it has said so in its SETTINGS (RFC 8441 3).
///
/// It is a handle: clones are of the same connection, which ends when all of them and all WebSockets are gone.
/// A task of tokio's drives it.
///
/// Messages that nobody receives stay in windows: up to 256 KiB for each WebSocket, and 16 MiB for all of the
/// connection. Whoever has 64 WebSockets that wait to be read from, full of messages, waits with all the others
/// as well.
#[derive(Clone)]
pub struct SharedConnection {
    sender: SendRequest<NoBody>,
    /// How many more streams the server lets be open at a time.
    room: Arc<Semaphore>,
}

impl SharedConnection {
    /// Begins HTTP/2 over a connected stream, and waits until it is known that the server takes WebSockets over
    /// it, for up to ten seconds.
    ///
    /// With TLS, the server has to have chosen `h2` (RFC 9113 3.2). Without, it has to be known to speak HTTP/2
    /// (3.3).
    ///
    /// # Errors
    ///
    /// [`Error::NotOffered`] when it does not take WebSockets over HTTP/2; HTTP/1.1 over another connection may
    /// do. [`Error::Http`] and [`Error::Io`] for the connection's own, and
    /// [`HandshakeError::TimedOut`](ws_tokio::handshake::HandshakeError::TimedOut) with
    /// [`HandshakeStep::Settings`].
    pub async fn new<T>(stream: T) -> Result<Self, Error>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        Self::within(stream, &ClientConfig::new()).await
    }

    /// Like [`new`](Self::new), within the time for a handshake of this configuration.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub async fn within<T>(stream: T, config: &ClientConfig) -> Result<Self, Error>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        Self::begin(stream, &mut Deadline::of_client(config)).await
    }

    pub(super) async fn begin<T>(stream: T, deadline: &mut Deadline) -> Result<Self, Error>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let settling = Settling::default();
        let mut builder = http2::Builder::new(settling.clone());
        builder
            .initial_max_send_streams(UNSETTLED)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW);
        let begin = async {
            let (sender, mut connection) =
                builder.handshake(TokioIo::new(stream)).await.map_err(Error::Http)?;
            poll_fn(|cx| poll_settled(&mut connection, &settling, cx)).await?;
            Ok((sender, connection))
        };
        let (sender, connection) = deadline.bound(HandshakeStep::Settings, begin).await?;
        let max_streams = connection.current_max_send_streams();
        // What ends it, whoever has a stream hears as well.
        tokio::spawn(async { drop(connection.await) });
        let room = Arc::new(Semaphore::new(max_streams.min(Semaphore::MAX_PERMITS)));
        Ok(Self { sender, room })
    }

    /// Opens a WebSocket over the connection. `url` says what is asked for, of whom.
    ///
    /// When the server lets no more streams be open, that waits for one to end.
    ///
    /// # Errors
    ///
    /// As [`handshake`](super::handshake()).
    pub async fn open(&self, url: &str) -> Result<(WebSocket<Upgraded>, Response<()>), Error> {
        self.open_with(url, &ClientConfig::new()).await
    }

    /// Like [`open`](Self::open), with a configuration: subprotocols, header fields, compression, a deadline.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub async fn open_with(
        &self,
        url: &str,
        config: &ClientConfig,
    ) -> Result<(WebSocket<Upgraded>, Response<()>), Error> {
        open(&mut self.sender.clone(), url, config).await
    }

    /// Whether it has ended, so that nothing can be opened over it any more.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    pub(super) async fn ask(
        &self,
        url: &Url,
        config: &ClientConfig,
        deadline: Deadline,
        watch: &mut HandshakeWatch,
    ) -> Result<(Response<()>, Upgrading), Error> {
        ask(&mut self.sender.clone(), url, config, deadline, watch).await
    }

    /// Room for one more stream, if the server lets one more be open.
    pub(super) fn room(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).try_acquire_owned().ok().filter(|_| !self.is_closed())
    }
}

impl fmt::Debug for SharedConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedConnection")
            .field("is_closed", &self.is_closed())
            .field("room", &self.room.available_permits())
            .finish()
    }
}

/// Ready when the server's SETTINGS have come, which are its first frame (RFC 9113 3.4).
fn poll_settled<T>(
    connection: &mut http2::Connection<T, NoBody, Settling>,
    settling: &Settling,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Error>>
where
    T: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    settling.wake(cx.waker());
    let ended = Pin::new(&mut *connection).poll(cx);
    if connection.is_extended_connect_protocol_enabled() {
        return Poll::Ready(Ok(()));
    }
    if connection.current_max_send_streams() != UNSETTLED {
        return Poll::Ready(Err(Error::NotOffered(None)));
    }
    ended.map(|ended| {
        ended.map_err(Error::Http)?;
        Err(Error::Io(io::ErrorKind::UnexpectedEof.into()))
    })
}

/// A number of streams that no server names, and that is the server's once its SETTINGS have come.
const UNSETTLED: usize = usize::MAX - 1;

/// hyper's own windows are of 2 MiB and 5 MiB, where three streams that nobody reads from stop all others. A
/// WebSocket may be left unread for long.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 16 * 1024 * 1024;
