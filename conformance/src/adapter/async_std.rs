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
        // `ws-async-std` looks for async-std's own sockets, and a stream that borrows cannot be looked at that way: it is
        // lent another handle.
        let mut future = Box::pin(async move {
            let peer = pipe.peer();
            let end = program!(ws_async_std, pipe, call, [.await], Pipe::clone);
            assert_eq!(
                peer.handles(),
                1,
                "the adapter has kept a stream that it should have let go of"
            );
            end
        });
        Box::new(move |cx| future.as_mut().poll(cx))
    }
}
