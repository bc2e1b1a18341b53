//! The n-th operation has a fault: in sessions whose calls are all made once, dropped whenever they wait, or dropped at
//! one wait.

use std::io::ErrorKind;

use conformance::{messages::socket::Drops, pipe::Fault};

use crate::{
    agree::{Loop, Place, every},
    live::Live,
    messages::Size,
    rig::{Kind, Rig, goes_all_the_way, with_clock},
    session::{Manner, without_leaks},
    verdict::Verdict,
};

/// What goes wrong without anybody having to wait for it.
pub(crate) const FAULTS: [(&str, Fault); 3] = [
    ("error", Fault::Error(ErrorKind::ConnectionReset)),
    ("end", Fault::End),
    ("one octet", Fault::Short),
];

/// The same session with the fault at each operation.
#[derive(Clone, Copy, Debug)]
struct Case {
    kind: Kind,
    manner: Manner,
    fault: (&'static str, Fault),
}

impl Loop for Case {
    fn fault(&self) -> &'static str {
        self.fault.0
    }

    fn differs_by_runtime(&self) -> bool {
        self.kind.differs_by_runtime()
    }

    fn counts_waits(&self) -> bool {
        matches!(self.manner.drops, Drops::At(_))
    }

    fn run<L: Live>(&self) -> Vec<(Place, Verdict)> {
        let rig = Rig::new(self.kind);
        let at = |n| Manner { fault: Some((n, self.fault.1)), ..self.manner };
        let sessions = (0..).map(|n| without_leaks::<L>(&rig, &at(n)));
        let struck = sessions.map_while(|it| Some((Place::Operation(it.struck?), it.verdict)));
        with_clock(|_| struck.collect())
    }
}

/// Whether every operation has its turn in sessions of a kind: where octets come one by one there are thousands.
fn is_short_enough(kind: Kind, read: usize, drops: Drops) -> bool {
    if goes_all_the_way() {
        return true;
    }
    let Kind { tls, deflate, size, halves, .. } = kind;
    match size {
        Size::Long => true,
        _ if read == usize::MAX => true,
        _ if halves => false,
        Size::Short if tls => read == 7 && !deflate && drops == Drops::Never,
        Size::Short => read == 7 || !deflate || drops == Drops::Never,
        Size::Usual => read > 1 && !tls && drops == Drops::Never,
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |kind, read, drops| {
        let manner = Manner { read, waits: drops != Drops::Never, drops, fault: None };
        cases.extend(FAULTS.map(|fault| Case { kind, manner, fault }));
    };
    for kind in [Size::Short, Size::Usual, Size::Long]
        .into_iter()
        .flat_map(Kind::all)
        .chain(Kind::all_split())
    {
        for &read in kind.size.reads() {
            for drops in [Drops::Never, Drops::Always] {
                if is_short_enough(kind, read, drops) {
                    add(kind, read, drops);
                }
            }
        }
        if kind.size == Size::Short && (!(kind.tls || kind.deflate) || goes_all_the_way()) {
            (0..WAITS).for_each(|wait| add(kind, usize::MAX, Drops::At(wait)));
        }
    }
    cases
}

#[test]
fn the_nth_operation_fails() {
    let tally = every(&cases());
    tally.print();
    assert!(tally.sum() >= 100_000, "{} faults", tally.sum());
}

/// A session of short messages has to wait no more often than so many times.
const WAITS: usize = 20;
