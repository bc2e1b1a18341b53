//! What the driver's WebSocket and its sending half have in common below the functions that wait.

/// The functions to poll, for a type whose `poll_command` tries something until there is room for it.
macro_rules! polling {
    () => {
        /// Polls [`feed`](Self::feed), until the message has been queued once.
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        pub fn poll_feed(
            &mut self,
            cx: &mut Context<'_>,
            message: &impl Outgoing,
        ) -> Poll<Result<(), Error>> {
            self.poll_command(cx, |sender| message.queue(sender))
        }

        /// Polls [`feed_part`](Self::feed_part), until the part has been queued once.
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        pub fn poll_feed_part(
            &mut self,
            cx: &mut Context<'_>,
            part: &Part,
        ) -> Poll<Result<(), Error>> {
            self.poll_command(cx, |sender| sender.send_part(part.kind, &part.data, part.last))
        }

        /// Polls [`feed_ping`](Self::feed_ping), until the ping has been queued once.
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        pub fn poll_feed_ping(
            &mut self,
            cx: &mut Context<'_>,
            payload: &Bytes,
        ) -> Poll<Result<(), Error>> {
            self.poll_command(cx, |sender| sender.ping(payload.clone()))
        }

        /// Waits until there is room for a message of `len` bytes.
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        pub fn poll_ready(&mut self, cx: &mut Context<'_>, len: usize) -> Poll<Result<(), Error>> {
            self.poll_command(cx, |sender| sender.check_ready(len))
        }
    };
}

pub(crate) use polling;
