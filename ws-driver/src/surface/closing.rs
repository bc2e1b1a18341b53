//! Closing a whole WebSocket.

/// The methods that close, for a WebSocket whose `driven` gives the driver's.
#[doc(hidden)]
#[macro_export]
macro_rules! __closing {
    ($mode:tt [$($async:tt)?]) => {
        /// Closes with code 1000 and no reason, as [`close_with`](Self::close_with) does.
        ///
        /// # Errors
        ///
        /// As [`close_with`](Self::close_with).
        #[doc(alias = "shutdown")]
        #[doc(alias = "disconnect")]
        pub $($async)? fn close(&mut self) -> Result<$crate::ws_core::CloseInfo, $crate::Error> {
            $crate::__call!($mode, self.end_with($crate::ws_core::CloseFrame::NORMAL))
        }

        /// Closes with a code and a reason of up to 123 bytes: sends a close frame behind what is
        /// queued, waits for the peer's, and closes the stream (RFC 6455 7.1.2).
        ///
        /// Messages that still come are thrown away; to take them, receive until `None` after a
        /// [`start_close`](Self::start_close). When the WebSocket is being closed already, that is
        /// waited for.
        ///
        /// # Errors
        ///
        /// [`Error::Send`](Error::Send) for a code that may not be sent, a reason that is too long, or a
        /// peer that was given up before; [`Error::TimedOut`](Error::TimedOut) when the peer does not answer in
        /// [`close_timeout`](ws_core::WebSocketConfig::close_timeout), otherwise as
        /// [`recv`](Self::recv).
        pub $($async)? fn close_with(
            &mut self,
            code: $crate::ws_core::CloseCode,
            reason: impl Into<$crate::ws_core::Text>,
        ) -> Result<$crate::ws_core::CloseInfo, $crate::Error> {
            $crate::__call!($mode, self.end_with($crate::ws_core::CloseFrame::new(code, reason)))
        }

        /// Queues a close frame with code 1000 and no reason; then receive until `None`.
        ///
        /// # Errors
        ///
        /// [`SendError::Closing`](ws_core::SendError::Closing) when one is under way.
        pub fn start_close(&mut self) -> Result<(), $crate::ws_core::SendError> {
            self.driven().queue_close($crate::ws_core::CloseFrame::NORMAL)
        }

        /// Queues a close frame with a code and a reason of up to 123 bytes; then receive until
        /// `None`.
        ///
        /// # Errors
        ///
        /// [`SendError::CloseCode`](ws_core::SendError::CloseCode) and
        /// [`SendError::ControlTooLong`](ws_core::SendError::ControlTooLong) for a frame that
        /// cannot be sent, [`SendError::Closing`](ws_core::SendError::Closing) when one is
        /// under way.
        pub fn start_close_with(
            &mut self,
            code: $crate::ws_core::CloseCode,
            reason: impl Into<$crate::ws_core::Text>,
        ) -> Result<(), $crate::ws_core::SendError> {
            self.driven().queue_close($crate::ws_core::CloseFrame::new(code, reason))
        }

        $($async)? fn end_with(
            &mut self,
            frame: $crate::ws_core::CloseFrame,
        ) -> Result<$crate::ws_core::CloseInfo, $crate::Error> {
            match self.driven().queue_close(frame) {
                Ok(())
                | Err($crate::ws_core::SendError::Closing)
                | Err($crate::ws_core::SendError::Failed(_)) => {}
                Err(error) => return Err(error.into()),
            }
            $crate::__wait!($mode, |cx| self.driven().poll_closed(cx))?;
            Ok(self.driven().close_info())
        }
    };
}

/// The methods that close, for a sending half whose `driven` gives the driver's.
#[doc(hidden)]
#[macro_export]
macro_rules! __half_closing {
    ($mode:tt [$($async:tt)?]) => {
        /// Sends a close frame with code 1000 and no reason, as [`close_with`](Self::close_with)
        /// does.
        ///
        /// # Errors
        ///
        /// As [`close_with`](Self::close_with).
        pub $($async)? fn close(&mut self) -> Result<(), $crate::Error> {
            let frame = $crate::ws_core::CloseFrame::NORMAL;
            $crate::__wait!($mode, |cx| self.driven().poll_close(cx, &frame))
        }

        /// Sends a close frame behind what is queued, with a code and a reason of up to 123 bytes.
        ///
        /// The receiving half then gives out what still comes, and ends; its `close_info` tells how.
        /// When the WebSocket is being closed already, that is left as it is.
        ///
        /// # Errors
        ///
        /// [`Error::Send`](Error::Send) for a frame that cannot be sent,
        /// [`Error::Io`](Error::Io).
        pub $($async)? fn close_with(
            &mut self,
            code: $crate::ws_core::CloseCode,
            reason: impl Into<$crate::ws_core::Text>,
        ) -> Result<(), $crate::Error> {
            let frame = $crate::ws_core::CloseFrame::new(code, reason);
            $crate::__wait!($mode, |cx| self.driven().poll_close(cx, &frame))
        }
    };
}
