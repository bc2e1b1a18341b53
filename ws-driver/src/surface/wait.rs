//! The one difference between an asynchronous and a blocking function: how it waits.

/// Waits for what a closure from a context polls.
#[expect(clippy::crate_in_macro_def, reason = "each blocking adapter waits in its own way")]
#[doc(hidden)]
#[macro_export]
macro_rules! __wait {
    (async, $poll:expr) => {
        ::std::future::poll_fn($poll).await
    };
    (blocking, $poll:expr) => {
        crate::wait::at_once($poll)
    };
}

/// Waits for room in the send queue.
#[expect(clippy::crate_in_macro_def, reason = "each blocking adapter waits in its own way")]
#[doc(hidden)]
#[macro_export]
macro_rules! __wait_for_room {
    (async, $poll:expr) => {
        ::std::future::poll_fn($poll).await
    };
    (blocking, $poll:expr) => {
        crate::wait::queued($poll)
    };
}

/// Queues a message and writes it: in one go, or in two calls where each says by itself what it waited for.
#[doc(hidden)]
#[macro_export]
macro_rules! __send {
    (async, $self:ident, $message:ident) => {{
        let message = $crate::ws_core::IntoOutgoing::into_outgoing($message);
        let mut queued = false;
        ::std::future::poll_fn(|cx| $self.driven().poll_send(cx, &message, &mut queued)).await
    }};
    (blocking, $self:ident, $message:ident) => {{
        $self.feed($message)?;
        $self.flush()
    }};
}

/// Waits for a future.
#[expect(clippy::crate_in_macro_def, reason = "each blocking adapter waits in its own way")]
#[doc(hidden)]
#[macro_export]
macro_rules! __finish {
    (async, $future:expr) => {
        $future.await
    };
    (blocking, $future:expr) => {
        crate::block_on::block_on($future)
    };
}

/// What a function gives that is no `async fn`: such a one keeps all its arguments for as long as it waits, borrowed
/// ones too. Types that may be in it are named.
#[doc(hidden)]
#[macro_export]
macro_rules! __outcome {
    (async, [$($Kept:ident),*] $Outcome:ty) => {
        impl ::std::future::Future<Output = $Outcome> + use<$($Kept),*>
    };
    (blocking, [$($Kept:ident),*] $Outcome:ty) => {
        $Outcome
    };
}

/// What a closure from a context polls to its end, as an [`__outcome`](crate::__outcome). Without another future around
/// it, which would move what comes of it once more.
#[doc(hidden)]
#[macro_export]
macro_rules! __poll {
    (async, $poll:expr) => {
        ::std::future::poll_fn($poll)
    };
    (blocking, $poll:expr) => {
        $crate::__finish!(blocking, ::std::future::poll_fn($poll))
    };
}

/// Waits for another function of the same crate.
#[doc(hidden)]
#[macro_export]
macro_rules! __call {
    (async, $call:expr) => {
        $call.await
    };
    (blocking, $call:expr) => {
        $call
    };
}
