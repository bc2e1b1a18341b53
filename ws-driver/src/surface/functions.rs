//! The functions that open WebSockets over streams.

/// `handshake`, `accept` and their variants.
#[doc(hidden)]
#[macro_export]
macro_rules! __functions {
    ($mode:tt [$($async:tt)?] [$($bound:tt)*]) => {
        /// Opens a WebSocket over a connected stream, as a client (RFC 6455 4.1).
        ///
        /// `host` is what goes into Host, `target` is path and query. Gives the WebSocket and the
        /// server's 101.
        ///
        /// # Errors
        ///
        /// [`HandshakeError::Declined`](handshake::HandshakeError::Declined) with the whole response
        /// when the server answers anything but 101,
        /// [`HandshakeError::InvalidResponse`](handshake::HandshakeError::InvalidResponse) when the
        /// 101 breaks a rule of RFC 6455 4.1,
        /// [`HandshakeError::Argument`](handshake::HandshakeError::Argument) before anything is
        /// written, [`HandshakeError::Truncated`](handshake::HandshakeError::Truncated) and
        /// [`HandshakeError::TimedOut`](handshake::HandshakeError::TimedOut) when no whole answer
        /// came, [`Error::Io`] for the stream's own.
        pub $($async)? fn handshake<T: $($bound)*>(
            stream: T,
            host: &str,
            target: &str,
        ) -> Result<(WebSocket<T>, handshake::UpgradeResponse), Error> {
            $crate::__call!($mode, handshake_with(stream, host, target, &ClientConfig::new()))
        }

        /// Like [`handshake()`], with a configuration: subprotocols, header fields, limits, a
        /// deadline.
        ///
        /// # Errors
        ///
        /// As [`handshake()`].
        pub $($async)? fn handshake_with<T: $($bound)*>(
            stream: T,
            host: &str,
            target: &str,
            config: &ClientConfig,
        ) -> Result<(WebSocket<T>, handshake::UpgradeResponse), Error> {
            let opened = $crate::__finish!($mode, $crate::handshake(stream, host, target, config));
            opened.map(|(ws, response)| (WebSocket(ws), response))
        }

        /// Like [`handshake()`], with a request of [`upgrade_request`], which you may have signed, and
        /// its [`Verifier`].
        ///
        /// A signature may be over Host, key or anything else in the request. Add, change and
        /// remove fields in your own time; those of the handshake itself have to stay. The
        /// configuration is the one that the request was made with.
        ///
        /// # Errors
        ///
        /// [`HandshakeError::Argument`](handshake::HandshakeError::Argument) when the request is not
        /// the verifier's any more, otherwise as [`handshake()`].
        pub $($async)? fn handshake_request<T: $($bound)*, B>(
            stream: T,
            request: http::Request<B>,
            verifier: Verifier,
        ) -> Result<(WebSocket<T>, handshake::UpgradeResponse), Error> {
            let opened = $crate::handshake_request(stream, request, verifier);
            $crate::__finish!($mode, opened).map(|(ws, response)| (WebSocket(ws), response))
        }

        /// Opens a WebSocket over a connected stream, as a server: reads the request, and answers 101
        /// or the rejection that it deserves (RFC 6455 4.2). Its deadline counts from the call.
        ///
        /// # Errors
        ///
        /// [`HandshakeError::Rejected`](handshake::HandshakeError::Rejected) after the rejection has
        /// been written, with the rule that was broken;
        /// [`HandshakeError::Truncated`](handshake::HandshakeError::Truncated),
        /// [`HandshakeError::Closed`](handshake::HandshakeError::Closed) and
        /// [`HandshakeError::TimedOut`](handshake::HandshakeError::TimedOut) when no request came;
        /// [`Error::Io`] for the stream's own.
        #[doc(alias = "serve")]
        #[doc(alias = "listen")]
        pub fn accept<T: $($bound)*>(stream: T) -> $crate::__outcome!($mode, [T] Result<WebSocket<T>, Error>) {
            accept_with(stream, &ServerConfig::new())
        }

        /// Like [`accept`], with a configuration: subprotocols, origins, hooks, limits, a deadline.
        ///
        /// # Errors
        ///
        /// As [`accept`].
        pub fn accept_with<T: $($bound)*>(
            stream: T,
            config: &ServerConfig,
        ) -> $crate::__outcome!($mode, [T] Result<WebSocket<T>, Error>) {
            let mut accepting = $crate::Accepting::new(stream, config);
            $crate::__poll!($mode, move |cx| accepting.poll(cx).map_ok(WebSocket))
        }

        /// Like [`accept_with`], for a stream that was read from already: `already_read` is a part of
        /// the request, all of it, or also the first frames behind it.
        ///
        /// # Errors
        ///
        /// As [`accept`].
        pub fn accept_buffered<T: $($bound)*, B: Into<handshake::RecvBuf>>(
            stream: T,
            already_read: B,
            config: &ServerConfig,
        ) -> $crate::__outcome!($mode, [T, B] Result<WebSocket<T>, Error>) {
            let mut accepting = $crate::Accepting::with_buffered(stream, already_read, config);
            $crate::__poll!($mode, move |cx| accepting.poll(cx).map_ok(WebSocket))
        }

        /// Writes the answer to a request that another parser has read from `stream`: 101, or the
        /// rejection that it deserves.
        ///
        /// It writes to the stream itself, so it is not for HTTP stacks that write their responses,
        /// such as hyper: there [`respond`] makes the response, and
        /// [`WebSocket::from_upgraded`] the WebSocket. `leftover` are the bytes that were read
        /// behind the request. One with a body that has been read is a
        /// [`ParsedRequest`](handshake::ParsedRequest) that says so.
        ///
        /// # Errors
        ///
        /// As [`accept`].
        pub fn accept_request<
            'a,
            T: $($bound)*,
            Q: Into<handshake::ParsedRequest<'a>>,
            B: Into<handshake::RecvBuf>,
        >(
            stream: T,
            request: Q,
            leftover: B,
            config: &ServerConfig,
        ) -> $crate::__outcome!($mode, [T, Q, B] Result<WebSocket<T>, Error>) {
            let mut accepting =
                $crate::Accepting::with_request(stream, request, leftover, config);
            $crate::__poll!($mode, move |cx| accepting.poll(cx).map_ok(WebSocket))
        }
    };
}
