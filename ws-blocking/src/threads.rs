//! What only blocking WebSockets have: halves for two threads, and iterators.

use crate::{Error, Message, RecvHalf, SendHalf, WebSocket, transport::Transport};

impl<T: Transport> WebSocket<T> {
    /// Takes the WebSocket apart for two threads, with a handle of the stream for each, made by
    /// `clone`: `|stream| stream.try_clone()` for a socket.
    ///
    /// # Errors
    ///
    /// Those of `clone`.
    pub fn split<E>(
        self,
        clone: impl FnOnce(&T) -> Result<T, E>,
    ) -> Result<(SendHalf<T>, RecvHalf<T>), E> {
        let (sender, receiver) = self.0.split_cloned(clone)?;
        Ok((SendHalf(sender), RecvHalf(receiver)))
    }

    /// The messages that come, until the WebSocket is closed or fails.
    pub fn messages(&mut self) -> impl Iterator<Item = Result<Message, Error>> {
        std::iter::from_fn(|| self.recv().transpose())
    }
}

impl<T: Transport> RecvHalf<T> {
    /// The messages that come, until the WebSocket is closed or fails.
    pub fn messages(&mut self) -> impl Iterator<Item = Result<Message, Error>> {
        std::iter::from_fn(|| self.recv().transpose())
    }
}
