//! A stream of HTTP/2, which is to end as a connection of its own would.

use std::{
    error::Error,
    io::{self, IoSlice},
    iter,
    mem::take,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use h2::Reason;
use hyper::upgrade;
use hyper_util::rt::TokioIo;
use scopeguard::{ScopeGuard, guard};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    runtime::Handle,
    time::timeout,
};

/// A stream of HTTP/2 that hyper has handed over.
///
/// "Orderly TCP-level closures are represented as END_STREAM flags ([RFC7540], Section 6.1). TCP-level resets
/// are represented with the RST_STREAM frame". RFC 8441 5
///
/// A socket that is closed says so to the peer, and the system waits for the peer to do the same. A stream that
/// is dropped before the peer has ended it is reset, so what the system does for sockets is done here.
#[derive(Debug)]
pub(crate) struct Stream {
    io: ScopeGuard<Io, fn(Io)>,
    /// What is being written, of several pieces.
    gathered: Vec<u8>,
}

#[derive(Debug)]
struct Io {
    io: TokioIo<upgrade::Upgraded>,
    /// The peer has ended it, or it has failed.
    ended: bool,
}

impl Stream {
    pub(crate) fn new(upgraded: upgrade::Upgraded) -> Self {
        let io = Io { io: TokioIo::new(upgraded), ended: false };
        Self { io: guard(io, Io::leave), gathered: Vec::new() }
    }

    /// As hyper gave it. From then on nobody waits for its end.
    pub(crate) fn into_inner(self) -> upgrade::Upgraded {
        ScopeGuard::into_inner(self.io).io.into_inner()
    }

    fn io(&mut self) -> Pin<&mut TokioIo<upgrade::Upgraded>> {
        Pin::new(&mut self.io.io)
    }
}

impl Io {
    /// It is dropped.
    fn leave(self) {
        if let (false, Ok(runtime)) = (self.ended, Handle::try_current()) {
            runtime.spawn(linger(self.io));
        }
    }
}

/// Ends a stream, and waits for the peer to do so. What still comes nobody reads, so it ends the waiting, as
/// it does for a socket.
async fn linger(mut io: TokioIo<upgrade::Upgraded>) {
    let end = async {
        io.shutdown().await?;
        io.read(&mut [0]).await
    };
    // It is dropped in any case.
    let _ = timeout(LINGER, end).await;
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = ready!(self.io().poll_read(cx, buf)).map_err(named);
        self.io.ended = read.is_err() || (buf.filled().len() == before && buf.remaining() > 0);
        Poll::Ready(read)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let piece = &buf[..buf.len().min(MAX_WRITE)];
        self.io().poll_write(cx, piece).map_err(named)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut filled = pieces.iter().filter(|piece| !piece.is_empty());
        match (filled.next(), filled.next()) {
            (Some(first), Some(_)) if first.len() < MAX_WRITE => {}
            (first, _) => return self.poll_write(cx, first.map_or(&[], |first| first)),
        }
        let mut gathered = take(&mut self.gathered);
        gathered.clear();
        for piece in pieces {
            let room = MAX_WRITE - gathered.len();
            gathered.extend_from_slice(&piece[..piece.len().min(room)]);
        }
        let written = self.as_mut().poll_write(cx, &gathered);
        if written.is_pending() {
            self.gathered = gathered;
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_flush(cx).map_err(named)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_shutdown(cx).map_err(named)
    }
}

/// A reset, or the end of the connection by a GOAWAY, has the kind that it has for sockets.
fn named(error: io::Error) -> io::Error {
    let reason = error.get_ref().and_then(|error| reason(error));
    if reason.is_some() { io::Error::new(io::ErrorKind::ConnectionReset, error) } else { error }
}

/// Why a stream or a connection was reset, if that is what an error is about.
pub(crate) fn reason(error: &(dyn Error + 'static)) -> Option<Reason> {
    let causes = iter::successors(Some(error), |&error| error.source());
    causes.filter_map(|error| error.downcast_ref::<h2::Error>()).find_map(h2::Error::reason)
}

/// How much is handed to hyper at once, which copies it: as much as is in a frame by default (RFC 9113 6.5.2).
/// Pieces become one frame, since peers may count small ones against whoever sends many.
const MAX_WRITE: usize = 16 * 1024;

/// How long to wait for the peer to end a stream, once everything has been said: as long as a peer that broke a
/// rule is listened to.
const LINGER: Duration = Duration::from_secs(1);
