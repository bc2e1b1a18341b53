//! What the two asynchronous pairs of traits have in common.

use std::{
    io,
    task::{Context, Poll},
};

use super::{Pipe, Step, state::State};

impl Pipe {
    /// Does an operation with the pipe's own side.
    pub(super) fn poll(
        &self,
        cx: &Context<'_>,
        operation: impl FnOnce(&mut State, usize) -> Step,
    ) -> Poll<io::Result<usize>> {
        let step = self.shared.change(|state| {
            let step = operation(state, self.side);
            if let Step::Wait(direction) = step {
                state.remember(self.side, direction, cx.waker());
            }
            step
        });
        match step {
            Step::Done(result) => Poll::Ready(result),
            Step::Again => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Step::Wait(_) => Poll::Pending,
        }
    }
}

/// The functions of either `AsyncWrite`; they differ in what shutting is called.
macro_rules! poll_writes {
    ($poll_shut:ident) => {
        fn poll_write(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.poll(cx, |state, side| state.write(side, &[io::IoSlice::new(buf)]))
        }

        fn poll_write_vectored(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            bufs: &[io::IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            self.poll(cx, |state, side| state.write(side, bufs))
        }

        fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.poll(cx, State::flush).map_ok(drop)
        }

        fn $poll_shut(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.poll(cx, State::shut).map_ok(drop)
        }
    };
}
