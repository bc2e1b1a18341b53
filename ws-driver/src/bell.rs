//! How tasks that wait for something tracked hear that everything ends.

use std::task::Context;

use ws_core::{Alarm, Tracked};

use crate::{runtime::Runtime, waiters::Does, waker_slot::WakerSlot};

/// The tasks that wait for something tracked: one that receives, or does all, and one that sends.
///
/// Whoever listens and then looks at the tracker misses nothing.
#[derive(Debug, Default)]
pub struct Bell {
    receiver: WakerSlot,
    sender: WakerSlot,
}

impl Bell {
    /// Wakes the task when a shutdown begins, when its deadline changes, and when nothing is left. To be called
    /// each time before it waits.
    pub fn listen(tracked: &mut Tracked, cx: &Context<'_>) {
        Self::listen_for(tracked, Does::Receive, cx);
    }

    fn listen_for(tracked: &mut Tracked, does: Does, cx: &Context<'_>) {
        let Some(bell) = tracked.alarm::<Self>() else { return };
        match does {
            Does::Receive => bell.receiver.remember(cx),
            Does::Send => bell.sender.remember(cx),
        }
    }
}

impl Alarm for Bell {
    fn ring(&self) {
        self.receiver.wake();
        self.sender.wake();
    }
}

/// Listens, if it is tracked, and says whether it is. A thread that blocks cannot be woken.
pub(crate) fn listen<R: Runtime>(
    tracked: Option<&mut Tracked>,
    does: Does,
    cx: &Context<'_>,
) -> bool {
    let Some(tracked) = tracked else { return false };
    if !R::BLOCKS {
        Bell::listen_for(tracked, does, cx);
    }
    true
}
