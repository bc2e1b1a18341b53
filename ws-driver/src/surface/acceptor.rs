//! A server's handshake with the request in hand.

/// The acceptor and the request that it reads.
#[doc(hidden)]
#[macro_export]
macro_rules! __acceptor {
    ($mode:tt [$($async:tt)?] $Runtime:ty, [$($bound:tt)*]) => {
        /// A server's handshake with the request in hand: read it, decide in your own time, answer,
        /// and after a rejection do it again.
        pub struct Acceptor<T>($crate::Acceptor<T, $Runtime>);

        impl<T: $($bound)*> Acceptor<T> {
            /// Waits for requests on `stream`. The deadline counts from now, and again from every
            /// rejection.
            pub fn new(stream: T, config: &ServerConfig) -> Self {
                Self($crate::Acceptor::new(stream, config))
            }

            /// Like [`new`](Self::new), with bytes that were read from `stream` before it was known
            /// whose they are.
            pub fn with_buffered(
                stream: T,
                bytes: impl Into<handshake::RecvBuf>,
                config: &ServerConfig,
            ) -> Self {
                Self($crate::Acceptor::with_buffered(stream, bytes, config))
            }

            /// Reads a request. One that breaks a rule of WebSocket is given out as well:
            /// [`UpgradeRequest::violation`] tells, and accepting it rejects it.
            ///
            /// # Errors
            ///
            /// [`Error::Handshake`] when there is no whole HTTP/1.1 head, after it has been
            /// answered: rejected, truncated, timed out, or closed. [`Error::Io`] for the stream's
            /// own.
            pub $($async)? fn next_request(self) -> Result<UpgradeRequest<T>, Error> {
                $crate::__finish!($mode, self.0.next_request()).map(UpgradeRequest)
            }

            /// Whether the last answer closed the connection; there will be no other request.
            pub fn is_closed(&self) -> bool {
                self.0.is_closed()
            }

            /// Gives back the stream, and the bytes read from it that no request has used.
            pub fn into_inner(self) -> (T, bytes::Bytes) {
                self.0.into_inner()
            }
        }

        $crate::__newtype!(Acceptor<T>, $crate::Acceptor<T, $Runtime>);

        /// A request that an [`Acceptor`] has read and that has not been answered yet.
        ///
        /// Whether it may become a WebSocket is already known: [`violation`](Self::violation). It
        /// can be answered in any way and at any time.
        #[must_use = "a request that is dropped is never answered"]
        pub struct UpgradeRequest<T>($crate::UpgradeRequest<T, $Runtime>);

        impl<T: $($bound)*> UpgradeRequest<T> {
            /// The request.
            pub fn request(&self) -> &http::Request<()> {
                self.0.request()
            }

            /// Whether this is an attempt to open a WebSocket at all, rather than ordinary HTTP.
            pub fn is_upgrade(&self) -> bool {
                self.0.is_upgrade()
            }

            /// The first rule that the request breaks, if any. Accepting would answer it.
            pub fn violation(&self) -> Option<&handshake::Violation> {
                self.0.violation()
            }

            /// What accepting now would agree on.
            pub fn negotiated(&self) -> &handshake::Negotiated {
                self.0.negotiated()
            }

            /// The subprotocols that the client offers, most preferred first.
            pub fn offered_subprotocols(&self) -> impl Iterator<Item = &str> {
                self.0.offered_subprotocols()
            }

            /// Chooses the subprotocol, whatever the configuration says: one of those offered, or
            /// none.
            ///
            /// # Errors
            ///
            /// [`ArgumentError::UnofferedSubprotocol`](handshake::ArgumentError::UnofferedSubprotocol) for a name that
            /// the client did not offer.
            pub fn select_subprotocol(
                &mut self,
                name: Option<&str>,
            ) -> Result<(), handshake::ArgumentError> {
                self.0.select_subprotocol(name)
            }

            /// The stream, for what it knows of the peer.
            pub fn get_ref(&self) -> &T {
                self.0.get_ref()
            }

            /// Answers 101.
            ///
            /// # Errors
            ///
            /// [`Error::Handshake`] when the request breaks a rule, after it has been rejected;
            /// [`Error::Io`] when the answer could not be written, and then there is no WebSocket.
            pub $($async)? fn accept(self) -> Result<WebSocket<T>, Error> {
                $crate::__finish!($mode, self.0.accept()).map(WebSocket)
            }

            /// Answers 101, after `decorate` has seen it.
            ///
            /// # Errors
            ///
            /// As [`accept`](Self::accept); also when `decorate` makes it something else than a 101
            /// that says what was negotiated, see
            /// [`accept_with`](ws_core::UpgradeRequest::accept_with) of the core.
            pub $($async)? fn accept_with<F>(self, decorate: F) -> Result<WebSocket<T>, Error>
            where
                F: FnOnce(&mut http::Response<bytes::Bytes>),
            {
                $crate::__finish!($mode, self.0.accept_with(decorate)).map(WebSocket)
            }

            /// Answers as the broken rule asks for, or 403 when there is none. The connection is
            /// then ready for the next request, unless [`is_closed`](Acceptor::is_closed).
            ///
            /// # Errors
            ///
            /// [`Error::Unsent`] when the answer could not be written.
            pub $($async)? fn reject(self) -> Result<Acceptor<T>, Error> {
                $crate::__finish!($mode, self.0.reject()).map(Acceptor)
            }

            /// Answers with your own response: any status but 1xx, any fields, any body. The
            /// connection is then ready for the next request, unless
            /// [`is_closed`](Acceptor::is_closed).
            ///
            /// # Errors
            ///
            /// [`Error::Unsent`] when the answer could not be written, [`Error::Handshake`] when it
            /// is none that can be sent.
            pub $($async)? fn reject_with<B: Into<bytes::Bytes>>(
                self,
                response: http::Response<B>,
            ) -> Result<Acceptor<T>, Error> {
                $crate::__finish!($mode, self.0.reject_with(response)).map(Acceptor)
            }
        }

        $crate::__newtype!(UpgradeRequest<T>, $crate::UpgradeRequest<T, $Runtime>);
    };
}
