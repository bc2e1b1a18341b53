//! An adapter's tracker, which ends everything together.

/// The tracker.
#[doc(hidden)]
#[macro_export]
macro_rules! __tracker {
    ($mode:tt [$($async:tt)?] $Runtime:ty) => {
        /// Ends WebSockets and handshakes together: at a shutdown each WebSocket gets a close frame, those that do
        /// not answer are cut at a deadline, and requests that still come get 503 with `Connection: close`.
        ///
        #[doc = $crate::__tracker_doc!($mode)]
        ///
        /// What comes of a configuration with the tracker is tracked, on servers and on clients:
        /// [`ServerConfig::tracker`], [`ClientConfig::tracker`], [`WebSocketConfig::tracker`]. Clones are the same
        /// tracker.
        ///
        /// Whoever receives gets `None` after the closing handshake, as after a close of their own, or
        /// [`Timeout::Shutdown`](message::Timeout::Shutdown) at the deadline. From when the close frame has been
        /// queued, sending is [`SendError::Closing`]. So that a loop which ends with that cuts nothing off, `send` of
        /// a whole WebSocket waits for the end of the closing handshake before, and throws away what still comes;
        /// `try_send` and halves do not. A WebSocket that opens later gets the frame at once. The time is minded by
        /// receiving and by sending.
        #[derive(Clone, Debug, Default)]
        pub struct Tracker($crate::Tracker<$Runtime>);

        impl Tracker {
            /// A tracker of nothing.
            pub fn new() -> Self {
                Self::default()
            }

            /// Sends 1001 to every WebSocket, cuts after `timeout` those that have not answered, refuses
            /// handshakes, and waits until all of it is gone: until the deadline, and half a second more for
            /// whoever has to notice it. With [`Duration::MAX`](std::time::Duration::MAX) there is no deadline.
            ///
            /// The shutdown does not end, and cannot be taken back: nothing opens with this tracker any more. A
            /// second one can only make the deadline sooner.
            pub $($async)? fn shut_down(
                &self,
                timeout: ::std::time::Duration,
            ) -> message::ShutdownOutcome {
                $crate::__finish!($mode, self.0.shut_down(timeout))
            }

            /// Like [`shut_down`](Self::shut_down), with another close frame: 1012 for instance, where the server
            /// will be back soon. If a shutdown has begun before, its frame is sent.
            ///
            /// # Errors
            ///
            /// [`SendError::CloseCode`] and [`SendError::ControlTooLong`] for a frame that cannot be sent. Nothing
            /// has begun then.
            pub $($async)? fn shut_down_with(
                &self,
                frame: message::CloseFrame,
                timeout: ::std::time::Duration,
            ) -> Result<message::ShutdownOutcome, SendError> {
                $crate::__finish!($mode, self.0.shut_down_with(frame, timeout))
            }

            $crate::__tracker_tasks!($mode $Runtime);

            /// Whether a shutdown has begun.
            pub fn is_shutting_down(&self) -> bool {
                self.0.is_shutting_down()
            }

            /// How many WebSockets there are, open ones and those that are being opened, until they are dropped.
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Whether there is no WebSocket.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl AsRef<ws_core::Tracker> for Tracker {
            fn as_ref(&self) -> &ws_core::Tracker {
                self.0.as_ref()
            }
        }

        impl From<ws_core::Tracker> for Tracker {
            fn from(core: ws_core::Tracker) -> Self {
                Self(core.into())
            }
        }
    };
}

/// What only tasks need.
#[doc(hidden)]
#[macro_export]
macro_rules! __tracker_tasks {
    (async $Runtime:ty) => {
        /// The future of a task, which ends by the deadline as well: a quarter of a second after it, so that it can
        /// end by itself, the future is dropped, whatever it waits for, and the output is `None`. A shutdown waits
        /// for it, from this call on.
        pub fn run<F: ::std::future::Future>(
            &self,
            future: F,
        ) -> impl ::std::future::Future<Output = Option<F::Output>> + use<F> {
            self.0.run(future)
        }

        /// Waits until a shutdown begins: for loops that accept, and for whatever else has to stop.
        pub fn shutting_down(&self) -> impl ::std::future::Future<Output = ()> + Send + use<> {
            self.0.shutting_down()
        }
    };
    (blocking $Runtime:ty) => {};
}

/// How it is used.
#[doc(hidden)]
#[macro_export]
macro_rules! __tracker_doc {
    (async) => {
        "A task waits for other things than its WebSocket, too: under [`run`](Self::run) it ends by the \
         deadline, whatever it waits for. This crate's first page has a whole server."
    };
    (blocking) => {
        "Threads cannot be woken. One that receives or sends looks up every 100 ms, or where you have set a \
         write timeout, when that has passed; one that does something else is not ended. This crate's first \
         page has a whole server."
    };
}
