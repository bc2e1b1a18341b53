//! An adapter's stream that may have TLS.

/// The type, over the adapter's `TcpStream`; what reads and writes it are the runtime's own traits.
#[doc(hidden)]
#[macro_export]
macro_rules! __maybe_tls_stream {
    ($TcpStream:ty) => {
        /// A connection with TLS or without, and what is known of the peer.
        ///
        /// It reads and writes what is inside TLS. TLS is by rustls, with the feature of that name.
        pub struct MaybeTlsStream<T>($crate::MaybeTls<T>);

        impl<T> MaybeTlsStream<T> {
            /// The connection itself.
            pub fn get_ref(&self) -> &T {
                self.0.socket()
            }

            /// The connection itself. What is read from it or written to it is missing in TLS.
            pub fn get_mut(&mut self) -> &mut T {
                self.0.socket_mut()
            }

            /// The connection itself, without what TLS was about to write or has read.
            pub fn into_inner(self) -> T {
                self.0.into_socket()
            }

            /// Whether the server is reached over TLS. TLS that ends at a proxy does not count.
            pub fn is_tls(&self) -> bool {
                self.0.is_tls()
            }

            /// The application protocol that the server chose in TLS (RFC 7301).
            pub fn alpn_protocol(&self) -> Option<&[u8]> {
                self.0.alpn_protocol()
            }

            /// The server's certificates, its own first.
            #[cfg(feature = "rustls")]
            pub fn peer_certificates(
                &self,
            ) -> Option<&[$crate::rustls::pki_types::CertificateDer<'static>]> {
                self.0.peer_certificates()
            }

            /// The session with the server, for what else is known of it.
            #[cfg(feature = "rustls")]
            pub fn tls_session(&self) -> Option<&$crate::rustls::ClientConnection> {
                self.0.tls_session()
            }
        }

        impl MaybeTlsStream<$TcpStream> {
            /// The address at the other end: the server's, or that of the proxy on the way.
            ///
            /// # Errors
            ///
            /// Those of the socket.
            pub fn peer_addr(&self) -> ::std::io::Result<::std::net::SocketAddr> {
                self.get_ref().peer_addr()
            }
        }

        $crate::__newtype!(MaybeTlsStream<T>, $crate::MaybeTls<T>);
    };
}

/// The traits of futures-io for it. `$Closes` closes the connection itself.
#[cfg(feature = "futures-io")]
#[doc(hidden)]
#[macro_export]
macro_rules! __futures_io_maybe_tls {
    ($AsyncRead:path, $AsyncWrite:path, $Closes:ty, [$($bound:tt)*]) => {
        impl<T: $($bound)*> $AsyncRead for MaybeTlsStream<T> {
            fn poll_read(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
                buf: &mut [u8],
            ) -> ::std::task::Poll<::std::io::Result<usize>> {
                self.get_mut().0.poll_read(cx, buf)
            }
        }

        impl<T: $($bound)*> $AsyncWrite for MaybeTlsStream<T> {
            fn poll_write(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
                buf: &[u8],
            ) -> ::std::task::Poll<::std::io::Result<usize>> {
                self.get_mut().0.poll_write(cx, &[::std::io::IoSlice::new(buf)])
            }

            fn poll_write_vectored(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
                bufs: &[::std::io::IoSlice<'_>],
            ) -> ::std::task::Poll<::std::io::Result<usize>> {
                self.get_mut().0.poll_write(cx, bufs)
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
                self.get_mut().0.poll_close::<$Closes>(cx)
            }
        }
    };
}
