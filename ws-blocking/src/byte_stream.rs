//! A WebSocket as a stream of bytes, for tunnels.

use std::{
    io::{self, Read, Write},
    task::Poll,
};

use crate::{block_on::poll_once, runtime::Blocking, transport::Transport, web_socket::WebSocket};

/// The payloads of binary messages, one behind the other, for tunnels. A text message is an error.
/// Dropping it does not close the WebSocket; [`close`](Self::close) does.
#[derive(Debug)]
pub struct ByteStream<T>(ws_driver::ByteStream<T, Blocking>);

impl<T: Transport> ByteStream<T> {
    /// A stream over `ws`.
    pub fn new(ws: WebSocket<T>) -> Self {
        Self(ws_driver::ByteStream::new(ws.0))
    }

    /// Closes the WebSocket.
    ///
    /// # Errors
    ///
    /// As [`WebSocket::close`].
    pub fn close(&mut self) -> io::Result<()> {
        ready(poll_once(|cx| self.0.poll_close(cx)))
    }
}

impl<T: Transport> Read for ByteStream<T> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        ready(poll_once(|cx| self.0.poll_read(cx, buf)))
    }
}

impl<T: Transport> Write for ByteStream<T> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        ready(poll_once(|cx| self.0.poll_write(cx, buf)))
    }

    fn flush(&mut self) -> io::Result<()> {
        ready(poll_once(|cx| self.0.poll_flush(cx)))
    }
}

fn ready<T>(poll: Poll<io::Result<T>>) -> io::Result<T> {
    match poll {
        Poll::Ready(result) => result,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}
