//! The n-th operation waits for ever: a deadline ends the session, whatever it was doing.

use std::{sync::Mutex, thread, time::Duration};

use conformance::{messages::socket::Drops, pipe::Fault};

use crate::{
    agree::{Loop, NAMES, Place, Verdicts, assert_agree, differences},
    live::{AsyncStd, Blocking, Live, Smol, Tokio},
    messages::Size,
    rig::{Kind, Rig, goes_all_the_way, with_clock},
    session::{Manner, Outcome, session},
    tally::Tally,
    verdict::Verdict,
};

/// The same session, with the first operation that waits for ever at each place.
#[derive(Clone, Copy, Debug)]
struct Case {
    kind: Kind,
    read: usize,
}

impl Case {
    fn manner(&self, op: usize) -> Manner {
        let fault = Some((op, Fault::Stall));
        Manner { read: self.read, waits: false, drops: Drops::Never, fault }
    }

    /// How many operations there are.
    fn len<L: Live>(&self) -> usize {
        session::<L>(&Rig::new(self.kind), &self.manner(usize::MAX), None).ops
    }

    /// What comes of it when this operation waits. A machine that has other things to do gets more time.
    fn stalled<L: Live>(&self, op: usize, mut time: Duration) -> (Place, Verdict) {
        loop {
            let rig = Rig::with_timeouts(self.kind, time, time);
            let outcome = with_clock(|idle| session::<L>(&rig, &self.manner(op), Some(idle)));
            match outcome {
                Outcome { struck: Some(operation), verdict, .. } => {
                    return (Place::Operation(operation), verdict);
                }
                _ if time > 100 * SHORT => panic!("{}, {self:?}, {op}: {outcome:?}", L::NAME),
                _ => time *= 3,
            }
        }
    }
}

impl Loop for Case {
    fn fault(&self) -> &'static str {
        "deadline"
    }

    fn differs_by_runtime(&self) -> bool {
        self.kind.differs_by_runtime()
    }

    fn run<L: Live>(&self) -> Vec<(Place, Verdict)> {
        (0..self.len::<L>()).map(|op| self.stalled::<L>(op, SHORT)).collect()
    }
}

fn cases() -> Vec<Case> {
    let reads: &[usize] = if goes_all_the_way() { &[1, 7, usize::MAX] } else { &[7, usize::MAX] };
    let mut cases = Vec::new();
    // TLS of others knows no deadline while it shakes hands. A half that sends minds no time: the other half does, which
    // here has nothing to do meanwhile.
    for kind in Kind::all(Size::Short).filter(|kind| !kind.is_over_others()) {
        for &read in reads {
            if read == usize::MAX || !(kind.tls || kind.deflate) {
                cases.push(Case { kind, read });
            }
        }
    }
    cases
}

/// One operation of one case with one adapter.
struct Job {
    adapter: usize,
    case: usize,
    op: usize,
}

/// Waiting takes no time of the processor, so all of it is done at once.
fn run_all(cases: &[Case], time: Duration) -> [Verdicts; 4] {
    let lens =
        [Case::len::<Tokio>, Case::len::<Smol>, Case::len::<AsyncStd>, Case::len::<Blocking>];
    let stalled = [
        Case::stalled::<Tokio>,
        Case::stalled::<Smol>,
        Case::stalled::<AsyncStd>,
        Case::stalled::<Blocking>,
    ];
    let (mut jobs, mut all) = (Vec::new(), [const { Vec::new() }; 4]);
    for (adapter, len) in lens.into_iter().enumerate() {
        for (number, case) in cases.iter().enumerate() {
            let len = with_clock(|_| len(case));
            jobs.extend((0..len).map(|op| Job { adapter, case: number, op }));
            all[adapter].push(vec![None; len]);
        }
    }
    let (jobs, all) = (Mutex::new(jobs.into_iter()), Mutex::new(all));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let job = jobs.lock().unwrap().next();
                    let Some(Job { adapter, case, op }) = job else { break };
                    let verdict = stalled[adapter](&cases[case], op, time);
                    all.lock().unwrap()[adapter][case][op] = Some(verdict);
                }
            });
        }
    });
    let all = all.into_inner().unwrap();
    all.map(|cases| cases.into_iter().map(|ops| ops.into_iter().flatten().collect()).collect())
}

#[test]
fn the_nth_operation_waits_for_ever() {
    let cases = cases();
    let mut all = run_all(&cases, SHORT);
    if !differences(&cases, &all).is_empty() {
        // The time may have been up before the fault was there.
        all = run_all(&cases, 10 * SHORT);
    }
    let mut tally = Tally::default();
    for (name, verdicts) in NAMES.into_iter().zip(&all) {
        for (case, verdicts) in cases.iter().zip(verdicts) {
            tally.add(name, case.fault(), verdicts.len());
        }
    }
    tally.print();
    assert_agree(&cases, &all);
}

/// Long enough for a session on a machine that has nothing else to do.
const SHORT: Duration = Duration::from_millis(30);

/// How many sessions wait at the same time.
const AT_ONCE: usize = 32;
