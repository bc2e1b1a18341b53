//! Runs cases: over an adapter, in every manner.

use std::{
    fmt,
    panic::{self, AssertUnwindSafe},
    time::Duration,
};

use bytes::Bytes;
use ws_driver::Parts;

use super::{
    case::{Case, Step},
    command,
    reader::Reader,
    socket::{Adapter, Drops, Pace},
};
use crate::{
    delivery::Delivery,
    pipe::{Pipe, Script, Waits},
};

/// How octets travel, and which calls are dropped.
#[derive(Clone, Debug)]
pub struct Manner {
    /// How the peer's octets are cut. Those of [`Delivery::Handed`] come with the handshake.
    pub delivery: Delivery,
    /// What the stream does. It closes when the case says so.
    pub script: Script,
    /// Which calls are dropped, and made again.
    pub drops: Drops,
}

impl Manner {
    /// Everything at once.
    pub fn plain() -> Self {
        Self::cut(Delivery::Whole)
    }

    /// Cut.
    pub fn cut(delivery: Delivery) -> Self {
        Self { delivery, script: Script::new(), drops: Drops::Never }
    }

    /// Whole, over a stream that does this.
    pub fn over(script: Script) -> Self {
        Self { script, ..Self::plain() }
    }

    /// With drops.
    #[must_use]
    pub fn dropping(self, drops: Drops) -> Self {
        Self { drops, ..self }
    }
}

impl fmt::Display for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {:?}, drops: {:?}", self.delivery, self.script, self.drops)
    }
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Of each step that has something to say, in words.
    pub verdict: Vec<String>,
    /// How many operations the stream has seen.
    pub ops: usize,
    /// How often a call had to wait and was woken at once.
    pub waits: usize,
}

/// What has to come of a case.
pub fn expected(case: &Case) -> Vec<String> {
    let said = |step: &Step| match step {
        Step::Call(_, said) | Step::Patiently(_, said) | Step::Info(said) => Some(said.clone()),
        Step::Wire(frames) => Some(frames.join(", ")),
        Step::Shut(shut) | Step::Measured(shut) => Some(shut.to_string()),
        Step::Peer(_) | Step::PeerCloses | Step::Room(_) | Step::Sleep(_) => None,
    };
    case.steps.iter().filter_map(said).collect()
}

/// Runs a case.
///
/// # Errors
///
/// The message of a panic.
pub fn run(adapter: &dyn Adapter, case: &Case, manner: &Manner) -> Result<Outcome, String> {
    panic::catch_unwind(AssertUnwindSafe(|| run_steps(adapter, case, manner))).map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("?").to_owned()
    })
}

/// Runs a case, and compares what comes of it with what has to.
///
/// # Errors
///
/// Where they differ, in words.
pub fn check(adapter: &dyn Adapter, case: &Case, manner: &Manner) -> Result<Outcome, String> {
    let Case { name, role, .. } = case;
    let expected = expected(case);
    let who = || format!("{}, {name} ({role:?}), {manner}", adapter.name());
    match run(adapter, case, manner) {
        Ok(outcome) if outcome.verdict == expected => Ok(outcome),
        Ok(Outcome { verdict, .. }) => {
            let at = expected.iter().zip(&verdict).take_while(|(one, other)| one == other).count();
            let (expected, got) = (expected.get(at), verdict.get(at));
            Err(format!(
                "{}\n  step {at} of {verdict:#?}\n  expected {expected:?}\n  got      {got:?}",
                who()
            ))
        }
        Err(message) => Err(format!("{}\n  {message}", who())),
    }
}

/// Runs cases in every manner, and ends the test when anything else comes of one than has to. Says how many runs it
/// were.
#[expect(clippy::panic, reason = "this is how a test fails")]
pub fn check_all(adapter: &dyn Adapter, cases: &[Case]) -> usize {
    let (mut runs, mut failures) = (0, Vec::new());
    for case in cases {
        for manner in manners(case) {
            runs += 1;
            if let Err(failure) = check(adapter, case, &manner) {
                failures.push(failure);
                break;
            }
        }
    }
    if !failures.is_empty() {
        let shown = failures[..failures.len().min(20)].join("\n\n");
        panic!("{} of {} cases failed\n{shown}", failures.len(), cases.len());
    }
    runs
}

/// Every manner a case is to be run in.
pub fn manners(case: &Case) -> Vec<Manner> {
    let mut all = vec![Manner::plain()];
    if case.is_slow {
        return all;
    }
    let waits = || Script::new().waits(Waits::Always);
    let len = case.input_len();
    if case.is_large || len.max(case.output_len()) > LONG {
        // One octet at a time says nothing new about long messages, and takes its time.
        let trickle = waits().max_write(997).hold_until_flush().plain();
        all.push(Manner::over(waits()).dropping(Drops::Always));
        all.push(Manner::over(Script::new().hold_until_flush()));
        all.push(Manner::over(Script::new().plain()));
        all.push(Manner::over(trickle.clone()));
        all.push(Manner::over(trickle).dropping(Drops::Always));
        if len == 0 {
            return all;
        }
        let splits = [1, 2, 4, 9, 10, 13, 14, 20, len / 2];
        all.extend(splits.map(|at| Manner::cut(Delivery::Split(at))));
        all.extend([3, 15, len].map(|len| Manner::cut(Delivery::Handed(len))));
        return all;
    }
    for script in [
        waits(),
        Script::new().max_write(1),
        Script::new().hold_until_flush(),
        Script::new().plain(),
        Script::new().one_waker(),
        waits().max_write(1).hold_until_flush().plain(),
    ] {
        all.push(Manner::over(script.clone()));
        all.push(Manner::over(script).dropping(Drops::Always));
    }
    if case.is_whole || len == 0 {
        return all;
    }
    all.push(Manner::cut(Delivery::Bytewise));
    all.push(Manner { delivery: Delivery::Bytewise, script: waits(), drops: Drops::Always });
    if len <= SHORT {
        all.extend(Delivery::every_split(len).map(Manner::cut));
    } else {
        let splits = Delivery::some_splits(len, 97, &[]);
        all.extend(splits.map(Manner::cut));
    }
    let handed = [1, 2, 3, 5, 6, 7, 8, 11, len / 2, len];
    all.extend(handed.map(|len| Manner::cut(Delivery::Handed(len))));
    all
}

fn run_steps(adapter: &dyn Adapter, case: &Case, manner: &Manner) -> Outcome {
    let script = manner.script.clone().stays_open().would_block();
    let (io, peer) = Pipe::new(adapter.script(script));
    let (mut handed_len, mut handed) = match manner.delivery {
        Delivery::Handed(len) => (len, Vec::new()),
        _ => (0, Vec::new()),
    };
    // Only what comes before anything else can come with the handshake.
    for step in &case.steps {
        let Step::Peer(octets) = step else { break };
        let len = handed_len.min(octets.len());
        handed.extend_from_slice(&octets[..len]);
        handed_len -= len;
    }
    let mut skip = handed.len();
    let (leftover, negotiated) = (Bytes::from(handed), case.negotiated());
    let parts = Parts::new(io, case.role, negotiated).leftover(leftover);
    let mut socket = adapter.open(parts, &case.config);
    let mut reader = Reader::new(case.role, case.deflate.as_deref());
    let mut pace = Pace::new(peer.clone());
    pace.drops = manner.drops;
    let mut sent = 0;
    let mut verdict = Vec::new();
    for step in &case.steps {
        match step {
            Step::Peer(octets) => {
                let fresh = &octets[skip.min(octets.len())..];
                skip -= octets.len() - fresh.len();
                match manner.delivery {
                    Delivery::Bytewise => fresh.chunks(1).for_each(|piece| peer.send(piece)),
                    Delivery::Split(at) if sent < at && at < sent + fresh.len() => {
                        peer.send(&fresh[..at - sent]);
                        peer.send(&fresh[at - sent..]);
                    }
                    _ => peer.send(fresh),
                }
                sent += fresh.len();
            }
            Step::PeerCloses => peer.close(),
            Step::Room(Some(octets)) => peer.limit(*octets),
            Step::Room(None) => peer.unlimit(),
            Step::Call(command, _) => verdict.push(socket.call(command, &mut pace)),
            Step::Patiently(command, _) => {
                (pace.patience, pace.until_written) = (PATIENCE, true);
                verdict.push(socket.call(command, &mut pace));
                (pace.patience, pace.until_written) = (Duration::ZERO, false);
            }
            Step::Wire(_) => verdict.push(reader.read_all(&peer.take_written()).join(", ")),
            Step::Shut(_) => verdict.push(peer.is_shut().to_string()),
            Step::Info(_) => verdict.push(command::close_info(&socket.close_info())),
            Step::Measured(_) => verdict.push(socket.round_trip().is_some().to_string()),
            Step::Sleep(time) => std::thread::sleep(*time),
        }
    }
    Outcome { verdict, ops: peer.ops(), waits: pace.waits }
}

/// How long a timer is waited for at most: much longer than any of a case.
const PATIENCE: Duration = Duration::from_secs(5);

/// Up to this length an input is cut everywhere.
const SHORT: usize = 400;

/// Above this length one run takes long enough.
const LONG: usize = 10_000;
