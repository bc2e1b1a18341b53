//! An adapter's WebSocket.

/// A newtype, so that documentation, search and compilers speak of the adapter's own type.
#[doc(hidden)]
#[macro_export]
macro_rules! __web_socket {
    ($mode:tt [$($async:tt)?] $Runtime:ty, [$($bound:tt)*]) => {
        /// An open WebSocket over a stream of type `T`.
        ///
        /// Pings and the peer's close are answered whenever something is received: keep receiving,
        /// or [`split`](Self::split). One that is dropped closes nothing: the peer finds the stream
        /// at its end, without a close frame.
        ///
        #[doc = $crate::__waiting_doc!($mode)]
        pub struct WebSocket<T>(pub(crate) $crate::WebSocket<T, $Runtime>);

        impl<T: $($bound)*> WebSocket<T> {
            $crate::__receiving!($mode [$($async)?]);
            $crate::__sending!($mode [$($async)?]);
            $crate::__closing!($mode [$($async)?]);

            /// Gives back the stream, with the bytes that came and were not used. What is queued and not
            /// written is lost: [`flush`](Self::flush) first.
            pub fn into_parts(self) -> handshake::Parts<T> {
                self.0.into_parts()
            }
        }

        impl<T> WebSocket<T> {
            /// A WebSocket over a stream that another HTTP stack has upgraded, when nothing was read
            /// behind the head of the request or response.
            ///
            /// What was negotiated comes from [`respond`] or [`Verifier::verify`]; a configuration that
            /// you have already is in [`ServerConfig::web_socket_config`].
            pub fn from_upgraded(
                stream: T,
                role: handshake::Role,
                negotiated: handshake::Negotiated,
                config: &WebSocketConfig,
            ) -> Self {
                Self($crate::WebSocket::from_upgraded(stream, role, negotiated, config))
            }

            /// A WebSocket whose handshake was done elsewhere. `parts.leftover` is everything that
            /// was read from the stream behind the head of the request or response.
            pub fn from_parts(parts: handshake::Parts<T>, config: &WebSocketConfig) -> Self {
                Self($crate::WebSocket::from_parts(parts, config))
            }

            $crate::__about!();

            /// The extensions in use, as a 101 lists them in Sec-WebSocket-Extensions.
            pub fn extensions(&self) -> Option<String> {
                self.0.extensions()
            }

            /// Whether this is the client or the server.
            pub fn role(&self) -> handshake::Role {
                self.0.role()
            }

            /// Bytes that came and have not been looked at; right after the handshake, the first
            /// frames.
            pub fn leftover(&self) -> &[u8] {
                self.0.leftover()
            }

            /// The stream below, for what it knows of the peer.
            pub fn get_ref(&self) -> &T {
                self.0.get_ref()
            }

            /// The stream below, to be changed. Reading from it or writing to it breaks the WebSocket.
            pub fn get_mut(&mut self) -> &mut T {
                self.0.get_mut()
            }

            fn driven(&mut self) -> &mut $crate::WebSocket<T, $Runtime> {
                &mut self.0
            }

            fn driving(&self) -> &$crate::WebSocket<T, $Runtime> {
                &self.0
            }
        }

        $crate::__newtype!(WebSocket<T>, $crate::WebSocket<T, $Runtime>);
    };
}

/// What every newtype has: `Debug`, and ways from and to what it wraps, for code that is generic over
/// runtimes.
#[doc(hidden)]
#[macro_export]
macro_rules! __newtype {
    ($Outer:ident<T>, $Inner:ty) => {
        impl<T: ::std::fmt::Debug> ::std::fmt::Debug for $Outer<T> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl<T> From<$Inner> for $Outer<T> {
            fn from(inner: $Inner) -> Self {
                Self(inner)
            }
        }

        impl<T> From<$Outer<T>> for $Inner {
            fn from(outer: $Outer<T>) -> Self {
                outer.0
            }
        }
    };
}

/// What becomes of a call that does not come to its end at once.
#[doc(hidden)]
#[macro_export]
macro_rules! __waiting_doc {
    (async) => {
        "Every future may be dropped at any time: nothing that was received is lost, and a message \
         is either queued whole or not at all."
    };
    (blocking) => {
        "Every function blocks as the stream does. Where a non-blocking stream would have to wait, \
         or a read timeout that you have set has passed, they fail with \
         [`WouldBlock`](std::io::ErrorKind::WouldBlock) and nothing is lost: receive again, or \
         [`flush`](Self::flush) again, when the stream is ready. A message is then already queued, \
         and not to be sent again. Where there was no room in the queue for it, sending fails with \
         [`SendError::Full`] instead, and the message is to be sent again."
    };
}
