//! Closing one direction of a stream.

use std::{
    any::Any,
    io,
    net::Shutdown,
    pin::Pin,
    task::{Context, Poll},
};

#[cfg(unix)]
use async_std::os::unix::net::UnixStream;
use async_std::{io::Write, net::TcpStream};

/// async-std's own sockets do nothing in `poll_close`, so that a peer would hear of the end only
/// when the socket is dropped. They are shut down instead; other streams are closed as usual.
#[derive(Clone, Copy, Debug)]
pub enum HalfClose {}

impl<T: Write + Unpin + 'static> ws_driver::Closes<T> for HalfClose {
    fn poll_close(io: &mut T, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let any: &dyn Any = io;
        if let Some(socket) = any.downcast_ref::<TcpStream>() {
            return Poll::Ready(socket.shutdown(Shutdown::Write));
        }
        #[cfg(unix)]
        if let Some(socket) = any.downcast_ref::<UnixStream>() {
            return Poll::Ready(socket.shutdown(Shutdown::Write));
        }
        Pin::new(io).poll_close(cx)
    }
}
