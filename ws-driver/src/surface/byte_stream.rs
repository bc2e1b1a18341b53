//! An adapter's stream of bytes.

/// The type; what reads and writes it are the runtime's own traits.
#[doc(hidden)]
#[macro_export]
macro_rules! __byte_stream {
    ($Runtime:ty, [$($bound:tt)*]) => {
        /// A WebSocket as a stream of bytes, for tunnels: the payloads of binary messages, one behind
        /// the other. A text message is an error.
        ///
        /// Shutting down the writing side sends a close frame; what the peer sends before its own stays to be
        /// read, up to the end. Dropping it does not close the WebSocket. Nothing is kept, so limits for frames,
        /// messages and fragments do not hold.
        pub struct ByteStream<T>($crate::ByteStream<T, $Runtime>);

        impl<T: $($bound)*> ByteStream<T> {
            /// A stream over `ws`.
            pub fn new(ws: WebSocket<T>) -> Self {
                Self($crate::ByteStream::new(ws.0))
            }

            /// The stream below the WebSocket, for what it knows of the peer.
            pub fn get_ref(&self) -> &T {
                self.0.get_ref().get_ref()
            }

            /// The WebSocket, and what came over it and was not read.
            pub fn into_inner(self) -> (WebSocket<T>, bytes::Bytes) {
                let (ws, data) = self.0.into_inner();
                (WebSocket(ws), data)
            }
        }

        $crate::__newtype!(ByteStream<T>, $crate::ByteStream<T, $Runtime>);
    };
}

/// The traits of futures-io for an adapter's stream of bytes.
#[cfg(feature = "futures-io")]
#[doc(hidden)]
#[macro_export]
macro_rules! __futures_io_byte_stream {
    ($AsyncRead:path, $AsyncBufRead:path, $AsyncWrite:path, [$($bound:tt)*]) => {
        impl<T: $($bound)*> $AsyncRead for ByteStream<T> {
            fn poll_read(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
                buf: &mut [u8],
            ) -> ::std::task::Poll<::std::io::Result<usize>> {
                self.get_mut().0.poll_read(cx, buf)
            }
        }

        impl<T: $($bound)*> $AsyncBufRead for ByteStream<T> {
            fn poll_fill_buf(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<::std::io::Result<&[u8]>> {
                self.get_mut().0.poll_fill(cx)
            }

            fn consume(self: ::std::pin::Pin<&mut Self>, n: usize) {
                self.get_mut().0.consume(n);
            }
        }

        impl<T: $($bound)*> $AsyncWrite for ByteStream<T> {
            fn poll_write(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
                buf: &[u8],
            ) -> ::std::task::Poll<::std::io::Result<usize>> {
                self.get_mut().0.poll_write(cx, buf)
            }

            fn poll_flush(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<::std::io::Result<()>> {
                self.get_mut().0.poll_flush(cx)
            }

            fn poll_close(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<::std::io::Result<()>> {
                self.get_mut().0.poll_close(cx)
            }
        }
    };
}
