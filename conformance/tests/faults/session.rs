//! A session, from beginning to end.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
};

use allocation_counter::measure;
use conformance::{
    messages::socket::Drops,
    pipe::{Fault, Operation, Script, Waits},
};
use ws_core::Role;

use crate::{
    dials,
    hooks::HookPanic,
    live::Live,
    pace::Pace,
    party::Party,
    rig::Rig,
    rules::check,
    verdict::{End, Verdict},
};

/// How octets travel, what goes wrong with them, and which calls are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Manner {
    /// How many octets a read gives at most.
    pub(crate) read: usize,
    /// Whether each operation has to wait first, and what is written arrives with the next flush only.
    pub(crate) waits: bool,
    /// Which calls are dropped while they wait.
    pub(crate) drops: Drops,
    pub(crate) fault: Option<(usize, Fault)>,
}

/// What a session came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    /// With which operation of its stream it went wrong.
    pub(crate) struck: Option<Operation>,
    /// How many operations there were.
    pub(crate) ops: usize,
    /// How often a call had to wait.
    pub(crate) waits: usize,
}

/// Runs a session, after which nothing is left in memory. The pool of the thread may grow with some: what is left by the
/// same session every time is not the pool. Halves have a waker of their own, which the thread of a clock may remember
/// for some time.
pub(crate) fn without_leaks<L: Live>(rig: &Rig, manner: &Manner) -> Outcome {
    let remembered = i64::from(rig.kind.halves);
    let mut left = Vec::new();
    for _ in 0..3 {
        let mut outcome = None;
        let info = measure(|| outcome = Some(session::<L>(rig, manner, None)));
        if info.count_current <= remembered {
            return outcome.unwrap();
        }
        left.push((info.count_current, info.bytes_current));
    }
    panic!("{}, {:?}, {manner:?}: allocations and octets left: {left:?}", L::NAME, rig.kind);
}

/// Runs a session. Without a way to let time pass nobody may wait for a deadline.
pub(crate) fn session<L: Live>(rig: &Rig, manner: &Manner, idle: Option<&dyn Fn()>) -> Outcome {
    let mut script = Script::new().max_read(manner.read);
    if manner.waits {
        script = script.waits(Waits::Always);
    }
    // TLS of others does not flush while it shakes hands.
    if manner.waits && !rig.kind.is_over_others() {
        script = script.hold_until_flush();
    }
    if L::BLOCKS && idle.is_none() {
        script = script.nonblocking();
    }
    if let Some((op, fault)) = manner.fault {
        script = script.fault_at(op, fault);
    }
    rig.hooks.begin();
    let partner = Arc::new(Mutex::new(rig.partner()));
    let pipe = rig.stream(script, &partner);
    let peer = pipe.peer();
    let mut party = Party {
        rig,
        pace: Pace::new(peer.clone(), manner.drops, L::BLOCKS, idle),
        verdict: Verdict::NOTHING,
    };
    let ran = catch_unwind(AssertUnwindSafe(|| match rig.kind.role {
        Role::Client => {
            dials::lay(pipe);
            party.client::<L>()
        }
        Role::Server => party.server::<L>(pipe),
    }));
    dials::clear();
    let Party { pace, mut verdict, .. } = party;
    verdict.end = match ran {
        Ok(Ok(())) => End::Done,
        Ok(Err(end)) => end,
        Err(panic) if panic.is::<HookPanic>() => End::Panicked,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("?");
            panic!("{}, {:?}, {manner:?}: {verdict:?}: {text}", L::NAME, rig.kind)
        }
    };
    let partner = partner.lock().unwrap();
    verdict.delivered = partner.heard.len();
    let (struck, ops, waits) = (peer.struck(), peer.ops(), pace.waits);
    let outcome = Outcome { verdict, struck, ops, waits };
    let is_late = idle.is_some() && struck.is_none();
    // A machine that has other things to do: nothing can be said of that session.
    let checked = if is_late { Ok(()) } else { check(rig, manner, &outcome, &partner, &peer) };
    if let Err(what) = checked {
        panic!("{}, {:?}, {manner:?}: {what}: {outcome:?}", L::NAME, rig.kind);
    }
    outcome
}
