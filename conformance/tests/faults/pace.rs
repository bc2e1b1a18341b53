//! How calls are made: polled until they are ready, dropped and made again, and never waited for in vain.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use conformance::{messages::socket::Drops, pipe::Peer};

use crate::verdict::End;

/// How calls are made.
pub(crate) struct Pace<'a> {
    /// How often a call had to wait so far.
    pub(crate) waits: usize,
    drops: Drops,
    blocks: bool,
    /// Lets time pass, where deadlines are waited for.
    idle: Option<&'a dyn Fn()>,
    peer: Peer,
    flag: Arc<Flag>,
    waker: Waker,
}

/// What came of polling a call.
enum Polled<O> {
    Ready(O),
    Dropped,
    Hangs,
}

impl<'a> Pace<'a> {
    pub(crate) fn new(peer: Peer, drops: Drops, blocks: bool, idle: Option<&'a dyn Fn()>) -> Self {
        let flag = FLAG.with(Arc::clone);
        let waker = Waker::from(Arc::clone(&flag));
        Self { waits: 0, drops, blocks, idle, peer, flag, waker }
    }

    /// Makes a call that can be made again where it was dropped.
    pub(crate) fn call<O>(&mut self, mut make: impl AsyncFnMut() -> O) -> Result<O, End> {
        loop {
            match self.poll(make()) {
                Polled::Ready(output) => return Ok(output),
                Polled::Dropped => {}
                Polled::Hangs => return Err(End::Hangs),
            }
        }
    }

    /// Makes a call whose end is that of the session if it is dropped. Where all calls are dropped this one is not: it
    /// would never come to anything.
    pub(crate) fn once<O>(&mut self, call: impl Future<Output = O>) -> Result<O, End> {
        let drops = self.drops;
        if drops == Drops::Always {
            self.drops = Drops::Never;
        }
        let polled = self.poll(call);
        self.drops = drops;
        match polled {
            Polled::Ready(output) => Ok(output),
            Polled::Dropped => Err(End::Dropped),
            Polled::Hangs => Err(End::Hangs),
        }
    }

    fn poll<O>(&mut self, call: impl Future<Output = O>) -> Polled<O> {
        let mut call = pin!(call);
        loop {
            self.flag.0.store(false, Ordering::Relaxed);
            let before = (self.peer.ops(), self.peer.retries());
            if let Poll::Ready(output) = call.as_mut().poll(&mut Context::from_waker(&self.waker)) {
                return Polled::Ready(output);
            }
            if !self.is_woken() {
                let goes_on = self.blocks && before != (self.peer.ops(), self.peer.retries());
                if !goes_on && !self.waits_for_time() {
                    return Polled::Hangs;
                }
            }
            let now = self.waits;
            self.waits += 1;
            if self.drops == Drops::Always || self.drops == Drops::At(now) {
                return Polled::Dropped;
            }
        }
    }

    /// Waits for a deadline. Whoever blocks has waited already.
    fn waits_for_time(&self) -> bool {
        let Some(idle) = self.idle else { return false };
        let start = Instant::now();
        while !self.blocks && !self.is_woken() {
            if start.elapsed() > PATIENCE {
                return false;
            }
            idle();
        }
        true
    }

    fn is_woken(&self) -> bool {
        self.flag.0.load(Ordering::Acquire)
    }
}

thread_local! {
    /// One for all: who is woken by a clock may be remembered there for a while.
    static FLAG: Arc<Flag> = Arc::new(Flag(AtomicBool::new(false)));
}

/// Remembers that somebody was woken.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

/// Longer than any deadline, by far.
const PATIENCE: Duration = Duration::from_secs(20);
