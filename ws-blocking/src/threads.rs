//! What only blocking WebSockets have: halves for two threads, and iterators.

use std::net::TcpStream;

use crate::{
    Error, Message, RecvHalf, SendHalf, WebSocket, shared::SharedStream, transport::Transport,
};

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

    /// Like [`split`](Self::split), for a stream that cannot be cloned, such as one of TLS, over a socket that
    /// `socket` clones. The stream itself is shared behind a lock.
    ///
    /// ```no_run
    /// use std::net::TcpStream;
    /// use ws_blocking::{Error, SendHalf, SharedStream, Transport, WebSocket};
    ///
    /// fn halves<S>(
    ///     ws: WebSocket<Tls<S>>,
    /// ) -> Result<SendHalf<SharedStream<Tls<S>>>, Box<dyn std::error::Error>>
    /// where
    ///     Tls<S>: Transport + Send + 'static,
    ///     S: Send,
    /// {
    ///     let (sender, mut receiver) = ws.split_shared(|tls| tls.socket.try_clone())?;
    ///     std::thread::spawn(move || while let Ok(Some(_)) = receiver.recv() {});
    ///     Ok(sender)
    /// }
    /// # struct Tls<S> { socket: TcpStream, session: S }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `socket`.
    #[expect(clippy::type_complexity, reason = "it is the two halves, and no more")]
    pub fn split_shared<E>(
        self,
        socket: impl FnOnce(&T) -> Result<TcpStream, E>,
    ) -> Result<(SendHalf<SharedStream<T>>, RecvHalf<SharedStream<T>>), E> {
        let socket = socket(self.get_ref())?;
        let (sender, receiver) = self.0.split_into(|stream| SharedStream::pair(stream, socket));
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
