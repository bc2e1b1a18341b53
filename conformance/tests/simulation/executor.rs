//! A run: one thread, on which tasks are polled in any order, but only when they were woken, and now and then when not.

use std::{
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Wake, Waker},
    time::{Duration, Instant},
};

use conformance::{
    messages::bare,
    pipe::{Peer, Pipe},
};
use ws_core::Role;
use ws_driver::{Reads, Writes};

use crate::{
    ledger::verify,
    party::{Task, tasks},
    plan::{Fate, Runtime},
    world::World,
};

/// Runs both parties to their end, and looks whether it is right. Says whether the machine was so busy that a timeout
/// proves nothing.
pub(crate) fn run<R: Reads<Pipe> + Writes<Pipe>>(world: &Rc<World>, idle: &dyn Fn()) -> bool {
    let plan = &world.plan;
    let scripts = [0, 1].map(|side| plan.parties[side].script.clone());
    let pipes = Pipe::pair(scripts, plan.room);
    let peers = pipes.each_ref().map(Pipe::peer);
    let mut all = Vec::new();
    for (side, (pipe, role)) in pipes.into_iter().zip([Role::Client, Role::Server]).enumerate() {
        let config = &plan.parties[side].config;
        let ws = bare::open::<R>(pipe, role, plan.negotiated.clone(), config);
        all.extend(tasks(ws, world, side).into_iter().map(|task| Entry::new(task, side)));
    }
    let mut executor = Executor { world, tasks: all, peers, stuck: 0, last: (0, 0) };
    let was_late = executor.run(idle);
    verify(world, was_late);
    was_late
}

struct Entry {
    task: Task,
    side: usize,
    flag: Arc<Flag>,
    waker: Waker,
    is_dead: bool,
}

impl Entry {
    fn new(task: Task, side: usize) -> Self {
        let flag = Arc::new(Flag::default());
        let waker = Waker::from(Arc::new(Bell { flag: Arc::clone(&flag), number: 0 }));
        Self { task, side, flag, waker, is_dead: false }
    }
}

/// The number of the waker that counts, times two, and one more when it has been called.
struct Flag(AtomicU64);

impl Default for Flag {
    fn default() -> Self {
        Self(AtomicU64::new(1))
    }
}

struct Bell {
    flag: Arc<Flag>,
    number: u64,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        let (rests, woken) = (2 * self.number, 2 * self.number + 1);
        let _ = self.flag.0.compare_exchange(rests, woken, Ordering::AcqRel, Ordering::Relaxed);
    }
}

struct Executor<'a> {
    world: &'a World,
    tasks: Vec<Entry>,
    peers: [Peer; 2],
    /// How many polls have changed nothing, where nobody is woken.
    stuck: usize,
    last: (u64, usize),
}

impl Executor<'_> {
    fn run(&mut self, idle: &dyn Fn()) -> bool {
        let world = self.world;
        let (start, mut was_late, mut last, mut quiet) =
            (Instant::now(), false, Instant::now(), None);
        while self.tasks.iter().any(|entry| !entry.is_dead) {
            let step = world.step.get() + 1;
            world.step.set(step);
            assert!(step < MAX_STEPS, "there is no end to it");
            self.befall(step);
            world.wake_stalled();
            self.notice_room();
            if world.plan.timed {
                was_late |= last.elapsed() > LATE;
                last = Instant::now();
            }
            if let Some(number) = self.choose() {
                quiet = None;
                self.poll(number);
            } else if let Some(step) = world.next_step() {
                world.step.set(step.max(world.step.get()));
            } else if world.plan.timed || world.rests() {
                let since = *quiet.get_or_insert_with(Instant::now);
                assert!(since.elapsed() < HANGS, "it hangs, with timeouts: {}", self.state());
                // Pings that go on for ever are no life.
                assert!(start.elapsed() < ENDLESS, "it does not end: {}", self.state());
                idle();
            } else if self.tasks.iter().any(|entry| !entry.is_dead) {
                panic!("it hangs: {}", self.state());
            }
        }
        was_late
    }

    /// What the plan has for a party.
    fn befall(&mut self, step: u64) {
        let Some((side, at, fate)) = self.world.plan.fate else { return };
        if step < at || self.tasks.iter().all(|entry| entry.side != side || entry.is_dead) {
            return;
        }
        self.world.note(side, || format!("is {fate:?}"));
        let flags: Vec<_> = self
            .tasks
            .iter()
            .filter(|entry| entry.side == side)
            .map(|entry| entry.waker.clone())
            .collect();
        self.world.forget_stalls(|waker| flags.iter().any(|flag| flag.will_wake(waker)));
        match fate {
            Fate::Dropped => self.tasks.retain(|entry| entry.side != side),
            Fate::Dead => {
                let dead = self.tasks.iter_mut().filter(|entry| entry.side == side);
                dead.for_each(|entry| entry.is_dead = true);
            }
        }
    }

    /// Streams hear that there is room again: some time after it is so, and before everybody sleeps.
    fn notice_room(&self) {
        let sleeps = self.tasks.iter().all(|entry| entry.flag.0.load(Ordering::Acquire) % 2 == 0);
        for peer in &self.peers {
            if sleeps || self.world.once_in(4) {
                peer.notice_room();
            }
        }
    }

    /// The number of a task to be polled.
    fn choose(&mut self) -> Option<usize> {
        let all = |wanted: &dyn Fn(&Entry) -> bool| {
            let entries = self.tasks.iter().enumerate();
            entries.filter(|(_, entry)| !entry.is_dead && wanted(entry)).map(|(n, _)| n).collect()
        };
        let woken: Vec<usize> = all(&|entry| entry.flag.0.load(Ordering::Acquire) % 2 == 1);
        let alive: Vec<usize> = all(&|_| true);
        let blocks = self.world.plan.runtime == Runtime::Blocking;
        if alive.is_empty() {
            return None;
        }
        let pick = |among: &[usize]| Some(among[self.world.below(among.len())]);
        if blocks {
            // Nobody is woken: whoever may have something to do is asked again and again.
            let now = (self.world.progress.get(), self.peers.iter().map(Peer::ops).sum());
            self.stuck =
                if std::mem::replace(&mut self.last, now) == now { self.stuck + 1 } else { 0 };
            return if self.stuck < STUCK { pick(&alive) } else { None };
        }
        let spurious = self.world.plan.spurious;
        if !woken.is_empty() && spurious > 0 && self.world.once_in(spurious) {
            return pick(&alive);
        }
        if woken.is_empty() { None } else { pick(&woken) }
    }

    fn poll(&mut self, number: usize) {
        let entry = &mut self.tasks[number];
        let current = entry.flag.0.load(Ordering::Acquire) / 2;
        if self.world.plan.fresh_wakers {
            let bell = Bell { flag: Arc::clone(&entry.flag), number: current + 1 };
            entry.flag.0.store(2 * (current + 1), Ordering::Release);
            entry.waker = Waker::from(Arc::new(bell));
        } else {
            entry.flag.0.store(2 * current, Ordering::Release);
        }
        let waker = entry.waker.clone();
        if entry.task.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            drop(self.tasks.remove(number));
        }
    }

    fn state(&self) -> String {
        let ledger = self.world.ledger.borrow();
        let tasks: Vec<_> = self.tasks.iter().map(|entry| entry.side).collect();
        let waits = self.peers.each_ref().map(|peer| (peer.is_starved(), peer.is_stalled()));
        let said =
            ledger.flows.each_ref().map(|flow| (flow.sent.len(), flow.queued, flow.received));
        format!("tasks of {tasks:?}, starved and stalled {waits:?}, messages {said:?}")
    }
}

/// More than any run takes.
const MAX_STEPS: u64 = 3_000_000;

/// So many polls in which nothing changes are a hang, where nobody is woken.
const STUCK: usize = 200;

/// When the machine keeps the parties waiting for so long, they may take each other for dead.
const LATE: Duration = Duration::from_millis(40);

/// Longer than any timeout, by far.
const HANGS: Duration = Duration::from_secs(20);

/// Longer than any run with timeouts, on the busiest machine.
const ENDLESS: Duration = Duration::from_secs(100);
