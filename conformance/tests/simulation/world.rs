//! What all tasks of a run share: its random numbers, its steps, those who do nothing for a while, and what has been said.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use conformance::random::Random;

use crate::{ledger::Ledger, plan::Plan};

/// The plan and the last steps of a run, for whoever reads of a failure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace(Arc<Mutex<VecDeque<String>>>);

impl Trace {
    pub(crate) fn note(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == TRACE_LEN {
            // The first is the plan.
            lines.remove(1);
        }
        lines.push_back(line);
    }

    pub(crate) fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| format!("  {line}\n")).collect()
    }
}

const TRACE_LEN: usize = 60;

/// What all tasks of a run share.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) ledger: RefCell<Ledger>,
    pub(crate) trace: Trace,
    /// How many steps have been taken.
    pub(crate) step: Cell<u64>,
    /// How often something came to an end: a call, a stall.
    pub(crate) progress: Cell<u64>,
    random: RefCell<Random>,
    stalls: RefCell<Vec<Stall>>,
    next_stall: Cell<u64>,
    /// Who waits for a pong.
    waiting: [RefCell<Option<Waker>>; 2],
}

struct Stall {
    number: u64,
    until: Until,
    waker: Waker,
}

#[derive(Clone, Copy, Debug)]
enum Until {
    Step(u64),
    Time(Instant),
}

impl World {
    pub(crate) fn new(plan: Plan, random: Random, trace: Trace) -> Self {
        Self {
            plan,
            ledger: RefCell::default(),
            trace,
            step: Cell::new(0),
            progress: Cell::new(0),
            random: RefCell::new(random),
            stalls: RefCell::default(),
            next_stall: Cell::new(0),
            waiting: Default::default(),
        }
    }

    pub(crate) fn below(&self, end: usize) -> usize {
        self.random.borrow_mut().below(end)
    }

    /// Whether something happens that does so once in `n` times.
    pub(crate) fn once_in(&self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn note(&self, side: usize, what: impl FnOnce() -> String) {
        self.progress.set(self.progress.get() + 1);
        let name = ["client", "server"][side];
        self.trace.note(format!("{:>6} {name}: {}", self.step.get(), what()));
    }

    /// Does nothing for a number of steps, or until nobody else has anything to do.
    pub(crate) async fn stall(&self, steps: usize) {
        self.wait(Until::Step(self.step.get() + steps as u64)).await;
    }

    /// Does nothing for a while, by the clock.
    pub(crate) async fn rest(&self, time: Duration) {
        self.wait(Until::Time(Instant::now() + time)).await;
    }

    async fn wait(&self, until: Until) {
        let number = self.next_stall.get();
        self.next_stall.set(number + 1);
        poll_fn(|cx| self.poll_stall(cx, number, until)).await;
        self.progress.set(self.progress.get() + 1);
    }

    fn poll_stall(&self, cx: &Context<'_>, number: u64, until: Until) -> Poll<()> {
        let mut stalls = self.stalls.borrow_mut();
        stalls.retain(|stall| stall.number != number);
        let over = match until {
            Until::Step(step) => step <= self.step.get(),
            Until::Time(time) => time <= Instant::now(),
        };
        if over {
            return Poll::Ready(());
        }
        stalls.push(Stall { number, until, waker: cx.waker().clone() });
        Poll::Pending
    }

    /// Wakes those whose time has come.
    pub(crate) fn wake_stalled(&self) {
        let now = self.step.get();
        for stall in self.stalls.borrow().iter() {
            match stall.until {
                Until::Step(step) if step <= now => stall.waker.wake_by_ref(),
                Until::Time(time) if time <= Instant::now() => stall.waker.wake_by_ref(),
                _ => {}
            }
        }
    }

    /// The next step at which somebody who does nothing goes on.
    pub(crate) fn next_step(&self) -> Option<u64> {
        let stalls = self.stalls.borrow();
        let steps = stalls.iter().filter_map(|stall| match stall.until {
            Until::Step(step) => Some(step),
            Until::Time(_) => None,
        });
        steps.min()
    }

    /// Whether somebody waits for the clock.
    pub(crate) fn rests(&self) -> bool {
        self.stalls.borrow().iter().any(|stall| matches!(stall.until, Until::Time(_)))
    }

    /// Whether this ping has been answered, or will not be.
    pub(crate) fn poll_answered(&self, cx: &Context<'_>, side: usize, number: u32) -> Poll<()> {
        let ledger = self.ledger.borrow();
        let end = &ledger.ends[side];
        let over = end.listened.is_some() || end.hears_close;
        if over || ledger.flows[side].answered >= number {
            return Poll::Ready(());
        }
        *self.waiting[side].borrow_mut() = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Something has come.
    pub(crate) fn wake_waiting(&self, side: usize) {
        if let Some(waker) = self.waiting[side].borrow_mut().take() {
            waker.wake();
        }
    }

    /// A party that is gone does not come back.
    pub(crate) fn forget_stalls(&self, gone: impl Fn(&Waker) -> bool) {
        self.stalls.borrow_mut().retain(|stall| !gone(&stall.waker));
    }
}
