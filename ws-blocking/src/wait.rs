//! Calls on an open WebSocket, which wait only where the stream does.

use std::{
    io,
    task::{Context, Poll},
};

use ws_driver::{Error, ws_core::SendError};

use crate::block_on::poll_once;

/// What comes of something that waits only where the stream itself would.
pub(crate) fn at_once<T>(
    poll: impl FnOnce(&mut Context<'_>) -> Poll<Result<T, Error>>,
) -> Result<T, Error> {
    match poll_once(poll) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Error::Io(io::ErrorKind::WouldBlock.into())),
    }
}

/// What comes of queueing something, which waits for room where there is none.
pub(crate) fn queued(
    poll: impl FnOnce(&mut Context<'_>) -> Poll<Result<(), Error>>,
) -> Result<(), Error> {
    match poll_once(poll) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Error::Send(SendError::Full)),
    }
}
