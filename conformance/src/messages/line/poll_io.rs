//! What the two asynchronous pairs of traits have in common.

use std::{
    io,
    task::{Context, Poll},
};

use super::{Line, Step, state::State};

impl Line {
    pub(super) fn poll(
        &self,
        cx: &Context<'_>,
        operation: impl FnOnce(&mut State) -> Step,
    ) -> Poll<io::Result<usize>> {
        let step = self.change(|state| {
            let step = operation(state);
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
