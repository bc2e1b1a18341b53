//! Ctrl-C, and SIGTERM where there is one: the server ends gracefully.

use std::{future::Future, io, process, sync::mpsc, thread, time::Duration};

use tokio::{runtime::Builder, signal};
use ws_tokio::Tracker;

/// Shuts down at the first signal, and ends the program: when everybody is gone, at a deadline, or at the second
/// signal.
///
/// The thread is the same whatever the WebSockets run on. Where it cannot be had, signals do what they do by default.
pub(super) fn watch(tracker: Tracker) {
    let (ready, is_ready) = mpsc::channel();
    let _ = thread::Builder::new().spawn(move || {
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            let Ok(first) = signalled() else { return };
            drop(ready);
            first.await;
            let Ok(second) = signalled() else { process::exit(0) };
            tokio::select! {
                _ = tracker.shut_down(PATIENCE) => {
                    // What became of the last ones is being written.
                    tokio::time::sleep(LAST_LINES).await;
                }
                () = second => {}
            }
            process::exit(0);
        });
    });
    // Nothing is ever said: the other end goes away.
    let _: Result<(), _> = is_ready.recv();
}

/// Waits for a signal that comes from now on.
#[cfg(unix)]
fn signalled() -> io::Result<impl Future<Output = ()>> {
    use signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Waits for a signal that comes from now on.
#[cfg(not(unix))]
fn signalled() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = signal::ctrl_c().await;
    })
}

/// How long clients have to answer the close.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long lines of the journal may take.
const LAST_LINES: Duration = Duration::from_millis(50);
