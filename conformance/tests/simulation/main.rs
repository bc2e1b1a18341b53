//! Two parties, both the code under test, talk over a pipe, in all ways there are and in any order; a seed decides about
//! everything, and repeats a run. No message is lost, doubled, reordered or changed, nobody hangs, no peer that is well is
//! given up, one that is dead is, and in the end both agree about how it ended.
//!
//! `SIMULATION_SECONDS` is how long to go on, in time of the processor; `SIMULATION_SEED` is a single run, as a failure
//! names it.

#![expect(clippy::panic, reason = "this is how a test fails")]
#![cfg(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "blocking"))]

use std::{
    env,
    rc::Rc,
    str::FromStr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use conformance::random::Random;
use cpu_time::ThreadTime;

mod ends;
mod executor;
mod ledger;
mod listen;
mod message;
mod party;
mod plan;
mod speak;
mod world;

use self::{
    executor::run,
    plan::{Plan, Runtime},
    world::{Trace, World},
};

/// What one run has come to.
#[derive(Clone, Copy, Debug, Default)]
struct Outcome {
    time: Duration,
    messages: usize,
    steps: u64,
    /// The machine kept the parties waiting for so long that they may have taken each other for dead.
    was_late: bool,
}

/// Two parties that talk and part. No clock has a say.
#[test]
fn conversations() {
    let limit = setting("SIMULATION_SECONDS").unwrap_or(10);
    let (mut total, mut runs) = (Outcome::default(), 0);
    for seed in seeds() {
        let outcome = simulate(seed, false);
        total.time += outcome.time;
        total.messages += outcome.messages;
        total.steps += outcome.steps;
        runs += 1;
        if total.time >= Duration::from_secs(limit) {
            break;
        }
    }
    let Outcome { time, messages, steps, .. } = total;
    eprintln!("{runs} runs, {messages} messages, {steps} steps in {time:?}");
}

#[test]
fn a_seed_repeats_a_run() {
    for seed in 1..30 {
        let [one, other] = [0, 1].map(|_| simulate(seed, false));
        assert_eq!((one.messages, one.steps), (other.messages, other.steps), "{one:?}, {other:?}");
    }
}

/// Parties with short timeouts, who are silent now and then, and one of whom may be dead.
#[test]
fn silences() {
    let limit = Duration::from_secs(setting("SIMULATION_SECONDS").unwrap_or(10));
    let (start, seeds) = (Instant::now(), Mutex::new(seeds()));
    let (runs, late) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        // Most of a run is waiting.
        while start.elapsed() < limit {
            let next = seeds.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(seed) = next else { break };
            let outcome = simulate(seed, true);
            runs.fetch_add(1, Ordering::Relaxed);
            late.fetch_add(usize::from(outcome.was_late), Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(work);
        }
    });
    eprintln!("{runs:?} runs, {late:?} of them on a busy machine, in {:?}", start.elapsed());
}

/// The seed of the environment, or the same few every time and then others.
fn seeds() -> impl Iterator<Item = u64> {
    let one: Option<u64> = setting("SIMULATION_SEED");
    let clock =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
    let others = (0..).map(move |n| clock / 1000 * 1000 + n);
    let many = (1..=FIXED).chain(others).take(if one.is_some() { 0 } else { usize::MAX });
    one.into_iter().chain(many)
}

fn setting<T: FromStr>(name: &str) -> Option<T> {
    let value = env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is a number, not {value:?}")))
}

/// One run, on a thread of its own: what others have left on a thread has no influence.
fn simulate(seed: u64, timed: bool) -> Outcome {
    let trace = Trace::default();
    let of_run = trace.clone();
    let thread = thread::Builder::new().name(format!("seed {seed}"));
    let joined = thread.spawn(move || one_run(seed, timed, of_run)).map(thread::JoinHandle::join);
    match joined {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => panic!(
            "{} fail with SIMULATION_SEED={seed}, behind these steps:\n{}",
            if timed { "silences" } else { "conversations" },
            trace.text()
        ),
        Err(error) => panic!("no thread: {error}"),
    }
}

fn one_run(seed: u64, timed: bool, trace: Trace) -> Outcome {
    let start = ThreadTime::now();
    // Neighbours are not to look alike.
    let mut random = Random::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    random.bits();
    let plan = Plan::draw(&mut random, timed);
    trace.note(format!("{plan:?}"));
    let world = Rc::new(World::new(plan, random, trace));
    let sleep = || thread::sleep(MOMENT);
    let was_late = match world.plan.runtime {
        Runtime::Tokio => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            let runtime = runtime.unwrap_or_else(|error| panic!("no runtime: {error}"));
            let _entered = runtime.enter();
            run::<ws_tokio::Tokio>(&world, &|| runtime.block_on(tokio::time::sleep(MOMENT)))
        }
        Runtime::Smol => run::<ws_smol::FuturesIo>(&world, &sleep),
        Runtime::AsyncStd => run::<ws_driver::FuturesIo<ws_async_std::HalfClose>>(&world, &sleep),
        Runtime::Blocking => run::<ws_blocking::Blocking>(&world, &sleep),
    };
    let messages = world.ledger.borrow().flows.iter().map(|flow| flow.received).sum();
    Outcome { time: start.elapsed(), messages, steps: world.step.get(), was_late }
}

/// So many seeds are the same every time.
const FIXED: u64 = 300;

/// How many runs with timeouts go on at the same time.
const AT_ONCE: usize = 4;

/// How long timers get when nobody has anything else to do.
const MOMENT: Duration = Duration::from_millis(1);
