//! What a WebSocket and its receiving half have in common, written once.

/// The methods that receive, for a type whose `driven` gives the driver's WebSocket or receiving half.
#[doc(hidden)]
#[macro_export]
macro_rules! __receiving {
    ($mode:tt [$($async:tt)?]) => {
        /// Receives the next message; `None` when the peer has closed, and has its answer.
        ///
        /// Answers pings and the peer's close, and writes what is queued before it waits: an echo loop
        /// of `recv` and `feed` writes in batches. Nothing is lost when this is cancelled.
        ///
        /// # Errors
        ///
        /// [`Error::Protocol`](Error::Protocol) when the peer broke a rule (it has been
        /// told), [`Error::Disconnected`](Error::Disconnected) when it went away without
        /// closing, [`Error::TimedOut`](Error::TimedOut), [`Error::Io`](Error::Io).
        /// Afterwards `None`. What could not be written is an error only if the peer has nothing to say.
        #[doc(alias = "receive")]
        #[doc(alias = "read")]
        #[doc(alias = "next")]
        pub $($async)? fn recv(
            &mut self,
        ) -> Result<Option<$crate::ws_core::Message>, $crate::Error> {
            $crate::__wait!($mode, |cx| self.driven().poll_recv(cx))
        }

        /// Receives the next message, ping, pong or close frame.
        ///
        /// # Errors
        ///
        /// As [`recv`](Self::recv).
        pub $($async)? fn recv_event(&mut self) -> Result<Option<$crate::Event>, $crate::Error> {
            $crate::__wait!($mode, |cx| self.driven().poll_recv_event(cx))
        }

        /// Receives the next part of a message, as soon as it comes and however long the message is.
        ///
        /// # Errors
        ///
        /// As [`recv`](Self::recv).
        pub $($async)? fn recv_part(&mut self) -> Result<Option<$crate::Part>, $crate::Error> {
            $crate::__wait!($mode, |cx| self.driven().poll_recv_part(cx))
        }
    };
}
