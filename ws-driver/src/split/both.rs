//! What both halves share: the sending side behind a lock, the reply parked for it, and the wakers.

use std::{
    io,
    sync::{Arc, TryLockError, atomic::Ordering},
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use ws_core::{CloseFrame, CloseInfo, KeepAlive, Reply, Sender};

use crate::{
    hold::{Hold, lock},
    inbound::{Outlet, Written},
    outbound::{poll_write_out, watched},
    runtime::{Runtime, Writes},
    sync::{AtomicBool, Mutex, MutexGuard},
    waker_slot::WakerSlot,
    watch::Watch,
    wire::Wire,
};

/// What both halves share.
pub(super) struct Both<I: Hold, R: Runtime> {
    pub(super) writer: Mutex<Writer<I, R>>,
    pub(super) parked: Mutex<Parked>,
    /// The sending half has begun to close.
    pub(super) closing: AtomicBool,
    /// Held for moments only, as is what follows: never while something is written.
    pub(super) clock: Mutex<KeepAlive>,
    /// How far closing has come.
    pub(super) info: Mutex<CloseInfo>,
    pub(super) wakers: Arc<Wakers>,
    pub(super) watch: Watch,
}

pub(super) struct Writer<I: Hold, R: Runtime> {
    pub(super) wire: Wire<I, R>,
    pub(super) sender: Sender,
}

/// What the receiver leaves for the half that is using the writer.
#[derive(Default)]
pub(super) struct Parked {
    /// What is to be sent for it.
    pub(super) reply: Reply,
    /// It wanted to write or to close and could not, and has to be woken to go on: the other half may not write everything, and
    /// when it does, the stream may have forgotten who waits for it.
    pub(super) turned_away: bool,
}

/// The tasks that wait for the stream to be written.
#[derive(Default)]
pub(super) struct Wakers {
    pub(super) receiver: WakerSlot,
    pub(super) sender: WakerSlot,
}

impl Wakers {
    pub(super) fn wake_receiver(&self) {
        self.receiver.wake();
    }

    pub(super) fn wake_sender(&self) {
        self.sender.wake();
    }
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        self.wake_receiver();
        self.wake_sender();
    }
}

impl<I: Hold, R: Writes<I::Stream>> Both<I, R> {
    /// Does something with the writer, and then sends what was parked meanwhile.
    pub(super) fn with_writer<O>(&self, then: impl FnOnce(&mut Writer<I, R>) -> O) -> O {
        let mut then = Some(then);
        let mut output = None;
        loop {
            let mut writer = lock(&self.writer);
            if self.unpark(&mut writer.sender) {
                // If not everything can be written now, the receiver is woken to go on.
                let waker = self.waker();
                let mut cx = Context::from_waker(&waker);
                let Writer { wire, sender } = &mut *writer;
                let _ = poll_write_out(sender, wire, &mut cx, |sender| self.watch_only(sender));
            }
            if let Some(then) = then.take() {
                output = Some(then(&mut writer));
                self.note(&writer.sender);
            }
            drop(writer);
            let mut parked = lock(&self.parked);
            if !parked.reply.is_empty() {
                continue;
            }
            let turned_away = std::mem::take(&mut parked.turned_away);
            drop(parked);
            if turned_away {
                self.wakers.wake_receiver();
            }
            if let Some(output) = output {
                return output;
            }
        }
    }

    /// The writer, unless the other half is using it, which then wakes the receiver when it lets go.
    fn try_writer(&self) -> Option<MutexGuard<'_, Writer<I, R>>> {
        let try_lock = || match self.writer.try_lock() {
            Ok(writer) => Some(writer),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        try_lock().or_else(|| {
            lock(&self.parked).turned_away = true;
            // The other half may have let go just before it could see that.
            try_lock()
        })
    }

    /// Queues what was parked, if there is something.
    pub(super) fn unpark(&self, sender: &mut Sender) -> bool {
        let reply = std::mem::take(&mut lock(&self.parked).reply);
        let parked = !reply.is_empty();
        if parked {
            sender.reply(reply);
            self.note(sender);
        }
        parked
    }

    /// Leaves word of a close frame, for whoever asks while the writer is in use.
    fn note(&self, sender: &Sender) {
        if sender.close_frame().is_some() {
            let mut info = lock(&self.info);
            *info = sender.close_info(info.received.as_ref());
        }
    }

    /// How it ended, or how far closing has come.
    pub(super) fn close_info(&self) -> CloseInfo {
        lock(&self.info).clone()
    }

    /// Queues what was parked, so that a pong need not wait for the end of a long message, and tells the
    /// clock how far sending has come.
    pub(super) fn watch(&self, sender: &mut Sender, limit: Option<Instant>) -> Option<Instant> {
        self.unpark(sender);
        watched(&mut lock(&self.clock), sender, limit)
    }

    /// The same for the half that sends, which does not mind the time itself, and so waits as long as it
    /// takes.
    pub(super) fn watch_only(&self, sender: &mut Sender) -> Option<Instant> {
        let watched = self.watch(sender, None);
        // Not `None`: a thread that blocks has to look up now and then, to tell how far it has come.
        watched.and_then(|_| Instant::now().checked_add(FOR_EVER))
    }

    /// Wakes both halves.
    pub(super) fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.wakers))
    }
}

/// What the receiving half does with the sending half.
impl<I: Hold, R: Writes<I::Stream>> Outlet<I, R> for Arc<Both<I, R>> {
    fn reply(&mut self, reply: Reply) {
        lock(&self.parked).reply.merge(reply);
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn clock<O>(&mut self, then: impl FnOnce(&mut KeepAlive) -> O) -> O {
        then(&mut lock(&self.clock))
    }

    fn received(&mut self, frame: &CloseFrame) {
        lock(&self.info).note_received(frame.clone());
    }

    fn waits_to_close(&mut self) {
        lock(&self.parked).turned_away = true;
    }

    fn over(&mut self) {
        // A task that waits to write will see that the stream is closed.
        Arc::clone(&self.wakers).wake();
    }

    /// Sends the receiver's replies and the pending output, unless the other half is using the writer:
    /// then that half does it.
    fn poll_write_out(
        &mut self,
        _wire: &mut Wire<I, R>,
        cx: &mut Context<'_>,
        limit: Option<Instant>,
    ) -> Poll<io::Result<Written>> {
        let Some(mut writer) = self.try_writer() else {
            return Poll::Ready(Ok(Written::Elsewhere));
        };
        let Writer { wire, sender } = &mut *writer;
        let before = wire.moves();
        let written = poll_write_out(sender, wire, cx, |sender| self.watch(sender, limit));
        let has_moved = wire.moves() != before;
        drop(writer);
        if has_moved {
            // There may be room now, or all is flushed, and the stream may have forgotten who waits for it.
            self.wakers.wake_sender();
        }
        if written.is_pending() {
            lock(&self.parked).turned_away = true;
        }
        written.map_ok(|()| Written::All)
    }
}

const FOR_EVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
