//! The halves of an adapter's WebSocket.

/// The half that sends and the half that receives.
#[doc(hidden)]
#[macro_export]
macro_rules! __halves {
    ($mode:tt [$($async:tt)?] $Runtime:ty, $Hold:ident, [$($bound:tt)*]) => {
        /// The sending half of a WebSocket, from [`WebSocket::split`].
        ///
        /// It is of use as long as the other half receives: pongs and the peer's close come in there, and the
        /// time is minded there. Dropping it closes nothing, and the other half goes on.
        pub struct SendHalf<T>(
            pub(crate) $crate::SendHalf<$crate::$Hold<T>, $Runtime>,
        );

        impl<T: $($bound)*> SendHalf<T> {
            $crate::__sending!($mode [$($async)?]);
            $crate::__half_closing!($mode [$($async)?]);

            /// How the WebSocket ended, or how far closing has come: who said what, and who was first.
            pub fn close_info(&self) -> CloseInfo {
                self.0.close_info()
            }

            fn driven(&mut self) -> &mut $crate::SendHalf<$crate::$Hold<T>, $Runtime> {
                &mut self.0
            }

            fn driving(&self) -> &$crate::SendHalf<$crate::$Hold<T>, $Runtime> {
                &self.0
            }
        }

        $crate::__newtype!(SendHalf<T>, $crate::SendHalf<$crate::$Hold<T>, $Runtime>);

        /// The receiving half of a WebSocket, from [`WebSocket::split`].
        ///
        /// It answers pings and the peer's close, so somebody has to keep receiving. Once it is
        /// dropped nobody does; the stream is closed when both halves are, without a close frame.
        pub struct RecvHalf<T>(
            pub(crate) $crate::RecvHalf<$crate::$Hold<T>, $Runtime>,
        );

        impl<T: $($bound)*> RecvHalf<T> {
            $crate::__receiving!($mode [$($async)?]);
            $crate::__about!();

            /// Puts the WebSocket together again.
            ///
            /// # Errors
            ///
            /// Gives both halves back when they are not of the same WebSocket.
            #[expect(
                clippy::result_large_err,
                reason = "the halves are moved back to where they came from"
            )]
            pub fn unsplit(
                self,
                sender: SendHalf<T>,
            ) -> Result<WebSocket<T>, (Self, SendHalf<T>)> {
                match self.0.unsplit(sender.0) {
                    Ok(ws) => Ok(WebSocket(ws)),
                    Err((receiver, sender)) => Err((Self(receiver), SendHalf(sender))),
                }
            }

            fn driven(&mut self) -> &mut $crate::RecvHalf<$crate::$Hold<T>, $Runtime> {
                &mut self.0
            }
        }

        $crate::__newtype!(RecvHalf<T>, $crate::RecvHalf<$crate::$Hold<T>, $Runtime>);
    };
}

/// What only asynchronous adapters have: splitting without cloning the stream, and the traits of
/// futures.
#[doc(hidden)]
#[macro_export]
macro_rules! __asynchronous {
    ($Runtime:ty, [$($bound:tt)*]) => {
        impl<T: $($bound)*> WebSocket<T> {
            /// Takes the WebSocket apart for two tasks. Pings are answered by the receiving half.
            pub fn split(self) -> (SendHalf<T>, RecvHalf<T>) {
                let (sender, receiver) = self.0.split();
                (SendHalf(sender), RecvHalf(receiver))
            }
        }

        $crate::__stream!(WebSocket, [$($bound)*]);
        $crate::__sink!(
            /// Closing it sends a close frame with code 1000; what the peer sends before its own stays
            /// to be received. [`close`](WebSocket::close) throws that away, and waits for the end.
            WebSocket, [$($bound)*]
        );
        $crate::__stream!(RecvHalf, [$($bound)*]);
        $crate::__sink!(
            /// Closing it sends a close frame with code 1000; the receiving half then ends.
            SendHalf, [$($bound)*]
        );
    };
}

/// A stream of messages.
#[doc(hidden)]
#[macro_export]
macro_rules! __stream {
    ($Outer:ident, [$($bound:tt)*]) => {
        impl<T: $($bound)*> $crate::futures_core::Stream for $Outer<T> {
            type Item = Result<Message, Error>;

            fn poll_next(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<Option<Self::Item>> {
                self.get_mut().0.poll_recv(cx).map(Result::transpose)
            }
        }

        impl<T: $($bound)*> $crate::futures_core::FusedStream for $Outer<T> {
            fn is_terminated(&self) -> bool {
                $crate::futures_core::FusedStream::is_terminated(&self.0)
            }
        }
    };
}

/// A sink for messages.
#[doc(hidden)]
#[macro_export]
macro_rules! __sink {
    ($(#[$doc:meta])* $Outer:ident, [$($bound:tt)*]) => {
        $(#[$doc])*
        impl<T: $($bound)*> $crate::futures_sink::Sink<Message> for $Outer<T> {
            type Error = Error;

            fn poll_ready(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<Result<(), Error>> {
                self.get_mut().0.poll_ready(cx, 0)
            }

            fn start_send(
                self: ::std::pin::Pin<&mut Self>,
                message: Message,
            ) -> Result<(), Error> {
                $crate::futures_sink::Sink::start_send(
                    ::std::pin::Pin::new(&mut self.get_mut().0),
                    message,
                )
            }

            fn poll_flush(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<Result<(), Error>> {
                self.get_mut().0.poll_flush(cx)
            }

            fn poll_close(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<Result<(), Error>> {
                $crate::futures_sink::Sink::poll_close(
                    ::std::pin::Pin::new(&mut self.get_mut().0),
                    cx,
                )
            }
        }
    };
}
