//! Hooks of the caller's that panic: the panic comes through, and whoever is next on the thread does not notice.

use std::{
    panic::panic_any,
    sync::{
        Arc, Once,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use conformance::messages::socket::Drops;
use ws_core::{Observed, ObservedEnd, ObservedHandshake, ObservedMessage, Observer};

use crate::{
    agree::{Loop, Place, every},
    live::Live,
    messages::Size,
    operations::FAULTS,
    rig::{Kind, Rig, with_clock},
    session::{Manner, Outcome, without_leaks},
    verdict::{End, Verdict},
};

/// What a hook of a test panics with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HookPanic;

/// The hooks of a session, in the order in which they are called.
#[derive(Debug)]
pub(crate) struct Hooks {
    calls: AtomicUsize,
    panics_at: AtomicUsize,
}

impl Default for Hooks {
    fn default() -> Self {
        Self { calls: AtomicUsize::new(0), panics_at: AtomicUsize::new(usize::MAX) }
    }
}

impl Hooks {
    /// The call with this number, counted from 0, panics.
    fn panic_at(&self, call: usize) {
        self.panics_at.store(call, Ordering::Relaxed);
    }

    /// None has been called.
    pub(crate) fn begin(&self) {
        self.calls.store(0, Ordering::Relaxed);
    }

    pub(crate) fn call(&self) {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        if call == self.panics_at.load(Ordering::Relaxed) {
            panic_any(HookPanic);
        }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

/// Whatever an observer is told is a call.
pub(crate) struct Told(pub(crate) Arc<Hooks>);

impl Observer for Told {
    fn handshake(&self, _: &ObservedHandshake<'_>) {
        self.0.call();
    }

    fn opened(&self, _: Observed) {
        self.0.call();
    }

    fn message_received(&self, _: Observed, _: ObservedMessage) {
        self.0.call();
    }

    fn message_sent(&self, _: Observed, _: ObservedMessage) {
        self.0.call();
    }

    fn ping_sent(&self, _: Observed) {
        self.0.call();
    }

    fn pong_received(&self, _: Observed, _: Option<Duration>) {
        self.0.call();
    }

    fn closed(&self, _: Observed, _: &ObservedEnd<'_>) {
        self.0.call();
    }
}

/// The n-th call of a hook panics, in sessions in which nothing else goes wrong, or something does.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Case {
    kind: Kind,
    manner: Manner,
}

impl Loop for Case {
    fn fault(&self) -> &'static str {
        if self.manner.fault.is_some() { "panic and fault" } else { "panic" }
    }

    fn differs_by_runtime(&self) -> bool {
        self.kind.differs_by_runtime()
    }

    fn run<L: Live>(&self) -> Vec<(Place, Verdict)> {
        let rig = Rig::new(self.kind).hooked();
        let mut verdicts = Vec::new();
        with_clock(|_| {
            for n in 0.. {
                rig.hooks.panic_at(n);
                let Outcome { verdict, .. } = without_leaks::<L>(&rig, &self.manner);
                let calls = rig.hooks.calls();
                assert_eq!(verdict.end == End::Panicked, calls > n, "{self:?}: {verdict:?}");
                // Nobody else on this thread notices.
                rig.hooks.panic_at(usize::MAX);
                let plain = Manner { fault: None, ..self.manner };
                let next = without_leaks::<L>(&rig, &plain).verdict;
                assert_eq!(next.end, End::Done, "{self:?}, behind a panic: {next:?}");
                if calls <= n {
                    return;
                }
                verdicts.push((Place::Call(n), verdict));
            }
        });
        verdicts
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let plain = Manner { read: usize::MAX, waits: false, drops: Drops::Never, fault: None };
    for kind in Kind::all(Size::Short).chain(Kind::all_split()) {
        for &read in kind.size.reads() {
            for drops in [Drops::Never, Drops::Always] {
                let waits = drops == Drops::Always;
                let manner = Manner { read, waits, drops, ..plain };
                cases.extend(
                    (read > 3 || !(kind.tls || kind.halves)).then_some(Case { kind, manner }),
                );
            }
        }
        let faults = if kind.tls || kind.deflate { &[][..] } else { &FAULTS[..2] };
        for (_, fault) in faults {
            // More operations than there are.
            cases.extend(
                (0..MOST)
                    .map(|n| Case { kind, manner: Manner { fault: Some((n, *fault)), ..plain } }),
            );
        }
    }
    cases
}

/// Hooks that panic as they are told to do not print it.
pub(crate) fn quietly() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !info.payload().is::<HookPanic>() {
                usual(info);
            }
        }));
    });
}

#[test]
fn the_nth_hook_panics() {
    quietly();
    every(&cases()).print();
}

/// A session of short messages has no more operations than so many.
const MOST: usize = 20;
