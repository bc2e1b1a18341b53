//! Every adapter at the same time, each on a thread of its own, and what they have to agree about: the same verdict
//! wherever the same thing goes wrong.
//!
//! Three things are excepted:
//!
//! - Between a server and its stream there is TLS of another library, and not the same on each runtime: which operations
//!   it needs, and how it fails, is its own doing. Two adapters have the same one, and agree.
//! - How much room a read has is not the same with every runtime, which matters where messages are longer than that. Here,
//!   too, two agree.
//! - An adapter that blocks does not look whether more has come before it writes. So a pong goes out by itself, where
//!   others send it with what is sent next: reads are compared with reads, and writes with writes, of which it has more.
//!   And where the peer is gone, or does not move, it is either who reads or who writes that notices: the error is
//!   another one, and both mean that.

use std::{collections::HashSet, fmt::Debug, panic::resume_unwind, thread};

use conformance::pipe::Operation;

use crate::{
    live::{AsyncStd, Blocking, Live, Smol, Tokio},
    tally::Tally,
    verdict::{End, Step, Verdict},
};

/// A loop: the same session with something that goes wrong at each place.
pub(crate) trait Loop: Copy + Debug + Send + Sync {
    /// What goes wrong.
    fn fault(&self) -> &'static str;

    /// Whether runtimes have operations of their own: see above.
    fn differs_by_runtime(&self) -> bool;

    /// Whether a number of a wait is part of it: who does things in another order has others.
    fn counts_waits(&self) -> bool {
        false
    }

    /// What came of the session at the first place, the second, and so on, until nothing went wrong.
    fn run<L: Live>(&self) -> Vec<(Place, Verdict)>;
}

/// Where something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// At an operation, which does this.
    Operation(Operation),
    /// At the wait with this number.
    Wait(usize),
    /// At the call of a hook with this number.
    Call(usize),
}

/// What came of all loops with one adapter.
pub(crate) type Verdicts = Vec<Vec<(Place, Verdict)>>;

pub(crate) const NAMES: [&str; 4] = [Tokio::NAME, Smol::NAME, AsyncStd::NAME, Blocking::NAME];

/// Runs loops with every adapter, and sees that they agree. Says how much went wrong.
pub(crate) fn every<C: Loop>(loops: &[C]) -> Tally {
    let all = [run::<C, Tokio>, run::<C, Smol>, run::<C, AsyncStd>, run::<C, Blocking>];
    let all: [Verdicts; 4] = thread::scope(|scope| {
        let running = all.map(|run| scope.spawn(move || run(loops)));
        running.map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    assert_agree(loops, &all);
    let mut tally = Tally::default();
    for (name, verdicts) in NAMES.into_iter().zip(&all) {
        for (of, verdicts) in loops.iter().zip(verdicts) {
            tally.add(name, of.fault(), verdicts.len());
        }
    }
    tally
}

fn run<C: Loop, L: Live>(loops: &[C]) -> Verdicts {
    loops.iter().map(C::run::<L>).collect()
}

/// Compares what has come of the same loops with every adapter.
pub(crate) fn assert_agree<C: Loop>(loops: &[C], all: &[Verdicts; 4]) {
    let differences = differences(loops, all);
    let shown = differences[..differences.len().min(20)].join("\n");
    assert!(differences.is_empty(), "{} of {} differ\n{shown}", differences.len(), loops.len());
}

/// Where adapters do not agree.
pub(crate) fn differences<C: Loop>(
    loops: &[C],
    [tokio, smol, async_std, blocking]: &[Verdicts; 4],
) -> Vec<String> {
    let mut differences = Vec::new();
    for (number, of) in loops.iter().enumerate() {
        let [tokio, smol, async_std, blocking] =
            [tokio, smol, async_std, blocking].map(|verdicts| verdicts[number].as_slice());
        let mut note = |what: &str, difference: Option<String>| {
            differences.extend(difference.map(|text| format!("{of:?}, {what}: {text}")));
        };
        note("smol and async-std", exactly(smol, async_std));
        if !of.differs_by_runtime() {
            note("tokio and smol", exactly(tokio, smol));
            if !of.counts_waits() {
                note("tokio and blocking", by_operation(tokio, blocking));
            }
        }
    }
    differences
}

/// Where two differ.
fn exactly(one: &[(Place, Verdict)], other: &[(Place, Verdict)]) -> Option<String> {
    let at = one.iter().zip(other).position(|(one, other)| one != other);
    match at {
        Some(at) => Some(format!("at {at} {:?}, {:?}", one[at], other[at])),
        None if one.len() != other.len() => {
            Some(format!("{} and {} places", one.len(), other.len()))
        }
        None => None,
    }
}

/// Where two differ of whom the other writes some answers by themselves.
///
/// The same reads come to the same. What comes of a write of the one comes of one of the other, too; what else comes of
/// the other's is the failure to write an answer, where it receives, or nothing at all.
fn by_operation(one: &[(Place, Verdict)], other: &[(Place, Verdict)]) -> Option<String> {
    let (reads, same_reads) = (reads(one), reads(other));
    let len = reads.len().max(same_reads.len());
    for number in 0..len {
        match (reads.get(number), same_reads.get(number)) {
            (Some(verdict), Some(same)) if verdict == same => {}
            (None, Some(more)) if more.end == End::Done => {}
            different => return Some(format!("at read {number} of {len}: {different:?}")),
        }
    }
    let (writes, others_writes) = (writes(one), writes(other));
    if let Some(verdict) = writes.iter().find(|verdict| !others_writes.contains(verdict)) {
        return Some(format!("only one has {verdict:?} at a write"));
    }
    let is_answer = |it: &Verdict| matches!(it.step, Step::Receive(_) | Step::Ping | Step::Close);
    let mut more = others_writes.iter().filter(|verdict| !writes.contains(verdict));
    more.find(|it| !is_answer(it))
        .map(|verdict| format!("only the other has {verdict:?} at a write"))
}

const READ: Place = Place::Operation(Operation::Read);

fn reads(verdicts: &[(Place, Verdict)]) -> Vec<Verdict> {
    let reads = verdicts.iter().filter(|(place, _)| *place == READ);
    reads.map(|(_, verdict)| verdict.whoever_notices()).collect()
}

fn writes(verdicts: &[(Place, Verdict)]) -> HashSet<Verdict> {
    let writes = verdicts.iter().filter(|(place, _)| *place != READ);
    writes.map(|(_, verdict)| verdict.whoever_notices()).collect()
}
