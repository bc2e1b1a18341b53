//! What the driver's WebSocket and its halves have in common below the functions that wait.

/// The functions to poll, for a type whose `poll_incoming` waits for something to come to its `inbound`. What came is
/// taken out here, and so moved once.
macro_rules! receiving {
    () => {
        /// Polls for what [`recv`](Self::recv) receives.
        ///
        /// # Errors
        ///
        /// As [`recv`](Self::recv).
        pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Message>, Error>> {
            loop {
                if ready!(self.poll_incoming(cx, false)).is_none() {
                    return Poll::Ready(self.inbound.outcome().map(|()| None));
                }
                if let Some(message) = self.inbound.receiver.take_message() {
                    return Poll::Ready(Ok(Some(message)));
                }
            }
        }

        /// Polls for what [`recv_event`](Self::recv_event) receives.
        ///
        /// # Errors
        ///
        /// As [`recv`](Self::recv).
        pub fn poll_recv_event(
            &mut self,
            cx: &mut Context<'_>,
        ) -> Poll<Result<Option<Event>, Error>> {
            let Some(incoming) = ready!(self.poll_incoming(cx, false)) else {
                return Poll::Ready(self.inbound.outcome().map(|()| None));
            };
            Poll::Ready(Ok(Some(match self.inbound.receiver.take_message() {
                Some(message) => Event::Message(message),
                None => self.inbound.take_event(incoming),
            })))
        }

        /// Polls for what [`recv_part`](Self::recv_part) receives.
        ///
        /// # Errors
        ///
        /// As [`recv`](Self::recv).
        pub fn poll_recv_part(
            &mut self,
            cx: &mut Context<'_>,
        ) -> Poll<Result<Option<Part>, Error>> {
            loop {
                match ready!(self.poll_incoming(cx, true)) {
                    Some(Incoming::Part { kind, last }) => {
                        let data = self.inbound.receiver.take_payload();
                        return Poll::Ready(Ok(Some(Part::new(kind, data, last))));
                    }
                    Some(_) => {}
                    None => return Poll::Ready(self.inbound.outcome().map(|()| None)),
                }
            }
        }
    };
}

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
pub(crate) use receiving;
