//! `ws-async-std`. The reactor runs on a thread of its own.

use super::{Adapter, Attempt, Call};
use crate::pipe::Pipe;

/// `ws-async-std`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsyncStd;

impl Adapter for AsyncStd {
    fn name(&self) -> &'static str {
        "ws-async-std"
    }

    fn start(&self, pipe: Pipe, call: Call) -> Attempt<'_> {
        let mut future = Box::pin(async move { program!(ws_async_std, pipe, call, [.await]) });
        Box::new(move |cx| future.as_mut().poll(cx))
    }
}
