//! What the two asynchronous pairs of traits have in common.

use std::{
    io,
    task::{Context, Poll},
};

use super::{Pipe, Step};

impl Pipe {
    pub(super) fn settle_poll(&self, cx: &Context<'_>, step: Step) -> Poll<io::Result<usize>> {
        match step {
            Step::Done(result) => Poll::Ready(result),
            Step::WaitAndWake => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Step::Wait => {
                self.state().reader = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}
