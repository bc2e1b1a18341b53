//! WebSockets over bare pipes, polled by hand: for tests that look at what a single call does, or count what it takes.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use ws_core::{Negotiated, Role, WebSocketConfig};
use ws_driver::{Runtime, WebSocket};

use crate::{
    pipe::{Pipe, Script},
    woken::Woken,
};

/// Polls a future until it waits for something: one that only lets others have a turn is polled again.
pub fn poll<T>(future: impl Future<Output = T>) -> Poll<T> {
    thread_local! {
        static WOKEN: Arc<Woken> = Arc::default();
    }
    let mut future = pin!(future);
    WOKEN.with(|woken| {
        let waker = Waker::from(Arc::clone(woken));
        loop {
            woken.forget();
            let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
            if polled.is_ready() || !woken.is_woken() {
                return polled;
            }
        }
    })
}

/// What a future comes to that has nothing to wait for.
#[expect(clippy::panic, reason = "this is how a test fails")]
#[track_caller]
pub fn done<T>(future: impl Future<Output = T>) -> T {
    match poll(future) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("there is nothing to wait for"),
    }
}

/// An open WebSocket over `io`.
pub fn open<R: Runtime>(
    io: Pipe,
    role: Role,
    negotiated: Negotiated,
    config: &WebSocketConfig,
) -> WebSocket<Pipe, R> {
    WebSocket::from_upgraded(io, role, negotiated, config)
}

/// Both ends of a pipe with room for so many octets each way. Who would have to wait is told so, also by a stream that
/// usually blocks.
pub fn ends(room: usize) -> [Pipe; 2] {
    let never_waits = || Script::new().nonblocking();
    Pipe::pair([never_waits(), never_waits()], room)
}

/// Runs a test where tokio's timers work.
#[cfg(feature = "tokio")]
#[expect(clippy::expect_used, reason = "this is how a test fails")]
pub fn in_tokio(test: fn()) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime without sockets can be made");
    let _entered = runtime.enter();
    test();
}

/// Runs a test, a function with the runtime as its parameter, over every asynchronous runtime.
#[macro_export]
macro_rules! every_async_runtime {
    ($test:ident) => {
        #[cfg(feature = "tokio")]
        $crate::messages::bare::in_tokio($test::<ws_tokio::Tokio>);
        #[cfg(feature = "smol")]
        $test::<ws_smol::FuturesIo>();
        #[cfg(feature = "async-std")]
        $test::<ws_driver::FuturesIo<ws_async_std::HalfClose>>();
    };
}

/// Runs a test over every runtime.
#[macro_export]
macro_rules! every_runtime {
    ($test:ident) => {
        $crate::every_async_runtime!($test);
        #[cfg(feature = "blocking")]
        $test::<ws_blocking::Blocking>();
    };
}
