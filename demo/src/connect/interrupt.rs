//! Ctrl-C: closes the WebSocket, and ends the program if that takes long.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    process,
    sync::mpsc,
    task::Poll,
    thread,
    time::Duration,
};

use tokio::{runtime::Builder, signal, time};

/// Calls `closer` at the first Ctrl-C from now on. At the second, or a moment later, the program
/// ends.
///
/// The thread is the same whatever the WebSocket runs on. Where it cannot be had, Ctrl-C does what it
/// does by default.
pub(super) fn watch(closer: impl FnOnce() + Send + 'static) {
    let (ready, is_ready) = mpsc::channel();
    let _ = thread::Builder::new().spawn(move || {
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            let mut first = pin!(signal::ctrl_c());
            // It is watched for since it was polled once.
            let polled = poll_fn(|cx| Poll::Ready(first.as_mut().poll(cx))).await;
            drop(ready);
            let came = match polled {
                Poll::Ready(came) => came,
                Poll::Pending => first.await,
            };
            if came.is_err() {
                return;
            }
            // Closing may have to wait for a peer that takes nothing.
            let _ = thread::Builder::new().spawn(closer);
            let _ = time::timeout(GRACE, signal::ctrl_c()).await;
            process::exit(STATUS.into());
        });
    });
    // Nothing is ever said: the other end goes away.
    let _: Result<(), _> = is_ready.recv();
}

/// The exit status after Ctrl-C: 128 and the number of the signal, as shells have it.
pub(super) const STATUS: u8 = 130;

/// How long the server has to answer the close.
const GRACE: Duration = Duration::from_secs(1);
