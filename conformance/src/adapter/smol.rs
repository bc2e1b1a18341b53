//! `ws-smol`. The reactor runs on a thread of its own.

use super::{Adapter, Attempt, Call};
use crate::pipe::Pipe;

/// `ws-smol`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Smol;

impl Adapter for Smol {
    fn name(&self) -> &'static str {
        "ws-smol"
    }

    fn start(&self, pipe: Pipe, call: Call) -> Attempt<'_> {
        let mut future = Box::pin(async move { program!(ws_smol, pipe, call, [.await]) });
        Box::new(move |cx| future.as_mut().poll(cx))
    }
}
