//! The n-th wait: the call is dropped there, and made again if it can be.

use conformance::messages::socket::Drops;

use crate::{
    agree::{Loop, Place, every},
    live::Live,
    messages::Size,
    rig::{Kind, Rig, goes_all_the_way, with_clock},
    session::{Manner, without_leaks},
    verdict::{End, Step, Verdict},
};

/// The same session, dropped at each wait.
#[derive(Clone, Copy, Debug)]
struct Case {
    kind: Kind,
    read: usize,
}

impl Loop for Case {
    fn fault(&self) -> &'static str {
        "drop"
    }

    /// How often calls wait is not the same everywhere, but what comes of each is: see below.
    fn differs_by_runtime(&self) -> bool {
        true
    }

    fn run<L: Live>(&self) -> Vec<(Place, Verdict)> {
        let rig = Rig::new(self.kind);
        let mut verdicts = Vec::new();
        with_clock(|_| {
            for n in 0.. {
                let drops = Drops::At(n);
                let manner = Manner { read: self.read, waits: true, drops, fault: None };
                let outcome = without_leaks::<L>(&rig, &manner);
                let Verdict { step, end, .. } = outcome.verdict;
                // A handshake is gone; of an open WebSocket nothing is lost.
                let is_open = !matches!(step, Step::Secure | Step::Open);
                let expected = if is_open { End::Done } else { End::Dropped };
                assert_eq!(end, expected, "{}, {self:?}, {n}: {outcome:?}", L::NAME);
                if outcome.waits <= n {
                    return;
                }
                verdicts.push((Place::Wait(n), outcome.verdict));
            }
        });
        verdicts
    }
}

fn cases() -> Vec<Case> {
    let all = [Size::Short, Size::Usual, Size::Long]
        .into_iter()
        .flat_map(Kind::all)
        .chain(Kind::all_split());
    let all = all.flat_map(|kind| kind.size.reads().iter().map(move |&read| Case { kind, read }));
    let is_short_enough = |case: &Case| {
        let Case { kind: Kind { tls, deflate, size, halves, .. }, read } = *case;
        match size {
            _ if goes_all_the_way() || read == usize::MAX => true,
            Size::Short => read == 7 || !(tls || deflate || halves),
            Size::Usual => !tls && read == 7,
            Size::Long => true,
        }
    };
    all.filter(is_short_enough).collect()
}

#[test]
fn a_call_is_dropped_at_the_nth_wait() {
    every(&cases()).print();
}
