//! How calls are made: polled until they are ready, dropped and made again, and never waited for in vain.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use conformance::{messages::socket::Drops, pipe::Peer, woken::Woken};

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
    woken: Arc<Woken>,
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
        let woken = WOKEN.with(Arc::clone);
        let waker = Waker::from(Arc::clone(&woken));
        Self { waits: 0, drops, blocks, idle, peer, woken, waker }
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
        let (mut call, began) = (pin!(call), Instant::now());
        loop {
            self.woken.forget();
            let before = (self.peer.ops(), self.peer.retries());
            if let Poll::Ready(output) = call.as_mut().poll(&mut Context::from_waker(&self.waker)) {
                return Polled::Ready(output);
            }
            if !self.woken.is_woken() {
                let goes_on = self.blocks && before != (self.peer.ops(), self.peer.retries());
                if !goes_on && !self.waits_for_time(began) {
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

    /// Waits for a deadline of a call. Whoever blocks has waited already.
    fn waits_for_time(&self, began: Instant) -> bool {
        let Some(idle) = self.idle else { return false };
        while !self.blocks && !self.woken.is_woken() && began.elapsed() < PATIENCE {
            idle();
        }
        began.elapsed() < PATIENCE
    }
}

thread_local! {
    /// One for all: who is woken by a clock may be remembered there for a while.
    static WOKEN: Arc<Woken> = Arc::default();
}

/// Longer than any deadline, by far.
const PATIENCE: Duration = Duration::from_secs(20);
