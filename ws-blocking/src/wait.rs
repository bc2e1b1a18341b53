//! Futures of an open WebSocket, which wait only where the stream does.

use std::{future::Future, io, task::Poll};

use ws_driver::{Error, ws_core::SendError};

use crate::block_on::poll_once;

/// Runs a future that waits only where the stream itself would.
pub(crate) fn at_once<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let mut future = std::pin::pin!(future);
    match poll_once(|cx| future.as_mut().poll(cx)) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Error::Io(io::ErrorKind::WouldBlock.into())),
    }
}

/// Runs a future that queues something, and waits for room where there is none.
pub(crate) fn queued(future: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let mut future = std::pin::pin!(future);
    match poll_once(|cx| future.as_mut().poll(cx)) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Error::Send(SendError::Full)),
    }
}
