//! What a WebSocket and its sending half have in common, written once.

/// The methods that send, for a type whose `driven` and `driving` give the driver's WebSocket or sending
/// half, to be changed and to be looked at.
#[doc(hidden)]
#[macro_export]
macro_rules! __sending {
    ($mode:tt [$($async:tt)?]) => {
        /// Sends a message, text or bytes or a [`Prepared`](ws_core::Prepared) one, and waits until the
        /// stream has taken it.
        ///
        /// When this is cancelled while it waits to write, the message is queued and will be sent:
        /// sending it again sends it twice. Where that matters, [`feed`](Self::feed) it, which
        /// queues it whole or not at all, and then [`flush`](Self::flush) as often as necessary.
        ///
        /// Sending does not receive: when both ends send more than the system holds, and neither receives
        /// meanwhile, both wait for ever, unless a timeout is set
        /// ([`send_timeout`](ws_core::WebSocketConfig::send_timeout), or
        /// [`idle_timeout`](ws_core::WebSocketConfig::idle_timeout)). Split, and receive beside it.
        ///
        /// # Errors
        ///
        /// [`Error::Send`](Error::Send) when nothing can be sent any more, with the reason;
        /// [`Error::TimedOut`](Error::TimedOut) when the peer took nothing for too long, and then nothing is received
        /// any more either (RFC 6455 7.1.7); [`Error::Io`](Error::Io) for the stream's own. What the peer said before
        /// its stream failed, and the reason in its close frame, are still to be received.
        #[doc(alias = "write")]
        pub $($async)? fn send(
            &mut self,
            message: impl $crate::ws_core::IntoOutgoing,
        ) -> Result<(), $crate::Error> {
            $crate::__send!($mode, self, message)
        }

        /// Queues a message, and waits for room if there is none; [`flush`](Self::flush) writes it.
        ///
        /// Receiving writes what is queued as well, before it waits. A receiving half that already
        /// waits is not woken for it.
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        pub $($async)? fn feed(
            &mut self,
            message: impl $crate::ws_core::IntoOutgoing,
        ) -> Result<(), $crate::Error> {
            let message = $crate::ws_core::IntoOutgoing::into_outgoing(message);
            $crate::__wait_for_room!($mode, |cx| self.driven().poll_feed(cx, &message))
        }

        /// Queues a message without waiting and without writing; [`flush`](Self::flush) writes it.
        ///
        /// A receiving half that already waits for something is not woken for it.
        ///
        /// # Errors
        ///
        /// [`SendError::Full`](ws_core::SendError::Full) when there is no room.
        pub fn try_send(
            &mut self,
            message: impl $crate::ws_core::IntoOutgoing,
        ) -> Result<(), $crate::ws_core::SendError> {
            self.driven().try_feed(&$crate::ws_core::IntoOutgoing::into_outgoing(message))
        }

        /// Sends a part of a message, the mirror of `recv_part`. The first part decides what the
        /// message is. Parts are queued, and written when there are many, at the last part, or with
        /// [`flush`](Self::flush).
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        pub $($async)? fn send_part(&mut self, part: $crate::Part) -> Result<(), $crate::Error> {
            let last = part.last;
            $crate::__call!($mode, self.feed_part(part))?;
            if last { $crate::__call!($mode, self.flush()) } else { Ok(()) }
        }

        /// Queues a part of a message.
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        pub $($async)? fn feed_part(&mut self, part: $crate::Part) -> Result<(), $crate::Error> {
            $crate::__wait_for_room!($mode, |cx| self.driven().poll_feed_part(cx, &part))
        }

        /// Sends a ping with up to 125 bytes (RFC 6455 5.5.2). Its pong comes to whoever receives,
        /// as an [`Event::Pong`](crate::Event::Pong).
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        pub $($async)? fn ping(
            &mut self,
            payload: impl Into<$crate::bytes::Bytes>,
        ) -> Result<(), $crate::Error> {
            $crate::__call!($mode, self.feed_ping(payload))?;
            $crate::__call!($mode, self.flush())
        }

        /// Queues a ping, and waits while there is one in the queue.
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        pub $($async)? fn feed_ping(
            &mut self,
            payload: impl Into<$crate::bytes::Bytes>,
        ) -> Result<(), $crate::Error> {
            let payload = payload.into();
            $crate::__wait_for_room!($mode, |cx| self.driven().poll_feed_ping(cx, &payload))
        }

        /// Queues a ping without waiting and without writing; [`flush`](Self::flush) writes it.
        ///
        /// # Errors
        ///
        /// [`SendError::Full`](ws_core::SendError::Full) while there is one in the queue,
        /// [`SendError::ControlTooLong`](ws_core::SendError::ControlTooLong) for more than 125 bytes.
        pub fn try_ping(
            &mut self,
            payload: impl Into<$crate::bytes::Bytes>,
        ) -> Result<(), $crate::ws_core::SendError> {
            self.driven().try_feed_ping(payload.into())
        }

        /// Sends a pong that no ping asked for, with up to 125 bytes: a heartbeat in one direction
        /// (RFC 6455 5.5.3). Pings are answered without it.
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        pub $($async)? fn pong(
            &mut self,
            payload: impl Into<$crate::bytes::Bytes>,
        ) -> Result<(), $crate::Error> {
            self.try_pong(payload)?;
            $crate::__call!($mode, self.flush())
        }

        /// Queues a pong without waiting and without writing; [`flush`](Self::flush) writes it. It
        /// takes the place of one of its kind that has not gone out yet, but not of the answer to a ping.
        ///
        /// # Errors
        ///
        /// [`SendError::ControlTooLong`](ws_core::SendError::ControlTooLong) for more than 125 bytes,
        /// [`SendError::Closing`](ws_core::SendError::Closing).
        pub fn try_pong(
            &mut self,
            payload: impl Into<$crate::bytes::Bytes>,
        ) -> Result<(), $crate::ws_core::SendError> {
            self.driven().try_feed_pong(payload.into())
        }

        /// The length of what is queued and not written yet, in bytes of payload and heads.
        pub fn queue_len(&self) -> usize {
            self.driving().pending_len()
        }

        /// Writes everything that was queued, and makes the stream pass it on.
        ///
        /// # Errors
        ///
        /// [`Error::Send`](Error::Send) when a message had to be given up in the middle,
        /// because the peer closed; [`Error::Io`](Error::Io).
        pub $($async)? fn flush(&mut self) -> Result<(), $crate::Error> {
            $crate::__wait!($mode, |cx| self.driven().poll_flush(cx))
        }

        /// Sets whether messages that are sent from now on are compressed, where permessage-deflate
        /// was negotiated and they are long enough. They are, by default; switch it off for what
        /// does not shrink, such as pictures.
        pub fn set_compression(&mut self, on: bool) {
            self.driven().enable_compression(on);
        }
    };
}
