//! std's traits for a WebSocket as a stream of bytes.

use std::{
    io::{self, Read, Write},
    task::Poll,
};

use crate::{ByteStream, block_on::poll_once, transport::Transport};

impl<T: Transport> ByteStream<T> {
    /// Closes the WebSocket.
    ///
    /// # Errors
    ///
    /// As [`WebSocket::close`](crate::WebSocket::close).
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
