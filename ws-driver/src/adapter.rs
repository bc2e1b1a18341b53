//! What every asynchronous adapter offers, written once.

/// Gives an adapter its functions and types, for its runtime marker.
///
/// The adapter adds `connect` and `connect_with`, since only it knows how to dial.
#[macro_export]
macro_rules! adapter {
    ($Runtime:ty) => {
        pub use $crate::{
            Bytes, Error, Event, Part, Parts, Timeout, Url, UrlError, bytes, http, types::*,
            ws_core,
        };

        /// An open WebSocket over a stream of type `T`.
        pub type WebSocket<T> = $crate::WebSocket<T, $Runtime>;

        /// The sending half of a WebSocket, from `split`.
        pub type SendHalf<T> = $crate::SendHalf<$crate::Shared<T>, $Runtime>;

        /// The receiving half of a WebSocket, from `split`.
        pub type RecvHalf<T> = $crate::RecvHalf<$crate::Shared<T>, $Runtime>;

        /// A server's handshake with the request in hand: read it, decide in your own time, answer.
        pub type Acceptor<T> = $crate::Acceptor<T, $Runtime>;

        /// A request that has been read and not answered yet.
        pub type UpgradeRequest<T> = $crate::UpgradeRequest<T, $Runtime>;

        /// Opens a WebSocket over a connected stream, as a client. `host` is what goes into Host,
        /// `target` is path and query. Gives the WebSocket and the server's 101.
        ///
        /// # Errors
        ///
        /// [`HandshakeError::Declined`] with the whole response when the server answers anything
        /// but 101, [`HandshakeError::InvalidResponse`] when the 101 breaks a rule of RFC 6455 4.1,
        /// [`HandshakeError::Argument`] before anything is written, [`Error::Io`] for the stream's
        /// own.
        pub async fn handshake<T>(
            stream: T,
            host: &str,
            target: &str,
        ) -> Result<(WebSocket<T>, UpgradeResponse), Error>
        where
            $Runtime: $crate::Reads<T> + $crate::Writes<T>,
        {
            handshake_with(stream, host, target, &ClientConfig::new()).await
        }

        /// The same with subprotocols, fields, limits and a deadline of one's own.
        ///
        /// # Errors
        ///
        /// As [`handshake`].
        pub async fn handshake_with<T>(
            stream: T,
            host: &str,
            target: &str,
            config: &ClientConfig,
        ) -> Result<(WebSocket<T>, UpgradeResponse), Error>
        where
            $Runtime: $crate::Reads<T> + $crate::Writes<T>,
        {
            $crate::handshake(stream, host, target, config).await
        }

        /// Reads an upgrade request from a connected stream and answers it: 101, or the refusal it
        /// deserves.
        ///
        /// # Errors
        ///
        /// [`HandshakeError::Rejected`] after the refusal has been written, with the rule that was
        /// broken; [`HandshakeError::Truncated`], [`HandshakeError::Closed`] and
        /// [`HandshakeError::TimedOut`] when no request came; [`Error::Io`] for the stream's own.
        pub async fn accept<T>(stream: T) -> Result<WebSocket<T>, Error>
        where
            $Runtime: $crate::Reads<T> + $crate::Writes<T>,
        {
            accept_with(stream, &ServerConfig::new()).await
        }

        /// The same with subprotocols, origins, hooks, limits and a deadline of one's own.
        ///
        /// # Errors
        ///
        /// As [`accept`].
        pub async fn accept_with<T>(stream: T, config: &ServerConfig) -> Result<WebSocket<T>, Error>
        where
            $Runtime: $crate::Reads<T> + $crate::Writes<T>,
        {
            $crate::accept(stream, config).await
        }

        /// The same for a stream that something was read from already: a part of a head, a head,
        /// or a head and the first frames.
        ///
        /// # Errors
        ///
        /// As [`accept`].
        pub async fn accept_buffered<T>(
            stream: T,
            already_read: impl Into<RecvBuf>,
            config: &ServerConfig,
        ) -> Result<WebSocket<T>, Error>
        where
            $Runtime: $crate::Reads<T> + $crate::Writes<T>,
        {
            $crate::accept_buffered(stream, already_read, config).await
        }

        /// Answers a request that another HTTP stack has parsed; `leftover` are the bytes that were
        /// read behind it. See [`ServerConfig::body_consumed`] for requests with a body.
        ///
        /// # Errors
        ///
        /// As [`accept`].
        pub async fn accept_request<T, B>(
            stream: T,
            request: &$crate::Request<B>,
            leftover: impl Into<RecvBuf>,
            config: &ServerConfig,
        ) -> Result<WebSocket<T>, Error>
        where
            $Runtime: $crate::Reads<T> + $crate::Writes<T>,
        {
            $crate::accept_request(stream, request, leftover, config).await
        }
    };
}

/// The same for adapters that dial asynchronously: `connect` and `connect_with`, where `$dial` is
/// an asynchronous function from host and port to a connected `$Stream`.
#[macro_export]
macro_rules! connector {
    ($Runtime:ty, $Stream:ty, $dial:path) => {
        /// Connects to a `ws` URL and opens a WebSocket there. Gives the WebSocket and the server's
        /// 101. One deadline covers looking up the host, connecting and the handshake.
        ///
        /// For `wss`, connect and do TLS first, then [`handshake`] on the TLS stream.
        ///
        /// # Errors
        ///
        /// [`Error::Url`] for a URL that is none or has another scheme, [`Error::Io`] when nobody
        /// can be connected to, otherwise as [`handshake`].
        pub async fn connect(url: &str) -> Result<(WebSocket<$Stream>, UpgradeResponse), Error> {
            connect_with(url, &ClientConfig::new()).await
        }

        /// The same with subprotocols, fields, limits and a deadline of one's own.
        ///
        /// # Errors
        ///
        /// As [`connect`].
        pub async fn connect_with(
            url: &str,
            config: &ClientConfig,
        ) -> Result<(WebSocket<$Stream>, UpgradeResponse), Error> {
            $crate::connect(url, config, |host, port, _| $dial(host, port)).await
        }
    };
}
