//! `ws-tokio`, on a current-thread runtime.

use std::time::Duration;

use tokio::runtime::{Builder, EnterGuard, Runtime};

use super::{Adapter, Attempt, Call};
use crate::pipe::Pipe;

/// `ws-tokio`.
#[derive(Debug)]
pub struct Tokio {
    runtime: Runtime,
}

impl Tokio {
    /// Starts a runtime of its own.
    #[expect(clippy::expect_used, reason = "without a runtime there is nothing to test")]
    pub fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_time().build();
        Self { runtime: runtime.expect("a runtime of the current thread") }
    }

    /// As long as this is held, timers can be made.
    pub(crate) fn enter(&self) -> EnterGuard<'_> {
        self.runtime.enter()
    }
}

impl Default for Tokio {
    fn default() -> Self {
        Self::new()
    }
}

impl Adapter for Tokio {
    fn name(&self) -> &'static str {
        "ws-tokio"
    }

    fn start(&self, pipe: Pipe, call: Call) -> Attempt<'_> {
        let mut future = Box::pin(async move { program!(ws_tokio, pipe, call, [.await]) });
        Box::new(move |cx| {
            let _entered = self.enter();
            future.as_mut().poll(cx)
        })
    }

    fn sleep(&self, time: Duration) {
        self.runtime.block_on(async { tokio::time::sleep(time).await });
    }
}
