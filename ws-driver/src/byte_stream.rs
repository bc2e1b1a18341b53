//! A WebSocket as a stream of bytes, for tunnels.

use std::{
    io,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use ws_core::{Message, MessageKind, ReceiveLimits, SendError};

use crate::{
    Error, WebSocket,
    runtime::{Reads, Runtime, Writes},
};

/// The payloads of binary messages, one behind the other; where messages begin and end makes no
/// difference. A text message is an error.
///
/// Nothing is kept, so limits for frames, messages and fragments do not hold.
///
/// Adapters implement their runtime's reading and writing traits with it.
#[derive(Debug)]
pub struct ByteStream<T, R: Runtime> {
    ws: WebSocket<T, R>,
    /// Those of the WebSocket: they are for what is kept, and nothing is kept here.
    limits: ReceiveLimits,
    /// What came and was not read yet.
    data: Bytes,
}

impl<T, R: Reads<T> + Writes<T>> ByteStream<T, R> {
    /// A stream over `ws`.
    pub fn new(mut ws: WebSocket<T, R>) -> Self {
        let limits = ws.inbound.receiver.set_limits(ReceiveLimits::NONE);
        Self { ws, limits, data: Bytes::new() }
    }

    /// The WebSocket.
    pub fn get_ref(&self) -> &WebSocket<T, R> {
        &self.ws
    }

    /// The WebSocket, and what came over it and was not read.
    pub fn into_inner(self) -> (WebSocket<T, R>, Bytes) {
        let Self { mut ws, limits, data } = self;
        ws.inbound.receiver.set_limits(limits);
        (ws, data)
    }

    /// Waits for bytes: empty at the end of the stream, after a closing handshake.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] for a text message or a broken rule, otherwise as
    /// [`WebSocket::recv`].
    pub fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        while self.data.is_empty() {
            match ready!(self.ws.poll_recv_part(cx))? {
                Some(part) if part.kind == MessageKind::Binary => self.data = part.data,
                Some(_) => return Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
                None => break,
            }
        }
        Poll::Ready(Ok(&self.data))
    }

    /// Takes `n` bytes off what [`poll_fill`](Self::poll_fill) gave.
    pub fn consume(&mut self, n: usize) {
        self.data.advance(n.min(self.data.len()));
    }

    /// Reads into `buf`; 0 at the end of the stream.
    ///
    /// # Errors
    ///
    /// As [`poll_fill`](Self::poll_fill).
    pub fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let data = ready!(self.poll_fill(cx))?;
        let n = data.len().min(buf.len());
        buf[..n].copy_from_slice(&data[..n]);
        self.consume(n);
        Poll::Ready(Ok(n))
    }

    /// Queues bytes as a message. They go out with [`poll_flush`](Self::poll_flush), or when the queue
    /// is full.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::BrokenPipe`] after a close, and those of the stream.
    pub fn poll_write(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let n = buf.len().min(MAX_MESSAGE);
        if n == 0 {
            return Poll::Ready(Ok(0));
        }
        ready!(self.ws.poll_ready(cx, n))?;
        let message = Message::binary(Bytes::copy_from_slice(&buf[..n]));
        self.ws.try_send(message).map_err(Error::from)?;
        Poll::Ready(Ok(n))
    }

    /// Writes what was queued.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.ws.poll_flush(cx).map_err(io::Error::from)
    }

    /// Closes this direction with a close frame. What the peer sends before its own stays to be read, up to
    /// the end.
    ///
    /// # Errors
    ///
    /// As [`WebSocket::flush`].
    pub fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.ws.start_close() {
            Ok(()) | Err(SendError::Closing) => {}
            Err(error) => return Poll::Ready(Err(Error::from(error).into())),
        }
        self.poll_flush(cx)
    }
}

/// A write of more bytes than this takes only so many: one message is held whole by the peer.
const MAX_MESSAGE: usize = 64 * 1024;
